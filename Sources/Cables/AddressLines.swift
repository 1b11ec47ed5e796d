/// Format lines 6 to 9: FM, TO, INFO and XMT, one addressee a line, with continuation lines (ACP 127 §204-206).
struct AddressLines {
    private enum Group { case none, from, to, info, exempt }

    private static let precedenceWords: [(word: String, precedence: Precedence, niact: Bool)] = [
        ("NIACT IMMEDIATE", .immediate, true), ("IMMEDIATE", .immediate, false), ("FLASH", .flash, false),
        ("PRIORITY", .priority, false), ("PIORITY", .priority, false), ("ROUTINE", .routine, false),
        ("CRITIC", .critic, false), ("ECP", .emergencyCommand, false), ("NIACT", .immediate, true),
    ]
    /// Addressees of one cable at most.
    private static let addresseesMax = 4_096

    private var group = Group.none
    private(set) var from: String?
    private(set) var to: [Cable.Addressee] = []
    private(set) var info: [Cable.Addressee] = []
    private(set) var exempt: [Cable.Addressee] = []
    private(set) var isOverfull = false

    /// Takes one line of the address window.
    mutating func take(_ text: String) {
        var rest = text
        if let (found, after) = Self.keyword(text) {
            group = found
            rest = after
        }
        rest = rest.collapsed
        guard !rest.isEmpty, !Self.isPageLine(rest), !Self.isCount(rest) else { return }
        switch group {
        case .none: return
        case .from:
            if from == nil { from = Self.name(rest).post }
        case .to: add(rest, to: \.to)
        case .info: add(rest, to: \.info)
        case .exempt: add(rest, to: \.exempt)
        }
    }

    private mutating func add(_ text: String, to list: WritableKeyPath<AddressLines, [Cable.Addressee]>) {
        guard to.count + info.count + exempt.count < Self.addresseesMax else {
            isOverfull = true
            return
        }
        // `TO ALL POSTS, XMT, AMEMBASSY X` names the exempt on the same line.
        let parts = Self.parts(text.capitals)
        self[keyPath: list].append(Self.name(parts[0]))
        if parts.count == 2 {
            let name = parts[1].drop { $0 == "," || $0 == " " }
            if !name.isEmpty { exempt.append(Self.name(String(name))) }
        }
    }

    private static func parts(_ text: String) -> [String] {
        guard text.utf8.contains(UInt8(ascii: ",")) else { return [text] }
        return text.split(separator: ", XMT", maxSplits: 1).map(String.init)
    }

    private static func keyword(_ text: String) -> (Group, String)? {
        guard let first = text.utf8.first, "FTIX".utf8.contains(first) else { return nil }
        for (word, group) in [("FM", Group.from), ("TO", .to), ("INFO", .info), ("XMT", .exempt)] {
            if text == word { return (group, "") }
            if text.hasPrefix(word + " ") || text.hasPrefix(word + "/") || text.hasPrefix(word + "\t") {
                return (group, String(text.dropFirst(word.count + 1)))
            }
        }
        return nil
    }

    static func isPageLine(_ text: String) -> Bool {
        guard text.utf8.first == UInt8(ascii: "P") else { return false }
        let words = text.words
        return words.count >= 2 && words[0] == "PAGE" && Int(words[1]) != nil
    }

    /// Format line 10: an accounting symbol or group count.
    private static func isCount(_ text: String) -> Bool {
        guard text.utf8.first == UInt8(ascii: "G") else { return false }
        let words = text.words
        return words.count <= 2 && (words[0] == "GR" || words[0] == "GRNC")
            && (words.count == 1 || Int(words[1]) != nil)
    }

    /// `RUEHEL/AMEMBASSY ELBONIA PRIORITY 0842`
    static func name(_ text: String) -> Cable.Addressee {
        var rest = text.capitals.collapsed
        var indicator: RoutingIndicator?
        var otherMeans = false
        if let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) {
            let prefix = rest[..<slash]
            let after = rest[rest.index(after: slash)...].drop { $0 == " " || $0 == "/" }
            if prefix == "ZEN", !after.isEmpty {
                otherMeans = true
                rest = String(after)
            } else if prefix.hasPrefix("R") || prefix.hasPrefix("Q"), let written = RoutingIndicator(prefix),
                !after.isEmpty
            {
                indicator = written
                rest = String(after)
            }
        }
        var words = rest.words
        var sequence: String?
        let isGroup = words.first == "AIG" && words.count == 2
        if !isGroup, words.count > 1, let last = words.last, last.utf8.count >= 4,
            last.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        {
            sequence = last
            words.removeLast()
        }
        var own: Precedence?
        var niact = false
        let joined = words.joined(separator: " ")
        let ending = words.last ?? ""
        for item in precedenceWords where item.word.hasSuffix(ending) && joined.hasSuffix(" " + item.word) {
            own = item.precedence
            niact = item.niact
            words.removeLast(item.word.words.count)
            break
        }
        return Cable.Addressee(
            post: words.joined(separator: " "), indicator: indicator, deliveredByOtherMeans: otherMeans,
            precedence: own ?? .routine, niact: niact, sequence: sequence, ownPrecedence: own)
    }

    /// Fills in the precedence of those who have no word of their own.
    mutating func settle(action: Precedence?, info infoPrecedence: Precedence?) {
        for index in to.indices where to[index].ownPrecedence == nil { to[index].precedence = action ?? .routine }
        for index in info.indices where info[index].ownPrecedence == nil {
            info[index].precedence = infoPrecedence ?? action ?? .routine
        }
        for index in exempt.indices where exempt[index].ownPrecedence == nil {
            exempt[index].precedence = action ?? .routine
        }
    }
}
