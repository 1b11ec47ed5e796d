/// Format lines 6 to 10: FM, TO, INFO and XMT, one addressee a line, with what continues them, and the accounting line
/// (ACP 127 §204-206).
///
/// The words count only at the start of a line and only here, between format line 5 and BT.
struct AddressLines {
    enum Group { case none, from, to, info, exempt }

    /// Addressees of one cable at most.
    static let addresseesMax = 4_096

    private let octets: CableOctets
    private var group = Group.none
    private(set) var originator: Cable.Addressee?
    var to: [Cable.Addressee] = []
    var info: [Cable.Addressee] = []
    var exempt: [Cable.Addressee] = []
    private(set) var accounting: String?
    private(set) var isOverfull = false
    /// The first line with a word that was understood although it is misspelt.
    private(set) var misspeltLine = 0
    /// The line of a second FM.
    private(set) var secondOriginatorLine = 0

    /// Octets of the line before as far as they are filled, for lines that go on with it.
    private var filledColumns = 0
    private var mayContinue = false
    private var mayGoOnByName = false

    init(_ octets: CableOctets) { self.octets = octets }

    var isEmpty: Bool { originator == nil && to.isEmpty && info.isEmpty && exempt.isEmpty }

    /// Takes one line of the address window.
    mutating func take(_ line: CableLine) {
        var rest = line.range
        var isNamed = false
        if let (found, after) = Self.keyword(octets, rest) {
            isNamed = true
            group = found
            rest = after
            mayContinue = false
        }
        guard !rest.isEmpty, !PageLine.stands(octets, rest) else { return }
        if isAccounting(rest) { return }
        if continues(line, rest) { return }
        let posts = group == .from ? [] : Self.several(octets, rest)
        if !posts.isEmpty {
            for post in posts { add(Entry(octets, post)) }
            filledColumns = line.range.count
            return
        }
        let entry = Entry(octets, rest)
        filledColumns = line.range.count
        if entry.isMisspelt, misspeltLine == 0 { misspeltLine = line.number }
        switch group {
        case .none: return
        case .from:
            if entry.addressee.post.isEmpty { return }
            if originator == nil {
                originator = entry.addressee
                mayContinue = true
                mayGoOnByName = true
            } else if isNamed, secondOriginatorLine == 0 {
                secondOriginatorLine = line.number
            }
        case .to, .info, .exempt: add(entry)
        }
    }

    private mutating func add(_ entry: Entry) {
        guard to.count + info.count + exempt.count < Self.addresseesMax else {
            isOverfull = true
            return
        }
        mayContinue = entry.addressee.sequence == nil
        mayGoOnByName = entry.addressee.ownPrecedence == nil
        if !entry.addressee.post.isEmpty {
            switch entry.isExempt ? .exempt : group {
            case .none, .from: break
            case .to:
                if to.isEmpty { to.reserveCapacity(4) }
                to.append(entry.addressee)
            case .info: info.append(entry.addressee)
            case .exempt: exempt.append(entry.addressee)
            }
        }
        if let post = entry.exemptBehind { exempt.append(Entry(octets, post).addressee) }
    }

    /// `EMBASSY A, EMBASSY B; RUENO/POST C`: the addressees, where each part between commas names its own kind.
    /// Empty for all other lines: a comma may be part of a name.
    private static func several(_ octets: CableOctets, _ line: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = line.lowerBound
        for place in line where octets[place] == UInt8(ascii: ",") || octets[place] == UInt8(ascii: ";") {
            parts.append(octets.trimmed(start..<place))
            start = place + 1
            if parts.count >= addresseesMax { return [] }
        }
        guard !parts.isEmpty else { return [] }
        parts.append(octets.trimmed(start..<line.upperBound))
        if let last = parts.last, last.isEmpty { parts.removeLast() }
        return parts.allSatisfy { namesItsKind(octets, $0) } ? parts : []
    }

    private static let kinds: WordSet = [
        "AMEMBASSY", "AMCONSUL", "EMBASSY", "CONSULATE", "AMCONSULATE", "USMISSION", "USUN", "USNATO", "USINT",
        "USOFFICE",
        "USLO", "SECSTATE", "SECDEF", "MISSION", "AMCONGEN",
    ]

    private static func namesItsKind(_ octets: CableOctets, _ part: Range<Int>) -> Bool {
        guard let first = Words(octets, part).peek() else { return false }
        if kinds.contains(octets, first) { return true }
        guard let slash = octets.first(UInt8(ascii: "/"), in: first) else { return false }
        let letter = octets[first.lowerBound].capital
        return (letter == UInt8(ascii: "R") || letter == UInt8(ascii: "Q"))
            && RoutingIndicator(octets, first.lowerBound..<slash) != nil
    }

    // MARK: Keywords

    /// FM, TO, INFO or XMT at the start of a line, with a blank, slash or colon behind; what follows it.
    static func keyword(_ octets: CableOctets, _ range: Range<Int>) -> (Group, Range<Int>)? {
        guard range.count >= 2 else { return nil }
        switch octets[range.lowerBound].capital {
        case UInt8(ascii: "F"):
            return after("FM", .from, octets, range) ?? after("FROM", .from, octets, range)
        case UInt8(ascii: "T"): return after("TO", .to, octets, range)
        case UInt8(ascii: "I"): return after("INFO", .info, octets, range)
        case UInt8(ascii: "X"): return after("XMT", .exempt, octets, range)
        default: return nil
        }
    }

    private static func after(
        _ word: StaticString, _ group: Group, _ octets: CableOctets, _ range: Range<Int>
    ) -> (Group, Range<Int>)? {
        guard octets.begins(range, word) else { return nil }
        let end = range.lowerBound + word.utf8CodeUnitCount
        guard end < range.upperBound else { return (group, end..<end) }
        switch octets[end] {
        case 0x20, 0x09, UInt8(ascii: "/"), UInt8(ascii: ":"):
            return (group, octets.skipBlanks(end + 1..<range.upperBound))
        default: return nil
        }
    }

    // MARK: Lines that go on

    /// An indented line whose first word did not fit on the line before, a lone COLLECTIVE, or a lone precedence and
    /// number, belong to the addressee before them.
    private mutating func continues(_ line: CableLine, _ rest: Range<Int>) -> Bool {
        guard mayContinue, rest.lowerBound == line.start || octets[line.start].isBlank else { return false }
        let plain = octets.skipBlanks(rest)
        let isIndented = plain.lowerBound > line.start && octets[line.start].isBlank
        var words = Words(octets, plain)
        guard let first = words.next() else { return false }
        let mayBeTail = octets[first.lowerBound].isDigit || Self.tails.contains(octets, first)
        guard isIndented || mayBeTail else { return false }
        let entry = Entry(octets, plain)
        let isTail = entry.addressee.post.isEmpty && entry.addressee.indicator == nil
        let isWrapped = isIndented && mayGoOnByName && filledColumns + 1 + first.count > PageLayout.columns
        let isRest = isIndented && mayGoOnByName && isRestOfName(entry.addressee)
        guard isTail || isWrapped || isRest || octets.equals(plain, "COLLECTIVE") else { return false }
        switch group {
        case .none: return false
        case .from:
            guard var last = originator else { return false }
            Self.append(entry.addressee, to: &last)
            originator = last
        case .to: Self.extend(&to, entry.addressee)
        case .info: Self.extend(&info, entry.addressee)
        case .exempt: Self.extend(&exempt, entry.addressee)
        }
        filledColumns = line.range.count
        mayContinue = entry.addressee.sequence == nil
        mayGoOnByName = mayGoOnByName && entry.addressee.ownPrecedence == nil
        return true
    }

    /// An indented name without an indicator behind one that has it; `POSTS COLLECTIVE` behind `ALL …`.
    private func isRestOfName(_ more: Cable.Addressee) -> Bool {
        let last: Cable.Addressee? =
            switch group {
            case .none, .from: nil
            case .to: to.last
            case .info: info.last
            case .exempt: exempt.last
            }
        guard let last, more.indicator == nil, !more.deliveredByOtherMeans else { return false }
        if last.indicator != nil { return true }
        return last.post.hasPrefix("ALL ") && !last.post.hasSuffix("COLLECTIVE") && more.post.hasSuffix("COLLECTIVE")
    }

    private static let tails: WordSet = [
        "NIACT", "IMMEDIATE", "PRIORITY", "PIORITY", "ROUTINE", "FLASH", "CRITIC", "ECP", "COLLECTIVE",
    ]

    private static func extend(_ list: inout [Cable.Addressee], _ more: Cable.Addressee) {
        guard !list.isEmpty else { return }
        append(more, to: &list[list.count - 1])
    }

    private static func append(_ more: Cable.Addressee, to last: inout Cable.Addressee) {
        if !more.post.isEmpty, last.post.utf8.count < CableOctets.textOctetsMax { last.post += " \(more.post)" }
        if let own = more.ownPrecedence {
            last.ownPrecedence = own
            last.precedence = own
            last.niact = more.niact || (last.niact && own == .immediate)
        }
        if let sequence = more.sequence { last.sequence = sequence }
    }

    /// Format line 10: an accounting symbol or group count.
    private mutating func isAccounting(_ rest: Range<Int>) -> Bool {
        var words = Words(octets, rest)
        guard let first = words.next() else { return false }
        switch octets[first.lowerBound].capital {
        case UInt8(ascii: "G"):
            guard octets.equals(first, "GR") || octets.equals(first, "GRNC") else { return false }
            if let count = words.next(), octets.number(count) == nil, !octets.equals(count, "NC") { return false }
            guard words.next() == nil else { return false }
        case UInt8(ascii: "A"):
            guard octets.equals(first, "ACEX") || octets.equals(first, "ACCT") else { return false }
        default: return false
        }
        accounting = accounting ?? octets.capitals(rest)
        mayContinue = false
        return true
    }

    // MARK: The whole

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
