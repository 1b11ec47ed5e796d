/// The captions that are known, and what they do (5 FAH-2 H-440 to H-443). Others pass through as they are.
package enum Captions {
    /// Whether a caption of this meaning may limit where a cable goes: NODIS, a channel, NOFORN, REL and their like.
    package static func limits(_ caption: String) -> Bool {
        switch kind(caption) {
        case .restrictive, .channel, .dissemination: true
        case .distribution, .administrative: false
        case nil: caption.hasPrefix("REL")
        }
    }

    enum Kind: Sendable {
        /// Which copies are made: SIPDIS.
        case distribution
        /// Narrows who may see the cable.
        case restrictive
        /// Goes its own way; at most one of them.
        case channel
        /// Nations and organisations that may see it.
        case dissemination
        case administrative
    }

    /// Longer ones stand before their beginnings.
    private static let known: [(word: StaticString, kind: Kind)] = [
        ("SIPDIS", .distribution), ("NODIS", .restrictive), ("EXDIS", .restrictive), ("STADIS", .restrictive),
        ("LIMDIS", .restrictive), ("NOFORN", .dissemination), ("SENSITIVE", .administrative),
        ("ORCON", .dissemination), ("PROPIN", .dissemination), ("SBU", .administrative),
        ("AGREMENT", .channel), ("AGR\u{C9}MENT", .channel), ("DIRGEN CHANNEL", .channel), ("DIRGEN", .channel),
        ("MED CHANNEL", .channel), ("MED", .channel), ("TM CHANNEL", .channel), ("TM", .channel),
        ("ROGER CHANNEL", .channel), ("ROGER", .channel), ("DISSENT CHANNEL", .channel), ("DISSENT", .channel),
        ("OFFICIAL INFORMAL", .administrative), ("CORRECTED COPY", .administrative),
        ("INFORM ALL STATE EMPLOYEES", .administrative), ("INFORM CONSULS", .administrative),
        ("EYES ONLY", .restrictive), ("ONLY", .restrictive), ("SPECAT EXCLUSIVE", .restrictive),
        ("SPECAT", .restrictive), ("EXCLUSIVE", .restrictive), ("TERREP", .administrative),
        ("FOR OFFICIAL USE ONLY", .administrative), ("FOUO", .administrative), ("LOU", .administrative),
        ("NESCO", .administrative), ("NOTAL", .administrative), ("NOCONTRACT", .dissemination),
        ("WNINTEL", .dissemination), ("RELIDO", .dissemination), ("IMCON", .dissemination),
        ("MINIMIZE CONSIDERED", .administrative),
    ]

    /// Whether it keeps a cable from all but those whom it must reach: no copies for information, none for SIPDIS.
    package static func narrows(_ caption: String) -> Bool {
        switch kind(caption) {
        case .restrictive, .channel: true
        case .distribution, .dissemination, .administrative, nil: false
        }
    }

    static func kind(_ caption: String) -> Kind? {
        var caption = caption
        return caption.withUTF8 { buffer -> Kind? in
            guard let octets = CableOctets(UnsafeRawBufferPointer(buffer)) else { return nil }
            if octets.begins(octets.range, "REL ") { return .dissemination }
            for item in known where octets.equals(octets.range, item.word) { return item.kind }
            return nil
        }
    }

    /// The end of the known caption with which a range begins; REL takes its nations along.
    static func knownEnd(_ octets: CableOctets, _ range: Range<Int>) -> Int? {
        guard let start = range.first else { return nil }
        let first = octets[start].capital
        if first == UInt8(ascii: "R"), let end = releasable(octets, range) { return end }
        for index in known.indices {
            let word = known[index].word
            guard word.utf8Start[0] == first, octets.begins(range, word) else { continue }
            let end = start + word.utf8CodeUnitCount
            if end == range.upperBound || isSeparator(octets[end]) { return end }
        }
        return nil
    }

    static func isSeparator(_ octet: UInt8) -> Bool {
        octet.isBlank || octet == UInt8(ascii: ",") || octet == UInt8(ascii: ";") || octet == UInt8(ascii: "/")
            || octet == UInt8(ascii: "+") || octet == UInt8(ascii: "-")
    }

    /// `REL ELBONIA`, `REL TO USA, GBR AND FRA`: to the end of the line, or to the next caption.
    private static func releasable(_ octets: CableOctets, _ range: Range<Int>) -> Int? {
        var words = Words(octets, range)
        guard words.take("REL") || words.take("RELEASABLE"), !words.rest.isEmpty else { return nil }
        var end = range.lowerBound
        while true {
            let rest = words.rest
            guard !rest.isEmpty, !octets.equals(words.peek() ?? rest, "FOR") else { break }
            if end > range.lowerBound, octets[rest.lowerBound] != UInt8(ascii: "R"), knownEnd(octets, rest) != nil {
                break
            }
            guard let word = words.next() else { break }
            if let slash = octets.first(UInt8(ascii: "/"), in: word) {
                if slash > word.lowerBound { end = slash }
                break
            }
            end = word.upperBound
        }
        while end > range.lowerBound, octets[end - 1] == UInt8(ascii: ",") || octets[end - 1].isBlank { end -= 1 }
        return end > range.lowerBound ? end : nil
    }
}
