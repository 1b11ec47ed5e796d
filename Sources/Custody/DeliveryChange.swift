package import Cables
import Octets

/// What became of one delivery by an order, by an operator's hand, or because its post moved.
package enum DeliveryChange: Equatable, Sendable {
    /// It stays here until somebody releases it.
    case held(HoldReason)
    case released
    /// The order to cancel it goes after it.
    case cancelling
    /// This station ended it by an order.
    case cancelled
    case raised(Precedence)
    /// Its post is at another station now (rule 22).
    case moved(RoutingIndicator)

    /// For the history.
    package var word: String {
        switch self {
        case .held: "held"
        case .released: "released"
        case .cancelling: "cancelling"
        case .cancelled: "cancelled"
        case .raised: "raised"
        case .moved: "moved"
        }
    }
}

extension JournalRecord {
    /// A delivery in custody or originated here was changed; with the signed message that says so, or that orders it.
    package struct Changed: Equatable, Sendable {
        package var number: CustodyNumber
        package var index: UInt16
        package var change: DeliveryChange
        /// Who did it, by uid; nil: an order that came, or the station itself.
        package var user: UInt32?
        package var reason: String
        /// To the originator, or after the cable.
        package var message: ServiceMessage?
        package var proof: BatchProof?
        /// The order that came to its end with this.
        package var endsOrder: CustodyNumber?
        package var at: Int64
        package var previous: RecordPlace

        static let reasonOctetsMax = 1_024
    }
}

extension JournalRecord.Changed {
    func write(to writer: inout OctetWriter) {
        writer.number(number)
        writer.u16(index)
        change.write(to: &writer)
        writer.optional(user) { $0.u32($1) }
        writer.string(reason)
        writer.optional(message) { $0.bytes($1.encoded) }
        writer.optional(proof) { $1.write(to: &$0) }
        writer.optional(endsOrder) { $0.number($1) }
        writer.u64(UInt64(bitPattern: at))
        writer.place(previous)
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        number = try reader.number()
        index = try reader.u16()
        change = try DeliveryChange(from: &reader)
        user = try reader.optional { reader throws(OctetFault) in try reader.u32() }
        reason = try reader.string(bound: Self.reasonOctetsMax)
        message = try reader.optional { reader throws(OctetFault) in
            try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax))
        }
        proof = try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) }
        endsOrder = try reader.optional { reader throws(OctetFault) in try reader.number() }
        at = Int64(bitPattern: try reader.u64())
        previous = try reader.place()
    }
}

extension DeliveryChange {
    fileprivate func write(to writer: inout OctetWriter) {
        switch self {
        case .held(let why):
            writer.u8(1)
            writer.u8(why.rawValue)
        case .released: writer.u8(2)
        case .cancelling: writer.u8(3)
        case .cancelled: writer.u8(4)
        case .raised(let precedence):
            writer.u8(5)
            writer.u8(precedence.rawValue)
        case .moved(let station):
            writer.u8(6)
            writer.indicator(station)
        }
    }

    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        let kind = try reader.u8()
        switch kind {
        case 1: self = .held(try reader.holdReason())
        case 2: self = .released
        case 3: self = .cancelling
        case 4: self = .cancelled
        case 5: self = .raised(try reader.precedence())
        case 6: self = .moved(try reader.indicator())
        default: throw .unknownValue(offset: reader.offset - 1, value: UInt64(kind))
        }
    }
}

/// The orders that are known for deliveries, also for such as have not come here yet (rule 21): kept for the duplicate
/// window.
package struct OrderMarks: Sendable {
    package struct Mark: Equatable, Sendable {
        package var cancels: Bool
        package var raisedTo: Precedence?
        /// Milliseconds since 1970.
        package var at: Int64
    }

    private struct Kept: Sendable {
        var mark: Mark
        /// Where a restart finds it.
        var segment: UInt32
    }

    private var kept: [DeliveryMark: Kept] = [:]

    package var isEmpty: Bool { kept.isEmpty }

    static func key(_ identity: CableIdentity, _ post: String) -> DeliveryMark {
        DeliveryMark(identity: identity, content: ContentMark(high: 0, low: 0), post: post)
    }

    subscript(key: DeliveryMark) -> Mark? { kept[key]?.mark }

    mutating func add(_ key: DeliveryMark, _ mark: Mark) {
        guard let known = kept[key] else {
            kept[key] = Kept(mark: mark, segment: 0)
            return
        }
        let raised = [known.mark.raisedTo, mark.raisedTo].compactMap { $0 }.max()
        kept[key]?.mark = Mark(
            cancels: known.mark.cancels || mark.cancels, raisedTo: raised, at: max(known.mark.at, mark.at))
    }

    mutating func placed(_ key: DeliveryMark, in segment: UInt32) {
        if let known = kept[key] { kept[key]?.segment = max(known.segment, segment) }
    }

    mutating func expire(before: Int64) {
        if kept.contains(where: { $0.value.mark.at < before }) { kept = kept.filter { $0.value.mark.at >= before } }
    }

    /// What a segment alone holds.
    func standing(in segment: UInt32) -> [(key: DeliveryMark, mark: Mark)] {
        kept.filter { $0.value.segment == segment }.map { ($0.key, $0.value.mark) }
            .sorted { ($0.key.high, $0.key.low) < ($1.key.high, $1.key.low) }
    }
}

extension JournalRecord {
    /// Orders whose segment goes, written again.
    package struct StandingOrders: Equatable, Sendable {
        package struct Item: Equatable, Sendable {
            package var key: DeliveryMark
            package var mark: OrderMarks.Mark
        }

        static let itemsMax = 8_192
        package var items: [Item]

        func write(to writer: inout OctetWriter) {
            writer.list(items) { writer, item in
                writer.u64(item.key.high)
                writer.u64(item.key.low)
                writer.bool(item.mark.cancels)
                writer.optional(item.mark.raisedTo) { $0.u8($1.rawValue) }
                writer.u64(UInt64(bitPattern: item.mark.at))
            }
        }

        init(items: [Item]) { self.items = items }

        init(from reader: inout OctetReader) throws(OctetFault) {
            items = try reader.list(bound: Self.itemsMax) { reader throws(OctetFault) in
                Item(
                    key: DeliveryMark(high: try reader.u64(), low: try reader.u64()),
                    mark: OrderMarks.Mark(
                        cancels: try reader.bool(),
                        raisedTo: try reader.optional { reader throws(OctetFault) in try reader.precedence() },
                        at: Int64(bitPattern: try reader.u64())))
            }
        }
    }
}
