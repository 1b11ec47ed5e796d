package import Cables
package import Octets

/// Where a thing in custody came from.
package enum CustodySource: Equatable, Sendable {
    /// A user of this station; `key` makes a repeated submission harmless.
    case submitted(user: UInt32, key: String?)
    /// A neighbour's offer.
    case arrived(Offered)

    /// What identifies an offer of a neighbour for ever (rules 3 and 5).
    package struct Offered: Equatable, Sendable {
        package var peer: RoutingIndicator
        package var epoch: JournalEpoch
        package var number: CustodyNumber
        /// The offering daemon's start and the channel number within it.
        package var start: UInt64
        package var channel: UInt64
        package var suspectedDuplicate: Bool

        package init(
            peer: RoutingIndicator, epoch: JournalEpoch, number: CustodyNumber, start: UInt64, channel: UInt64,
            suspectedDuplicate: Bool
        ) {
            self.peer = peer
            self.epoch = epoch
            self.number = number
            self.start = start
            self.channel = channel
            self.suspectedDuplicate = suspectedDuplicate
        }
    }

    package func write(to writer: inout OctetWriter) {
        switch self {
        case .submitted(let user, let key):
            writer.u8(1)
            writer.u32(user)
            writer.optional(key) { $0.string($1) }
        case .arrived(let offered):
            writer.u8(2)
            writer.indicator(offered.peer)
            writer.epoch(offered.epoch)
            writer.number(offered.number)
            writer.u64(offered.start)
            writer.varint(offered.channel)
            writer.bool(offered.suspectedDuplicate)
        }
    }

    package init(from reader: inout OctetReader) throws(OctetFault) {
        let kind = try reader.u8()
        switch kind {
        case 1:
            self = .submitted(
                user: try reader.u32(),
                key: try reader.optional { reader throws(OctetFault) in try reader.string(bound: 256) })
        case 2:
            self = .arrived(
                Offered(
                    peer: try reader.indicator(), epoch: try reader.epoch(), number: try reader.number(),
                    start: try reader.u64(), channel: try reader.varint(), suspectedDuplicate: try reader.bool()))
        default:
            throw .unknownValue(offset: reader.offset - 1, value: UInt64(kind))
        }
    }
}

/// Where the octets of a cable are kept.
package enum CableBody: Equatable, Sendable {
    /// In the record itself: up to `inlineMax` octets.
    case inline([UInt8])
    /// In a file of its own, named by content hash.
    case file(name: String)

    /// Larger bodies live in files, so that the sync of a FLASH never waits for the pages of a large ROUTINE.
    package static let inlineMax = 65_536

    func write(to writer: inout OctetWriter) {
        switch self {
        case .inline(let octets):
            writer.u8(0)
            writer.raw(octets)
        case .file(let name):
            writer.u8(1)
            writer.string(name)
        }
    }

    /// The last field of a record: an inline body goes to its end.
    init(from reader: inout OctetReader) throws(OctetFault) {
        let place = try reader.u8()
        switch place {
        case 0: self = .inline(reader.rest())
        case 1: self = .file(name: try reader.string(bound: 256))
        default: throw .unknownValue(offset: reader.offset - 1, value: UInt64(place))
        }
    }
}

/// One cable reached one desk of a post of this station. The synced record is the delivery (rule 13).
package struct DeskDelivery: Equatable, Sendable {
    package enum Role: UInt8, Sendable {
        case action = 0
        case info, sipdis
    }

    /// Which delivery of the signed block.
    package var index: UInt16
    package var office: String
    package var role: Role
    /// Grows by one with each delivery at this station; 0 for a duplicate, which reaches no desk again.
    package var arrival: UInt64
    package var suspectedDuplicate: Bool
    /// Milliseconds since 1970.
    package var at: Int64
    /// Signs the receipt; nil only until the batch is signed, and where no receipt is due (a copy for SIPDIS).
    package var proof: BatchProof?
    package var duties: DeskDuties
    /// When a reply is due from this desk, in milliseconds since 1970; nil: none is asked for by a time.
    package var replyDue: Int64?

    package var receiptDue: Bool { duties.contains(.receipt) }

    package init(
        index: UInt16, office: String, role: Role, arrival: UInt64, suspectedDuplicate: Bool, at: Int64,
        duties: DeskDuties, replyDue: Int64? = nil
    ) {
        self.index = index
        self.office = office
        self.role = role
        self.arrival = arrival
        self.suspectedDuplicate = suspectedDuplicate
        self.at = at
        self.duties = duties
        self.replyDue = replyDue
    }

    package var isDuplicate: Bool { arrival == 0 }
}

/// What this station knows of a delivery beside the signed block: it has moved, or is held here from the first.
package struct Proviso: Equatable, Sendable {
    /// Which delivery of the signed block.
    package var index: UInt16
    /// The station where its post is now (rule 22); nil: the one that the block names.
    package var movedTo: RoutingIndicator?
    package var hold: HoldReason

    package init(index: UInt16, movedTo: RoutingIndicator? = nil, hold: HoldReason = .none) {
        self.index = index
        self.movedTo = movedTo
        self.hold = hold
    }
}

/// A cable came into custody: the record on which every answer "accepted" and every custody note rests.
package struct Acceptance: Equatable, Sendable {
    package var source: CustodySource
    package var block: SignedBlock
    package var blockOctets: [UInt8]
    /// Signs the block; nil only between the decision and the signing of the batch, at the originator.
    package var proof: BatchProof?
    /// What the cable counts as here: the stricter of the block and of what this station read in the octets.
    package var gate: Classification
    /// Captions that this station read in the octets and the block does not name (rule 23).
    package var readCaptions: [String] = []
    /// Age of the cable when it came here.
    package var ageMilliseconds: UInt64
    /// Stations that had custody before, the originator first.
    package var trace: [RoutingIndicator]
    /// The cable's age in milliseconds when each of them passed it on; empty where they did not say.
    package var ages: [UInt64] = []
    /// Of deliveries of `part` that are not simply as the block says.
    package var provisos: [Proviso] = []
    /// Deliveries of the block that are in custody here.
    package var part: [UInt16]
    /// Milliseconds since 1970.
    package var at: Int64
    /// More than 0: another cable bears the same identity (rule 1).
    package var suffix: UInt8
    /// Why its deliveries are held here from the first, or `none`.
    package var hold: HoldReason
    /// What was delivered here with the acceptance, in the same record.
    package var desks: [DeskDelivery]
    package var body: CableBody

    package static let traceMax = 64
    package static let desksMax = SignedBlock.deliveriesMax * 2
    /// Octets of a record at most, as the journal has it; and those that a desk with its signed receipt takes at most,
    /// besides the office's name.
    package static let recordOctetsMax = 1 << 20
    private static let deskOctetsMax = 768
    private static let envelopeOctetsMax = 4_096

    /// Whether the acceptance of such a cable fits one record: one cable may go to many desks of one station.
    static func fits(block: Int, part: Int, body: CableBody, desks: [DeskDelivery]) -> Bool {
        var octets = envelopeOctetsMax + block + 2 * part
        if case .inline(let inline) = body { octets += inline.count }
        for desk in desks { octets += deskOctetsMax + desk.office.utf8.count }
        return octets <= recordOctetsMax
    }

    /// Time of acceptance, suffix and hold, which stand before the desks in the record.
    static let octetsBeforeDesks = 10

    package init(
        source: CustodySource, block: SignedBlock, blockOctets: [UInt8], proof: BatchProof?, gate: Classification,
        ageMilliseconds: UInt64, trace: [RoutingIndicator], part: [UInt16], at: Int64, suffix: UInt8,
        hold: HoldReason, desks: [DeskDelivery], body: CableBody
    ) {
        self.source = source
        self.block = block
        self.blockOctets = blockOctets
        self.proof = proof
        self.gate = gate
        self.ageMilliseconds = ageMilliseconds
        self.trace = trace
        self.part = part
        self.at = at
        self.suffix = suffix
        self.hold = hold
        self.desks = desks
        self.body = body
    }

    /// The captions by which the cable is gated here.
    package var captions: [String] { readCaptions.isEmpty ? block.captions : block.captions + readCaptions }

    private static let readsCaptions: UInt8 = 0x80
    private static let knowsAges: UInt8 = 0x40
    private static let hasProvisos: UInt8 = 0x20

    /// What stands in a record from the gate to the provisos.
    struct Circumference {
        var gate: Classification
        var captions: [String] = []
        var ageMilliseconds: UInt64 = 0
        var trace: [RoutingIndicator] = []
        var ages: [UInt64] = []
        var provisos: [Proviso] = []

        init(from reader: inout OctetReader) throws(OctetFault) {
            let octet = try reader.u8()
            guard let gate = Classification(rawValue: octet & ~(readsCaptions | knowsAges | hasProvisos)) else {
                throw .unknownValue(offset: reader.offset - 1, value: UInt64(octet))
            }
            self.gate = gate
            if octet & readsCaptions != 0 {
                captions = try reader.list(bound: 256) { reader throws(OctetFault) in try reader.string(bound: 1_024) }
            }
            ageMilliseconds = try reader.varint()
            trace = try reader.list(bound: traceMax) { reader throws(OctetFault) in try reader.indicator() }
            if octet & knowsAges != 0 {
                ages = try reader.list(bound: traceMax) { reader throws(OctetFault) in try reader.varint() }
            }
            guard octet & hasProvisos != 0 else { return }
            provisos = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in
                Proviso(
                    index: try reader.u16(),
                    movedTo: try reader.optional { reader throws(OctetFault) in try reader.indicator() },
                    hold: try reader.holdReason())
            }
        }
    }

    /// The statement that a receipt for one of the desks makes.
    package func receipt(for desk: DeskDelivery, by station: RoutingIndicator) -> ServiceMessage {
        let delivery = block.deliveries[Int(desk.index)]
        var message = ServiceMessage(
            kind: .receipt, network: block.network, identity: block.identity, contentHash: block.contentHash,
            post: delivery.post, station: station, office: desk.office, at: desk.at,
            precedence: delivery.precedence, reason: "", replyDue: desk.replyDue)
        message.way = ServiceMessage.way(trace, ages, deliveredBy: station, age: ageMilliseconds)
        return message
    }

    package func write(to writer: inout OctetWriter) {
        source.write(to: &writer)
        writer.bytes(blockOctets)
        writer.optional(proof) { $1.write(to: &$0) }
        writer.u8(
            gate.rawValue | (readCaptions.isEmpty ? 0 : Self.readsCaptions) | (ages.isEmpty ? 0 : Self.knowsAges)
                | (provisos.isEmpty ? 0 : Self.hasProvisos))
        if !readCaptions.isEmpty { writer.list(readCaptions) { $0.string($1) } }
        writer.varint(ageMilliseconds)
        writer.list(trace) { $0.indicator($1) }
        if !ages.isEmpty { writer.list(ages) { $0.varint($1) } }
        if !provisos.isEmpty {
            writer.list(provisos) { writer, proviso in
                writer.u16(proviso.index)
                writer.optional(proviso.movedTo) { $0.indicator($1) }
                writer.u8(proviso.hold.rawValue)
            }
        }
        writer.list(part) { $0.u16($1) }
        writer.u64(UInt64(bitPattern: at))
        writer.u8(suffix)
        writer.u8(hold.rawValue)
        writer.list(desks) { writer, desk in
            writer.u16(desk.index)
            writer.string(desk.office)
            writer.u8(desk.role.rawValue)
            writer.varint(desk.arrival)
            writer.bool(desk.suspectedDuplicate)
            writer.u64(UInt64(bitPattern: desk.at))
            writer.duties(desk.duties, replyDue: desk.replyDue)
            writer.optional(desk.proof) { $1.write(to: &$0) }
        }
        body.write(to: &writer)
    }

    package init(from reader: inout OctetReader) throws(OctetFault) {
        source = try CustodySource(from: &reader)
        blockOctets = try reader.bytes(bound: SignedBlock.octetsMax)
        block = try SignedBlock(decoding: blockOctets)
        proof = try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) }
        let around = try Circumference(from: &reader)
        (gate, readCaptions, ageMilliseconds) = (around.gate, around.captions, around.ageMilliseconds)
        (trace, ages, provisos) = (around.trace, around.ages, around.provisos)
        part = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in try reader.u16() }
        at = Int64(bitPattern: try reader.u64())
        suffix = try reader.u8()
        hold = try reader.holdReason()
        desks = try reader.list(bound: Self.desksMax) { reader throws(OctetFault) in
            try DeskDelivery(from: &reader)
        }
        let known = block.deliveries.count
        guard part.allSatisfy({ $0 < known }), desks.allSatisfy({ $0.index < known }) else {
            throw .aboveBound(offset: reader.offset, value: UInt64(part.max() ?? 0), bound: known)
        }
        body = try CableBody(from: &reader)
    }
}

extension DeskDelivery {
    init(from reader: inout OctetReader) throws(OctetFault) {
        index = try reader.u16()
        office = try reader.string(bound: 1_024)
        role = try reader.deskRole()
        arrival = try reader.varint()
        suspectedDuplicate = try reader.bool()
        at = Int64(bitPattern: try reader.u64())
        (duties, replyDue) = try reader.duties()
        proof = try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) }
    }
}
