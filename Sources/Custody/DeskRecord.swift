import Cables
import Octets

/// What people and programs did with a cable that lies on a desk, and what they were told of it.
package enum DeskRecord: Equatable, Sendable {
    case acknowledged(Acknowledged)
    case forwarded(Forwarded)
    case archived(Archived)
    case suspenseClosed(SuspenseClosed)
    case told(Told)
    case facts(CableFacts)

    /// A person took action on an entry of the inbox.
    package struct Acknowledged: Equatable, Sendable {
        /// The acceptance, and which delivery of its block.
        package var number: CustodyNumber
        package var index: UInt16
        package var arrival: UInt64
        package var user: UInt32
        package var at: Int64
        /// To the originator; nil for a copy, and where the cable originated here.
        package var message: ServiceMessage?
        package var proof: BatchProof?
        /// The record before this one in the cable's history.
        package var previous: RecordPlace

        package init(
            number: CustodyNumber, index: UInt16, arrival: UInt64, user: UInt32, at: Int64, message: ServiceMessage?,
            previous: RecordPlace
        ) {
            self.number = number
            self.index = index
            self.arrival = arrival
            self.user = user
            self.at = at
            self.message = message
            self.previous = previous
        }
    }

    /// An entry went to another office of its post.
    package struct Forwarded: Equatable, Sendable {
        package var number: CustodyNumber
        package var index: UInt16
        package var arrival: UInt64
        /// The arrival number at the other office; 0 where that had a copy, which takes over.
        package var newArrival: UInt64
        package var office: String
        package var duties: DeskDuties
        package var user: UInt32
        package var reason: String
        package var at: Int64
        package var previous: RecordPlace
    }

    /// Nothing more is to be done with an entry.
    package struct Archived: Equatable, Sendable {
        package var arrival: UInt64
        package var user: UInt32
        package var at: Int64

        package init(arrival: UInt64, user: UInt32, at: Int64) {
            self.arrival = arrival
            self.user = user
            self.at = at
        }
    }

    /// A reply is no longer waited for, or no longer owed.
    package struct SuspenseClosed: Equatable, Sendable {
        package var number: CustodyNumber
        package var index: UInt16
        package var user: UInt32
        package var reason: String
        package var at: Int64
        package var previous: RecordPlace
    }

    /// Somebody was told, or a program has done its work: it need not be said again.
    package struct Told: Equatable, Sendable {
        package var matter: DeskMatter
        package var at: Int64
    }

    /// Octets of a reason that a person gives at most.
    package static let reasonOctetsMax = 1_024
    static let kinds: ClosedRange<UInt8> = 60...65

    var kind: UInt8 {
        switch self {
        case .acknowledged: 60
        case .forwarded: 61
        case .archived: 62
        case .suspenseClosed: 63
        case .told: 64
        case .facts: 65
        }
    }

    /// What is told again harmlessly, or repeats what other records say, needs no sync of its own.
    var mayWait: Bool {
        switch self {
        case .told, .facts: true
        case .acknowledged, .forwarded, .archived, .suspenseClosed: false
        }
    }

    func write(to writer: inout OctetWriter) {
        switch self {
        case .acknowledged(let given):
            writer.number(given.number)
            writer.u16(given.index)
            writer.varint(given.arrival)
            writer.u32(given.user)
            writer.u64(UInt64(bitPattern: given.at))
            writer.optional(given.message) { $0.bytes($1.encoded) }
            writer.optional(given.proof) { $1.write(to: &$0) }
            writer.place(given.previous)
        case .forwarded(let forwarded):
            writer.number(forwarded.number)
            writer.u16(forwarded.index)
            writer.varint(forwarded.arrival)
            writer.varint(forwarded.newArrival)
            writer.string(forwarded.office)
            writer.u8(forwarded.duties.rawValue)
            writer.u32(forwarded.user)
            writer.string(forwarded.reason)
            writer.u64(UInt64(bitPattern: forwarded.at))
            writer.place(forwarded.previous)
        case .archived(let archived):
            writer.varint(archived.arrival)
            writer.u32(archived.user)
            writer.u64(UInt64(bitPattern: archived.at))
        case .suspenseClosed(let closed):
            writer.number(closed.number)
            writer.u16(closed.index)
            writer.u32(closed.user)
            writer.string(closed.reason)
            writer.u64(UInt64(bitPattern: closed.at))
            writer.place(closed.previous)
        case .told(let told):
            told.matter.write(to: &writer)
            writer.u64(UInt64(bitPattern: told.at))
        case .facts(let facts): facts.write(to: &writer)
        }
    }

    init(kind: UInt8, from reader: inout OctetReader) throws(OctetFault) {
        switch kind {
        case 60:
            var given = Acknowledged(
                number: try reader.number(), index: try reader.u16(), arrival: try reader.varint(),
                user: try reader.u32(), at: Int64(bitPattern: try reader.u64()),
                message: try reader.optional { reader throws(OctetFault) in
                    try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax))
                }, previous: .none)
            given.proof = try reader.optional { reader throws(OctetFault) in try BatchProof(from: &reader) }
            given.previous = try reader.place()
            self = .acknowledged(given)
        case 61:
            self = .forwarded(
                Forwarded(
                    number: try reader.number(), index: try reader.u16(), arrival: try reader.varint(),
                    newArrival: try reader.varint(), office: try reader.string(bound: 1_024),
                    duties: DeskDuties(rawValue: try reader.u8()), user: try reader.u32(),
                    reason: try reader.string(bound: Self.reasonOctetsMax), at: Int64(bitPattern: try reader.u64()),
                    previous: try reader.place()))
        case 62:
            self = .archived(
                Archived(arrival: try reader.varint(), user: try reader.u32(), at: Int64(bitPattern: try reader.u64())))
        case 63:
            self = .suspenseClosed(
                SuspenseClosed(
                    number: try reader.number(), index: try reader.u16(), user: try reader.u32(),
                    reason: try reader.string(bound: Self.reasonOctetsMax), at: Int64(bitPattern: try reader.u64()),
                    previous: try reader.place()))
        case 64:
            self = .told(Told(matter: try DeskMatter(from: &reader), at: Int64(bitPattern: try reader.u64())))
        case 65: self = .facts(try CableFacts(from: &reader))
        default: throw .unknownValue(offset: 1, value: UInt64(kind))
        }
    }

    /// The service message that the record states, where it is signed.
    var service: (message: ServiceMessage, proof: BatchProof, trace: [RoutingIndicator])? {
        guard case .acknowledged(let given) = self, let message = given.message else { return nil }
        return given.proof.map { (message, $0, []) }
    }

    /// What the record states to the originator.
    package var statement: ServiceMessage? {
        guard case .acknowledged(let given) = self else { return nil }
        return given.message
    }

    /// The record before this one in the history of a cable; only of those that stand in one.
    package var history: (number: CustodyNumber, previous: RecordPlace)? {
        switch self {
        case .acknowledged(let given): (given.number, given.previous)
        case .forwarded(let forwarded): (forwarded.number, forwarded.previous)
        case .suspenseClosed(let closed): (closed.number, closed.previous)
        case .archived, .told, .facts: nil
        }
    }

    /// The same record behind another one in the cable's history.
    func behind(_ place: RecordPlace) -> DeskRecord {
        switch self {
        case .acknowledged(var given):
            given.previous = place
            return .acknowledged(given)
        case .forwarded(var forwarded):
            forwarded.previous = place
            return .forwarded(forwarded)
        case .suspenseClosed(var closed):
            closed.previous = place
            return .suspenseClosed(closed)
        case .archived, .told, .facts: return self
        }
    }
}

/// Something of which a person or a program is told at least once. Its text is the key that stays the same.
package enum DeskMatter: Hashable, Sendable, CustomStringConvertible {
    package enum Stage: UInt8, Sendable, CaseIterable {
        case halfTime = 1
        case dayBefore
        case overdue

        package var word: String {
            switch self {
            case .halfTime: "halfTime"
            case .dayBefore: "dayBefore"
            case .overdue: "overdue"
            }
        }
    }

    /// A delivery for the program of its office.
    case hook(arrival: UInt64)
    /// A FLASH or NIACT that nobody has acknowledged: the how manieth call, from 0.
    case call(arrival: UInt64, count: UInt32)
    /// A reply that is due. The sequence is that of the acceptance, the index that of the delivery.
    case reminder(sequence: UInt64, index: UInt16, stage: Stage)

    package var description: String {
        switch self {
        case .hook(let arrival): "delivery-\(arrival)"
        case .call(let arrival, let count): "call-\(arrival)-\(count)"
        case .reminder(let sequence, let index, let stage): "\(stage.word)-\(sequence)-\(index)"
        }
    }

    func write(to writer: inout OctetWriter) {
        switch self {
        case .hook(let arrival):
            writer.u8(1)
            writer.varint(arrival)
        case .call(let arrival, let count):
            writer.u8(2)
            writer.varint(arrival)
            writer.u32(count)
        case .reminder(let sequence, let index, let stage):
            writer.u8(3)
            writer.varint(sequence)
            writer.u16(index)
            writer.u8(stage.rawValue)
        }
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        let kind = try reader.u8()
        switch kind {
        case 1: self = .hook(arrival: try reader.varint())
        case 2: self = .call(arrival: try reader.varint(), count: try reader.u32())
        case 3:
            let (sequence, index, raw) = (try reader.varint(), try reader.u16(), try reader.u8())
            guard let stage = Stage(rawValue: raw) else {
                throw .unknownValue(offset: reader.offset - 1, value: UInt64(raw))
            }
            self = .reminder(sequence: sequence, index: index, stage: stage)
        default: throw .unknownValue(offset: reader.offset - 1, value: UInt64(kind))
        }
    }
}
