import Foundation
import Testing

@Suite("Several stations behind one post, as real processes", .serialized)
struct SharedPostStoryTests {
    @Test("They share the cables; one that is down keeps its share waiting, and nobody gets anything twice")
    func share() throws {
        let lab = try Lab(
            """
            {
              network: "LAB",
              stations: [
                { indicator: "RUECAP", posts: ["FOREIGN OFFICE CAPITAL"], address: "127.0.0.1:PORT1", clearance: "SECRET" },
                { indicator: "RUEWA", posts: ["WATCH"], shared: true, address: "127.0.0.1:PORT2", clearance: "SECRET" },
                { indicator: "RUEWB", posts: ["WATCH"], shared: true, address: "127.0.0.1:PORT3", clearance: "SECRET" },
              ],
              links: [{ between: ["RUECAP", "RUEWA"] }, { between: ["RUECAP", "RUEWB"] }, { between: ["RUEWA", "RUEWB"] }],
            }
            """)
        try lab.start("RUECAP", "RUEWA")
        var sent: Set<String> = []
        for number in 1...40 {
            let answer = lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number, to: "WATCH"))
            sent.insert(try #require(answer.document["id"] as? String, "\(answer.error)"))
        }
        func inbox(_ station: String) -> [String] {
            lab.ctl(station, "inbox", "list").rows.compactMap { $0["id"] as? String }
        }
        func delivered() -> Int {
            lab.ctl("RUECAP", "receipt", "list").rows.filter { $0["state"] as? String == "delivered" }.count
        }
        func waiting() -> Int {
            lab.ctl("RUECAP", "queue", "list").rows.filter { $0["link"] as? String == "RUEWB" }.count
        }
        try lab.wait("one share is delivered, the other waits") {
            delivered() + waiting() == 40 && !inbox("RUEWA").isEmpty
        }
        let first = inbox("RUEWA")
        #expect((10...30).contains(first.count), "shared by identity, so about half: \(first.count)")

        try lab.start("RUEWB")
        try lab.wait("all receipts are back") { delivered() == 40 }
        let second = inbox("RUEWB")
        #expect(inbox("RUEWA") == first, "what waited was not moved")
        #expect(first.count + second.count == 40 && Set(first + second) == sent)
        let chosen = lab.ctl("RUECAP", "submit", "-", input: Lab.cable(41, to: "RUEWB/WATCH")).document["id"] as? String
        try lab.wait("what names a station goes there") { chosen.map { inbox("RUEWB").contains($0) } ?? false }
    }
}
