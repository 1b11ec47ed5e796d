import Cables

/// The offices of one post.
package struct OfficePlan: Sendable, Equatable {
    package var post: String
    /// The desk of cables that name no office.
    package var standard: String
    /// The desk that gets a copy of every SIPDIS cable.
    package var sipdis: String?
    package var offices: [String]
    package var rules: [OfficeRule]
    /// Offices whose deliveries are handed to a program.
    package var hooked: Set<String>

    package init(
        post: String, standard: String, sipdis: String?, offices: [String], rules: [OfficeRule] = [],
        hooked: Set<String> = []
    ) {
        self.post = post
        self.standard = standard
        self.sipdis = sipdis
        self.offices = offices
        self.rules = rules
        self.hooked = hooked
    }
}

/// One desk that a delivery goes to.
package struct OfficeEntry: Sendable, Equatable {
    package enum Kind: Sendable {
        /// The desk of the delivery itself: its receipt names it.
        case addressed
        /// A copy for information.
        case information
        /// A copy for the SIPDIS distribution.
        case sipdis
    }

    package var office: String
    package var kind: Kind

    package init(office: String, kind: Kind) {
        self.office = office
        self.kind = kind
    }
}

/// Where a delivery goes within a post, and why.
package struct OfficeDistribution: Sendable, Equatable {
    /// What decided on the desk that is addressed.
    package enum Ground: String, Sendable { case caption, slug, pass, tags, subject, standard }

    /// The addressed one first; each office once.
    package var entries: [OfficeEntry]
    package var ground: Ground
    /// Slugs that name no office of the post, as written, so that a desk can be told why the cable lies there.
    package var unknownSlugs: [String]
}

/// Which offices of a post a cable goes to (5 FAH-2 H-252).
///
/// The office that is to act is found by the first of these that names one: a caption with a rule of its own, the slug
/// (most specific office first), PASS lines, TAGS, words of the subject, the post's standard desk. What ranks lower, down
/// to TAGS, gets a copy for information. A caption that restricts or has a channel of its own narrows: no copies at all.
package struct OfficeDirectory: Sendable {
    /// The desk of a post without offices.
    package static let standardOffice = "DEFAULT"
    /// Copies of one delivery within a post at most.
    package static let copiesMax = 64

    private let plans: [String: OfficePlan]

    package init(_ plans: [OfficePlan]) {
        self.plans = Dictionary(plans.map { ($0.post, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func distribute(post: String, clues: DistributionClues) -> OfficeDistribution {
        guard let plan = plans[post] else {
            return OfficeDistribution(
                entries: [OfficeEntry(office: Self.standardOffice, kind: .addressed)], ground: .standard,
                unknownSlugs: [])
        }
        var choices: [(office: String, ground: OfficeDistribution.Ground)] = []
        var copies: [String] = []
        apply(plan, clues, .caption, &choices, &copies)
        let slugged = clues.slugs.compactMap { office(of: $0, in: plan) }
        choices += slugged.map { ($0, .slug) }
        choices += clues.pass.compactMap { passed(to: $0, in: plan) }.map { ($0, .pass) }
        apply(plan, clues, .pass, &choices, &copies)
        apply(plan, clues, .tags, &choices, &copies)
        // Words of a subject say least: they count only where nothing else speaks.
        if choices.isEmpty { apply(plan, clues, .subject, &choices, &copies) }
        let action = choices.first ?? (plan.standard, .standard)
        var distribution = OfficeDistribution(
            entries: [OfficeEntry(office: action.office, kind: .addressed)], ground: action.ground,
            unknownSlugs: clues.slugs.filter { office(of: $0, in: plan) == nil })
        guard !clues.captions.contains(where: Captions.narrows) else { return distribution }
        for office in (choices.map(\.office) + copies).prefix(Self.copiesMax) {
            distribution.add(office, .information)
        }
        if let sipdis = plan.sipdis, clues.captions.contains("SIPDIS") { distribution.add(sipdis, .sipdis) }
        return distribution
    }

    /// The office of a post that bears this name, as the plan writes it; nil: there is none.
    package func office(named name: String, of post: String) -> String? {
        let wanted = Network.normalised(name)
        guard let plan = plans[post] else { return wanted == Self.standardOffice ? Self.standardOffice : nil }
        return offices(of: plan).first { Network.normalised($0) == wanted }
    }

    /// All offices of a post, the standard desk first.
    package func offices(of post: String) -> [String] {
        plans[post].map { offices(of: $0) } ?? [Self.standardOffice]
    }

    /// Whether an office is the post's SIPDIS distribution.
    package func isSIPDIS(_ office: String, of post: String) -> Bool { plans[post]?.sipdis == office }

    /// Whether what an office gets is handed to a program.
    package func isHooked(_ office: String, of post: String) -> Bool { plans[post]?.hooked.contains(office) ?? false }

    private func offices(of plan: OfficePlan) -> [String] {
        var all = [plan.standard]
        for office in plan.offices + [plan.sipdis].compactMap({ $0 }) where !all.contains(office) { all.append(office) }
        return all
    }

    private func apply(
        _ plan: OfficePlan, _ clues: DistributionClues, _ ground: OfficeDistribution.Ground,
        _ choices: inout [(office: String, ground: OfficeDistribution.Ground)], _ copies: inout [String]
    ) {
        for rule in plan.rules where rule.trigger.ground == ground && rule.matches(clues) {
            if let action = rule.action { choices.append((action, ground)) }
            copies += rule.information
        }
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

    /// `PASS USTR`, `PASS OPS/WATCH IMMEDIATE`: an office of the post by the first word.
    private func passed(to text: String, in plan: OfficePlan) -> String? {
        let first = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ";" }).first
        return first.flatMap { office(of: String($0), in: plan) }
    }
}

extension OfficeDistribution {
    fileprivate mutating func add(_ office: String, _ kind: OfficeEntry.Kind) {
        guard !entries.contains(where: { $0.office == office }) else { return }
        entries.append(OfficeEntry(office: office, kind: kind))
    }
}

extension OfficeRule.Trigger {
    fileprivate var ground: OfficeDistribution.Ground {
        switch self {
        case .caption: .caption
        case .pass: .pass
        case .tags: .tags
        case .subject: .subject
        }
    }
}
