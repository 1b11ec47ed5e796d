/// Format lines 1 to 4: start of transmission, routing, origin, security (ACP 127 §142 and Annex B), with the pilots
/// that relays put before them, and the header of JANAP 128.
struct TransmissionLines {
    /// Routing indicators, operating signals and pilots of one cable at most.
    static let indicatorsMax = 4_096
    static let signalsMax = 64
    static let pilotsMax = 32

    private let octets: CableOctets
    var transport: Cable.Transport?
    private(set) var precedence: Precedence?
    private(set) var filing: FilingTime?
    /// The line of DE, 0 without one.
    private(set) var originLine = 0
    /// Words in format line 2 that are no routing indicators.
    private(set) var badIndicators = 0
    private var channels: [String] = []
    private var isRouting = false
    private(set) var isPresent = false

    init(_ octets: CableOctets) { self.octets = octets }

    /// Adds what the line says; false when it is no transmission line.
    mutating func take(_ line: CableLine) -> Bool {
        var words = Words(octets, line.range)
        guard let first = words.next() else { return false }
        let letter = octets[first.lowerBound].capital
        if isRouting, letter == UInt8(ascii: "R") || letter == UInt8(ascii: "Q"), continues(line) { return true }
        isRouting = false
        switch letter {
        case UInt8(ascii: "D") where octets.equals(first, "DE"): return origin(&words, line)
        case UInt8(ascii: "V"), UInt8(ascii: "A")...UInt8(ascii: "U"), UInt8(ascii: "W")...UInt8(ascii: "Z"):
            break
        default: return false
        }
        if StartOfTransmission.stands(octets, line.range) {
            start(line)
            return true
        }
        if letter == UInt8(ascii: "Z"), security(first, &words) { return true }
        return routing(first, &words, line) || longHeader(first, &words) || signals(line)
    }

    // MARK: Format line 1

    /// A start behind the routing of another begins the older heading: what came before is a pilot (ACP 127 §426).
    private mutating func start(_ line: CableLine) {
        if let pilot = transport, !pilot.routing.isEmpty || !pilot.signals.isEmpty, pilot.indicator == nil,
            pilot.pilots.count < Self.pilotsMax
        {
            transport = Cable.Transport()
            transport?.security = pilot.security
            transport?.pilots = pilot.pilots
            transport?.pilots.append(
                Cable.Pilot(
                    channels: pilot.channels, precedence: pilot.precedence, routing: pilot.routing,
                    signals: pilot.signals))
            channels = []
        }
        guard channels.count < Self.pilotsMax else { return }
        channels.append(octets.collapsed(line.range))
        if isPresent {
            transport?.channels = channels
        } else if octets.first(UInt8(ascii: "Z"), in: line.range) != nil {
            begin()
        }
    }

    private mutating func begin() {
        // A flag: comparing the whole value with nil would copy it.
        guard !isPresent else { return }
        isPresent = true
        transport = Cable.Transport()
        transport?.channels = channels
    }

    // MARK: Format line 2

    private mutating func routing(_ first: Range<Int>, _ words: inout Words, _ line: CableLine) -> Bool {
        var first = first
        if octets.equals(first, "BELL") {
            guard let next = words.next() else { return false }
            first = next
        }
        guard first.count == 2, octets[first.lowerBound] == octets[first.lowerBound + 1],
            let precedence = Precedence(prosign: octets[first.lowerBound].capital), let next = words.next(),
            indicator(next) != nil
        else { return false }
        begin()
        self.precedence = precedence
        transport?.precedence = precedence
        transport?.routing.reserveCapacity(4)
        addIndicator(next)
        while let word = words.next() { addIndicator(word) }
        isRouting = true
        return true
    }

    private func indicator(_ word: Range<Int>) -> RoutingIndicator? {
        let letter = octets[word.lowerBound].capital
        guard letter == UInt8(ascii: "R") || letter == UInt8(ascii: "Q") else { return nil }
        return RoutingIndicator(octets, word)
    }

    private mutating func addIndicator(_ word: Range<Int>) {
        let isLast = octets[word.upperBound - 1] == UInt8(ascii: ".")
        let word = isLast ? word.lowerBound..<word.upperBound - 1 : word
        guard !word.isEmpty else { return }
        guard RoutingIndicator(octets, word) != nil else {
            badIndicators += 1
            return
        }
        guard let count = transport?.routing.count, count < Self.indicatorsMax else { return }
        transport?.routing.append(octets.capitals(word))
    }

    /// Routing indicators alone go on with format line 2.
    private mutating func continues(_ line: CableLine) -> Bool {
        var words = Words(octets, line.range)
        while let word = words.next() {
            let isLast = octets[word.upperBound - 1] == UInt8(ascii: ".") && word.count > 1
            if indicator(isLast ? word.lowerBound..<word.upperBound - 1 : word) == nil { return false }
        }
        words = Words(octets, line.range)
        while let word = words.next() { addIndicator(word) }
        return true
    }

    /// `RTTUZYUW RUEOMFA1234 2141200-UUUU--RUEDNAC RUEDXYZ.`: the 43 positions of JANAP 128.
    private mutating func longHeader(_ first: Range<Int>, _ words: inout Words) -> Bool {
        guard first.count == 8, let precedence = Precedence(prosign: octets[first.lowerBound].capital),
            let origin = words.next(), origin.count >= 8, let filing = words.next(), filing.count >= 14,
            octets[filing.lowerBound + 7] == UInt8(ascii: "-"),
            octets[filing.lowerBound + 12] == UInt8(ascii: "-"), octets[filing.lowerBound + 13] == UInt8(ascii: "-"),
            octets.all(filing.lowerBound..<filing.lowerBound + 7, { $0.isDigit }),
            octets.all(origin.upperBound - 4..<origin.upperBound, { $0.isDigit }),
            RoutingIndicator(octets, origin.lowerBound..<origin.upperBound - 4) != nil
        else { return false }
        begin()
        self.precedence = precedence
        transport?.precedence = precedence
        transport?.languageMedia = octets.capitals(first.lowerBound + 1..<first.lowerBound + 3)
        transport?.contentIndicator = octets.capitals(first.lowerBound + 4..<first.upperBound)
        transport?.indicator = octets.capitals(origin.lowerBound..<origin.upperBound - 4)
        transport?.serial = octets.text(origin.upperBound - 4..<origin.upperBound)
        let filing7 = filing.lowerBound..<filing.lowerBound + 7
        transport?.filingTime = octets.text(filing7)
        self.filing = FilingTime(octets, filing7)
        transport?.headerLetter = octets[filing.lowerBound + 8].capital
        if filing.count > 14 { addIndicator(filing.lowerBound + 14..<filing.upperBound) }
        while let word = words.next() { addIndicator(word) }
        isRouting = true
        return true
    }

    // MARK: Format line 3

    private mutating func origin(_ words: inout Words, _ line: CableLine) -> Bool {
        guard let station = words.next(), RoutingIndicator(octets, station) != nil else { return false }
        begin()
        originLine = line.number
        transport?.indicator = octets.capitals(station)
        while let word = words.next() {
            if transport?.filingTime == nil, FilingTime.hasShape(octets, word) {
                transport?.filingTime = octets.capitals(word)
                filing = FilingTime(octets, word)
            } else if transport?.serial == nil {
                serial(word, &words)
            } else {
                addSignal(word)
            }
        }
        return true
    }

    /// `#7955/01`, `115B`, `# 0051`.
    private mutating func serial(_ word: Range<Int>, _ words: inout Words) {
        var word = word
        if octets[word.lowerBound] == UInt8(ascii: "#") {
            transport?.serialIsMarked = true
            word = word.lowerBound + 1..<word.upperBound
            if word.isEmpty { word = words.next() ?? word }
        }
        let slash = octets.first(UInt8(ascii: "/"), in: word)
        let plain = word.lowerBound..<(slash ?? word.upperBound)
        if !plain.isEmpty { transport?.serial = octets.capitals(plain) }
        if let slash, slash + 1 < word.upperBound {
            transport?.sectionSuffix = octets.text(slash + 1..<word.upperBound)
        }
    }

    // MARK: Format line 4

    private mutating func security(_ first: Range<Int>, _ words: inout Words) -> Bool {
        guard octets.equals(first, "ZNR") || octets.equals(first, "ZNY") else { return false }
        begin()
        if let letters = words.next() {
            transport?.security = octets.capitals(first.lowerBound..<letters.upperBound)
        } else {
            transport?.security = octets.capitals(first)
        }
        while let word = words.next() { addSignal(word) }
        return true
    }

    /// Operating signals and their indicators on a line of their own: `ZFD RUEHC`, `T RUEHC`, `INT ZOE`. What is
    /// unknown among them passes through.
    private mutating func signals(_ line: CableLine) -> Bool {
        guard isPresent else { return false }
        var words = Words(octets, line.range)
        let isTransfer = words.take("T")
        if !isTransfer { _ = words.take("INT") }
        guard let word = words.next(), isTransfer ? indicator(word) != nil : OperatingSignal.stands(octets, word)
        else { return false }
        words = Words(octets, line.range)
        while let word = words.next() { addSignal(word) }
        return true
    }

    private mutating func addSignal(_ word: Range<Int>) {
        guard let count = transport?.signals.count, count < Self.signalsMax else { return }
        transport?.signals.append(octets.capitals(word))
    }
}

/// `VZCZCXRO1934`, `VV   NAA359     UU`, `FDA035EUA024ERA017`: the start of a transmission (ACP 127 Annex B).
enum StartOfTransmission {
    static func stands(_ octets: CableOctets, _ range: Range<Int>) -> Bool {
        var words = Words(octets, range)
        guard var word = words.next() else { return false }
        if octets.begins(word, "VZCZC") || octets.begins(word, "ZCZC") { return true }
        if octets.equals(word, "VV") || octets.equals(word, "V") {
            guard let next = words.next() else { return false }
            word = next
        }
        var number = 0
        while true {
            if !isChannels(octets, word) {
                let isTail = number > 0 && (octets.equals(word, "UU") || octets.equals(word, "HH"))
                return isTail && words.next() == nil
            }
            number += 1
            guard let next = words.next() else { return true }
            word = next
        }
    }

    /// Three letters and three or four digits, once for each relay passed.
    private static func isChannels(_ octets: CableOctets, _ word: Range<Int>) -> Bool {
        var place = word.lowerBound
        while place < word.upperBound {
            let start = place
            while place < word.upperBound, octets[place].isLetter { place += 1 }
            let letters = place - start
            while place < word.upperBound, octets[place].isDigit { place += 1 }
            guard (2...3).contains(letters), (3...4).contains(place - start - letters) else { return false }
        }
        return true
    }
}

extension OperatingSignal {
    /// Whether a word begins a line of signals: a signal, T or INT.
    static func begins(_ word: String) -> Bool {
        if word == "T" || word == "INT" { return true }
        let letters = Array(word.utf8)
        return (3...4).contains(letters.count) && letters[0] == UInt8(ascii: "Z") && letters[1].isLetter
            && letters[2].isLetter && (letters.count == 3 || letters[3].isDigit)
    }
}

/// Signals of three letters with Z, and what number follows (ACP 131): `ZNR`, `ZFF4`, `ZOG1`.
enum OperatingSignal {
    static func stands(_ octets: CableOctets, _ word: Range<Int>) -> Bool {
        guard (3...4).contains(word.count), octets[word.lowerBound].capital == UInt8(ascii: "Z"),
            octets[word.lowerBound + 1].isLetter, octets[word.lowerBound + 2].isLetter
        else { return false }
        return word.count == 3 || octets[word.lowerBound + 3].isDigit
    }
}

/// The security letters of format line 4 and what they stand for (ACP 127 §203).
enum SecurityLetters {
    /// Nil where there is no such line or the letter is unknown.
    static func classification(_ transport: Cable.Transport?) -> Classification? {
        guard let transport else { return nil }
        if let security = transport.security {
            var text = security
            let letter = text.withUTF8 { octets -> UInt8? in
                guard let blank = octets.firstIndex(of: 0x20), blank + 1 < octets.count else { return nil }
                return octets[blank + 1]
            }
            if let letter, let meaning = meaning(letter) { return meaning }
        }
        return transport.headerLetter.flatMap(meaning)
    }

    static func meaning(_ letter: UInt8) -> Classification? {
        switch letter {
        case UInt8(ascii: "U"), UInt8(ascii: "E"): .unclassified
        case UInt8(ascii: "R"): .restricted
        case UInt8(ascii: "C"): .confidential
        case UInt8(ascii: "S"): .secret
        case UInt8(ascii: "T"): .topSecret
        default: nil
        }
    }

    static func letter(_ classification: Classification) -> UInt8 {
        switch classification {
        case .unclassified, .sensitiveButUnclassified: UInt8(ascii: "U")
        case .restricted: UInt8(ascii: "R")
        case .confidential: UInt8(ascii: "C")
        case .secret: UInt8(ascii: "S")
        case .topSecret: UInt8(ascii: "T")
        }
    }
}

extension RoutingIndicator {
    init?(_ octets: CableOctets, _ word: Range<Int>) {
        guard (Self.lettersMin...Self.lettersMax).contains(word.count) else { return nil }
        var packed: UInt64 = 0
        for place in word {
            let letter = octets[place].capital
            guard letter.isCapital else { return nil }
            packed = packed << 8 | UInt64(letter)
        }
        self.init(legal: packed << UInt64((8 - word.count) * 8))
    }
}
