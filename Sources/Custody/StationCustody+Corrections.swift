package import Cables

/// Corrected copies: cables of their own that name the one that they correct. They are delivered whatever came before.
extension StationCustody {
    /// Corrected copies of one cable that are remembered.
    private static let correctionsMax = 64

    /// A corrected copy was handed in here, or reached a desk.
    mutating func noteCorrection(_ acceptance: AcceptanceDigest) {
        guard let first = acceptance.corrects, first.station == acceptance.identity.station else { return }
        let isHere: Bool
        switch acceptance.source {
        case .submitted: isHere = true
        case .arrived: isHere = acceptance.desks.contains { !$0.isDuplicate }
        }
        let known = corrections[first] ?? []
        guard isHere, !known.contains(acceptance.identity), known.count < Self.correctionsMax else { return }
        corrections[first] = known + [acceptance.identity]
    }

    /// A cable is kept no longer.
    mutating func forgetCorrection(_ identity: CableIdentity) {
        guard !corrections.isEmpty, find(identity) == nil else { return }
        for first in corrections.keys where corrections[first]?.contains(identity) == true {
            let rest = corrections[first]?.filter { $0 != identity } ?? []
            corrections[first] = rest.isEmpty ? nil : rest
        }
    }

    /// The corrected copies of a cable that are kept here, oldest first.
    package func corrections(of identity: CableIdentity) -> [CableIdentity] {
        guard !corrections.isEmpty else { return [] }
        return (corrections[identity] ?? []).filter { find($0) != nil }
    }
}
