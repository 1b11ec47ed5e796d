import Cables
import Control

/// A key as `top` understands it.
enum TopKey: Equatable {
    case character(Character)
    case up, down, pageUp, pageDown, home, end, enter, escape, backspace

    /// Takes the keys out of what a terminal sent.
    static func keys(_ octets: [UInt8]) -> [TopKey] {
        var keys: [TopKey] = []
        var rest = octets[...]
        while let octet = rest.popFirst() {
            switch octet {
            case 0x1B:
                guard rest.first == UInt8(ascii: "[") || rest.first == UInt8(ascii: "O") else {
                    keys.append(.escape)
                    continue
                }
                rest = rest.dropFirst()
                let numbers = rest.prefix { (0x30...0x3F).contains($0) }
                rest = rest.dropFirst(numbers.count)
                guard let last = rest.popFirst() else { continue }
                if let key = sequence(numbers, last) { keys.append(key) }
            case 0x0A, 0x0D: keys.append(.enter)
            case 0x08, 0x7F: keys.append(.backspace)
            case 0x20..<0x7F: keys.append(.character(Character(UnicodeScalar(octet))))
            default: break
            }
        }
        return keys
    }

    private static func sequence(_ numbers: ArraySlice<UInt8>, _ last: UInt8) -> TopKey? {
        switch (last, String(decoding: numbers, as: UTF8.self)) {
        case (UInt8(ascii: "A"), _): .up
        case (UInt8(ascii: "B"), _): .down
        case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): .home
        case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): .end
        case (UInt8(ascii: "~"), "5"): .pageUp
        case (UInt8(ascii: "~"), "6"): .pageDown
        default: nil
        }
    }
}

/// What the person at `top` looks at.
struct TopView: Equatable {
    enum Pane: Equatable {
        case queue, links, alarms, help
        case cable(String)
    }

    enum Sort: String, CaseIterable {
        case precedence, age, left, size, link

        /// What the station sorts by: the first lines of a long queue are the right ones then.
        var asked: String {
            switch self {
            case .precedence, .age, .left, .size: rawValue
            case .link: Sort.precedence.rawValue
            }
        }
    }

    /// What a key asks of the program.
    enum Wish: Equatable { case nothing, quit, ask }

    /// Lines that a page key moves.
    private static let page = 10

    var pane = Pane.queue
    var sort = Sort.precedence
    var filter = ""
    var isTyping = false
    var isPaused = false
    /// The cable that is chosen; its line, where it has gone.
    var chosen: String?
    var line = 0
    /// Lines above the screen in the panes that scroll.
    var scroll = 0

    /// The queue as it is shown.
    func rows(of queue: [QueueRow]) -> [QueueRow] {
        let words = filter.lowercased().split(separator: " ")
        let taken = words.isEmpty ? queue : queue.filter { row in words.allSatisfy { Self.text(row).contains($0) } }
        switch sort {
        case .precedence: return stable(taken) { Self.rank($0) > Self.rank($1) }
        case .age: return stable(taken) { $0.ageSeconds > $1.ageSeconds }
        case .left: return stable(taken) { $0.secondsLeft < $1.secondsLeft }
        case .size: return stable(taken) { $0.size > $1.size }
        case .link: return stable(taken) { ($0.link ?? "~") < ($1.link ?? "~") }
        }
    }

    private func stable(_ rows: [QueueRow], _ before: (QueueRow, QueueRow) -> Bool) -> [QueueRow] {
        rows.enumerated().sorted { a, b in
            before(a.element, b.element) || (!before(b.element, a.element) && a.offset < b.offset)
        }.map(\.element)
    }

    private static func rank(_ row: QueueRow) -> UInt8 { Precedence(word: row.precedence)?.rawValue ?? 0 }

    private static func text(_ row: QueueRow) -> String {
        ([row.id, row.precedence, row.state, row.from, row.link ?? "", row.why, row.mrn ?? ""] + row.to)
            .joined(separator: " ").lowercased()
    }

    /// Which line of the shown queue is chosen.
    func chosenLine(_ rows: [QueueRow]) -> Int? {
        guard !rows.isEmpty else { return nil }
        return rows.firstIndex { $0.id == chosen } ?? min(line, rows.count - 1)
    }

    // MARK: Keys

    mutating func press(_ key: TopKey, _ documents: TopDocuments) -> Wish {
        if isTyping { return type(key) }
        switch key {
        case .character("q"): return .quit
        case .character("p"), .character(" "):
            isPaused.toggle()
            return isPaused ? .nothing : .ask
        case .character("s"):
            let all = Sort.allCases
            sort = all[((all.firstIndex(of: sort) ?? 0) + 1) % all.count]
            return .ask
        case .character("/"):
            show(.queue)
            isTyping = true
        case .character("l"): show(pane == .links ? .queue : .links)
        case .character("a"): show(pane == .alarms ? .queue : .alarms)
        case .character("?"), .character("h"): show(pane == .help ? .queue : .help)
        case .escape:
            if pane == .queue { filter = "" }
            show(.queue)
        case .backspace: show(.queue)
        case .enter, .character("o"):
            let rows = rows(of: documents.queue)
            guard pane == .queue, let line = chosenLine(rows) else { break }
            chosen = rows[line].id
            show(.cable(rows[line].id))
            return .ask
        case .up, .character("k"): move(-1, documents)
        case .down, .character("j"): move(1, documents)
        case .pageUp: move(-Self.page, documents)
        case .pageDown: move(Self.page, documents)
        case .home, .character("g"): move(-.max / 2, documents)
        case .end, .character("G"): move(.max / 2, documents)
        case .character: break
        }
        return .nothing
    }

    private mutating func show(_ pane: Pane) {
        self.pane = pane
        scroll = 0
    }

    private mutating func type(_ key: TopKey) -> Wish {
        switch key {
        case .character(let letter): filter.append(letter)
        case .backspace: _ = filter.popLast()
        case .enter: isTyping = false
        case .escape:
            filter = ""
            isTyping = false
        case .up, .down, .pageUp, .pageDown, .home, .end: break
        }
        return .nothing
    }

    private mutating func move(_ lines: Int, _ documents: TopDocuments) {
        guard pane == .queue else {
            scroll = max(0, scroll + max(-1_000_000, min(lines, 1_000_000)))
            return
        }
        let rows = rows(of: documents.queue)
        guard let now = chosenLine(rows) else { return }
        line = max(0, min(rows.count - 1, now + max(-rows.count, min(lines, rows.count))))
        chosen = rows[line].id
    }
}
