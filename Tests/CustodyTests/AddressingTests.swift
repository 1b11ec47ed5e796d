import Cables
import Custody
import Routing
import Testing

private func network() -> Network {
    func station(_ name: String, _ posts: [String]) -> Network.Station {
        Network.Station(indicator: indicator(name), posts: posts, addresses: [], clearance: .secret)
    }
    return Network(
        name: "N", version: 1,
        stations: [
            station("RUEHC", ["SECSTATE WASHDC"]), station("RUEHBJ", ["AMEMBASSY BEIJING"]),
            station("RUEHSH", ["AMCONSUL SHANGHAI", "AMCONSUL CHENGDU"]), station("RUEHSF", ["AMEMBASSY SOFIA"]),
            station("RUEAKT", ["DET 1 39LG ANKARA TU"]),
        ], links: [],
        collectives: [
            Network.Collective(
                name: "CHINA POSTS COLLECTIVE",
                members: ["AMEMBASSY BEIJING", "AMCONSUL SHANGHAI", "AMCONSUL CHENGDU"]),
            Network.Collective(
                name: "ALL DIPLOMATIC AND CONSULAR POSTS COLLECTIVE",
                members: ["CHINA POSTS COLLECTIVE", "EMBASSY IN SOFIA", "SECSTATE WASHDC"]),
            Network.Collective(name: "AIG 8788", members: ["AMEMBASSY SOFIA", "AMEMBASSY BEIJING"]),
        ], aliases: [("EMBASSY IN SOFIA", "AMEMBASSY SOFIA")])
}

/// Address lines as they stand, and what they come to.
struct AddressForm: Sendable, CustomTestStringConvertible {
    var name: String
    var lines: String
    var reached: [String]
    var unknown: [String]
    var otherMeans: [String]
    var warnings: Int

    init(
        _ name: String, _ lines: String, _ reached: [String], unknown: [String] = [], otherMeans: [String] = [],
        warnings: Int = 0
    ) {
        self.name = name
        self.lines = lines
        self.reached = reached
        self.unknown = unknown
        self.otherMeans = otherMeans
        self.warnings = warnings
    }

    var testDescription: String { name }
}

private let beijing = "AMEMBASSY BEIJING@RUEHBJ"
private let shanghai = "AMCONSUL SHANGHAI@RUEHSH"
private let chengdu = "AMCONSUL CHENGDU@RUEHSH"
private let sofia = "AMEMBASSY SOFIA@RUEHSF"

@Suite("Every form of address")
struct AddressingTests {
    @Test(
        "The address lines of a cable lead to just these desks (domain 1.2 and 3.8)",
        arguments: [
            AddressForm("A name alone", "TO AMEMBASSY BEIJING", ["\(beijing) action PRIORITY"]),
            AddressForm("RI/ before the name", "TO RUEHBJ/AMEMBASSY BEIJING", ["\(beijing) action PRIORITY"]),
            AddressForm(
                "Precedence and number behind the name", "TO RUEHBJ/AMEMBASSY BEIJING IMMEDIATE 3016",
                ["\(beijing) action IMMEDIATE"]),
            AddressForm(
                "NIACT", "TO RUEHBJ/AMEMBASSY BEIJING NIACT IMMEDIATE", ["\(beijing) action IMMEDIATE niact"]),
            AddressForm(
                "One a line, INFO at its own precedence",
                "TO AMEMBASSY BEIJING\nAMCONSUL SHANGHAI\nINFO AMEMBASSY SOFIA",
                ["\(beijing) action PRIORITY", "\(shanghai) action PRIORITY", "\(sofia) info ROUTINE"]),
            AddressForm("Only INFO", "INFO AMEMBASSY SOFIA", ["\(sofia) info ROUTINE"]),
            AddressForm("Another name of a post", "TO EMBASSY IN SOFIA", ["\(sofia) action PRIORITY"]),
            AddressForm(
                "Digits at the beginning are no number", "TO DET 1 39LG ANKARA TU",
                ["DET 1 39LG ANKARA TU@RUEAKT action PRIORITY"]),
            AddressForm(
                "A page line between TO and the name", "TO\nPAGE 02 STATE 015113 182333Z\nAMEMBASSY SOFIA",
                ["\(sofia) action PRIORITY"]),
            AddressForm(
                "The station knows better than the written RI", "TO RUEHSF/AMEMBASSY BEIJING",
                ["\(beijing) action PRIORITY"], warnings: 1),
            AddressForm(
                "An unknown name goes by the longest beginning of its RI", "TO RUEHSHX/AMCONSUL CANTON",
                ["\(shanghai) action PRIORITY"], warnings: 1),
            AddressForm("An unknown name without RI", "TO AMEMBASSY BEJING", [], unknown: ["AMEMBASSY BEJING"]),
            AddressForm("An RI that leads nowhere", "TO QQQQ/AMEMBASSY OSLO", [], unknown: ["AMEMBASSY OSLO"]),
            AddressForm(
                "ZEN: by other means", "TO AMEMBASSY SOFIA\nZEN/AMEMBASSY OSLO", ["\(sofia) action PRIORITY"],
                otherMeans: ["AMEMBASSY OSLO"]),
            AddressForm(
                "A collective", "TO CHINA POSTS COLLECTIVE",
                [beijing, shanghai, chengdu].map { "\($0) action PRIORITY" }),
            AddressForm(
                "A collective with an RI, and a precedence of its own", "TO RUEHC/CHINA POSTS COLLECTIVE IMMEDIATE",
                [beijing, shanghai, chengdu].map { "\($0) action IMMEDIATE" }),
            AddressForm(
                "A collective within one, without the originator", "INFO ALL DIPLOMATIC AND CONSULAR POSTS COLLECTIVE",
                [beijing, shanghai, chengdu, sofia].map { "\($0) info ROUTINE" }),
            AddressForm(
                "XMT", "TO CHINA POSTS COLLECTIVE\nXMT AMCONSUL SHANGHAI",
                [beijing, chengdu].map { "\($0) action PRIORITY" }),
            AddressForm(
                "XMT with a slash, and lines behind it",
                "TO ALL DIPLOMATIC AND CONSULAR POSTS COLLECTIVE\nXMT/EMBASSY IN SOFIA\nAMCONSUL CHENGDU",
                [beijing, shanghai].map { "\($0) action PRIORITY" }),
            AddressForm(
                "XMT need not be routable", "TO CHINA POSTS COLLECTIVE\nXMT AMEMBASSY ATLANTIS\nAMEMBASSY BEIJING",
                [shanghai, chengdu].map { "\($0) action PRIORITY" }),
            AddressForm(
                "AIG beside single addressees: each once, at its highest, ACTION before INFO",
                "TO AMEMBASSY SOFIA\nINFO AIG 8788\nAMEMBASSY SOFIA IMMEDIATE",
                ["\(sofia) action IMMEDIATE", "\(beijing) info ROUTINE"]),
        ])
    func form(_ form: AddressForm) throws {
        let text = "P R 061011Z MAY 26\nFM SECSTATE WASHDC\n\(form.lines)\n\nUNCLAS STATE 1\n\nSUBJECT: X\n\n1. X.\n"
        let reading = CableParser.parse(Array(text.utf8), receiptYear: 2_026)
        let header = try #require(CableHeader(reading), "\(reading.diagnostics)")
        let expansion = AddressBook(network()).expand(
            from: header.from, addressees: header.addressees, exempt: header.exempt)
        #expect(
            expansion.deliveries.map {
                "\($0.post)@\($0.station) \($0.role) \($0.precedence.word)\($0.niact ? " niact" : "")"
            } == form.reached)
        #expect(expansion.unknown.map(\.name) == form.unknown)
        #expect(expansion.otherMeans == form.otherMeans)
        #expect(expansion.warnings.count == form.warnings)
    }
}
