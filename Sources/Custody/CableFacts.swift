import Cables
import Octets

/// What a carried cable's old records said of desks, replies and suspenses: written beside it, so that they can go.
package struct CableFacts: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package var arrival: UInt64
        package var index: UInt16
        package var office: String
        package var role: DeskDelivery.Role
        package var isSuspected: Bool
        package var isAddressed: Bool
        package var at: Int64
        package var read: DeskFacts.Reader?
        package var facts: DeskFacts
    }

    package struct Due: Equatable, Sendable {
        package var index: UInt16
        package var suspense: Suspense
    }

    /// The acceptance at this station.
    package var sequence: UInt64
    /// All entries of the cable of which more is known than its acceptance says.
    package var entries: [Entry]
    package var suspenses: [Due]
    package var replies: [ReplyLink]

    var isEmpty: Bool { entries.isEmpty && suspenses.isEmpty && replies.isEmpty }

    func write(to writer: inout OctetWriter) {
        writer.varint(sequence)
        writer.list(entries) { $1.write(to: &$0) }
        writer.list(suspenses) { writer, due in
            writer.u16(due.index)
            writer.u64(UInt64(bitPattern: due.suspense.openedAt))
            writer.u64(UInt64(bitPattern: due.suspense.due))
            writer.u8(due.suspense.told)
            writer.optional(due.suspense.answer) { $1.write(to: &$0) }
            writer.optional(due.suspense.closing) { writer, closing in
                writer.u64(UInt64(bitPattern: closing.at))
                writer.u32(closing.user)
                writer.string(closing.reason)
            }
        }
        writer.list(replies) { $1.write(to: &$0) }
    }

    init(sequence: UInt64, entries: [Entry], suspenses: [Due], replies: [ReplyLink]) {
        self.sequence = sequence
        self.entries = entries
        self.suspenses = suspenses
        self.replies = replies
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        sequence = try reader.varint()
        entries = try reader.list(bound: 2 * Acceptance.desksMax) { reader throws(OctetFault) in
            try Entry(from: &reader)
        }
        suspenses = try reader.list(bound: SignedBlock.deliveriesMax) { reader throws(OctetFault) in
            let index = try reader.u16()
            var suspense = Suspense(
                openedAt: Int64(bitPattern: try reader.u64()), due: Int64(bitPattern: try reader.u64()))
            suspense.told = try reader.u8()
            suspense.answer = try reader.optional { reader throws(OctetFault) in try ReplyLink(from: &reader) }
            suspense.closing = try reader.optional { reader throws(OctetFault) in
                Suspense.Closing(
                    at: Int64(bitPattern: try reader.u64()), user: try reader.u32(),
                    reason: try reader.string(bound: DeskRecord.reasonOctetsMax))
            }
            return Due(index: index, suspense: suspense)
        }
        replies = try reader.list(bound: DeskBook.repliesMax) { reader throws(OctetFault) in
            try ReplyLink(from: &reader)
        }
    }
}

extension CableFacts.Entry {
    fileprivate func write(to writer: inout OctetWriter) {
        writer.varint(arrival)
        writer.u16(index)
        writer.string(office)
        writer.u8(role.rawValue)
        writer.bool(isSuspected)
        writer.bool(isAddressed)
        writer.u64(UInt64(bitPattern: at))
        writer.optional(read) { $1.write(to: &$0) }
        writer.u8(facts.duties.rawValue)
        writer.optional(facts.acknowledgedAt) { $0.u64(UInt64(bitPattern: $1)) }
        writer.u32(facts.acknowledgedBy)
        writer.optional(facts.archivedAt) { $0.u64(UInt64(bitPattern: $1)) }
        writer.optional(facts.forwardedTo) { $0.string($1) }
        writer.varint(facts.forwardedArrival)
        writer.optional(facts.forwardReason) { $0.string($1) }
        writer.bool(facts.isHandedOver)
        writer.u32(facts.calls)
        writer.list(facts.readers) { $1.write(to: &$0) }
    }

    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        arrival = try reader.varint()
        index = try reader.u16()
        office = try reader.string(bound: 1_024)
        role = try reader.deskRole()
        isSuspected = try reader.bool()
        isAddressed = try reader.bool()
        at = Int64(bitPattern: try reader.u64())
        read = try reader.optional { reader throws(OctetFault) in try DeskFacts.Reader(from: &reader) }
        facts = DeskFacts(duties: DeskDuties(rawValue: try reader.u8()))
        facts.acknowledgedAt = try reader.optional { reader throws(OctetFault) in Int64(bitPattern: try reader.u64()) }
        facts.acknowledgedBy = try reader.u32()
        facts.archivedAt = try reader.optional { reader throws(OctetFault) in Int64(bitPattern: try reader.u64()) }
        facts.forwardedTo = try reader.optional { reader throws(OctetFault) in try reader.string(bound: 1_024) }
        facts.forwardedArrival = try reader.varint()
        facts.forwardReason = try reader.optional { reader throws(OctetFault) in
            try reader.string(bound: DeskRecord.reasonOctetsMax)
        }
        facts.isHandedOver = try reader.bool()
        facts.calls = try reader.u32()
        facts.readers = try reader.list(bound: DeskFacts.readersMax) { reader throws(OctetFault) in
            try DeskFacts.Reader(from: &reader)
        }
    }
}

extension DeskFacts.Reader {
    fileprivate func write(to writer: inout OctetWriter) {
        writer.u32(user)
        writer.u64(UInt64(bitPattern: at))
    }

    fileprivate init(from reader: inout OctetReader) throws(OctetFault) {
        self.init(user: try reader.u32(), at: Int64(bitPattern: try reader.u64()))
    }
}

extension ReplyLink {
    func write(to writer: inout OctetWriter) {
        writer.identity(reply)
        writer.string(post)
        writer.u64(UInt64(bitPattern: acceptedAt))
        writer.u64(UInt64(bitPattern: at))
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        self.init(
            reply: try reader.identity(), post: try reader.string(bound: 1_024),
            acceptedAt: Int64(bitPattern: try reader.u64()), at: Int64(bitPattern: try reader.u64()))
    }
}
