/// What is found by a text that somebody chose, in parts: so that a look for what is no longer kept takes one part at a
/// time, and nobody waits long for it.
struct PartedIndex<Value> {
    private static var partCount: Int { 256 }

    private var parts = [[String: Value]](repeating: [:], count: Self.partCount)
    /// The part that the next look takes.
    private var next = 0

    var count: Int { parts.reduce(0) { $0 + $1.count } }

    subscript(_ text: String) -> Value? {
        get { parts[Self.part(of: text)][text] }
        set { parts[Self.part(of: text)][text] = newValue }
    }

    /// Takes the part out that is to be looked at; `putBack` follows.
    mutating func takePart() -> [String: Value] {
        var part: [String: Value] = [:]
        swap(&part, &parts[next])
        return part
    }

    mutating func putBack(_ part: [String: Value]) {
        parts[next] = part
        next = (next + 1) % Self.partCount
    }

    private static func part(of text: String) -> Int {
        var mixed: UInt32 = 0x811c_9dc5
        for octet in text.utf8 { mixed = (mixed ^ UInt32(octet)) &* 0x0100_0193 }
        return Int(mixed ^ mixed >> 16) & (partCount - 1)
    }
}
