import Cables
import Control
import Foundation
import Octets
import Routing
import Settings
import Transport

/// `network certify …`: an authority, its stations' certificates, and the bundles that are carried to the posts.
enum CertifyCommands {
    /// Days that an authority, and a station's certificate, are good for unless said.
    private static let (authorityDays, stationDays) = (3_650, 397)

    // MARK: Making

    static func create(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let (file, path) = (invocation.operands[0], invocation.operands[1])
        let (folder, fingerprint) = try AuthorityFolder.create(
            path, networkFile: file, days: try days(invocation) ?? authorityDays
        ) { () throws(ControlFailure) in try Passphrase.read(invocation, isNew: true) }
        if invocation.form == .text {
            Output.write(
                """
                made the authority of \(folder.network.name) in \(path)
                  certificate  SHA-256 \(fingerprint)
                Tell that to the posts by another way than the bundles go: setup asks for it.
                Keep the folder on a machine without a network, and a copy of it elsewhere. Next:
                  routerctl network certify issue \(path) RI

                """)
        } else {
            struct Document: Encodable {
                var network: String
                var folder: String
                var fingerprint: String
            }
            Output.document(
                Document(network: folder.network.name, folder: path, fingerprint: fingerprint.description))
        }
        return 0
    }

    static func issue(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try make(invocation) { (_, _) throws(ControlFailure) in nil }
    }

    static func renew(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try make(invocation) { (folder, indicator) throws(ControlFailure) in
            guard let entry = folder.newest(of: indicator) else {
                throw ControlFailure(
                    code: "NO_CERTIFICATE", message: "\(indicator) has no certificate that is in force",
                    advice: "give it one with a new key: routerctl network certify issue \(folder.path) \(indicator)",
                    exit: ExitStatus.data)
            }
            return entry
        }
    }

    /// - Parameter before: the certificate that is renewed; nil: a new key in any case.
    private static func make(
        _ invocation: Invocation,
        _ before: (AuthorityFolder, RoutingIndicator) throws(ControlFailure) -> AuthorityFolder.Entry?
    ) throws(ControlFailure) -> Int32 {
        var folder = try AuthorityFolder(invocation.operands[0])
        let (networkFile, signature, network) = try networkFile(invocation, folder)
        var wanted: [(RoutingIndicator, AuthorityFolder.Entry?)] = []
        for name in invocation.operands.dropFirst() {
            guard let indicator = RoutingIndicator(name.uppercased()), network.station(indicator) != nil else {
                let known = network.stations.map(\.indicator.description)
                let nearest = SpellingDistance.nearest(to: name.uppercased(), among: known, most: 1).first
                throw ControlFailure(
                    code: "UNKNOWN_STATION", message: "the network file has no station \(name)",
                    advice: nearest.map { "did you mean \($0)?" } ?? "add it, and give the file with --network",
                    exit: ExitStatus.data)
            }
            wanted.append((indicator, try before(folder, indicator)))
        }
        let authority = try folder.authority(try Passphrase.read(invocation, isNew: false))
        let left = Int((authority.notAfter - AuthorityFolder.now) / 86_400)
        let asked = try days(invocation)
        guard left > 0, (asked ?? 1) <= left else {
            throw ControlFailure(
                code: "TOO_LONG", message: "the authority itself is good for \(max(0, left)) days more",
                advice: "write fewer --days, or make a new authority", exit: ExitStatus.data)
        }
        if invocation.options["--network"] != nil { try folder.keepNetworkFile(networkFile, signature: signature) }
        var rows: [IssuedRow] = []
        for (indicator, entry) in wanted {
            let keepsKey = entry != nil && invocation.options["--new-key"] == nil
            var renewing: StationCertificate?
            if keepsKey, let entry { renewing = try folder.certificate(of: entry) }
            let (issued, bundle) = try folder.issue(
                indicator, by: authority, networkFile: networkFile, signature: signature,
                addresses: addresses(invocation) ?? entry?.addresses ?? [], days: min(asked ?? stationDays, left),
                renewing: renewing)
            let file = "\(invocation.options["--into"] ?? ".")/\(indicator).bundle"
            try write(bundle.text, file)
            rows.append(
                IssuedRow(
                    station: issued.station, serial: issued.serial,
                    until: Timestamp(seconds: issued.notAfter).wholeSeconds, bundle: file, hasKey: !keepsKey))
        }
        tell(invocation, rows, authority)
        return 0
    }

    struct IssuedRow: Encodable {
        var station: String
        var serial: String
        var until: String
        var bundle: String
        var hasKey: Bool
    }

    private static func tell(_ invocation: Invocation, _ rows: [IssuedRow], _ authority: NetworkAuthority) {
        switch invocation.form {
        case .json: Output.document(rows)
        case .jsonl: for row in rows { Output.document(row) }
        case .text:
            var table = TextTable(["STATION", "SERIAL", "UNTIL", "BUNDLE", "HOLDS"])
            for row in rows {
                table.add([
                    row.station, row.serial, row.until, row.bundle,
                    row.hasKey ? "a key: carry it as a secret" : "no key: the station has it",
                ])
            }
            Output.write(table.text(columns: TextTable.terminalColumns))
            Output.write("authority SHA-256 \(authority.fingerprint)\n")
        }
    }

    // MARK: Revoking

    static func revoke(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        guard let reason = invocation.options["--reason"], !reason.isEmpty else {
            throw Invocation.usage("network certify revoke needs a reason", "write --reason \"machine lost\"")
        }
        var folder = try AuthorityFolder(invocation.operands[0])
        let authority = try folder.authority(try Passphrase.read(invocation, isNew: false))
        let fresh = try folder.revoke(
            invocation.operands[1], by: authority, reason: reason, days: try days(invocation))
        let list = "\(invocation.operands[0])/revocations.pem"
        if invocation.form == .text {
            for entry in fresh { Output.write("revoked \(entry.serial) of \(entry.station)\n") }
            if fresh.isEmpty { Output.write("all of that were revoked before; the list was made anew\n") }
            Output.write(
                "carry \(list) to every station, as /etc/routerd/revocations.pem: it holds there within seconds\n")
        } else {
            struct Document: Encodable {
                var revoked: [String]
                var list: String
            }
            Output.document(Document(revoked: fresh.map(\.serial), list: list))
        }
        return 0
    }

    // MARK: Looking

    struct CertificateLine: Encodable {
        var station: String
        var serial: String
        var until: String
        var daysLeft: Int
        var state: String
        var revokedAt: String?
        var reason: String?
    }

    static func list(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let folder = try AuthorityFolder(invocation.operands[0])
        let now = AuthorityFolder.now
        let lines = folder.entries.map { entry in
            CertificateLine(
                station: entry.station, serial: entry.serial, until: Timestamp(seconds: entry.notAfter).wholeSeconds,
                daysLeft: entry.daysLeft(at: now), state: folder.state(of: entry, at: now).rawValue,
                revokedAt: entry.revokedAt.map { Timestamp(seconds: $0).wholeSeconds }, reason: entry.reason)
        }.sorted { ($0.station, $0.until) < ($1.station, $1.until) }
        switch invocation.form {
        case .json: Output.document(lines)
        case .jsonl: for line in lines { Output.document(line) }
        case .text:
            var table = TextTable(["STATION", "SERIAL", "UNTIL", "DAYS", "STATE", "WHY"])
            for line in lines {
                table.add([
                    line.station, line.serial, line.until, "\(line.daysLeft)", line.state, line.reason ?? "",
                ])
            }
            let missing = folder.network.stations.map(\.indicator).filter { folder.newest(of: $0) == nil }
            Output.write(table.text(columns: TextTable.terminalColumns))
            for indicator in missing { Output.write("\(indicator) has no certificate in force\n") }
        }
        return 0
    }

    struct BundleDocument: Encodable {
        var kind: String
        var network: String
        var station: String?
        var serial: String?
        var until: String
        var daysLeft: Int
        var authority: String?
        var hasKey: Bool?
        var networkVersion: Int?
        var isSigned: Bool?
        var revoked: Int?
        var made: String?
        var fingerprint: String?
    }

    /// Of an authority's folder, a bundle, or a station's certificate.
    static func show(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let path = invocation.operands[0]
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let document = try isFolder.boolValue ? shown(authority: path) : shown(file: path)
        guard invocation.form == .text else {
            Output.document(document)
            return 0
        }
        var text =
            "\(document.kind) of \([document.network, document.station].compactMap { $0 }.joined(separator: "/"))\n"
        text += "  until       \(document.until), \(document.daysLeft) days left\n"
        if let serial = document.serial { text += "  serial      \(serial)\n" }
        if let fingerprint = document.fingerprint { text += "  SHA-256     \(fingerprint)\n" }
        if let authority = document.authority { text += "  authority   SHA-256 \(authority)\n" }
        if let made = document.made { text += "  made        \(made)\n" }
        if let hasKey = document.hasKey {
            text += "  key         \(hasKey ? "with it: a secret" : "not with it: the station has it")\n"
        }
        if let version = document.networkVersion {
            text += "  network     version \(version)\(document.isSigned == true ? ", signed" : "")\n"
        }
        if let revoked = document.revoked { text += "  revoked     \(revoked)\n" }
        Output.write(text)
        return 0
    }

    private static func shown(authority path: String) throws(ControlFailure) -> BundleDocument {
        let folder = try AuthorityFolder(path)
        let revoked = folder.entries.filter { $0.revokedAt != nil }.count
        return try refusing(path) { () throws(TransportFault) in
            let facts = try Authorities.facts(pem: folder.certificatePEM)
            return BundleDocument(
                kind: "authority", network: folder.network.name,
                until: Timestamp(seconds: facts.notAfter).wholeSeconds,
                daysLeft: Int((facts.notAfter - AuthorityFolder.now) / 86_400),
                networkVersion: Int(clamping: folder.network.version),
                isSigned: access("\(path)/network.json5.sig", R_OK) == 0, revoked: revoked,
                fingerprint: facts.fingerprint.description)
        }
    }

    private static func shown(file path: String) throws(ControlFailure) -> BundleDocument {
        let octets = try octets(path)
        let certificate: StationCertificate
        var bundle: StationBundle?
        var facts: StationBundle.Facts?
        if String(decoding: octets.prefix(100), as: UTF8.self).hasPrefix("-----BEGIN CERTIFICATE") {
            certificate = try refusing(path) { () throws(TransportFault) in
                try StationCertificate(pem: octets, named: path)
            }
        } else {
            let read = try Self.bundle(path)
            (bundle, facts, certificate) = (read.bundle, read.facts, read.facts.certificate)
        }
        return BundleDocument(
            kind: bundle == nil ? "certificate" : "bundle", network: certificate.network,
            station: certificate.indicator.description, serial: certificate.serial,
            until: Timestamp(seconds: certificate.notAfter).wholeSeconds,
            daysLeft: Int((certificate.notAfter - AuthorityFolder.now) / 86_400),
            authority: facts?.authority.description, hasKey: bundle.map { $0.parts[.key] != nil },
            networkVersion: facts.map { Int(clamping: $0.network.version) }, isSigned: facts?.isSigned,
            revoked: facts?.revocations.revoked, made: bundle?.made, fingerprint: certificate.fingerprint.description)
    }

    /// A bundle whose parts were held against one another.
    static func bundle(_ path: String) throws(ControlFailure) -> (bundle: StationBundle, facts: StationBundle.Facts) {
        let octets = try octets(path)
        do throws(StationBundle.Flaw) {
            let bundle = try StationBundle(reading: octets)
            return (bundle, try bundle.facts())
        } catch {
            throw ControlFailure(
                code: "BUNDLE_UNUSABLE", message: "\(path) cannot be used: \(error.why)",
                advice: "ask the authority for it again", exit: ExitStatus.data)
        }
    }

    // MARK: Files and options

    static func octets(_ path: String) throws(ControlFailure) -> [UInt8] {
        do throws(PlainFileFault) {
            return try PlainFile.read(path)
        } catch {
            throw ControlFailure(
                code: "NO_INPUT", message: error.description, advice: "name a file that can be read",
                exit: ExitStatus.data)
        }
    }

    static func network(_ octets: [UInt8], _ path: String) throws(ControlFailure) -> Network {
        do throws(SettingsProblems) {
            return try NetworkFile.read(octets: octets, file: path)
        } catch {
            throw ControlFailure(
                code: "CONFIGURATION", message: error.all.first.map { "\($0)" } ?? "", advice: "mend the network file",
                exit: ExitStatus.configuration, line: error.all.first?.line)
        }
    }

    /// The network file that goes into bundles, and its signature if there is one beside it.
    private static func networkFile(
        _ invocation: Invocation, _ folder: AuthorityFolder
    ) throws(ControlFailure) -> ([UInt8], [UInt8]?, Network) {
        let path = invocation.options["--network"] ?? "\(folder.path)/network.json5"
        let octets = try octets(path)
        let network = try network(octets, path)
        guard network.name == folder.network.name, network.version >= folder.network.version else {
            throw ControlFailure(
                code: "WRONG_NETWORK",
                message: "\(path) is version \(network.version) of \(network.name), "
                    + "the authority has version \(folder.network.version) of \(folder.network.name)",
                advice: "give the newest network file of this network", exit: ExitStatus.data)
        }
        let signature = access("\(path).sig", R_OK) == 0 ? try Self.octets("\(path).sig") : nil
        return (octets, signature, network)
    }

    private static func write(_ octets: [UInt8], _ path: String) throws(ControlFailure) {
        do throws(PlainFileFault) {
            try PlainFile.write(octets, to: path, mode: 0o600)
        } catch {
            throw ControlFailure(
                code: "NOT_WRITTEN", message: error.description,
                advice: "the certificate is in the register; make the bundle with renew --new-key, with --into FOLDER",
                exit: ExitStatus.data)
        }
    }

    private static func addresses(_ invocation: Invocation) -> [String]? {
        invocation.options["--address"].map {
            $0.split(separator: ",").map(String.init).filter { !$0.isEmpty }
        }
    }

    private static func days(_ invocation: Invocation) throws(ControlFailure) -> Int? {
        guard let text = invocation.options["--days"] else { return nil }
        guard let days = Int(text), (1...36_500).contains(days) else {
            throw Invocation.usage("--days takes a number of days", "write 1 to 36500")
        }
        return days
    }

    private static func refusing<Result>(
        _ path: String, _ body: () throws(TransportFault) -> Result
    ) throws(ControlFailure) -> Result {
        do throws(TransportFault) {
            return try body()
        } catch {
            throw ControlFailure(
                code: error.code, message: "\(path): \(error.text)",
                advice: "name an authority's folder, a bundle, or a station's certificate", exit: ExitStatus.data)
        }
    }
}
