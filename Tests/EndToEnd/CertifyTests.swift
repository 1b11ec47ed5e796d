import Foundation
import Testing

@Suite("Keys without another program", .serialized)
struct CertifyTests {
    /// A lab whose certificates are of an authority of `network certify`.
    private final class Office {
        let lab: Lab
        let authority: String
        private let passphrase: String

        init() throws {
            lab = try Lab(Lab.row)
            authority = "\(lab.folder.path)/authority"
            passphrase = "\(lab.folder.path)/passphrase"
            try Data("the mill stands by the river\n".utf8).write(to: URL(fileURLWithPath: passphrase))
            chmod(passphrase, 0o600)
            let made = certify("init", "\(lab.folder.path)/network.json5", authority)
            guard made.status == 0 else { throw Lab.LabFailure(what: made.error) }
        }

        func certify(_ words: String..., file: String? = nil) -> Lab.Outcome {
            let asks = !["list", "show"].contains(words[0])
            return lab.run(
                "routerctl",
                ["-o", "json", "network", "certify"] + words
                    + (asks ? ["--passphrase-file", file ?? passphrase] : []))
        }

        /// Puts the parts of a bundle where the lab's station file names them.
        func install(_ station: String) throws {
            let text = try String(contentsOfFile: "\(lab.folder.path)/\(station).bundle", encoding: .utf8)
            for (part, name) in [("certificate.pem", "certificate.pem"), ("station.key", "key.pem")] {
                guard let start = text.range(of: "BEGIN \(part) "),
                    let line = text[start.upperBound...].firstIndex(of: "\n"),
                    let end = text.range(of: "----- END \(part)")
                else { continue }
                let path = "\(lab.folder.path)/\(station)/\(name)"
                try Data(text[text.index(after: line)..<end.lowerBound].utf8).write(to: URL(fileURLWithPath: path))
                chmod(path, 0o600)
            }
            try lab.configure(station) {
                $0["tls"] = [
                    "certificate": "certificate.pem", "key": "key.pem", "authorities": "../authority/authority.pem",
                    "revocations": "../authority/revocations.pem",
                ]
            }
        }
    }

    @Test("An authority, bundles, renewal while a station runs, revocation: as an operator does it")
    func story() throws {
        let office = try Office()
        let lab = office.lab
        let into = ["--into", lab.folder.path]
        let issued = lab.run(
            "routerctl",
            [
                "-o", "json", "network", "certify", "issue", office.authority, "RUECAP", "RUEHUB", "--passphrase-file",
                "\(lab.folder.path)/passphrase",
            ] + into)
        #expect(issued.status == 0 && issued.rows.map { $0["hasKey"] as? Bool } == [true, true], "\(issued.error)")
        let mode = try FileManager.default.attributesOfItem(atPath: "\(lab.folder.path)/RUECAP.bundle")[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(
            try String(contentsOfFile: "\(office.authority)/authority.key", encoding: .utf8).contains("ENCRYPTED"))
        let schema = try SchemaCheck()
        #expect(schema.problems(of: "network certify issue", issued.json) == [])
        let shown = office.certify("show", "\(lab.folder.path)/RUECAP.bundle")
        let authority = office.certify("show", office.authority).document["fingerprint"] as? String
        #expect(shown.document["station"] as? String == "RUECAP" && shown.document["hasKey"] as? Bool == true)
        #expect(shown.document["authority"] as? String == authority && authority != nil)

        for station in ["RUECAP", "RUEHUB"] { try office.install(station) }
        try lab.start("RUECAP", "RUEHUB")
        func isUp() -> Bool {
            lab.ctl("RUECAP", "link", "list").rows.contains {
                $0["peer"] as? String == "RUEHUB" && $0["state"] as? String == "up"
            }
        }
        try lab.wait("the two trust one another", isUp)
        let since = lab.ctl("RUECAP", "link", "list").rows.first?["since"] as? String

        // Renewal: the same key, and no session ends.
        let renewed = office.certify("renew", office.authority, "RUECAP", "--into", lab.folder.path, "--days", "500")
        #expect(renewed.status == 0 && renewed.rows.first?["hasKey"] as? Bool == false, "\(renewed.error)")
        try office.install("RUECAP")
        lab.signal("RUECAP", SIGHUP)
        func days() -> Int {
            let check = lab.ctl("RUECAP", "check", "certificates").document["certificates"] as? [[String: Any]] ?? []
            return check.first { $0["own"] as? Bool == true }?["daysLeft"] as? Int ?? 0
        }
        try lab.wait("the renewed certificate is used") { days() >= 498 }
        // The first thing that it signs with it is a custody note: the neighbour must have been told of it.
        let heading = "R 061011Z MAY 26\nFM RELAY\nTO FOREIGN OFFICE CAPITAL\n\nUNCLAS RELAY 1\n\n"
        let cable = heading + "SUBJECT: EXERCISE -- TRY\n\n1. (U) EXERCISE.\n"
        #expect(lab.ctl("RUEHUB", "submit", "-", input: Data(cable.utf8)).status == 0)
        try lab.wait("custody has passed and the receipt is back") {
            lab.ctl("RUEHUB", "receipt", "list").rows.contains { $0["state"] as? String == "delivered" }
        }
        #expect(lab.ctl("RUECAP", "link", "list").rows.first?["since"] as? String == since)
        #expect(schema.problems(of: "network certify show", shown.json) == [])
        #expect(schema.problems(of: "network certify renew", renewed.json) == [])
        let states = office.certify("list", office.authority).rows.map { "\($0["station"] ?? "") \($0["state"] ?? "")" }
        #expect(states.sorted() == ["RUECAP inForce", "RUECAP replaced", "RUEHUB inForce"])

        // Revocation: the neighbour closes at once, and stays away.
        let revoked = office.certify("revoke", office.authority, "RUECAP", "--reason", "machine stolen")
        #expect((revoked.document["revoked"] as? [String])?.count == 2, "\(revoked.error)")
        #expect(schema.problems(of: "network certify revoke", revoked.json) == [])
        #expect(schema.problems(of: "network certify list", office.certify("list", office.authority).json) == [])
        lab.signal("RUEHUB", SIGHUP)
        try lab.wait("the link is closed") { !isUp() }
        // What the revoked key has signed stays in the journal, and must not keep the station from starting.
        #expect(lab.terminate("RUEHUB") == 0)
        try lab.start("RUEHUB")
        let again = office.certify("revoke", office.authority, "RUECAP", "--reason", "again")
        #expect((again.document["revoked"] as? [String])?.isEmpty == true)
        let listed = office.certify("list", office.authority).rows.filter { $0["state"] as? String == "revoked" }
        #expect(listed.count == 2 && listed.allSatisfy { $0["reason"] as? String == "machine stolen" })
        #expect(office.certify("renew", office.authority, "RUECAP").status == 65)
    }

    @Test("What cannot be done is refused, with the way out, and changes nothing")
    func refusals() throws {
        let office = try Office()
        let wrong = "\(office.lab.folder.path)/wrong"
        try Data("another sentence of words\n".utf8).write(to: URL(fileURLWithPath: wrong))
        chmod(wrong, 0o600)
        let before = try String(contentsOfFile: "\(office.authority)/register.jsonl", encoding: .utf8)
        let denied = office.certify("issue", office.authority, "RUECAP", file: wrong)
        #expect(denied.status == 65 && denied.error.contains("passphrase is not"))
        chmod(wrong, 0o644)
        #expect(office.certify("issue", office.authority, "RUECAP", file: wrong).error.contains("chmod 600"))
        let unknown = office.certify("issue", office.authority, "RUECAB")
        #expect(unknown.status == 65 && unknown.error.contains("did you mean RUECAP?"))
        #expect(office.certify("revoke", office.authority, "RUECAP", "--reason", "x").status == 65)
        #expect(office.certify("revoke", office.authority, "RUECAP").status == 64)
        #expect(office.certify("init", "\(office.lab.folder.path)/network.json5", office.authority).status == 65)
        #expect(
            office.certify("issue", office.authority, "RUECAP", "--days", "4000").error.contains("authority itself"))
        #expect(try String(contentsOfFile: "\(office.authority)/register.jsonl", encoding: .utf8) == before)
    }

    @Test(
        "The passphrase is typed on a terminal, twice for a new authority, and not shown",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
    func typed() throws {
        let office = try Office()
        let routerctl = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("routerctl").path
        /// Types each line when it is asked for; gives the exit status and all that stood on the terminal.
        func type(_ lines: [String], _ folder: String) throws -> (status: Int32, seen: String) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
            let command = "\(routerctl) network certify init \(office.lab.folder.path)/network.json5"
            process.arguments = ["-qec", "\(command) \(office.lab.folder.path)/\(folder)", "/dev/null"]
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            var seen = ""
            for (line, prompt) in zip(lines, ["authority's key: ", "same again: "]) {
                while !seen.contains(prompt) {
                    let part = output.fileHandleForReading.availableData
                    guard !part.isEmpty else { break }
                    seen += String(decoding: part, as: UTF8.self)
                }
                input.fileHandleForWriting.write(Data("\(line)\n".utf8))
            }
            seen += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, seen)
        }
        let same = try type(["a long enough sentence", "a long enough sentence"], "typed")
        #expect(same.status == 0 && same.seen.contains("made the authority") && !same.seen.contains("sentence"))
        let other = try type(["a long enough sentence", "another one altogether"], "other")
        #expect(other.status == 65 && other.seen.contains("not the same"))
        #expect(!FileManager.default.fileExists(atPath: "\(office.lab.folder.path)/other/authority.key"))
    }
}
