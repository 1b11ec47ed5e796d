/// One line of the inbox: a view of the journal's records of delivery (rule 13).
///
/// Arrival numbers grow by one with each delivery at this station, from 1; those of entries that are no longer kept are
/// not used again.
package struct InboxEntry: Sendable {
    package var arrival: UInt64
    package var slot: UInt32
    package var index: UInt16
    package var office: UInt32
    package var role: DeskDelivery.Role
    package var suspectedDuplicate: Bool
    package var at: Int64
    package var readAt: Int64?
    /// The first who read it.
    package var readBy: UInt32 = 0
    /// The desk that the receipt names, or to which that was forwarded: not a copy.
    package var isAddressed: Bool
}

/// The inboxes of all offices of this station, in order of arrival.
package struct Inbox: Sendable {
    private var list: [InboxEntry] = []
    /// The newest arrival number that was given.
    package private(set) var last: UInt64 = 0

    package init() {}

    package mutating func add(_ entry: InboxEntry) {
        last = max(last, entry.arrival)
        guard let newest = list.last, newest.arrival >= entry.arrival else { return list.append(entry) }
        let place = place(of: entry.arrival)
        if place < list.count, list[place].arrival == entry.arrival {
            list[place] = entry
        } else {
            list.insert(entry, at: place)
        }
    }

    /// Arrival numbers up to this one were given, whether or not their entries are still kept.
    package mutating func given(through arrival: UInt64) { last = max(last, arrival) }

    package subscript(arrival: UInt64) -> InboxEntry? {
        let place = place(of: arrival)
        return place < list.count && list[place].arrival == arrival ? list[place] : nil
    }

    /// Changes the entry of this number, if it is kept.
    mutating func change(_ arrival: UInt64, _ change: (inout InboxEntry) -> Void) {
        let place = place(of: arrival)
        if place < list.count, list[place].arrival == arrival { change(&list[place]) }
    }

    package mutating func markRead(_ arrival: UInt64, by user: UInt32, at: Int64) {
        let place = place(of: arrival)
        guard place < list.count, list[place].arrival == arrival, list[place].readAt == nil else { return }
        list[place].readAt = at
        list[place].readBy = user
    }

    /// Entries of one delivery that bear the sign of a suspected duplicate.
    package func suspected(_ slot: UInt32, _ index: UInt16, at: Int64) -> [InboxEntry] {
        list.filter { $0.suspectedDuplicate && $0.slot == slot && $0.index == index && $0.at == at }
    }

    /// Takes the sign away.
    package mutating func trust(_ arrival: UInt64) {
        let place = place(of: arrival)
        guard place < list.count, list[place].arrival == arrival else { return }
        list[place].suspectedDuplicate = false
    }

    /// The entries of cables that are no longer kept go with them.
    package mutating func removeAll(where isGone: (InboxEntry) -> Bool) { list.removeAll(where: isGone) }

    package var entries: [InboxEntry] { list }

    private func place(of arrival: UInt64) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle].arrival < arrival { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Names of posts and offices, each held once.
package struct NameTable: Sendable {
    package static let none = UInt32.max

    private var names: [String] = []
    private var numbers: [String: UInt32] = [:]

    package mutating func number(of name: String) -> UInt32 {
        if let known = numbers[name] { return known }
        let number = UInt32(names.count)
        names.append(name)
        numbers[name] = number
        return number
    }

    package func known(_ name: String) -> UInt32? { numbers[name] }

    package subscript(number: UInt32) -> String { number == Self.none ? "" : names[Int(number)] }
}
