import Testing

@testable import Cables

@Suite("What was written is read back")
struct RoundTripTests {
    /// Cables of each profile: 10,000 in all.
    private static let cablesPerProfile = 2_500

    private static func lines(_ text: [String]) -> [String] { text.filter { !$0.isEmpty } }

    @Test("Every legal cable survives format and parse, in every profile", arguments: CableProfile.allCases)
    func roundTrip(profile: CableProfile) throws {
        for seed in 0..<Self.cablesPerProfile {
            var generator = CableGenerator(seed: UInt64(seed), profile: profile)
            // Now and then a text of several sections.
            let (cable, text) = generator.cable(paragraphs: seed % 50 == 0 ? 60 : 1 + seed % 6)
            let formatted = try CableFormatter.format(cable, text: text, profile: profile)
            #expect(formatted.notes.isEmpty, "seed \(seed): \(formatted.notes)")
            var octets = formatted.transmissions[0]
            if formatted.transmissions.count > 1 {
                let joined = try SectionAssembly.join(
                    formatted.transmissions.shuffledBy(seed), receiptYear: CableGenerator.receiptYear)
                try #require(joined.isWhole)
                octets = joined.octets
            }
            let reading = CableParser.parse(octets, receiptYear: CableGenerator.receiptYear)
            let (read, written) = (Self.lines(CableText.lines(octets, reading)), Self.lines(text))
            guard reading.cable != cable || read != written else { continue }
            var difference = Self.difference(reading.cable, cable)
            if let place = zip(read, written).enumerated().first(where: { $0.element.0 != $0.element.1 }) {
                difference += "line \(place.offset): read \(place.element.0), written \(place.element.1)"
            }
            let plain = String(decoding: octets.filter { $0 != 0x0D }, as: UTF8.self)
            Issue.record("seed \(seed), lines \(read.count) of \(written.count): \(difference)\n\(plain)")
            return
        }
    }

    @Test("No line is longer than 69 columns, no page than 20 lines, no section than five pages")
    func layout() throws {
        for profile in CableProfile.allCases where profile != .archive {
            for seed in 0..<60 {
                var generator = CableGenerator(seed: UInt64(seed), profile: profile)
                var (cable, text) = generator.cable(paragraphs: 1 + seed)
                // A section that is one already is not cut again.
                cable.section = nil
                for octets in try CableFormatter.format(cable, text: text, profile: profile).transmissions {
                    let lines = octets.filter { $0 != 0x0D && $0 != 0x7F }
                        .split(separator: 0x0A, omittingEmptySubsequences: false)
                        .map { String(decoding: $0, as: UTF8.self) }
                    for line in lines { #expect(line.count <= PageLayout.columns, "\(line)") }
                    let pages = lines.filter { $0.hasPrefix("PAGE ") }.count
                    #expect(pages <= PageLayout.pagesPerSection + 2)
                }
            }
        }
    }

    private static func difference(_ a: Cable, _ b: Cable) -> String {
        let (left, right) = (Mirror(reflecting: a).children, Mirror(reflecting: b).children)
        return zip(left, right).filter { "\($0.value)" != "\($1.value)" }
            .map { "\($0.label ?? ""): read \($0.value), written \($1.value)" }.joined(separator: "\n")
    }
}

extension Array {
    fileprivate func shuffledBy(_ seed: Int) -> [Element] {
        var numbers = SeededNumbers(seed: UInt64(seed))
        return shuffled(using: &numbers)
    }
}
