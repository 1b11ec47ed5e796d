/// One line of the inbox: a view of the journal's records of delivery (rule 13).
///
/// Its arrival number is its place in the list, from 1.
package struct InboxEntry: Sendable {
    package var slot: UInt32
    package var index: UInt16
    package var office: UInt32
    package var role: DeskDelivery.Role
    package var suspectedDuplicate: Bool
    package var at: Int64
    package var readAt: Int64?
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
