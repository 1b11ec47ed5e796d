import Foundation
import Testing

/// Seven stations, two of them relays. The cheap link from the capital is cleared for CONFIDENTIAL only.
private let seven = """
    {
      network: "LAB",
      stations: [
        { indicator: "RUECAP", posts: ["CAPITAL"], address: "127.0.0.1:PORT1", clearance: "SECRET" },
        { indicator: "RUEONE", posts: ["RELAY ONE"], address: "127.0.0.1:PORT2", clearance: "SECRET" },
        { indicator: "RUETWO", posts: ["RELAY TWO"], address: "127.0.0.1:PORT3", clearance: "SECRET" },
        { indicator: "RUENO", posts: ["NORTH"], address: "127.0.0.1:PORT4", clearance: "SECRET" },
        { indicator: "RUESO", posts: ["SOUTH"], address: "127.0.0.1:PORT5", clearance: "SECRET" },
        { indicator: "RUEEA", posts: ["EAST"], address: "127.0.0.1:PORT6", clearance: "SECRET" },
        { indicator: "RUEWE", posts: ["WEST"], address: "127.0.0.1:PORT7", clearance: "SECRET" },
      ],
      links: [
        { between: ["RUECAP", "RUEONE"], clearance: "CONFIDENTIAL" },
        { between: ["RUECAP", "RUETWO"], cost: 3 },
        { between: ["RUEONE", "RUETWO"] },
        { between: ["RUEONE", "RUENO"] }, { between: ["RUEONE", "RUESO"] },
        { between: ["RUETWO", "RUEEA"] }, { between: ["RUETWO", "RUEWE"] },
        { between: ["RUETWO", "RUENO"], cost: 9 },
      ],
      collectives: { "FIVE POSTS COLLECTIVE": ["NORTH", "SOUTH", "EAST", "WEST", "RELAY TWO"] },
      captionRules: { NODIS: { collectives: false } },
    }
    """

private func cable(_ number: Int, _ classification: String, _ addresses: String, captions: String = "") -> Data {
    Data(
        """
        O R 061011Z MAY 26
        FM CAPITAL
        \(addresses)

        \(classification) CAPITAL \(number)

        \(captions)
        SUBJECT: XYLOPHONE \(number)

        1. (U) QUAGMIRE.

        """.utf8)
}

@Suite("Routing of real stations", .serialized)
struct RoutingStoryTests {
    private static func sent(_ lab: Lab, _ station: String, to peer: String) -> Int {
        let row = lab.ctl(station, "link", "list").rows.first { $0["peer"] as? String == peer }
        return row?["sentCables"] as? Int ?? -1
    }

    private static func allDelivered(_ lab: Lab, _ id: String) -> Bool {
        let rows = lab.ctl("RUECAP", "cable", "show", id).document["deliveries"] as? [[String: Any]] ?? []
        return !rows.isEmpty && rows.allSatisfy { $0["state"] as? String == "delivered" }
    }

    @Test(
        "A SECRET cable with two precedences reaches exactly the right desks by the cleared link, its sibling by the cheap one"
    )
    func sevenStations() throws {
        let lab = try Lab(seven)
        let stations = ["RUECAP", "RUEONE", "RUETWO", "RUENO", "RUESO", "RUEEA", "RUEWE"]
        for station in stations { try lab.start(station) }
        try lab.wait("all links are up") {
            stations.allSatisfy { station in
                lab.ctl(station, "link", "list").rows.allSatisfy { $0["state"] as? String == "up" }
            }
        }
        let addresses = "TO RELAY TWO\nINFO FIVE POSTS COLLECTIVE\nXMT WEST"
        let secret = lab.ctl("RUECAP", "submit", "-", input: cable(1, "S E C R E T", addresses))
        #expect(secret.status == 0, "\(secret.error)")
        let id = try #require(secret.document["id"] as? String)
        try lab.wait("the SECRET cable is everywhere") { Self.allDelivered(lab, id) }
        #expect(Self.sent(lab, "RUECAP", to: "RUEONE") == 0)
        #expect(Self.sent(lab, "RUECAP", to: "RUETWO") == 1)
        #expect(Self.sent(lab, "RUETWO", to: "RUEONE") == 1)
        #expect(Self.sent(lab, "RUETWO", to: "RUEEA") == 1)
        #expect(Self.sent(lab, "RUETWO", to: "RUEWE") == 0)
        for (station, expected) in [
            ("RUETWO", "IMMEDIATE"), ("RUENO", "ROUTINE"), ("RUESO", "ROUTINE"), ("RUEEA", "ROUTINE"),
        ] {
            let rows = lab.ctl(station, "inbox", "list").rows
            #expect(rows.map { $0["precedence"] as? String } == [expected], "\(station)")
        }
        #expect(lab.ctl("RUEWE", "inbox", "list").rows.isEmpty)
        #expect(lab.ctl("RUEONE", "inbox", "list").rows.isEmpty)

        let plain = lab.ctl("RUECAP", "submit", "-", input: cable(2, "UNCLAS", addresses))
        let sibling = try #require(plain.document["id"] as? String)
        try lab.wait("the sibling is everywhere") { Self.allDelivered(lab, sibling) }
        #expect(Self.sent(lab, "RUECAP", to: "RUEONE") == 1)
        #expect(Self.sent(lab, "RUECAP", to: "RUETWO") == 1)

        let test = lab.ctl("RUECAP", "route", "test", "--to", "NORTH", "--classification", "SECRET").document
        #expect(test["path"] as? [String] == ["RUECAP", "RUETWO", "RUEONE", "RUENO"])
        let refused = test["refused"] as? [[String: Any]] ?? []
        #expect(refused.first?["link"] as? String == "RUECAP-RUEONE")
        #expect((refused.first?["why"] as? String)?.contains("CONFIDENTIAL") == true)

        // What is refused, or held, says nothing of what the cable says.
        let refusals = [
            (cable(3, "T O P S E C R E T", "TO NORTH"), "NOT_CLEARED"),
            (cable(4, "UNCLAS", "TO NOWHERE AT ALL"), "UNKNOWN_ADDRESSEE"),
            (cable(5, "UNCLAS", "TO FIVE POSTS COLLECTIVE", captions: "NODIS"), "NOT_CLEARED"),
            (
                Data(
                    String(decoding: cable(6, "UNCLAS", "TO NORTH"), as: UTF8.self).replacingOccurrences(
                        of: "FM CAPITAL", with: "FM NORTH"
                    ).utf8), "FM_NOT_OURS"
            ),
        ]
        let malformed = [
            (Data("XYLOPHONE QUAGMIRE\n".utf8), "NOT_A_CABLE"),
            (
                Data(
                    String(decoding: cable(7, "UNCLAS", "TO NORTH"), as: UTF8.self).replacingOccurrences(
                        of: "061011Z", with: "069911Z"
                    ).utf8), "IMPOSSIBLE_TIME"
            ),
            (cable(8, "UNCLAS", "TO NORTH") + Data("NNNN\n".utf8) + cable(9, "UNCLAS", "TO NORTH"), "TWO_RUN_TOGETHER"),
        ]
        var said = ""
        for (octets, code) in refusals + malformed {
            let outcome = lab.ctl("RUECAP", "submit", "-", input: octets)
            #expect(outcome.status == 65 && outcome.error.contains(code), "\(code): \(outcome.error)")
            said += outcome.error + String(decoding: outcome.output, as: UTF8.self)
        }
        for station in stations { said += lab.log(station) }
        // Nor does any row that others than the addressees read.
        for station in stations {
            for list in ["status", "queue list", "receipt list", "link list", "audit export", "report"] {
                let words = list.split(separator: " ").map(String.init)
                let outcome = lab.run(
                    "routerctl", ["--socket", "\(lab.folder.path)/\(station)/control.sock", "-o", "json"] + words)
                #expect(outcome.status == 0, "\(list): \(outcome.error)")
                said += String(decoding: outcome.output, as: UTF8.self)
            }
        }
        for verb in ["show", "history", "trace"] {
            said += String(decoding: lab.ctl("RUECAP", "cable", verb, id).output, as: UTF8.self)
        }
        #expect(said.contains(id) && said.contains("NOT_CLEARED"))
        #expect(!said.contains("XYLOPHONE") && !said.contains("QUAGMIRE"))
    }

    @Test(
        "Killing the relay in traffic moves it to the alternate, bringing it back moves it back; nothing lost, nothing twice"
    )
    func relayKilled() throws {
        let lab = try Lab(seven)
        let stations = ["RUECAP", "RUEONE", "RUETWO", "RUENO"]
        for station in stations {
            try lab.configure(station) {
                $0["alternateAfter"] = ["immediate": 0.5, "priority": 0.5, "routine": 0.5]
            }
            try lab.start(station)
        }
        try lab.wait("the links are up") {
            lab.ctl("RUECAP", "link", "list").rows.allSatisfy { $0["state"] as? String == "up" }
                && lab.ctl("RUENO", "link", "list").rows.allSatisfy { $0["state"] as? String == "up" }
        }
        var ids: [String] = []
        func submit(_ count: Int) throws {
            for _ in 0..<count {
                let outcome = lab.ctl("RUECAP", "submit", "-", input: cable(ids.count + 1, "UNCLAS", "TO NORTH"))
                ids.append(try #require(outcome.document["id"] as? String, "\(outcome.error)"))
            }
        }
        try submit(20)
        lab.kill("RUEONE")
        try submit(20)
        try lab.wait("the alternate carries it") { Self.sent(lab, "RUECAP", to: "RUETWO") >= 20 }
        try lab.start("RUEONE")
        try lab.wait("the relay is back") {
            lab.ctl("RUECAP", "link", "list").rows.allSatisfy { $0["state"] as? String == "up" }
                && lab.ctl("RUEONE", "link", "list").rows.filter { $0["peer"] as? String == "RUENO" }
                    .allSatisfy { $0["state"] as? String == "up" }
        }
        let before = Self.sent(lab, "RUECAP", to: "RUEONE")
        try submit(10)
        try lab.wait("everything has its receipt") { ids.allSatisfy { Self.allDelivered(lab, $0) } }
        #expect(Self.sent(lab, "RUECAP", to: "RUEONE") >= before + 10)
        let inbox = lab.ctl("RUENO", "inbox", "list").rows.compactMap { $0["id"] as? String }
        #expect(inbox.count == ids.count)
        #expect(Set(inbox) == Set(ids))
    }
}
