package import Cables

/// The copy of a cable, or a receipt or notice, on its way over one link.
///
///     ready --offer with body--------------------------> offered --note--> (released)
///       |  \--offer--> asking --offset--> sending --last--^   |
///       ^                 |                  |                |
///       +---- link down --+------------------+----------------+
///       +---- after a while -- held <---- refused ------------+
///
/// It comes into being when its record is synced, so all that it sends is durable. What it carries is found by its
/// number: 32 octets, which a test holds, since a million may wait.
package struct Transmission: Sendable {
    package enum State: UInt8, Sendable {
        case ready = 0
        /// Offered; the neighbour has not yet said from which octet it wants the body.
        case asking
        /// Some of its octets are sent, some are not.
        case sending
        /// All is sent; the custody note is awaited.
        case offered
        /// Refused or unroutable: not to be offered before a time.
        case held
    }

    private var packedSequence: Packed48
    private var part: UInt16
    package var next: UInt32 = CustodyDelivery.none
    package var previous: UInt32 = CustodyDelivery.none
    /// Octets of the body that are sent.
    package var sent: UInt32 = 0
    private var packedChannel = Packed48(0)
    /// Ordinal of own links.
    package let link: UInt16
    private var tries: UInt16 = 0
    /// Three bits of state, three of precedence, and two traits.
    private var traits: UInt8

    private static let precedenceShift: UInt8 = 3
    private static let service: UInt8 = 0x40
    private static let suspected: UInt8 = 0x80

    /// - Parameter number: what is sent: the cable of this custody, or the receipt or notice.
    package init(
        number: CustodyNumber, isService: Bool, link: UInt16, precedence: Precedence, state: State = .ready
    ) {
        packedSequence = Packed48(Int64(clamping: number.sequence))
        part = number.part
        self.link = link
        traits =
            state.rawValue | precedence.rawValue << Self.precedenceShift | (isService ? Self.service : 0)
    }

    package var number: CustodyNumber {
        CustodyNumber(sequence: UInt64(bitPattern: packedSequence.value), part: part)
    }

    package var channel: UInt64 {
        get { UInt64(bitPattern: packedChannel.value) }
        set { packedChannel = Packed48(Int64(clamping: newValue)) }
    }

    package var state: State {
        get { State(rawValue: traits & 0x07) ?? .ready }
        set { traits = traits & ~0x07 | newValue.rawValue }
    }

    package var precedence: Precedence {
        get { Precedence(rawValue: traits >> Self.precedenceShift & 0x07) ?? .routine }
        set { traits = traits & ~(0x07 << Self.precedenceShift) | newValue.rawValue << Self.precedenceShift }
    }

    private static let doubt: UInt16 = 0x8000

    /// Offers that came to nothing.
    package var attempts: UInt16 { tries & ~Self.doubt }

    mutating func countAttempt() { if attempts < Self.doubt - 1 { tries += 1 } }

    /// All of it had been sent when the session was lost: the neighbour may have custody of it.
    package var isInDoubt: Bool {
        get { tries & Self.doubt != 0 }
        set { tries = newValue ? tries | Self.doubt : tries & ~Self.doubt }
    }

    package var isService: Bool { traits & Self.service != 0 }

    package var suspectedDuplicate: Bool {
        get { traits & Self.suspected != 0 }
        set { traits = newValue ? traits | Self.suspected : traits & ~Self.suspected }
    }

    /// Receipts and notices stand before cables of their precedence (rule 16).
    package var lane: Int { Int(precedence.rawValue) * 2 + (isService ? 1 : 0) }
    package static let laneCount = Precedence.allCases.count * 2
}

/// What waits on one link, highest precedence first, within one by custody number (rule 14).
package struct TransmissionQueue: Sendable {
    private struct Lane: Sendable {
        var head = CustodyDelivery.none
        var tail = CustodyDelivery.none
        var count = 0
    }

    private var lanes = [Lane](repeating: Lane(), count: Transmission.laneCount)

    /// The highest that waits, of cables only from this precedence on.
    package func first(from floor: Precedence) -> UInt32? {
        for lane in lanes.indices.reversed() where lane % 2 == 1 || lane >= Int(floor.rawValue) * 2 {
            if lanes[lane].head != CustodyDelivery.none { return lanes[lane].head }
        }
        return nil
    }

    package var isEmpty: Bool { lanes.allSatisfy { $0.count == 0 } }

    package func count(_ precedence: Precedence) -> Int { lanes[Int(precedence.rawValue) * 2].count }

    /// The first cable of a precedence.
    package func first(_ precedence: Precedence) -> UInt32? {
        let head = lanes[Int(precedence.rawValue) * 2].head
        return head == CustodyDelivery.none ? nil : head
    }

    /// The next to be sent: a receipt before a cable of the same precedence.
    package func first() -> UInt32? {
        var lane = lanes.count - 1
        while lane >= 0 {
            if lanes[lane].head != CustodyDelivery.none { return lanes[lane].head }
            lane -= 1
        }
        return nil
    }

    /// All of a precedence, receipts and notices first.
    package func waiting(_ precedence: Precedence, _ table: borrowing Slab<Transmission>) -> [UInt32] {
        var found: [UInt32] = []
        for lane in [Int(precedence.rawValue) * 2 + 1, Int(precedence.rawValue) * 2] {
            var index = lanes[lane].head
            while index != CustodyDelivery.none {
                found.append(index)
                index = table[index].next
            }
        }
        return found
    }

    /// Puts one in at its place by number; newest numbers are expected and cost one step.
    package mutating func append(_ index: UInt32, _ table: inout Slab<Transmission>) {
        let number = table[index].number
        var after = lanes[table[index].lane].tail
        while after != CustodyDelivery.none, number < table[after].number { after = table[after].previous }
        link(index, after: after, &table)
    }

    /// Puts one back in at its place by number; the lowest numbers are expected and cost one step.
    package mutating func putBack(_ index: UInt32, _ table: inout Slab<Transmission>) {
        let number = table[index].number
        var before = lanes[table[index].lane].head
        var after = CustodyDelivery.none
        while before != CustodyDelivery.none, table[before].number < number {
            after = before
            before = table[before].next
        }
        link(index, after: after, &table)
    }

    package mutating func remove(_ index: UInt32, _ table: inout Slab<Transmission>) {
        let lane = table[index].lane
        let (previous, next) = (table[index].previous, table[index].next)
        if previous == CustodyDelivery.none { lanes[lane].head = next } else { table[previous].next = next }
        if next == CustodyDelivery.none { lanes[lane].tail = previous } else { table[next].previous = previous }
        table[index].next = CustodyDelivery.none
        table[index].previous = CustodyDelivery.none
        lanes[lane].count -= 1
    }

    private mutating func link(_ index: UInt32, after: UInt32, _ table: inout Slab<Transmission>) {
        let lane = table[index].lane
        let next = after == CustodyDelivery.none ? lanes[lane].head : table[after].next
        table[index].previous = after
        table[index].next = next
        if after == CustodyDelivery.none { lanes[lane].head = index } else { table[after].next = index }
        if next == CustodyDelivery.none { lanes[lane].tail = index } else { table[next].previous = index }
        lanes[lane].count += 1
    }
}
