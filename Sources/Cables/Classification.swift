/// How closely a cable is held, from lowest to highest.
package enum Classification: UInt8, Comparable, CaseIterable, Sendable {
    case unclassified = 0
    case sensitiveButUnclassified
    case restricted
    case confidential
    case secret
    case topSecret

    package static func < (a: Classification, b: Classification) -> Bool { a.rawValue < b.rawValue }

    package var word: String {
        switch self {
        case .unclassified: "UNCLASSIFIED"
        case .sensitiveButUnclassified: "SBU"
        case .restricted: "RESTRICTED"
        case .confidential: "CONFIDENTIAL"
        case .secret: "SECRET"
        case .topSecret: "TOP SECRET"
        }
    }

    package init?(word: String) {
        guard let match = Classification.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}
