import Cables
import Routing
import Settings
import Testing

private let needed = "station: 'RUAA', network: 'n', state: 's', tls: { certificate: 'c', key: 'k', authorities: 'a' }"

private func read(_ more: String) throws(SettingsProblems) -> StationSettings {
    try StationFile.read(octets: Array("{ \(needed),\n\(more) }".utf8), file: "st")
}

private func problems(_ text: String) -> [String] {
    do throws(SettingsProblems) {
        _ = try StationFile.read(octets: Array(text.utf8), file: "st")
        return []
    } catch {
        return error.all.map(\.description)
    }
}

@Suite("The station file")
struct StationFileTests {
    @Test("What is not written has its default")
    func defaults() throws {
        let settings = try read("")
        #expect(settings.control == "/run/routerd/control.sock")
        #expect(settings.limits == StationSettings.Limits())
        #expect(settings.grace == 86_400_000)
        #expect(settings.offices.isEmpty && settings.originators.isEmpty && settings.precedences.isEmpty)
        #expect(!settings.tls.requireSignedNetwork && settings.metrics == nil && settings.timeZone == nil)
    }

    @Test(
        "A duration is seconds, or a text with a unit",
        arguments: [
            ("5", 5_000), ("0.5", 500), ("'10s'", 10_000), ("'30m'", 1_800_000), ("'24h'", 86_400_000),
            ("'2d'", 172_800_000), ("'1.5h'", 5_400_000), ("0.001", 1),
        ] as [(String, UInt64)])
    func durations(text: String, milliseconds: UInt64) throws {
        #expect(try read("custody: { grace: \(text) }").grace == milliseconds)
    }

    @Test(
        "What is no duration is refused, and nothing waits for no time at all",
        arguments: [
            "0", "-1", "0.0001", "'5'", "'h'", "'1w'", "'-1h'", "'0x1h'", "'1e9d'", "'infd'", "' 5s'", "1e12", "true",
            "null",
        ])
    func noDurations(text: String) {
        let found = problems("{ \(needed),\n custody: { grace: \(text) } }")
        #expect(found.count == 1 && found[0].hasPrefix("st:2: custody.grace is no duration"), "\(found)")
    }

    @Test("Offices, originators and users are read; names are made alike")
    func people() throws {
        let settings = try read(
            """
            offices: { "a  post": { default: "REG", sipdis: "NET", offices: ["XYZ", "XYZ/PUMP"] } },
            originators: ["Other  Post"], users: { "1000": { precedence: "critic" }, "1001": {} },
            metrics: "127.0.0.1:9464", timeZone: "UTC", calendar: {},
            """)
        #expect(
            settings.offices == [
                OfficePlan(post: "A POST", standard: "REG", sipdis: "NET", offices: ["XYZ", "XYZ/PUMP"])
            ])
        #expect(settings.originators == ["OTHER POST"])
        #expect(settings.precedences == [1_000: .critic])
        #expect(settings.metrics == "127.0.0.1:9464")
    }

    @Test(
        "Each mistake is said with its line and what to write",
        arguments: [
            ("limits: { hopLimt: 3 }", "st:2: unknown key hopLimt, did you mean hopLimit?"),
            ("limits: { hopLimit: 61 }", "st:2: limits.hopLimit is no whole number from 1 to 60, write one"),
            ("limits: { cableOctets: 2048.5 }", "st:2: limits.cableOctets is no whole number"),
            ("limits: { cableOctets: '5' }", "st:2: limits.cableOctets is no whole number"),
            ("limits: []", "st:2: limits is a list, write { … }"),
            ("limits: { retryDelayMin: 9, retryDelayMax: 3 }", "st:2: limits.retryDelayMin is longer"),
            ("limits: { keepalive: 9, silence: 9 }", "st:2: limits.silence is not longer"),
            (
                "limits: { controlConnections: 4, controlConnectionsPerUser: 5 }",
                "st:2: limits.controlConnectionsPerUser is more"
            ),
            ("users: { bob: {} }", "st:2: bob is no uid"),
            ("users: { '7': { precedence: 'URGENT' } }", "st:2: URGENT is no precedence, write one of ROUTINE, "),
            ("offices: { A: {}, a: {} }", "st:2: post A stands twice, first on line 2"),
            ("offices: { A: { ofices: [] } }", "st:2: unknown key ofices, did you mean offices?"),
            ("offices: { A: { rules: 1 } }", "st:2: rules is a number"),
            ("originators: 'A'", "st:2: originators is a text"), ("control: ''", "st:2: control is empty"),
            ("calendar: 5", "st:2: calendar is a number"), ("metrics: '9464'", "st:2: 9464 is no address"),
            ("metrics: '0.0.0.0:9464'", "st:2: 0.0.0.0:9464 is no address of this machine alone, write \"127.0.0.1:"),
            ("metrics: '127.0.0.1.example:9464'", "st:2: 127.0.0.1.example:9464 is no address of this machine"),
            ("metrics: '[::]:9464'", "st:2: [::]:9464 is no address of this machine"),
            ("statusPage: { subject: true }", "st:2: unknown key subject, did you mean subjects?"),
            ("metrics: 'localhost'", "st:2: localhost is no address of this machine"),
        ])
    func mistakes(more: String, expected: String) {
        let found = problems("{ \(needed),\n\(more) }")
        #expect(found.count == 1 && found[0].hasPrefix(expected), "\(found)")
    }

    @Test("Each key that is missing is named")
    func missing() {
        #expect(
            problems("{\ntls: {} }") == [
                "st:1: key network is missing, write network: …", "st:1: key state is missing, write state: …",
                "st:1: key station is missing, write station: …",
                "st:2: key authorities is missing, write authorities: …",
                "st:2: key certificate is missing, write certificate: …", "st:2: key key is missing, write key: …",
            ])
    }

    @Test("Of a pair of limits one may be written alone: the other gives way")
    func pairs() throws {
        #expect(try read("limits: { retryDelayMax: 0.2 }").limits.retryDelayMin == 200)
        #expect(try read("limits: { retryDelayMin: '2m' }").limits.retryDelayMax == 120_000)
        #expect(try read("limits: { keepalive: 40 }").limits.silence == 120_000)
        #expect(try read("limits: { silence: 6 }").limits.keepalive == 2_000)
        #expect(try read("limits: { controlConnections: 4 }").limits.controlConnectionsPerUser == 4)
    }

    @Test("A station or post that the network does not know is said with its line")
    func mismatches() throws {
        let network = Network(
            name: "N", version: 0,
            stations: [
                Network.Station(
                    indicator: try #require(RoutingIndicator("RUAA")), posts: ["A POST"], addresses: [],
                    clearance: .secret)
            ], links: [], collectives: [], aliases: [])
        func found(_ text: String) throws -> [String] {
            let octets = Array(text.utf8)
            let settings = try StationFile.read(octets: octets, file: "st")
            return StationFile.mismatches(settings, network, octets: octets, file: "st").map(\.description)
        }
        #expect(try found("{ \(needed) }").isEmpty)
        #expect(
            try found("{ \(needed.replacing("RUAA", with: "RUAB")) }") == [
                "st:1: the network file knows no station RUAB, did you mean RUAA?"
            ])
        #expect(
            try found("{ \(needed), offices: {\n'a post': {},\n'b post': {} } }") == [
                "st:3: B POST is no post of RUAA, its posts are A POST"
            ])
    }
}
