import Cables
package import Octets

extension AuditEntry {
    /// Items of one list at most: those of the largest record.
    private static let itemsMax = 1 << 16

    /// What the chain covers. It never changes for a kind that was ever written.
    package func write(to writer: inout OctetWriter) {
        writer.u64(UInt64(bitPattern: at))
        switch fact {
        case .started(let start):
            writer.u8(1)
            writer.u64(start)
        case .accepted(let accepted):
            writer.u8(2)
            accepted.write(to: &writer)
        case .passed(let passed):
            writer.u8(3)
            writer.indicator(passed.peer)
            writer.list(passed.items) { writer, item in
                writer.varint(item.sequence)
                writer.u16(item.part)
                writer.varint(item.channel)
            }
        case .answered(let answer):
            writer.u8(4)
            writer.u8(answer.kind)
            writer.identity(answer.identity)
            writer.string(answer.post)
            writer.indicator(answer.station)
            writer.indicator(answer.peer)
        case .ended(let end):
            writer.u8(5)
            writer.identity(end.identity)
            writer.string(end.post)
            writer.string(end.reason)
        case .read(let arrival, let user):
            writer.u8(6)
            writer.varint(arrival)
            writer.u32(user)
        case .offeredAgain(let peer, let sequences):
            writer.u8(7)
            writer.indicator(peer)
            writer.list(sequences) { $0.varint($1) }
        case .operated(let action):
            writer.u8(8)
            action.write(to: &writer)
        case .refused(let refusal):
            writer.u8(9)
            refusal.write(to: &writer)
        }
    }

    package init(from octets: OctetReader) throws(OctetFault) {
        var reader = octets
        at = Int64(bitPattern: try reader.u64())
        let kind = try reader.u8()
        switch kind {
        case 1: fact = .started(try reader.u64())
        case 2: fact = .accepted(try Accepted(from: &reader))
        case 3:
            fact = .passed(
                Passed(
                    peer: try reader.indicator(),
                    items: try reader.list(bound: Self.itemsMax) { reader throws(OctetFault) in
                        Passed.Item(
                            sequence: try reader.varint(), part: try reader.u16(), channel: try reader.varint())
                    }))
        case 4:
            fact = .answered(
                Answered(
                    kind: try reader.u8(), identity: try reader.identity(), post: try reader.string(bound: 1_024),
                    station: try reader.indicator(), peer: try reader.indicator()))
        case 5:
            fact = .ended(
                Ended(
                    identity: try reader.identity(), post: try reader.string(bound: 1_024),
                    reason: try reader.string(bound: 1_024)))
        case 6: fact = .read(arrival: try reader.varint(), user: try reader.u32())
        case 7:
            fact = .offeredAgain(
                peer: try reader.indicator(),
                try reader.list(bound: Self.itemsMax) { reader throws(OctetFault) in try reader.varint() })
        case 8: fact = .operated(try OperatorAction(from: &reader))
        case 9: fact = .refused(try AuditedRefusal(from: &reader))
        default: throw .unknownValue(offset: 8, value: UInt64(kind))
        }
        try reader.finish()
    }
}

extension AuditEntry.Accepted {
    fileprivate func write(to writer: inout OctetWriter) {
        writer.identity(identity)
        writer.u64(mark.high)
        writer.u64(mark.low)
        writer.varint(length)
        writer.u8(gate.rawValue)
        writer.optional(user) { $0.u32($1) }
        writer.optional(peer) { $0.indicator($1) }
        writer.list(deliveries) { writer, delivery in
            writer.string(delivery.post)
            writer.indicator(delivery.station)
            writer.u8(delivery.precedence.rawValue)
        }
        writer.list(desks) { writer, desk in
            writer.string(desk.post)
            writer.string(desk.office)
            writer.varint(desk.arrival)
        }
    }

    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        identity = try reader.identity()
        mark = ContentMark(high: try reader.u64(), low: try reader.u64())
        length = try reader.varint()
        gate = try reader.classification()
        user = try reader.optional { reader throws(OctetFault) in try reader.u32() }
        peer = try reader.optional { reader throws(OctetFault) in try reader.indicator() }
        deliveries = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in
            Delivery(
                post: try reader.string(bound: 1_024), station: try reader.indicator(),
                precedence: try reader.precedence())
        }
        desks = try reader.list(bound: Acceptance.desksMax) { reader throws(OctetFault) in
            Desk(
                post: try reader.string(bound: 1_024), office: try reader.string(bound: 1_024),
                arrival: try reader.varint())
        }
    }
}
