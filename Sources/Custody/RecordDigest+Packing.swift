import Cables
package import Octets

extension RecordDigest {
    private static let version: UInt8 = 1

    package func write(to writer: inout OctetWriter) {
        writer.u8(Self.version)
        switch self {
        case .accepted(let acceptance):
            writer.u8(acceptance.corrects == nil ? 3 : 94)
            if let corrects = acceptance.corrects { writer.identity(corrects) }
            acceptance.write(to: &writer)
        case .service(let service):
            writer.u8(5)
            CustodySource.arrived(service.offered).write(to: &writer)
            writer.bytes(service.message.encoded)
            writer.varint(service.ageMilliseconds)
            writer.list(service.trace) { $0.indicator($1) }
            writer.u64(UInt64(bitPattern: service.at))
        case .undeliverable(let end):
            writer.u8(6)
            writer.number(end.number)
            writer.u16(end.index)
            writer.bytes(end.message.encoded)
            writer.u64(UInt64(bitPattern: end.at))
        // These are as short as their records.
        case .started(let started): Self.same(.started(started), &writer)
        case .certificate(let der): Self.same(.certificate(der), &writer)
        case .passed(let passed): Self.same(.passed(passed), &writer)
        case .read(let mark): Self.same(.read(mark), &writer)
        case .reoffered(let again): Self.same(.reoffered(again), &writer)
        case .standing(let standing): Self.same(.standing(standing), &writer)
        case .audit(let audit): Self.same(.audit(audit), &writer)
        case .desk(let record): Self.same(.desk(record), &writer)
        case .carried(let state, let acceptance):
            writer.u8(acceptance.corrects == nil ? 9 : 95)
            if let corrects = acceptance.corrects { writer.identity(corrects) }
            state.write(to: &writer)
            acceptance.write(to: &writer)
        case .carriedService(let carried):
            writer.u8(10)
            writer.number(carried.number)
            writer.bytes(carried.message.encoded)
            writer.u64(UInt64(bitPattern: carried.at))
            writer.varint(carried.ageMilliseconds)
            writer.list(carried.trace) { $0.indicator($1) }
            writer.u64(UInt64(bitPattern: carried.passedAt))
        case .link(let order): Self.same(.link(order), &writer)
        case .orders(let standing): Self.same(.orders(standing), &writer)
        case .words(let standing): Self.same(.words(standing), &writer)
        case .changed(let changed):
            writer.u8(70)
            JournalRecord.Changed(
                number: changed.number, index: changed.index, change: changed.change, user: changed.user,
                reason: changed.reason, message: changed.message, proof: nil, endsOrder: changed.endsOrder,
                at: changed.at, previous: .none
            ).write(to: &writer)
        case .stated(let statement):
            writer.u8(50)
            writer.bytes(statement.message.encoded)
            writer.u64(UInt64(bitPattern: statement.at))
        }
    }

    private static func same(_ record: JournalRecord, _ writer: inout OctetWriter) {
        writer.u8(0)
        record.write(to: &writer)
    }

    package init(from octets: OctetReader) throws(OctetFault) {
        var reader = octets
        try reader.expect(version: Self.version)
        let kind = try reader.u8()
        switch kind {
        case 0:
            self = try RecordDigest(try JournalRecord(decoding: OctetReader(reader.rest())))
            return
        case 3: self = .accepted(try AcceptanceDigest(from: &reader))
        case 94:
            let corrects = try reader.identity()
            var acceptance = try AcceptanceDigest(from: &reader)
            acceptance.corrects = corrects
            self = .accepted(acceptance)
        case 5:
            guard case .arrived(let offered) = try CustodySource(from: &reader) else {
                throw .unknownValue(offset: reader.offset, value: 1)
            }
            self = .service(
                ServiceDigest(
                    offered: offered,
                    message: try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax)),
                    ageMilliseconds: try reader.varint(),
                    trace: try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in
                        try reader.indicator()
                    }, at: Int64(bitPattern: try reader.u64())))
        case 6:
            self = .undeliverable(
                EndDigest(
                    number: try reader.number(), index: try reader.u16(),
                    message: try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax)),
                    at: Int64(bitPattern: try reader.u64())))
        case 9: self = .carried(try CarriedState(from: &reader), try AcceptanceDigest(from: &reader))
        case 95:
            let corrects = try reader.identity()
            let state = try CarriedState(from: &reader)
            var acceptance = try AcceptanceDigest(from: &reader)
            acceptance.corrects = corrects
            self = .carried(state, acceptance)
        case 10:
            self = .carriedService(
                CarriedServiceDigest(
                    number: try reader.number(),
                    message: try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax)),
                    at: Int64(bitPattern: try reader.u64()), ageMilliseconds: try reader.varint(),
                    trace: try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in
                        try reader.indicator()
                    }, passedAt: reader.remaining > 0 ? Int64(bitPattern: try reader.u64()) : 0))
        case 70:
            let changed = try JournalRecord.Changed(from: &reader)
            self = .changed(
                ChangeDigest(
                    number: changed.number, index: changed.index, change: changed.change, message: changed.message,
                    endsOrder: changed.endsOrder, user: changed.user, reason: changed.reason, at: changed.at))
        case 50:
            self = .stated(
                StatementDigest(
                    message: try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax)),
                    at: Int64(bitPattern: try reader.u64())))
        default: throw .unknownValue(offset: 1, value: UInt64(kind))
        }
        try reader.finish()
    }
}

extension AcceptanceDigest {
    fileprivate func write(to writer: inout OctetWriter) {
        source.write(to: &writer)
        writer.identity(identity)
        writer.u64(mark.high)
        writer.u64(mark.low)
        writer.varint(length)
        writer.u32(lifeSeconds)
        writer.list(lives) { $0.u32($1) }
        writer.optional(mrn) { $0.string($1) }
        writer.u8(gate.rawValue)
        writer.list(captions) { $0.string($1) }
        writer.list(trace) { $0.indicator($1) }
        writer.varint(ageMilliseconds)
        writer.u64(UInt64(bitPattern: at))
        writer.u8(suffix)
        writer.u8(hold.rawValue)
        writer.bool(hasFile)
        writer.list(deliveries) { writer, delivery in
            writer.u16(delivery.index)
            writer.string(delivery.post)
            writer.indicator(delivery.station)
            writer.u8(delivery.role.rawValue)
            writer.u8(delivery.precedence.rawValue)
            writer.u8(delivery.traits)
            if delivery.hold != .none { writer.u8(delivery.hold.rawValue) }
        }
        writer.list(desks) { writer, desk in
            writer.u16(desk.index)
            writer.string(desk.office)
            writer.u8(desk.role.rawValue)
            writer.varint(desk.arrival)
            writer.bool(desk.suspectedDuplicate)
            writer.u64(UInt64(bitPattern: desk.at))
            writer.duties(desk.duties, replyDue: desk.replyDue)
        }
        // Last, and only where there is one: digests of earlier releases end here.
        guard let reply else { return }
        writer.string(reply.from)
        writer.u64(UInt64(bitPattern: reply.acceptedAt))
        writer.list(reply.answers) { $0.identity($1) }
    }

    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        source = try CustodySource(from: &reader)
        identity = try reader.identity()
        mark = ContentMark(high: try reader.u64(), low: try reader.u64())
        length = try reader.varint()
        lifeSeconds = try reader.u32()
        lives = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in try reader.u32() }
        mrn = try reader.optional { reader throws(OctetFault) in try reader.string(bound: 256) }
        gate = try reader.classification()
        captions = try reader.list(bound: 512) { reader throws(OctetFault) in try reader.string(bound: 1_024) }
        trace = try reader.list(bound: Acceptance.traceMax) { reader throws(OctetFault) in try reader.indicator() }
        ageMilliseconds = try reader.varint()
        at = Int64(bitPattern: try reader.u64())
        suffix = try reader.u8()
        hold = try reader.holdReason()
        hasFile = try reader.bool()
        deliveries = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in
            try Delivery(from: &reader)
        }
        desks = try reader.list(bound: Acceptance.desksMax) { reader throws(OctetFault) in
            Desk(
                index: try reader.u16(), office: try reader.string(bound: 1_024), role: try reader.deskRole(),
                arrival: try reader.varint(), suspectedDuplicate: try reader.bool(),
                at: Int64(bitPattern: try reader.u64()), try reader.duties())
        }
        guard reader.remaining > 0 else { return }
        reply = Reply(
            from: try reader.string(bound: 1_024), acceptedAt: Int64(bitPattern: try reader.u64()),
            answers: try reader.list(bound: SignedBlock.answersMax) { reader throws(OctetFault) in
                try reader.identity()
            })
    }
}

extension AcceptanceDigest.Delivery {
    private static let nightAction: UInt8 = 1
    private static let moved: UInt8 = 2
    private static let held: UInt8 = 4

    fileprivate var traits: UInt8 {
        (niact ? Self.nightAction : 0) | (isMoved ? Self.moved : 0) | (hold == .none ? 0 : Self.held)
    }

    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        self.init(
            index: try reader.u16(), post: try reader.string(bound: 1_024), station: try reader.indicator(),
            role: try reader.role(), precedence: try reader.precedence(), niact: false)
        let traits = try reader.u8()
        guard traits <= Self.nightAction | Self.moved | Self.held else {
            throw .unknownValue(offset: reader.offset - 1, value: UInt64(traits))
        }
        niact = traits & Self.nightAction != 0
        isMoved = traits & Self.moved != 0
        if traits & Self.held != 0 { hold = try reader.holdReason() }
    }
}

extension RecordDigest {
    /// The digest of a stored record, without reading its proofs and its body.
    package init(record: OctetReader) throws(OctetFault) {
        var reader = record
        guard try JournalRecord.isPlainAcceptance(&reader) else {
            self = try RecordDigest(try JournalRecord(decoding: record))
            return
        }
        self = .accepted(try AcceptanceDigest(record: &reader))
    }
}

extension AcceptanceDigest {
    /// - Parameter acceptance: a whole record.
    init(acceptance: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(acceptance)
        try JournalRecord.expectAcceptance(&reader)
        try self.init(record: &reader)
    }

    /// - Parameter reader: a stored acceptance, behind version and kind.
    fileprivate init(record reader: inout OctetReader) throws(OctetFault) {
        source = try CustodySource(from: &reader)
        let block = try SignedBlock(decoding: try reader.bytes(bound: SignedBlock.octetsMax))
        if try reader.bool() { try BatchProof.skip(in: &reader) }
        let around = try Acceptance.Circumference(from: &reader)
        (gate, trace, ageMilliseconds) = (around.gate, around.trace, around.ageMilliseconds)
        captions = around.captions.isEmpty ? block.captions : block.captions + around.captions
        let part = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in try reader.u16() }
        at = Int64(bitPattern: try reader.u64())
        suffix = try reader.u8()
        hold = try reader.holdReason()
        let count = try reader.count(bound: Acceptance.desksMax)
        desks = []
        for _ in 0..<count { desks.append(Desk(try DeskDelivery(from: &reader))) }
        let known = block.deliveries.count
        guard part.allSatisfy({ $0 < known }), desks.allSatisfy({ $0.index < known }) else {
            throw .aboveBound(offset: reader.offset, value: UInt64(part.max() ?? 0), bound: known)
        }
        hasFile = try reader.u8() == 1
        identity = block.identity
        mark = ContentMark(block.contentHash)
        length = block.length
        lifeSeconds = block.lifeSeconds
        lives = block.lives
        reply = Reply(block)
        corrects = block.corrects
        mrn = desks.isEmpty ? nil : block.mrn
        deliveries = part.map { Delivery(block.deliveries[Int($0)], index: $0, around.provisos) }
    }
}
