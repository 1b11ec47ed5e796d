/// The offices of one post.
package struct OfficePlan: Sendable, Equatable {
    package var post: String
    /// The desk of cables that name no office.
    package var standard: String
    /// The desk that gets a copy of every SIPDIS cable.
    package var sipdis: String?
    package var offices: [String]

    package init(post: String, standard: String, sipdis: String?, offices: [String]) {
        self.post = post
        self.standard = standard
        self.sipdis = sipdis
        self.offices = offices
    }
}

/// One desk that a delivery goes to.
package struct OfficeEntry: Sendable, Equatable {
    package enum Kind: Sendable {
        /// The desk of the delivery itself: its receipt names it.
        case addressed
        /// A copy for the SIPDIS distribution.
        case sipdis
    }

    package var office: String
    package var kind: Kind
}

/// Which office of a post a cable goes to (5 FAH-2 H-252): by slug, most specific office first, else the default.
package struct OfficeDirectory: Sendable {
    /// The desk of a post without offices.
    package static let standardOffice = "DEFAULT"
    private static let restrictive: Set<String> = ["NODIS", "EXDIS"]

    private let plans: [String: OfficePlan]

    package init(_ plans: [OfficePlan]) {
        self.plans = Dictionary(plans.map { ($0.post, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func distribute(post: String, captions: [String], slugs: [String]) -> [OfficeEntry] {
        guard let plan = plans[post] else {
            return [OfficeEntry(office: Self.standardOffice, kind: .addressed)]
        }
        let office = slugs.lazy.compactMap { self.office(of: $0, in: plan) }.first ?? plan.standard
        var entries = [OfficeEntry(office: office, kind: .addressed)]
        let restricted = captions.contains { Self.restrictive.contains($0) }
        if let sipdis = plan.sipdis, captions.contains("SIPDIS"), !restricted, sipdis != office {
            entries.append(OfficeEntry(office: sipdis, kind: .sipdis))
        }
        return entries
    }

    /// Slugs that name no office of the post, as written, so that a desk can be told why the cable lies there.
    ///
    /// Empty for a post without offices: there no slug is known or unknown.
    package func unknownSlugs(post: String, slugs: [String]) -> [String] {
        guard let plan = plans[post] else { return [] }
        return slugs.filter { office(of: $0, in: plan) == nil }
    }

    /// `XYZ/PUMP` is the office of that name, else `XYZ`.
    private func office(of slug: String, in plan: OfficePlan) -> String? {
        var parts = Network.normalised(slug).split(separator: "/")
        while !parts.isEmpty {
            let name = parts.joined(separator: "/")
            if let office = plan.offices.first(where: { Network.normalised($0) == name }) { return office }
            if Network.normalised(plan.standard) == name { return plan.standard }
            parts.removeLast()
        }
        return nil
    }
}
