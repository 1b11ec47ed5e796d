import Octets

/// Which transfers are kept half done, and what goes when room is short (rule 18). The files are its edge's business.
///
/// A partial transfer is keyed by content hash and length, from whatever neighbour; its name on the disk also says the
/// precedence, so that what ranks lowest goes first also after a start.
struct PartialShelf: Sendable {
    /// What a body that begins is to do.
    enum Place: Equatable, Sendable {
        /// Goes on in the file of this name, or begins it.
        case keyed(name: String)
        /// Another session writes the same octets just now: a place of its own, from the first octet.
        case separate
        /// There is no room for it.
        case full
    }

    private struct Item: Sendable {
        var hash: Digest
        var length: UInt64
        var precedence: UInt8
        var octets: UInt64
        var age: UInt64
        var isInUse: Bool
    }

    /// Transfers that are kept at most, besides their octets.
    private static let itemsMax = 4_096

    private let capacity: UInt64
    private var items: [String: Item] = [:]
    private var nextAge: UInt64 = 0

    /// - Parameters:
    ///   - capacity: octets of all transfers that are not whole.
    ///   - found: names and octets of the files that are there, oldest first as far as that is known.
    init(capacity: UInt64, found: [(name: String, octets: UInt64)]) {
        self.capacity = capacity
        for file in found {
            guard let (hash, length, precedence) = Self.read(file.name), file.octets <= length else { continue }
            items[file.name] = Item(
                hash: hash, length: length, precedence: precedence, octets: file.octets, age: nextAge, isInUse: false)
            nextAge += 1
        }
    }

    var octets: UInt64 { items.values.reduce(0) { $0 + ($1.isInUse ? $1.length : $1.octets) } }

    /// The name under which a transfer is kept or under way.
    func name(_ hash: Digest, length: UInt64) -> String? {
        items.first { $0.value.hash == hash && $0.value.length == length }?.key
    }

    func octets(of name: String) -> UInt64 { items[name]?.octets ?? 0 }

    /// A body begins. What is to be removed for it stands in the second part of the answer.
    ///
    /// - Parameter isUrgent: it is taken also where there is no room.
    mutating func begin(
        _ hash: Digest, length: UInt64, precedence: UInt8, isUrgent: Bool
    ) -> (place: Place, removed: [String]) {
        if let name = name(hash, length: length) {
            guard items[name]?.isInUse == false else { return (.separate, []) }
            items[name]?.isInUse = true
            return (.keyed(name: name), [])
        }
        var removed: [String] = []
        while octets + length > capacity || items.count >= Self.itemsMax {
            // What ranks higher than what begins is not given up for it.
            guard
                let victim = items.filter({ !$0.value.isInUse && $0.value.precedence <= precedence })
                    .min(by: { ($0.value.precedence, $0.value.age) < ($1.value.precedence, $1.value.age) })?.key
            else { break }
            items[victim] = nil
            removed.append(victim)
        }
        guard isUrgent || (octets + length <= capacity && items.count < Self.itemsMax) else { return (.full, removed) }
        let name = "\(hash)-\(length)-\(precedence)"
        items[name] = Item(
            hash: hash, length: length, precedence: precedence, octets: 0, age: nextAge, isInUse: true)
        nextAge += 1
        return (.keyed(name: name), removed)
    }

    /// A body was interrupted, with so many octets on the disk. True when they are worth keeping.
    mutating func interrupted(_ name: String, octets: UInt64) -> Bool {
        guard items[name] != nil else { return false }
        guard octets > 0 else {
            items[name] = nil
            return false
        }
        items[name]?.octets = octets
        items[name]?.isInUse = false
        return true
    }

    /// A body is whole, or was wrong.
    mutating func ended(_ name: String) { items[name] = nil }

    private static func read(_ name: String) -> (hash: Digest, length: UInt64, precedence: UInt8)? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let hash = Digest(hexadecimal: String(parts[0])), let length = UInt64(parts[1]),
            let precedence = UInt8(parts[2])
        else { return nil }
        return (hash, length, precedence)
    }
}
