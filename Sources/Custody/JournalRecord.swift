package import Cables
package import Octets

/// A fact about the station's traffic. The state of the core is the fold of these records.
package indirect enum JournalRecord: Equatable, Sendable {
    case started(Started)
    /// A station certificate (DER) that a stored signature needs.
    case certificate([UInt8])
    case accepted(Acceptance)
    case passed(Passed)
    case service(ServiceCustody)
    case undeliverable(Undeliverable)
    case read(ReadMark)
    case reoffered(Reoffered)
    case carried(Carried)
    case carriedService(CarriedService)
    case standing(Standing)
    case changed(Changed)
    case orders(StandingOrders)
    case words(StandingWords)
    case audit(AuditRecord)
    case stated(Statement)
    /// An operator's order for a link.
    case link(LinkOrder)
    /// What people and programs did with what lies on a desk.
    case desk(DeskRecord)

    /// The daemon began; identities issued from here bear this start.
    package struct Started: Equatable, Sendable {
        package var start: UInt64
        package var at: Int64

        package init(start: UInt64, at: Int64) {
            self.start = start
            self.at = at
        }
    }

    /// The next station has custody of these things. Written lazily (rule 12).
    package struct Passed: Equatable, Sendable {
        package struct Item: Equatable, Sendable {
            package var number: CustodyNumber
            /// Empty for a service message; of a cable where an older record is only said again, since its segment
            /// goes: then nothing happens to the cable.
            package var deliveries: [UInt16]
            /// The channel number under which the neighbour took it.
            package var channel: UInt64
            /// The record before this one in the cable's history.
            package var previous: RecordPlace

            /// Octets that it takes in a record at most: three numbers, a place and the deliveries.
            fileprivate var octetsMax: Int { 40 + 2 * deliveries.count }

            package init(number: CustodyNumber, deliveries: [UInt16], channel: UInt64, previous: RecordPlace) {
                self.number = number
                self.deliveries = deliveries
                self.channel = channel
                self.previous = previous
            }
        }

        /// Bound one record: a longer note becomes several. Cables to a collective name many deliveries each.
        package static let itemsMax = 4_096
        package static let octetsMax = 1 << 19

        /// How many of the first items one record takes; at least one.
        package static func fitting(_ items: [Item]) -> Int {
            var octets = 0
            for (index, item) in items.prefix(itemsMax).enumerated() {
                octets += item.octetsMax
                if octets > octetsMax { return max(index, 1) }
            }
            return min(items.count, itemsMax)
        }

        package var peer: RoutingIndicator
        /// The neighbour's journal that took them, and this station's start that numbered the channels: what the
        /// neighbour's next hello is held against (rules 9 and 10).
        package var peerEpoch: JournalEpoch
        package var start: UInt64
        /// Milliseconds since 1970; 0: an older record is only said again, since its segment goes.
        package var at: Int64
        package var items: [Item]
        /// The neighbour's own words. The state does not need them: digests leave them out.
        package var note: KeptNote?

        package var isSaidAgain: Bool { at == 0 }

        package init(
            peer: RoutingIndicator, peerEpoch: JournalEpoch, start: UInt64, at: Int64, items: [Item],
            note: KeptNote? = nil
        ) {
            self.peer = peer
            self.peerEpoch = peerEpoch
            self.start = start
            self.at = at
            self.items = items
            self.note = note
        }
    }

    /// A receipt or notice came into custody here, or to its end here.
    package struct ServiceCustody: Equatable, Sendable {
        package var offered: CustodySource.Offered
        package var message: ServiceMessage
        package var proof: BatchProof
        package var ageMilliseconds: UInt64
        package var trace: [RoutingIndicator]
        package var at: Int64
        /// At the originator: the record before this one in the cable's history.
        package var previous: RecordPlace

        package init(
            offered: CustodySource.Offered, message: ServiceMessage, proof: BatchProof, ageMilliseconds: UInt64,
            trace: [RoutingIndicator], at: Int64, previous: RecordPlace
        ) {
            self.offered = offered
            self.message = message
            self.proof = proof
            self.ageMilliseconds = ageMilliseconds
            self.trace = trace
            self.at = at
            self.previous = previous
        }
    }

    /// This station ended a delivery without making it; a notice goes to the originator.
    package struct Undeliverable: Equatable, Sendable {
        package var number: CustodyNumber
        package var index: UInt16
        package var message: ServiceMessage
        package var proof: BatchProof?
        package var at: Int64
        package var previous: RecordPlace

        package init(
            number: CustodyNumber, index: UInt16, message: ServiceMessage, at: Int64, previous: RecordPlace
        ) {
            self.number = number
            self.index = index
            self.message = message
            self.at = at
            self.previous = previous
        }
    }

    /// This station states a service message of its own, which goes to another station: a question, or an answer.
    package struct Statement: Equatable, Sendable {
        package var message: ServiceMessage
        package var proof: BatchProof?
        package var at: Int64

        package init(message: ServiceMessage, at: Int64) {
            self.message = message
            self.at = at
        }
    }

    /// The neighbour that had taken these does not remember it: they are offered again, marked (rules 9 and 10).
    package struct Reoffered: Equatable, Sendable {
        package var peer: RoutingIndicator
        package var at: Int64
        /// As in `Passed`; `channel` is 0.
        package var items: [Passed.Item]

        package init(peer: RoutingIndicator, at: Int64, items: [Passed.Item]) {
            self.peer = peer
            self.at = at
            self.items = items
        }
    }

    /// Somebody read an inbox entry.
    package struct ReadMark: Equatable, Sendable {
        package var arrival: UInt64
        package var user: UInt32
        package var at: Int64

        package init(arrival: UInt64, user: UInt32, at: Int64) {
            self.arrival = arrival
            self.user = user
            self.at = at
        }
    }

    private static let version: UInt8 = 1

    package func write(to writer: inout OctetWriter) {
        writer.u8(Self.version)
        switch self {
        case .started(let started):
            writer.u8(1)
            writer.u64(started.start)
            writer.u64(UInt64(bitPattern: started.at))
        case .certificate(let der):
            writer.u8(2)
            writer.bytes(der)
        case .accepted(let acceptance):
            writer.u8(3)
            acceptance.write(to: &writer)
        case .passed(let passed):
            writer.u8(passed.note == nil ? 4 : 93)
            writer.indicator(passed.peer)
            writer.epoch(passed.peerEpoch)
            writer.u64(passed.start)
            writer.u64(UInt64(bitPattern: passed.at))
            writer.list(passed.items) { $1.write(to: &$0) }
            passed.note?.write(to: &writer)
        case .service(let service):
            writer.u8(5)
            CustodySource.arrived(service.offered).write(to: &writer)
            writer.bytes(service.message.encoded)
            service.proof.write(to: &writer)
            writer.varint(service.ageMilliseconds)
            writer.list(service.trace) { $0.indicator($1) }
            writer.u64(UInt64(bitPattern: service.at))
            writer.place(service.previous)
        case .undeliverable(let end):
            writer.u8(6)
            writer.number(end.number)
            writer.u16(end.index)
            writer.bytes(end.message.encoded)
            writer.optional(end.proof) { $1.write(to: &$0) }
            writer.u64(UInt64(bitPattern: end.at))
            writer.place(end.previous)
        case .read(let mark):
            writer.u8(7)
            writer.varint(mark.arrival)
            writer.u32(mark.user)
            writer.u64(UInt64(bitPattern: mark.at))
        case .reoffered(let again):
            writer.u8(8)
            writer.indicator(again.peer)
            writer.u64(UInt64(bitPattern: again.at))
            writer.list(again.items) { $1.write(to: &$0) }
        case .carried(let carried):
            writer.u8(9)
            carried.write(to: &writer)
        case .carriedService(let carried):
            writer.u8(10)
            carried.write(to: &writer)
        case .standing(let standing):
            writer.u8(11)
            standing.write(to: &writer)
        case .audit(let audit):
            writer.u8(90)
            audit.write(to: &writer)
        case .changed(let changed):
            writer.u8(70)
            changed.write(to: &writer)
        case .orders(let standing):
            writer.u8(71)
            standing.write(to: &writer)
        case .words(let standing):
            writer.u8(72)
            standing.write(to: &writer)
        case .link(let order):
            writer.u8(80)
            order.write(to: &writer)
        case .stated(let statement):
            writer.u8(50)
            writer.bytes(statement.message.encoded)
            writer.optional(statement.proof) { $1.write(to: &$0) }
            writer.u64(UInt64(bitPattern: statement.at))
        case .desk(let record):
            writer.u8(record.kind)
            record.write(to: &writer)
        }
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) { try self.init(decoding: OctetReader(octets)) }

    /// Reads version and kind of a record; of a carried cable all before its acceptance.
    static func isAcceptance(_ reader: inout OctetReader) throws(OctetFault) -> Bool {
        try reader.expect(version: Self.version)
        switch try reader.u8() {
        case 3: return true
        case 9:
            try Carried.skip(&reader)
            try reader.expect(version: Self.version)
            return try reader.u8() == 3
        default: return false
        }
    }

    /// The record of the acceptance that a carried cable holds; what is given, where it is none.
    package static func acceptance(in record: [UInt8]) throws(OctetFault) -> [UInt8] {
        var reader = OctetReader(record)
        try reader.expect(version: Self.version)
        guard try reader.u8() == 9 else { return record }
        try Carried.skip(&reader)
        return reader.rest()
    }

    /// Whether it is the record of a custody note that was kept.
    static func isNote(_ octets: [UInt8]) -> Bool { octets.count > 1 && octets[0] == version && octets[1] == 93 }

    static func isPlainAcceptance(_ reader: inout OctetReader) throws(OctetFault) -> Bool {
        try reader.expect(version: Self.version)
        return try reader.u8() == 3
    }

    static func expectAcceptance(_ reader: inout OctetReader) throws(OctetFault) {
        guard try isAcceptance(&reader) else { throw .unknownValue(offset: 1, value: 0) }
    }

    package init(decoding octets: OctetReader) throws(OctetFault) {
        var reader = octets
        try reader.expect(version: Self.version)
        let kind = try reader.u8()
        switch kind {
        case 1: self = .started(Started(start: try reader.u64(), at: Int64(bitPattern: try reader.u64())))
        case 2: self = .certificate(try reader.bytes(bound: 1 << 16))
        case 3: self = .accepted(try Acceptance(from: &reader))
        case 4: self = .passed(try Passed(from: &reader))
        case 93:
            var passed = try Passed(from: &reader)
            passed.note = try KeptNote(from: &reader)
            self = .passed(passed)
        case 5: self = .service(try ServiceCustody(from: &reader))
        case 6: self = .undeliverable(try Undeliverable(from: &reader))
        case 7:
            self = .read(
                ReadMark(arrival: try reader.varint(), user: try reader.u32(), at: Int64(bitPattern: try reader.u64())))
        case 8:
            self = .reoffered(
                Reoffered(
                    peer: try reader.indicator(), at: Int64(bitPattern: try reader.u64()),
                    items: try reader.list(bound: Passed.itemsMax) { reader throws(OctetFault) in
                        try Passed.Item(from: &reader)
                    }))
        case 9: self = .carried(try Carried(from: &reader))
        case 10: self = .carriedService(try CarriedService(from: &reader))
        case 11: self = .standing(try Standing(from: &reader))
        case 90: self = .audit(try AuditRecord(from: &reader))
        case 70: self = .changed(try Changed(from: &reader))
        case 71: self = .orders(try StandingOrders(from: &reader))
        case 72: self = .words(try StandingWords(from: &reader))
        case 80: self = .link(try LinkOrder(from: &reader))
        case 50: self = .stated(try Statement(from: &reader))
        case DeskRecord.kinds: self = .desk(try DeskRecord(kind: kind, from: &reader))
        default: throw .unknownValue(offset: 1, value: UInt64(kind))
        }
        try reader.finish()
    }

    /// The statements in this record that wait for this station's signature, in a fixed order.
    package func unsignedLeaves(station: RoutingIndicator) -> [(kind: LeafKind, content: [UInt8])] {
        switch self {
        case .accepted(let acceptance):
            var leaves: [(kind: LeafKind, content: [UInt8])] = []
            if acceptance.proof == nil { leaves.append((.cable, acceptance.blockOctets)) }
            for desk in acceptance.desks where desk.receiptDue && desk.proof == nil {
                leaves.append((.receipt, acceptance.receipt(for: desk, by: station).encoded))
            }
            return leaves
        case .undeliverable(let end):
            return end.proof == nil ? [(end.message.leafKind, end.message.encoded)] : []
        case .stated(let statement):
            return statement.proof == nil ? [(statement.message.leafKind, statement.message.encoded)] : []
        case .desk(let record):
            guard case .acknowledged(let given) = record, let message = given.message, given.proof == nil else {
                return []
            }
            return [(message.leafKind, message.encoded)]
        case .changed(let changed):
            guard changed.proof == nil, let message = changed.message else { return [] }
            return [(message.leafKind, message.encoded)]
        case .started, .certificate, .passed, .service, .read, .reoffered, .carried, .carriedService, .standing, .audit,
            .orders, .words, .link:
            return []
        }
    }

    /// Puts the proofs in, in the order of `unsignedLeaves`.
    package mutating func attach(_ proofs: ArraySlice<BatchProof>) {
        var proofs = proofs
        switch self {
        case .accepted(var acceptance):
            if acceptance.proof == nil { acceptance.proof = proofs.popFirst() }
            for index in acceptance.desks.indices
            where acceptance.desks[index].receiptDue && acceptance.desks[index].proof == nil {
                acceptance.desks[index].proof = proofs.popFirst()
            }
            self = .accepted(acceptance)
        case .undeliverable(var end):
            if end.proof == nil { end.proof = proofs.popFirst() }
            self = .undeliverable(end)
        case .stated(var statement):
            if statement.proof == nil { statement.proof = proofs.popFirst() }
            self = .stated(statement)
        case .desk(let record):
            guard case .acknowledged(var given) = record else { break }
            if given.message != nil, given.proof == nil { given.proof = proofs.popFirst() }
            self = .desk(.acknowledged(given))
        case .changed(var changed):
            if changed.proof == nil, changed.message != nil { changed.proof = proofs.popFirst() }
            self = .changed(changed)
        case .started, .certificate, .passed, .service, .read, .reoffered, .carried, .carriedService, .standing, .audit,
            .orders, .words, .link:
            break
        }
        precondition(proofs.isEmpty, "a proof was made for a statement that is not there")
    }
}

extension JournalRecord.Passed {
    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        peer = try reader.indicator()
        peerEpoch = try reader.epoch()
        start = try reader.u64()
        at = Int64(bitPattern: try reader.u64())
        items = try reader.list(bound: Self.itemsMax) { reader throws(OctetFault) in try Item(from: &reader) }
    }
}

extension JournalRecord.Passed.Item {
    fileprivate func write(to writer: inout OctetWriter) {
        writer.number(number)
        writer.list(deliveries) { $0.u16($1) }
        writer.varint(channel)
        writer.place(previous)
    }

    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        number = try reader.number()
        deliveries = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in try reader.u16() }
        channel = try reader.varint()
        previous = try reader.place()
    }
}

extension JournalRecord.ServiceCustody {
    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        guard case .arrived(let offered) = try CustodySource(from: &reader) else {
            throw .unknownValue(offset: reader.offset, value: 1)
        }
        self.offered = offered
        message = try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax))
        proof = try BatchProof(from: &reader)
        ageMilliseconds = try reader.varint()
        trace = try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in try reader.indicator() }
        at = Int64(bitPattern: try reader.u64())
        previous = try reader.place()
    }
}

extension JournalRecord.Statement {
    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        message = try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax))
        proof = try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) }
        at = Int64(bitPattern: try reader.u64())
    }
}

extension JournalRecord.Undeliverable {
    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        number = try reader.number()
        index = try reader.u16()
        message = try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax))
        proof = try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) }
        at = Int64(bitPattern: try reader.u64())
        previous = try reader.place()
    }
}
