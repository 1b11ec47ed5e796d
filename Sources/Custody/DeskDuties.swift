import Octets

/// What a desk's delivery asks for, as decided when it was made: what the station file says later changes nothing of it.
package struct DeskDuties: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The desk is the one addressed: a receipt names it, and its acknowledgment goes to the originator.
    package static let receipt = DeskDuties(rawValue: 1)
    /// A slug of the cable names no office of the post.
    package static let unknownSlug = DeskDuties(rawValue: 4)
    /// The office's program is to get it.
    package static let hook = DeskDuties(rawValue: 8)
    /// A person is to acknowledge it within a set time.
    package static let acknowledgment = DeskDuties(rawValue: 16)

    static let known: UInt8 = 31
    /// In the octets only: a time follows by which a reply is due.
    static let replyFlag: UInt8 = 2
}

extension OctetWriter {
    /// One octet, and the time behind it where there is one. 0 and 1 are what earlier releases wrote.
    mutating func duties(_ duties: DeskDuties, replyDue: Int64?) {
        u8(duties.rawValue | (replyDue == nil ? 0 : DeskDuties.replyFlag))
        if let replyDue { u64(UInt64(bitPattern: replyDue)) }
    }
}

extension OctetReader {
    mutating func duties() throws(OctetFault) -> (duties: DeskDuties, replyDue: Int64?) {
        let octet = try u8()
        guard octet & ~DeskDuties.known == 0 else { throw .unknownValue(offset: offset - 1, value: UInt64(octet)) }
        let replyDue = octet & DeskDuties.replyFlag == 0 ? nil : Int64(bitPattern: try u64())
        return (DeskDuties(rawValue: octet & ~DeskDuties.replyFlag), replyDue)
    }
}
