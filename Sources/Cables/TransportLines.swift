/// Format lines 1 to 4: what stands before the precedence and date-time group (ACP 127 §142, Annex B).
enum TransportLines {
    /// Routing indicators of one transmission at most.
    private static let routingMax = 1_024

    /// Adds what the line says; false when it is no transport line.
    static func read(_ text: String, into transport: inout Cable.Transport?, _ doubled: inout Precedence?) -> Bool {
        guard let letter = text.utf8.first, letter.isCapital else { return false }
        let words = text.words
        guard let first = words.first else { return false }
        if isStart(text) { return true }
        if first == "DE", words.count >= 2, RoutingIndicator(words[1]) != nil {
            readOrigin(words, &transport)
            return true
        }
        if first == "ZNR" || first == "ZNY" {
            transport = transport ?? Cable.Transport()
            transport?.security = words.prefix(2).joined(separator: " ")
            return true
        }
        let indicators = words.dropFirst()
        if first.utf8.count == 2, first.utf8.first == first.utf8.last, let precedence = Precedence(prosign: letter),
            !indicators.isEmpty, indicators.allSatisfy({ RoutingIndicator($0) != nil })
        {
            add(indicators, &transport)
            doubled = precedence
            return true
        }
        // Routing indicators alone go on with format line 2.
        if transport?.routing.isEmpty == false, transport?.indicator == nil,
            words.allSatisfy({ $0.utf8.first == UInt8(ascii: "R") && RoutingIndicator($0) != nil })
        {
            add(words[...], &transport)
            return true
        }
        return readFixedHeader(words, &transport, &doubled)
    }

    private static func add(_ indicators: ArraySlice<String>, _ transport: inout Cable.Transport?) {
        transport = transport ?? Cable.Transport()
        let room = routingMax - (transport?.routing.count ?? 0)
        transport?.routing += indicators.prefix(max(0, room))
    }

    /// `VZCZC…`, `ZCZC…`, `VV   ZCZCABC123`: the start of a transmission.
    static func isStart(_ text: String) -> Bool {
        if text.hasPrefix("VZCZC") || text.hasPrefix("ZCZC") { return true }
        guard text.hasPrefix("V ") || text.hasPrefix("VV ") else { return false }
        return text.drop { $0 == "V" || $0 == " " }.hasPrefix("ZCZC")
    }

    private static func readOrigin(_ words: [String], _ transport: inout Cable.Transport?) {
        transport = transport ?? Cable.Transport()
        transport?.indicator = words[1]
        for word in words.dropFirst(2).prefix(4) {
            if word.hasPrefix("#") || (transport?.serial == nil && word.utf8.count <= 5 && !word.contains("/")) {
                let plain = word.hasPrefix("#") ? word.dropFirst() : word[...]
                transport?.serial = plain.split(separator: "/").first.map(String.init)
            } else if transport?.filingTime == nil {
                transport?.filingTime = word
            }
        }
    }

    /// The 43 positions of ACP 128: `RTTUZYUW RUEOMFA1234 2141200-UUUU--RUEDNAC RUEDXYZ.`
    private static func readFixedHeader(
        _ words: [String], _ transport: inout Cable.Transport?, _ doubled: inout Precedence?
    ) -> Bool {
        guard words.count >= 3, words[0].utf8.count == 8, words[0].isCapitalWord, let letter = words[0].utf8.first,
            let precedence = Precedence(prosign: letter), words[1].utf8.count >= 8,
            words[1].suffix(4).isNumber, words[2].prefix(7).isNumber
        else { return false }
        let parts = words[2].split(separator: "-", omittingEmptySubsequences: true)
        guard parts.count >= 3, parts[1].utf8.count == 4, parts[1].isCapitalWord else { return false }
        doubled = precedence
        transport = transport ?? Cable.Transport()
        transport?.indicator = String(words[1].dropLast(4))
        transport?.serial = String(words[1].suffix(4))
        transport?.filingTime = String(parts[0])
        transport?.security = String(parts[1])
        let routing = [String(parts[2])] + words.dropFirst(3)
        add(routing.map { $0.without(ending: ".") }.filter { !$0.isEmpty }[...], &transport)
        return true
    }

    /// The classification that the letters of format line 4 stand for.
    static func classification(_ security: String?) -> Classification? {
        guard let letter = security?.words.last?.utf8.first else { return nil }
        switch letter {
        case UInt8(ascii: "U"), UInt8(ascii: "E"): return .unclassified
        case UInt8(ascii: "R"): return .restricted
        case UInt8(ascii: "C"): return .confidential
        case UInt8(ascii: "S"): return .secret
        case UInt8(ascii: "T"): return .topSecret
        default: return nil
        }
    }
}
