import Cables
import Routing
import Testing

/// What one cable says, and who gets it: the office that acts, then copies (`+` information, `*` SIPDIS).
struct DistributionCase: Sendable, CustomTestStringConvertible {
    var name: String
    var clues: DistributionClues
    var offices: [String]
    var ground: OfficeDistribution.Ground

    init(_ name: String, _ clues: DistributionClues, _ offices: [String], _ ground: OfficeDistribution.Ground) {
        self.name = name
        self.clues = clues
        self.offices = offices
        self.ground = ground
    }

    var testDescription: String { name }

    static let plan = OfficePlan(
        post: "CAPITAL", standard: "REGISTRY", sipdis: "NET",
        offices: ["SUP", "SUP/TENTS", "SUP/TENTS/REPAIR", "NORTH", "WATCH", "SPECIAL", "TRADE", "PRESS"],
        rules: [
            OfficeRule(.caption("NODIS"), action: "SPECIAL"),
            OfficeRule(.caption("ROGER CHANNEL"), action: "SPECIAL"),
            OfficeRule(.caption("SENSITIVE"), action: nil, information: ["WATCH"]),
            OfficeRule(.pass("RELIEF AGENCY"), action: "SUP"),
            OfficeRule(.tags(["EAID", "SENV"]), action: "SUP", information: ["NORTH"]),
            OfficeRule(.tags(["ETRD"]), action: "TRADE"),
            OfficeRule(.subject(["FLOOD", "STORM WARNING"]), action: "WATCH", information: ["PRESS"]),
        ])

    static let all: [DistributionCase] = [
        DistributionCase("nothing said", DistributionClues(), ["REGISTRY"], .standard),
        // Slugs.
        DistributionCase("the office itself", DistributionClues(slugs: ["SUP"]), ["SUP"], .slug),
        DistributionCase(
            "most specific first", DistributionClues(slugs: ["SUP/TENTS/REPAIR"]), ["SUP/TENTS/REPAIR"], .slug),
        DistributionCase("one level up", DistributionClues(slugs: ["SUP/TENTS/PEGS"]), ["SUP/TENTS"], .slug),
        DistributionCase("two levels up", DistributionClues(slugs: ["SUP/BOATS/OARS"]), ["SUP"], .slug),
        DistributionCase("small letters and blanks", DistributionClues(slugs: [" sup/tents "]), ["SUP/TENTS"], .slug),
        DistributionCase("the standard desk by name", DistributionClues(slugs: ["REGISTRY"]), ["REGISTRY"], .slug),
        DistributionCase("unknown", DistributionClues(slugs: ["XYZ"]), ["REGISTRY"], .standard),
        DistributionCase("known behind unknown", DistributionClues(slugs: ["XYZ", "SUP"]), ["SUP"], .slug),
        DistributionCase("two offices", DistributionClues(slugs: ["NORTH", "SUP"]), ["NORTH", "+SUP"], .slug),
        DistributionCase("twice the same", DistributionClues(slugs: ["SUP", "SUP/OARS"]), ["SUP"], .slug),
        // SIPDIS.
        DistributionCase("SIPDIS", DistributionClues(captions: ["SIPDIS"]), ["REGISTRY", "*NET"], .standard),
        DistributionCase(
            "SIPDIS and slug", DistributionClues(captions: ["SIPDIS"], slugs: ["SUP"]), ["SUP", "*NET"], .slug),
        DistributionCase(
            "SIPDIS with NOFORN", DistributionClues(captions: ["SIPDIS", "NOFORN"]), ["REGISTRY", "*NET"], .standard),
        // Captions that restrict.
        DistributionCase("NODIS by rule", DistributionClues(captions: ["NODIS"]), ["SPECIAL"], .caption),
        DistributionCase(
            "NODIS before slug, PASS, TAGS and SIPDIS",
            DistributionClues(captions: ["NODIS", "SIPDIS"], slugs: ["SUP"], pass: ["TRADE"], tags: ["EAID"]),
            ["SPECIAL"],
            .caption),
        DistributionCase(
            "EXDIS without a rule narrows to the slug",
            DistributionClues(captions: ["EXDIS", "SIPDIS"], slugs: ["SUP", "NORTH"], tags: ["ETRD"]), ["SUP"], .slug),
        DistributionCase("EXDIS alone", DistributionClues(captions: ["EXDIS", "SIPDIS"]), ["REGISTRY"], .standard),
        DistributionCase(
            "STADIS allows no copies", DistributionClues(captions: ["STADIS", "SIPDIS"], tags: ["EAID"]), ["SUP"], .tags
        ),
        DistributionCase("LIMDIS", DistributionClues(captions: ["LIMDIS"], slugs: ["NORTH", "SUP"]), ["NORTH"], .slug),
        DistributionCase(
            "a channel has its own office", DistributionClues(captions: ["ROGER CHANNEL"], slugs: ["SUP"]), ["SPECIAL"],
            .caption),
        DistributionCase(
            "a caption that does not restrict makes copies", DistributionClues(captions: ["SENSITIVE"], slugs: ["SUP"]),
            ["SUP", "+WATCH"], .slug),
        // PASS lines.
        DistributionCase("PASS with an office's name", DistributionClues(pass: ["TRADE"]), ["TRADE"], .pass),
        DistributionCase("PASS with more words", DistributionClues(pass: ["TRADE IMMEDIATE"]), ["TRADE"], .pass),
        DistributionCase("PASS by rule", DistributionClues(pass: ["RELIEF AGENCY FOR MR NOBODY"]), ["SUP"], .pass),
        DistributionCase("PASS to nobody known", DistributionClues(pass: ["ELSEWHERE"]), ["REGISTRY"], .standard),
        DistributionCase(
            "slug before PASS", DistributionClues(slugs: ["NORTH"], pass: ["TRADE"]), ["NORTH", "+TRADE"], .slug),
        // TAGS.
        DistributionCase("TAGS", DistributionClues(tags: ["PREL", "EAID"]), ["SUP", "+NORTH"], .tags),
        DistributionCase("TAGS in small letters", DistributionClues(tags: ["etrd"]), ["TRADE"], .tags),
        DistributionCase(
            "two rules of TAGS", DistributionClues(tags: ["ETRD", "SENV"]), ["SUP", "+TRADE", "+NORTH"], .tags),
        DistributionCase(
            "PASS before TAGS", DistributionClues(pass: ["TRADE"], tags: ["EAID"]), ["TRADE", "+SUP", "+NORTH"], .pass),
        DistributionCase(
            "slug before TAGS", DistributionClues(slugs: ["SUP/TENTS"], tags: ["ETRD"]), ["SUP/TENTS", "+TRADE"], .slug),
        DistributionCase("unknown TAGS", DistributionClues(tags: ["KXYZ"]), ["REGISTRY"], .standard),
        // Words of the subject.
        DistributionCase("a word", DistributionClues(subject: "Spring flood: boats"), ["WATCH", "+PRESS"], .subject),
        DistributionCase(
            "words together", DistributionClues(subject: "A STORM-WARNING"), ["WATCH", "+PRESS"], .subject),
        DistributionCase("words apart", DistributionClues(subject: "WARNING OF A STORM"), ["REGISTRY"], .standard),
        DistributionCase("part of a word", DistributionClues(subject: "FLOODLIGHTS"), ["REGISTRY"], .standard),
        DistributionCase(
            "TAGS before the subject", DistributionClues(tags: ["ETRD"], subject: "FLOOD"), ["TRADE"], .tags),
        DistributionCase(
            "an unknown slug leaves it to the subject", DistributionClues(slugs: ["XYZ"], subject: "FLOOD"),
            ["WATCH", "+PRESS"], .subject),
        // All at once.
        DistributionCase(
            "everything",
            DistributionClues(
                captions: ["SENSITIVE", "SIPDIS"], slugs: ["NORTH"], pass: ["TRADE"], tags: ["EAID"], subject: "FLOOD"),
            ["NORTH", "+TRADE", "+SUP", "+WATCH", "*NET"], .slug),
    ]
}

@Suite("Distribution within a post (5 FAH-2 H-252)")
struct DistributionTests {
    private let directory = OfficeDirectory([DistributionCase.plan])

    @Test(
        "One office acts; the rules in their order, and what happens where they conflict",
        arguments: DistributionCase.all)
    func rules(item: DistributionCase) {
        let distribution = directory.distribute(post: "CAPITAL", clues: item.clues)
        let offices = distribution.entries.map { entry in
            switch entry.kind {
            case .addressed: entry.office
            case .information: "+\(entry.office)"
            case .sipdis: "*\(entry.office)"
            }
        }
        #expect(offices == item.offices)
        #expect(distribution.ground == item.ground)
        #expect(distribution.entries.count { $0.kind == .addressed } == 1)
        #expect(Set(distribution.entries.map(\.office)).count == distribution.entries.count)
    }

    @Test("Whatever a cable says, one office acts, and a caption that restricts leaves it alone")
    func always() {
        let captions = [[], ["SIPDIS"], ["NODIS"], ["EXDIS", "SIPDIS"], ["SENSITIVE"]]
        let slugs = [[], ["SUP"], ["XYZ"], ["NORTH", "SUP/TENTS"]]
        let pass = [[], ["TRADE"], ["NOWHERE"]]
        let tags = [[], ["EAID"], ["ETRD", "EAID"]]
        for caption in captions {
            for slug in slugs {
                for target in pass {
                    for tag in tags {
                        let clues = DistributionClues(
                            captions: caption, slugs: slug, pass: target, tags: tag, subject: "FLOOD")
                        let entries = directory.distribute(post: "CAPITAL", clues: clues).entries
                        #expect(entries.first?.kind == .addressed)
                        #expect(entries.dropFirst().allSatisfy { $0.kind != .addressed })
                        if caption.contains("NODIS") || caption.contains("EXDIS") { #expect(entries.count == 1) }
                        #expect(entries.contains { $0.kind == .sipdis } == (caption == ["SIPDIS"]))
                    }
                }
            }
        }
    }

    @Test("Slugs that name no office are told, so that the desk knows why the cable lies there")
    func unknownSlugs() {
        func unknown(_ post: String, _ slugs: [String]) -> [String] {
            directory.distribute(post: post, clues: DistributionClues(slugs: slugs)).unknownSlugs
        }
        #expect(unknown("CAPITAL", ["SUP/BOATS", "xyz", " sup ", "REGISTRY"]) == ["xyz"])
        #expect(unknown("ELSEWHERE", ["XYZ"]) == [])
    }

    @Test("A post without offices has the desk DEFAULT, whatever a cable says")
    func none() {
        let clues = DistributionClues(captions: ["SIPDIS"], slugs: ["SUP"], tags: ["EAID"])
        #expect(
            directory.distribute(post: "NORTH", clues: clues).entries == [
                OfficeEntry(office: "DEFAULT", kind: .addressed)
            ])
    }

    @Test("Offices are found by name for forwarding: standard desk and SIPDIS desk among them")
    func names() {
        #expect(directory.office(named: "sup/tents", of: "CAPITAL") == "SUP/TENTS")
        #expect(directory.office(named: "Registry", of: "CAPITAL") == "REGISTRY")
        #expect(directory.office(named: "net", of: "CAPITAL") == "NET")
        #expect(directory.office(named: "SUP/BOATS", of: "CAPITAL") == nil)
        #expect(directory.office(named: "DEFAULT", of: "NORTH") == "DEFAULT")
        #expect(directory.offices(of: "CAPITAL").first == "REGISTRY")
    }
}
