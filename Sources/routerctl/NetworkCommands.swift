import Cables
import Control
import Foundation
import Routing
import Settings
import Transport

/// `network check`, `show` and `sign`: without a daemon.
enum NetworkCommands {
    struct Warning: Encodable {
        var kind: String
        var text: String
    }

    /// Mistakes are exit 78; what is weak, but may be meant, is a warning.
    static func check(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let path = invocation.operands[0]
        let network: Network
        do throws(SettingsProblems) {
            network = try read(path)
        } catch {
            return try CheckCommand.complain(invocation, error)
        }
        let findings = NetworkSurvey(network).findings
        guard invocation.form == .text else {
            struct Document: Encodable {
                var problems: [String]
                var warnings: [Warning]
            }
            Output.document(
                Document(problems: [], warnings: findings.map { Warning(kind: $0.kind.rawValue, text: $0.text) }))
            return 0
        }
        for finding in findings { Output.write("warning: \(finding.text)\n") }
        Output.write("\(path): \(findings.isEmpty ? "all right" : "no mistake, \(findings.count) warnings")\n")
        return 0
    }

    static func sign(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let path = invocation.operands[0]
        guard let keyFile = invocation.options["--key"] else {
            throw Invocation.usage("network sign needs --key FILE", "write --key authority.key")
        }
        let network = try parsed(path)
        let octets = try octets(path)
        let output = "\(path).sig"
        do {
            var key = try self.octets(keyFile)
            if AuthorityKey.isEncrypted(key) {
                key = try AuthorityKey.opened(key, passphrase: try Passphrase.read(invocation, isNew: false))
            }
            let signature = try NetworkSignature.make(over: octets, keyPEM: key)
            if let authority = invocation.options["--authority"] {
                try NetworkSignature.verify(signature, over: octets, authoritiesPEM: try self.octets(authority))
            }
            try PlainFile.write(signature, to: output, mode: 0o644)
        } catch let failure as ControlFailure {
            throw failure
        } catch {
            throw ControlFailure(
                code: "NOT_SIGNED", message: "\(error)", advice: "give the key of the network's authority, mode 600",
                exit: ExitStatus.data)
        }
        if invocation.form == .text {
            Output.write("signed version \(network.version) of \(network.name): \(output)\n")
        } else {
            struct Document: Encodable {
                var network: String
                var version: UInt64
                var signature: String
            }
            Output.document(Document(network: network.name, version: network.version, signature: output))
        }
        return 0
    }

    // MARK: Show

    static func show(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let network = try parsed(invocation.operands[0])
        let way = try way(invocation, network)
        if let file = invocation.options["--svg"] {
            do throws(PlainFileFault) {
                try PlainFile.write(
                    Array(NetworkDrawing(network, way: way?.path ?? []).svg.utf8), to: file, mode: 0o644)
            } catch {
                throw ControlFailure(
                    code: "NOT_WRITTEN", message: "\(error)", advice: "name a file that you may write",
                    exit: ExitStatus.data)
            }
        }
        guard invocation.form == .text else {
            Output.document(NetworkDocument(network, way: way))
            return way?.isThere == false ? ExitStatus.data : 0
        }
        Output.write(NetworkDrawing(network, way: way?.path ?? []).text)
        if let way { Output.write(way.sentence) }
        return way?.isThere == false ? ExitStatus.data : 0
    }

    /// The path that `--from` and `--to` ask for.
    struct Way {
        var from: RoutingIndicator
        var to: RoutingIndicator
        var classification: Classification
        var route: Route?
        var refusals: [RouteRefusal]

        var isThere: Bool { from == to || route != nil }
        var path: [RoutingIndicator] { route?.path ?? (from == to ? [from] : []) }

        var sentence: String {
            guard isThere else {
                var text = "no way for \(classification.word) from \(from) to \(to)\n"
                for refusal in refusals { text += "  \(refusal.link): \(refusal.why)\n" }
                return text
            }
            let names = path.map(\.description).joined(separator: " - ")
            return "\(classification.word): \(names)  (cost \(route?.cost ?? 0))\n"
        }
    }

    private static func way(_ invocation: Invocation, _ network: Network) throws(ControlFailure) -> Way? {
        guard let from = invocation.options["--from"], let to = invocation.options["--to"] else {
            guard invocation.options["--from"] == nil, invocation.options["--to"] == nil else {
                throw Invocation.usage("--from and --to go together", "name both posts")
            }
            return nil
        }
        let word = (invocation.options["--classification"] ?? "UNCLASSIFIED").uppercased()
        guard let classification = Classification.allCases.first(where: { $0.word == word }) else {
            throw Invocation.usage(
                "\(word) is no classification",
                "write one of \(Classification.allCases.map(\.word).joined(separator: ", "))")
        }
        let (start, end) = (try station(from, network), try station(to, network))
        let table = RoutingTable(network: network, own: start)
        return Way(
            from: start, to: end, classification: classification,
            route: table.routes(to: end, classification: classification).first,
            refusals: table.refusals(to: end, classification: classification))
    }

    /// By its indicator, or by a post that it serves.
    private static func station(_ name: String, _ network: Network) throws(ControlFailure) -> RoutingIndicator {
        let plain = Network.normalised(name)
        if let indicator = RoutingIndicator(plain), network.station(indicator) != nil { return indicator }
        let book = AddressBook(network)
        if let station = book.station(serving: plain) { return station }
        let nearest = book.nearest(to: plain)
        throw ControlFailure(
            code: "UNKNOWN_POST", message: "no post or station is called \(plain)",
            advice: nearest.isEmpty
                ? "see network show without --from" : "did you mean \(nearest.joined(separator: " or "))?",
            exit: ExitStatus.data)
    }

    // MARK: Files

    private static func read(_ path: String) throws(SettingsProblems) -> Network {
        try NetworkFile.read(octets: try CheckCommand.file(path), file: path)
    }

    private static func parsed(_ path: String) throws(ControlFailure) -> Network {
        do throws(SettingsProblems) {
            return try read(path)
        } catch {
            throw ControlFailure(
                code: "CONFIGURATION", message: error.all.first?.message ?? "", advice: error.all.first?.advice ?? "",
                exit: ExitStatus.configuration, line: error.all.first?.line)
        }
    }

    private static func octets(_ path: String) throws(ControlFailure) -> [UInt8] {
        do throws(PlainFileFault) {
            return try PlainFile.read(path)
        } catch {
            throw ControlFailure(
                code: "NOT_READ", message: "\(path) cannot be read: \(error.reason)", advice: "name a file",
                exit: ExitStatus.data)
        }
    }
}

/// A network as `network show -o json` prints it.
struct NetworkDocument: Encodable {
    struct Station: Encodable {
        var indicator: String
        var posts: [String]
        var clearance: String
    }

    struct Link: Encodable {
        var between: [String]
        var clearance: String
        var cost: Int
    }

    var network: String
    var version: UInt64
    var stations: [Station]
    var links: [Link]
    var classification: String?
    var path: [String]?
    var cost: Int?

    init(_ network: Network, way: NetworkCommands.Way?) {
        self.network = network.name
        version = network.version
        stations = network.stations.map {
            Station(indicator: $0.indicator.description, posts: $0.posts, clearance: $0.clearance.word)
        }
        links = network.links.map {
            Link(
                between: [$0.a.description, $0.b.description], clearance: NetworkDrawing.clearance($0, network).word,
                cost: $0.cost)
        }
        classification = way?.classification.word
        path = way?.path.map(\.description)
        cost = way?.route?.cost
    }
}
