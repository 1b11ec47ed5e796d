package import Cables
import Octets

/// A cable that is still answered for, written again so that its old segment can go: the acceptance as it was recorded,
/// and what has become of it since. Its custody number stays (rule 3).
package struct Carried: Equatable, Sendable {
    /// One thing that happened to the cable, for its history.
    package struct Event: Equatable, Sendable {
        package var at: Int64
        package var name: String
        package var link: String?
        package var post: String?
        package var detail: String?

        /// Octets that are kept of each text: others' words stand in them, and more could not be read back.
        static let nameOctetsMax = 64
        static let postOctetsMax = 1_024
        static let detailOctetsMax = 2_048

        package init(at: Int64, name: String, link: String?, post: String?, detail: String?) {
            self.at = at
            self.name = Self.cut(name, Self.nameOctetsMax)
            self.link = link.map { Self.cut($0, Self.nameOctetsMax) }
            self.post = post.map { Self.cut($0, Self.postOctetsMax) }
            self.detail = detail.map { Self.cut($0, Self.detailOctetsMax) }
        }

        /// Cut between two characters, so that what is left is text.
        private static func cut(_ text: String, _ octets: Int) -> String {
            guard text.utf8.count > octets else { return text }
            var kept = ""
            var count = 0
            for character in text {
                count += character.utf8.count
                guard count <= octets else { break }
                kept.append(character)
            }
            return kept
        }
    }

    /// Events kept of a cable at most: the newest.
    package static let eventsMax = 64

    package var state: CarriedState
    package var past: Past
    /// The acceptance's record, as it stands in the journal.
    package var acceptance: [UInt8]

    /// What the records tell that go with the old segments.
    package struct Past: Equatable, Sendable {
        package var events: [Event]
        /// The records of receipts and notices that came back, with their proofs, and the neighbours' custody notes.
        package var answers: [[UInt8]]

        package init(events: [Event], answers: [[UInt8]]) {
            self.events = events
            self.answers = answers
        }

        package static let empty = Past(events: [], answers: [])
    }

    /// Octets of answers that are carried at most; what is above was verified when it came.
    package static let answersOctetsMax = 256 << 10
    /// Octets of custody notes that are carried at most: each names all that was taken with the cable.
    package static let notesOctetsMax = 8 << 10

    package init(state: CarriedState, past: Past, acceptance: [UInt8]) {
        self.state = state
        self.past = past
        self.acceptance = acceptance
    }

    func write(to writer: inout OctetWriter) {
        state.write(to: &writer)
        writer.list(past.events) { writer, event in
            writer.u64(UInt64(bitPattern: event.at))
            writer.string(event.name)
            writer.optional(event.link) { $0.string($1) }
            writer.optional(event.post) { $0.string($1) }
            writer.optional(event.detail) { $0.string($1) }
        }
        writer.list(past.answers) { $0.bytes($1) }
        writer.raw(acceptance)
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        state = try CarriedState(from: &reader)
        let events = try reader.list(bound: Self.eventsMax) { reader throws(OctetFault) in
            Event(
                at: Int64(bitPattern: try reader.u64()), name: try reader.string(bound: Event.nameOctetsMax),
                link: try reader.optional { reader throws(OctetFault) in try reader.string(bound: Event.nameOctetsMax)
                },
                post: try reader.optional { reader throws(OctetFault) in try reader.string(bound: Event.postOctetsMax)
                },
                detail: try reader.optional { reader throws(OctetFault) in
                    try reader.string(bound: Event.detailOctetsMax)
                })
        }
        past = Past(
            events: events,
            answers: try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in
                try reader.bytes(bound: Self.answersOctetsMax)
            })
        acceptance = reader.rest()
    }

    /// Passes over state and events: what follows is the acceptance's record.
    static func skip(_ reader: inout OctetReader) throws(OctetFault) {
        _ = try CarriedState(from: &reader)
        for _ in 0..<(try reader.count(bound: eventsMax)) {
            try reader.skip(8)
            try reader.skipText()
            for _ in 0..<3 where try reader.bool() { try reader.skipText() }
        }
        for _ in 0..<(try reader.count(bound: SignedBlock.deliveriesMax)) { try reader.skipText() }
    }
}

/// What has become of a carried cable's deliveries.
package struct CarriedState: Equatable, Sendable {
    package struct Delivery: Equatable, Sendable {
        package var index: UInt16
        package var state: DeliveryState
        package var why: HoldReason
        package var lateAfterNotice: Bool
        package var isCancelling: Bool
        /// Other than the block says.
        package var raisedTo: Precedence?
        package var movedTo: RoutingIndicator?
        package var isAnswered: Bool
        package var office: String
        /// The neighbour that has custody.
        package var link: RoutingIndicator?
        package var since: Int64
        package var at: Int64
    }

    /// The journal sequence of the acceptance: the custody number.
    package var sequence: UInt64
    /// When it was carried, and how old the cable was then, in milliseconds.
    package var at: Int64
    package var ageMilliseconds: UInt64
    package var isSuspected: Bool
    package var reoffers: UInt8
    package var deliveries: [Delivery]
    /// Arrivals that were read, and when.
    package var reads: [Read]
    /// What is still to be known of the desks, beside their deliveries.
    package var desks: [Desk]

    package struct Desk: Equatable, Sendable {
        package enum Standing: UInt16, Sendable {
            /// The receipt is not passed on yet.
            case receiptDue = 0
            /// The originator had no receipt: the sign of a suspected duplicate is taken away.
            case trusted = 0x4000
            /// The receipt was passed on, and is kept for the grace.
            case receiptPassed = 0x8000
        }

        package var index: UInt16
        package var standing: Standing

        /// The record has one number for both: fewer desks fit a record than these bits.
        private static let bits: UInt16 = 0xc000

        init(index: UInt16, _ standing: Standing) {
            self.index = index
            self.standing = standing
        }

        init(from reader: inout OctetReader) throws(OctetFault) {
            let packed = try reader.u16()
            guard let standing = Standing(rawValue: packed & Self.bits) else {
                throw .unknownValue(offset: reader.offset - 2, value: UInt64(packed))
            }
            self.init(index: packed & ~Self.bits, standing)
        }

        var packed: UInt16 { index | standing.rawValue }
    }

    /// A desk may have two of them.
    private static let standingsMax = 2 * Acceptance.desksMax

    package struct Read: Equatable, Sendable {
        package var arrival: UInt64
        package var at: Int64
    }

    func write(to writer: inout OctetWriter) {
        writer.varint(sequence)
        writer.u64(UInt64(bitPattern: at))
        writer.varint(ageMilliseconds)
        writer.bool(isSuspected)
        writer.u8(reoffers)
        writer.list(deliveries) { writer, delivery in
            writer.u16(delivery.index)
            writer.u8(delivery.state.rawValue)
            writer.u8(delivery.why.rawValue)
            // The first release wrote the first bit alone.
            writer.u8(
                (delivery.lateAfterNotice ? 1 : 0) | (delivery.isCancelling ? 2 : 0)
                    | (delivery.raisedTo == nil ? 0 : 4) | (delivery.movedTo == nil ? 0 : 8))
            if let precedence = delivery.raisedTo { writer.u8(precedence.rawValue) }
            if let station = delivery.movedTo { writer.indicator(station) }
            writer.bool(delivery.isAnswered)
            writer.string(delivery.office)
            writer.optional(delivery.link) { $0.indicator($1) }
            writer.u64(UInt64(bitPattern: delivery.since))
            writer.u64(UInt64(bitPattern: delivery.at))
        }
        writer.list(reads) { writer, read in
            writer.varint(read.arrival)
            writer.u64(UInt64(bitPattern: read.at))
        }
        writer.list(desks) { $0.u16($1.packed) }
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        sequence = try reader.varint()
        at = Int64(bitPattern: try reader.u64())
        ageMilliseconds = try reader.varint()
        isSuspected = try reader.bool()
        reoffers = try reader.u8()
        deliveries = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in
            let (index, state, why) = (try reader.u16(), try reader.deliveryState(), try reader.holdReason())
            let traits = try reader.u8()
            return Delivery(
                index: index, state: state, why: why, lateAfterNotice: traits & 1 != 0,
                isCancelling: traits & 2 != 0, raisedTo: traits & 4 == 0 ? nil : try reader.precedence(),
                movedTo: traits & 8 == 0 ? nil : try reader.indicator(), isAnswered: try reader.bool(),
                office: try reader.string(bound: 1_024),
                link: try reader.optional { reader throws(OctetFault) in try reader.indicator() },
                since: Int64(bitPattern: try reader.u64()), at: Int64(bitPattern: try reader.u64()))
        }
        reads = try reader.list(bound: Acceptance.desksMax) { reader throws(OctetFault) in
            Read(arrival: try reader.varint(), at: Int64(bitPattern: try reader.u64()))
        }
        desks = try reader.list(bound: Self.standingsMax) { reader throws(OctetFault) in try Desk(from: &reader) }
    }

    init(
        sequence: UInt64, at: Int64, ageMilliseconds: UInt64, isSuspected: Bool, reoffers: UInt8,
        deliveries: [Delivery], reads: [Read], desks: [Desk]
    ) {
        self.sequence = sequence
        self.at = at
        self.ageMilliseconds = ageMilliseconds
        self.isSuspected = isSuspected
        self.reoffers = reoffers
        self.deliveries = deliveries
        self.reads = reads
        self.desks = desks
    }
}

/// A receipt or notice in custody, written again so that its old segment can go.
package struct CarriedService: Equatable, Sendable {
    /// The custody number that it has had from the first.
    package var number: CustodyNumber
    package var message: ServiceMessage
    package var proof: BatchProof
    /// When it was carried, and how old it was then, in milliseconds.
    package var at: Int64
    package var ageMilliseconds: UInt64
    package var trace: [RoutingIndicator]
    /// Milliseconds since 1970: since when a neighbour has custody; 0: it is here.
    package var passedAt: Int64

    func write(to writer: inout OctetWriter) {
        writer.number(number)
        writer.bytes(message.encoded)
        proof.write(to: &writer)
        writer.u64(UInt64(bitPattern: at))
        writer.varint(ageMilliseconds)
        writer.list(trace) { $0.indicator($1) }
        writer.u64(UInt64(bitPattern: passedAt))
    }

    init(
        number: CustodyNumber, message: ServiceMessage, proof: BatchProof, at: Int64, ageMilliseconds: UInt64,
        trace: [RoutingIndicator], passedAt: Int64
    ) {
        self.number = number
        self.message = message
        self.proof = proof
        self.at = at
        self.ageMilliseconds = ageMilliseconds
        self.trace = trace
        self.passedAt = passedAt
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        number = try reader.number()
        message = try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax))
        proof = try BatchProof(from: &reader)
        at = Int64(bitPattern: try reader.u64())
        ageMilliseconds = try reader.varint()
        trace = try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in try reader.indicator() }
        // The first release wrote only what was not passed on.
        passedAt = reader.remaining > 0 ? Int64(bitPattern: try reader.u64()) : 0
    }
}

/// What else must outlive the segments that go: what was taken from neighbours, how far arrivals are numbered, the marks of
/// deliveries that are no longer kept, and the cables that were asked for once more and are not sent yet.
package struct Standing: Equatable, Sendable {
    package struct Taken: Equatable, Sendable {
        package var peer: RoutingIndicator
        package var epoch: JournalEpoch
        package var starts: [Start]
    }

    package struct Start: Equatable, Sendable {
        package var start: UInt64
        package var channels: ChannelRanges
    }

    package struct Mark: Equatable, Sendable {
        package var mark: DeliveryMark
        package var at: Int64
    }

    /// A cable that an addressee asked for once more.
    package struct Rerun: Equatable, Sendable {
        package var key: String
        package var sequence: UInt64
        package var post: String
        package var precedence: Precedence
    }

    /// Marks in one record; more make several.
    package static let marksMax = 8_192

    package var lastArrival: UInt64
    package var taken: [Taken]
    package var marks: [Mark]
    package var reruns: [Rerun] = []

    func write(to writer: inout OctetWriter) {
        writer.varint(lastArrival)
        writer.list(taken) { writer, taken in
            writer.indicator(taken.peer)
            writer.epoch(taken.epoch)
            writer.list(taken.starts) { writer, start in
                writer.u64(start.start)
                writer.list(start.channels.ranges) { writer, range in
                    writer.varint(range.lowerBound)
                    writer.varint(range.upperBound - range.lowerBound)
                }
            }
        }
        writer.list(marks) { writer, mark in
            writer.u64(mark.mark.high)
            writer.u64(mark.mark.low)
            writer.u64(UInt64(bitPattern: mark.at))
        }
        guard !reruns.isEmpty else { return }
        writer.list(reruns) { writer, rerun in
            writer.string(rerun.key)
            writer.varint(rerun.sequence)
            writer.string(rerun.post)
            writer.u8(rerun.precedence.rawValue)
        }
    }

    init(lastArrival: UInt64, taken: [Taken], marks: [Mark], reruns: [Rerun]) {
        self.lastArrival = lastArrival
        self.taken = taken
        self.marks = marks
        self.reruns = reruns
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        lastArrival = try reader.varint()
        taken = try reader.list(bound: 4_096) { reader throws(OctetFault) in
            Taken(
                peer: try reader.indicator(), epoch: try reader.epoch(),
                starts: try reader.list(bound: TakenMemory.startsMax) { reader throws(OctetFault) in
                    Start(start: try reader.u64(), channels: try reader.channelRanges())
                })
        }
        marks = try reader.list(bound: Self.marksMax) { reader throws(OctetFault) in
            Mark(
                mark: DeliveryMark(high: try reader.u64(), low: try reader.u64()),
                at: Int64(bitPattern: try reader.u64()))
        }
        // The first release did not write them.
        guard reader.remaining > 0 else { return }
        reruns = try reader.list(bound: RerunBook.dueMax) { reader throws(OctetFault) in
            Rerun(
                key: try reader.string(), sequence: try reader.varint(), post: try reader.string(),
                precedence: try reader.precedence())
        }
    }
}

extension OctetReader {
    fileprivate mutating func channelRanges() throws(OctetFault) -> ChannelRanges {
        ChannelRanges(
            try list(bound: TakenMemory.rangesMax) { reader throws(OctetFault) in
                let low = try reader.varint()
                let span = try reader.varint()
                guard span <= UInt64.max - low else { throw .unknownValue(offset: reader.offset, value: span) }
                return low...(low + span)
            })
    }

    fileprivate mutating func deliveryState() throws(OctetFault) -> DeliveryState {
        let value = try u8()
        guard let state = DeliveryState(rawValue: value) else {
            throw .unknownValue(offset: offset - 1, value: UInt64(value))
        }
        return state
    }
}
