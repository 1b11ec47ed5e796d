import Foundation
import Testing

private func fixture(_ name: String) throws -> Data {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: tests.appendingPathComponent("Fixtures/cables/\(name)"))
}

@Suite("A network of real stations", .serialized)
struct StoryTests {
    @Test("A cable goes through a relay, its receipt comes back, and the reply is tagged as the original asked")
    func story() throws {
        let lab = try Lab(Lab.row)
        try lab.configure("RUECAP") {
            $0["offices"] = ["FOREIGN OFFICE CAPITAL": ["default": "REGISTRY", "offices": ["SUP", "SUP/TENTS"]]]
        }
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let action = try fixture("action.txt")
        let submitted = lab.ctl("RUECAP", "submit", "-", input: action)
        #expect(submitted.status == 0, "\(submitted.error)")
        let id = try #require(submitted.document["id"] as? String)
        try lab.wait("the receipt is back") {
            lab.ctl("RUECAP", "receipt", "list").rows.contains {
                $0["id"] as? String == id && $0["state"] as? String == "delivered"
            }
        }
        #expect(lab.ctl("RUENO", "inbox", "read", id, "--raw").output == action)
        let entry = try #require(lab.ctl("RUENO", "inbox", "list").rows.first)
        #expect(entry["arrival"] as? Int == 1)
        #expect(entry["precedence"] as? String == "PRIORITY")
        #expect((entry["replyInstructions"] as? [String: Any])?["slugs"] as? [String] == ["SUP/TENTS"])
        #expect(lab.ctl("RUECAP", "queue", "list").rows.isEmpty)

        let replied = lab.ctl("RUENO", "reply", id, "-", input: try fixture("reply.txt"))
        #expect(replied.status == 0, "\(replied.error)")
        let tagged = replied.document["tagged"] as? [String: Any]
        #expect(tagged?["captions"] as? [String] == ["SIPDIS"])
        #expect(tagged?["slugs"] as? [String] == ["SUP/TENTS"])
        try lab.wait("the reply is there") { !lab.ctl("RUECAP", "inbox", "list").rows.isEmpty }
        let answer = try #require(lab.ctl("RUECAP", "inbox", "list").rows.first)
        #expect(answer["office"] as? String == "SUP/TENTS")
        #expect(answer["slugs"] as? [String] == ["SUP/TENTS"])

        // A cable whose REF names the delivered one is tagged without being called a reply.
        let again = lab.ctl("RUENO", "submit", "-", input: try fixture("reply.txt"))
        #expect((again.document["tagged"] as? [String: Any])?["captions"] as? [String] == ["SIPDIS"])
        let events = lab.ctl("RUECAP", "cable", "history", id).rows.compactMap { $0["event"] as? String }
        #expect(events == ["accepted", "custodyPassed", "receipt"])
    }

    @Test("A collective reaches each post once; an unroutable addressee refuses the whole")
    func collective() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let cable = Lab.cable(1, to: "FIELD POSTS COLLECTIVE\nEMBASSY NORTHLAND IMMEDIATE")
        #expect(lab.ctl("RUECAP", "submit", "-", input: cable).status == 0)
        try lab.wait("both have it") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        let precedences = lab.ctl("RUENO", "inbox", "list").rows.compactMap { $0["precedence"] as? String }
        #expect(precedences == ["IMMEDIATE", "ROUTINE"])
        let refused = lab.ctl("RUECAP", "submit", "-", input: Lab.cable(2, to: "EMBASSY NORTHLAND\nNOWHERE AT ALL"))
        #expect(refused.status == 65)
        #expect(refused.error.contains("UNKNOWN_ADDRESSEE"))
        #expect(refused.output.isEmpty)
        #expect(
            lab.ctl("RUECAP", "receipt", "list").rows.count == 2 || lab.ctl("RUECAP", "queue", "list").rows.count <= 1)
    }

    @Test("What the station at the end is not cleared for is refused, and so is another station's post after FM")
    func refusals() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let secret = String(decoding: Lab.cable(1), as: UTF8.self).replacingOccurrences(of: "UNCLAS", with: "SECRET")
        let gate = lab.ctl("RUECAP", "submit", "-", input: Data(secret.utf8))
        #expect(gate.status == 65)
        #expect(gate.error.contains("NOT_CLEARED"))
        let other = lab.ctl("RUENO", "submit", "-", input: Lab.cable(2))
        #expect(other.error.contains("FM_NOT_OURS"))
        #expect(other.error.contains("RUECAP"))
        let malformed = lab.ctl(
            "RUECAP", "submit", "-", input: Data("R 321011Z MAY 26\nFM FOREIGN OFFICE CAPITAL\nTO CAMP FOUR\n".utf8))
        #expect(malformed.status == 65)
        #expect(malformed.error.contains("\"line\":1"))
        #expect(lab.ctl("RUECAP", "queue", "list").rows.isEmpty)
    }

    @Test("What queued up while the link was down arrives by precedence, within one as it was accepted")
    func order() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUENO")
        let letters = ["R", "Z", "P", "O"]
        let sent = (0..<300).map { letters[($0 * 7 + $0 / 5) % 4] }
        for (number, precedence) in sent.enumerated() {
            #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number + 1, precedence: precedence)).status == 0)
        }
        let queued = lab.ctl("RUECAP", "queue", "list").rows
        #expect(queued.count == 300)
        #expect(queued.allSatisfy { !(($0["why"] as? String) ?? "").isEmpty })
        // The hub's link to the capital comes up last, so that what waits there leaves in one go.
        try lab.start("RUEHUB")
        try lab.wait("all arrived") { lab.ctl("RUENO", "inbox", "list").rows.count == 300 }
        let arrived = lab.ctl("RUENO", "inbox", "list").rows.compactMap {
            ($0["mrn"] as? String)?.split(separator: " ").last.flatMap { Int($0) }
        }
        let rank = ["Z": 0, "O": 1, "P": 2, "R": 3]
        let expected = sent.indices.sorted { (rank[sent[$0]]!, $0) < (rank[sent[$1]]!, $1) }.map { $0 + 1 }
        #expect(arrived == expected)
    }

    @Test("Every accepted cable arrives once, although each station is killed five times")
    func kills() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        var accepted: Set<String> = []
        let stations = ["RUECAP", "RUEHUB", "RUENO"]
        for number in 1...400 {
            let answer = lab.ctl("RUECAP", "submit", "-", "--key", "k\(number)", input: Lab.cable(number))
            if answer.status == 0, let id = answer.document["id"] as? String { accepted.insert(id) }
            if number % 26 == 0 {
                let station = stations[number / 26 % 3]
                lab.kill(station)
                try lab.start(station)
            }
        }
        #expect(accepted.count == 400)
        try lab.wait("all receipts are back") {
            lab.ctl("RUECAP", "receipt", "list").rows.filter { $0["state"] as? String == "delivered" }.count == 400
        }
        let inbox = lab.ctl("RUENO", "inbox", "list").rows
        let ids = inbox.compactMap { $0["id"] as? String }
        #expect(Set(ids) == accepted)
        #expect(ids.count == 400)
        #expect(inbox.compactMap { $0["arrival"] as? Int } == Array(1...400))
    }

    @Test("A cable of several MiB arrives octet for octet, and a FLASH handed in behind it is not kept waiting")
    func large() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        let large = Lab.cable(1, filler: 5 << 20)
        let id = try #require(lab.ctl("RUECAP", "submit", "-", input: large).document["id"] as? String)
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(2, precedence: "Z")).status == 0)
        try lab.wait("both arrived") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        #expect(lab.ctl("RUENO", "inbox", "read", id, "--raw").output == large)
    }

    @Test("Sections travel by themselves and are put together for the reader; a missing one is shown by its number")
    func sections() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP", "RUEHUB", "RUENO")
        func section(_ number: Int) -> Data {
            let text = String(decoding: Lab.cable(7), as: UTF8.self)
                .replacingOccurrences(of: "UNCLAS CAPITAL 7", with: "UNCLAS SECTION 0\(number) OF 03 CAPITAL 7")
                .replacingOccurrences(of: "1. (U) TEXT.", with: "\(number). (U) PART \(number).")
            return Data(text.utf8)
        }
        for number in [3, 1] {
            #expect(lab.ctl("RUECAP", "submit", "-", input: section(number)).status == 0)
        }
        try lab.wait("two are there") { lab.ctl("RUENO", "inbox", "list").rows.count == 2 }
        let rows = lab.ctl("RUENO", "inbox", "list").rows
        let shown = rows.compactMap { $0["section"] as? [String: Any] }
        #expect(shown.compactMap { $0["number"] as? Int } == [3, 1])
        #expect(shown.compactMap { $0["missing"] as? [Int] } == [[2], [2]])
        let id = try #require(rows.first?["id"] as? String)
        let partly = lab.ctl("RUENO", "inbox", "read", id, "--joined")
        #expect(partly.error.contains("of 3 sections 2 did not come yet"))
        #expect(lab.ctl("RUECAP", "submit", "-", input: section(2)).status == 0)
        try lab.wait("the third is there") { lab.ctl("RUENO", "inbox", "list").rows.count == 3 }
        let whole = lab.ctl("RUENO", "inbox", "read", id, "--joined")
        #expect(whole.status == 0 && whole.error.isEmpty, "\(whole.error)")
        let text = String(decoding: whole.output, as: UTF8.self)
        let places = ["PART 1.", "PART 2.", "PART 3."].compactMap { text.range(of: $0)?.lowerBound }
        #expect(places.count == 3 && places == places.sorted())
        #expect(lab.ctl("RUENO", "inbox", "read", id, "--raw").output == section(3))
    }
}
