/// The lines between the classification line and E.O. or the text: captions, PASS and FOR lines (5 FAH-2 H-440).
struct CaptionBlock {
    /// Captions, offices, persons and PASS lines of one cable at most, each.
    private static let entriesMax = 64
    /// Octets of one of them at most: a caption line has 69.
    private static let entryOctetsMax = 256
    /// Words of a line that is taken for a caption although it is none of the known ones.
    private static let unknownWordsMax = 5

    private let octets: CableOctets
    var captions: [String] = []
    var slugs: [String] = []
    var attention: [String] = []
    var pass: [String] = []
    var exercise: String?
    /// A FOR line that ended in a comma or AND goes on with the next one.
    private var slugsGoOn = false
    /// Whether a caption stands a second time.
    private(set) var isDoubled = false

    init(_ octets: CableOctets) { self.octets = octets }

    /// NOFORN, and REL with its nations.
    var releasability: [String] { captions.filter { $0 == "NOFORN" || $0.hasPrefix("REL") } }

    /// Takes one line of the block; false, and nothing is taken, where the line is none of a caption block.
    mutating func take(_ line: Range<Int>) -> Bool {
        var place = Self.skipSeparators(octets, line)
        if slugsGoOn, Captions.knownEnd(octets, octets.skipBlanks(line)) == nil {
            takeSlugs(line)
            return true
        }
        slugsGoOn = false
        var taken: [Range<Int>] = []
        while taken.count < Self.entriesMax, let end = Captions.knownEnd(octets, place) {
            taken.append(place.lowerBound..<end)
            place = Self.skipSeparators(octets, end..<line.upperBound)
        }
        guard place.isEmpty || takeRest(place, isAlone: taken.isEmpty, &taken) else { return false }
        for range in taken { add(range) }
        return true
    }

    private static func skipSeparators(_ octets: CableOctets, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start < range.upperBound, Captions.isSeparator(octets[start]) { start += 1 }
        return start..<range.upperBound
    }

    private mutating func add(_ range: Range<Int>) {
        let caption = octets.capitals(range.prefix(Self.entryOctetsMax))
        guard !captions.contains(caption) else {
            isDoubled = true
            return
        }
        if captions.count < Self.entriesMax { captions.append(caption) }
    }

    // MARK: What is no known caption

    private mutating func takeRest(_ rest: Range<Int>, isAlone: Bool, _ taken: inout [Range<Int>]) -> Bool {
        guard let marks = marks(rest) else { return false }
        if isAlone, octets.equals(marks.first, "EXERCISE") || octets.equals(marks.first, "DRILL") {
            takeExercise(rest, isDrill: octets.equals(marks.first, "DRILL"))
            return true
        }
        if octets.begins(marks.first, "ATTN") || octets.begins(marks.first, "ATTENTION") {
            append(marks.first.upperBound..<rest.upperBound, to: &attention)
            return true
        }
        if let pass = marks.pass {
            var words = Words(octets, pass.upperBound..<rest.upperBound)
            _ = words.take("TO")
            append(words.rest, to: &self.pass)
            return true
        }
        if let word = marks.slug {
            takeSlugs(word.upperBound..<rest.upperBound)
            return true
        }
        guard isAlone == false || marks.mayBeCaption else { return false }
        takeUnknown(rest, &taken)
        return true
    }

    private struct Marks {
        var first: Range<Int>
        var pass: Range<Int>?
        var slug: Range<Int>?
        var mayBeCaption = true
    }

    /// Where PASS and FOR stand near the start of the line, and whether the line may be a caption nobody knows: few
    /// words in capitals, and no sentence.
    private func marks(_ rest: Range<Int>) -> Marks? {
        var words = Words(octets, rest)
        guard let first = words.next() else { return nil }
        var marks = Marks(first: first)
        var word: Range<Int>? = first
        var index = 0
        var sawComma = false
        while let here = word {
            if index <= 4, marks.pass == nil, octets.equals(here, "PASS") { marks.pass = here }
            if index <= 3, marks.slug == nil, !sawComma, octets.equals(here, "FOR") { marks.slug = here }
            let last = octets[here.upperBound - 1]
            if last == UInt8(ascii: ",") || last == UInt8(ascii: ";") { sawComma = true }
            if octets.all(here, { $0 &- 0x61 >= 26 }) == false { marks.mayBeCaption = false }
            word = words.next()
            index += 1
        }
        let last = octets[rest.upperBound - 1]
        let isSentence = last == UInt8(ascii: ".") || last == UInt8(ascii: ":") || last == UInt8(ascii: "?")
        if isSentence || (rest.count > PageLayout.columns && (marks.slug != first || !marks.mayBeCaption)) {
            marks.mayBeCaption = false
            marks.pass = nil
            marks.slug = nil
        }
        // In small letters only a line that begins with FOR, or names the PASS, speaks to a message centre.
        if !marks.mayBeCaption, let slug = marks.slug, slug != first || index > 8 { marks.slug = nil }
        if !marks.mayBeCaption, index > 8 { marks.pass = nil }
        if index > Self.unknownWordsMax, !sawComma { marks.mayBeCaption = false }
        return marks
    }

    /// `EXERCISE SPRING FLOOD` is known by its name; a drill by the word as well.
    private mutating func takeExercise(_ rest: Range<Int>, isDrill: Bool) {
        var name = rest
        while true {
            name = Self.skipSeparators(octets, name)
            var words = Words(octets, name)
            guard words.take(isDrill ? "DRILL" : "EXERCISE") else { break }
            name = words.rest
        }
        while name.count > 1, octets[name.upperBound - 1] == UInt8(ascii: "/") {
            name = name.lowerBound..<name.upperBound - 1
        }
        var words = octets.collapsed(name.prefix(Self.entryOctetsMax))
        if words.hasSuffix(" EXERCISE") { words = String(words.dropLast(9)) }
        if isDrill {
            if words.hasSuffix(" DRILL") { words = String(words.dropLast(6)) }
            exercise = exercise ?? (words.isEmpty ? "DRILL" : "DRILL \(words)")
        } else {
            exercise = exercise ?? (words.isEmpty ? "EXERCISE" : words)
        }
    }

    /// Items between commas; a FOR among them begins the offices.
    private mutating func takeUnknown(_ rest: Range<Int>, _ taken: inout [Range<Int>]) {
        var place = rest
        while !place.isEmpty, taken.count < Self.entriesMax {
            place = Self.skipSeparators(octets, place)
            if place.isEmpty { return }
            if octets.begins(place, "FOR "), Captions.knownEnd(octets, place) == nil {
                takeSlugs(place.lowerBound + 4..<place.upperBound)
                return
            }
            var end = Captions.knownEnd(octets, place) ?? place.lowerBound
            while end < place.upperBound, octets[end] != UInt8(ascii: ","), octets[end] != UInt8(ascii: ";"),
                octets[end] != UInt8(ascii: "/")
            {
                end += 1
            }
            let item = octets.trimmed(place.lowerBound..<end)
            if !item.isEmpty { taken.append(item) }
            place = end..<place.upperBound
        }
    }

    private func append(_ range: Range<Int>, to list: inout [String]) {
        let range = octets.trimmed(Self.skipColon(octets, range))
        guard !range.isEmpty, list.count < Self.entriesMax else { return }
        list.append(octets.collapsed(range.prefix(Self.entryOctetsMax)))
    }

    private static func skipColon(_ octets: CableOctets, _ range: Range<Int>) -> Range<Int> {
        let range = octets.skipBlanks(range)
        guard let first = range.first, octets[first] == UInt8(ascii: ":") else { return range }
        return octets.skipBlanks(first + 1..<range.upperBound)
    }

    // MARK: Offices

    /// Splits at comma, semicolon and AND, not at the slash; a person, in brackets, behind ATTN or a dash, or behind a
    /// symbol with a slash, goes to attention (5 FAH-2 H-252.1).
    private mutating func takeSlugs(_ range: Range<Int>) {
        slugsGoOn = false
        var words = Words(octets, range)
        var symbol: Range<Int>?
        while let word = words.next() {
            if octets[word.lowerBound] == UInt8(ascii: "(") {
                words = person(from: word.lowerBound, words)
                endSymbol(&symbol)
                continue
            }
            if octets.equals(word, "AND") || octets.equals(word, "&") {
                endSymbol(&symbol)
                slugsGoOn = true
                continue
            }
            if octets.equals(word, "FROM"), symbol != nil { break }
            if isPersonMark(word), symbol != nil || octets.begins(word, "ATTN") {
                endSymbol(&symbol)
                words = name(words)
                continue
            }
            slugsGoOn = false
            var end = word.upperBound
            let last = octets[end - 1]
            let ends = last == UInt8(ascii: ",") || last == UInt8(ascii: ";")
            if ends { end -= 1 }
            split(word.lowerBound..<end, &symbol)
            if ends {
                endSymbol(&symbol)
                slugsGoOn = true
            }
        }
        endSymbol(&symbol)
    }

    /// Commas may stand without blanks.
    private mutating func split(_ word: Range<Int>, _ symbol: inout Range<Int>?) {
        var start = word.lowerBound
        for place in word where octets[place] == UInt8(ascii: ",") || octets[place] == UInt8(ascii: ";") {
            if place > start { symbol = (symbol?.lowerBound ?? start)..<place }
            endSymbol(&symbol)
            start = place + 1
        }
        if start < word.upperBound { symbol = (symbol?.lowerBound ?? start)..<word.upperBound }
    }

    private func isPersonMark(_ word: Range<Int>) -> Bool {
        octets.begins(word, "ATTN") || octets.equals(word, "ATTENTION") || octets.equals(word, "-")
            || octets.equals(word, "--")
    }

    /// `(MAJOR EXAMPLE)`: to the closing bracket.
    private mutating func person(from start: Int, _ words: Words) -> Words {
        let close = octets.first(UInt8(ascii: ")"), in: start..<words.end) ?? words.end
        append(start + 1..<close, to: &attention)
        return Words(octets, min(close + 1, words.end)..<words.end)
    }

    /// A name up to a comma, semicolon or AND.
    private mutating func name(_ words: Words) -> Words {
        var words = words
        var name: Range<Int>?
        while let word = words.next() {
            if octets.equals(word, "AND") { break }
            let last = octets[word.upperBound - 1]
            let ends = last == UInt8(ascii: ",") || last == UInt8(ascii: ";")
            name = (name?.lowerBound ?? word.lowerBound)..<word.upperBound - (ends ? 1 : 0)
            if ends { break }
        }
        if let name { append(name, to: &attention) }
        return words
    }

    private mutating func endSymbol(_ symbol: inout Range<Int>?) {
        guard let range = symbol else { return }
        symbol = nil
        var office = range
        // `WHA/BSC SMITH`: the person stands behind the symbol.
        var words = Words(octets, range)
        if let first = words.next(), octets.first(UInt8(ascii: "/"), in: first) != nil, !words.rest.isEmpty,
            octets.first(UInt8(ascii: "/"), in: words.rest) == nil
        {
            office = first
            append(words.rest, to: &attention)
        }
        // `DEPT FOR ISN; TREASURY FOR TFI`: a second department is named within the line.
        words = Words(octets, office)
        while let word = words.next() {
            if octets.equals(word, "FOR"), !words.rest.isEmpty { office = words.rest }
        }
        let text = octets.collapsed(office.prefix(Self.entryOctetsMax))
        if !text.isEmpty, slugs.count < Self.entriesMax, !slugs.contains(text) { slugs.append(text) }
    }
}

extension Range<Int> {
    /// The first places of a range, at most so many.
    func prefix(_ most: Int) -> Range<Int> { lowerBound..<Swift.min(upperBound, lowerBound + most) }
}

/// Where captions and slugs stand, for a reply that lacks them: octets from the start of the cable.
struct CaptionLayout: Sendable, Equatable {
    /// Behind the classification line; where there is none, the start of the text.
    var afterClassification = 0
    /// Behind the last line that holds captions, the classification line if there are none.
    var afterCaptions = 0
    /// Behind the last line of the block.
    var afterBlock = 0
    /// Behind the last line of the subject, and where the last line of the references ends; 0: there are none.
    var afterSubject = 0
    var referencesEnd = 0
    var usesCarriageReturn = false

    mutating func begin(at place: Int) {
        afterClassification = place
        afterCaptions = place
        afterBlock = place
    }
}
