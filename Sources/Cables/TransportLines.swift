/// Format lines 1 to 4: what stands before the precedence and date-time group (ACP 127 §142, Annex B).
enum TransportLines {
    /// Adds what the line says; false when it is no transport line.
    static func read(_ text: String, into transport: inout Cable.Transport?, _ doubled: inout Precedence?) -> Bool {
        let words = text.words
        guard let first = words.first else { return false }
        if isStart(first) { return true }
        if first == "DE", words.count >= 2, RoutingIndicator(words[1]) != nil {
            readOrigin(words, &transport)
            return true
        }
        if first == "ZNR" || first == "ZNY" {
            transport = transport ?? Cable.Transport()
            transport?.security = words.prefix(2).joined(separator: " ")
            return true
        }
        let letters = Array(first.utf8)
        if letters.count == 2, letters[0] == letters[1], let precedence = Precedence(prosign: letters[0]),
            words.count > 1, words.dropFirst().allSatisfy({ RoutingIndicator($0) != nil })
        {
            transport = transport ?? Cable.Transport()
            transport?.routing += words.dropFirst()
            doubled = precedence
            return true
        }
        // Routing indicators alone go on with format line 2.
        if transport?.routing.isEmpty == false, transport?.indicator == nil,
            words.allSatisfy({ $0.utf8.first == UInt8(ascii: "R") && RoutingIndicator($0) != nil })
        {
            transport?.routing += words
            return true
        }
        return false
    }

    /// `VZCZC…` or `ZCZC…`: the start of a transmission.
    static func isStart(_ word: String) -> Bool { word.hasPrefix("VZCZC") || word.hasPrefix("ZCZC") }

    private static func readOrigin(_ words: [String], _ transport: inout Cable.Transport?) {
        transport = transport ?? Cable.Transport()
        transport?.indicator = words[1]
        for word in words.dropFirst(2) {
            if word.hasPrefix("#") || (transport?.serial == nil && word.utf8.count <= 5 && !word.contains("/")) {
                let plain = word.hasPrefix("#") ? word.dropFirst() : word[...]
                transport?.serial = plain.split(separator: "/").first.map(String.init)
            } else {
                transport?.filingTime = word
            }
        }
    }

    /// The classification that the letters after ZNR or ZNY stand for.
    static func classification(_ security: String?) -> Classification? {
        guard let letters = security?.words.dropFirst().first?.utf8, let letter = letters.first else { return nil }
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
