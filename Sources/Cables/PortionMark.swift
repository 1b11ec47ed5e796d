/// What a paragraph's mark in brackets says of its classification: `C//NF`, `S//REL ELBONIA`, `SBU`.
package enum PortionMark {
    package static func classification(_ mark: String) -> Classification? {
        let word = mark.uppercased().prefix { $0 != "/" && $0 != "," }.split(separator: " ").joined(separator: " ")
        switch word {
        case "U", "UNCLASSIFIED": return .unclassified
        case "SBU", "FOUO", "LOU": return .sensitiveButUnclassified
        case "R", "RESTRICTED": return .restricted
        case "C", "CONFIDENTIAL": return .confidential
        case "S", "SECRET": return .secret
        case "TS", "TOP SECRET": return .topSecret
        default: return nil
        }
    }

    /// The first paragraph whose mark is above the classification of the whole; nil: none is.
    package static func conflict(in cable: Cable) -> (paragraph: Int, mark: String, needs: Classification)? {
        let whole = cable.classification ?? .unclassified
        for paragraph in cable.paragraphs {
            guard let mark = paragraph.marking, let needs = classification(mark), needs > whole else { continue }
            return (paragraph.number, mark, needs)
        }
        return nil
    }
}
