import Foundation
import Testing

@Suite("A machine becomes a station", .serialized)
struct SetupTests {
    /// An authority's bundles, and folders that stand for machines.
    private final class Posts {
        let lab: Lab
        let fingerprint: String
        private let authority: String
        private let passphrase: String

        init() throws {
            lab = try Lab(Lab.row)
            authority = "\(lab.folder.path)/authority"
            passphrase = "\(lab.folder.path)/passphrase"
            try Data("the mill stands by the river\n".utf8).write(to: URL(fileURLWithPath: passphrase))
            chmod(passphrase, 0o600)
            let made = lab.run(
                "routerctl",
                ["-o", "json", "network", "certify", "init", "\(lab.folder.path)/network.json5"]
                    + ["\(lab.folder.path)/authority", "--passphrase-file", passphrase])
            fingerprint = made.document["fingerprint"] as? String ?? ""
            try certify("issue", "RUECAP", "RUEHUB")
        }

        func certify(_ verb: String, _ stations: String...) throws {
            let made = lab.run(
                "routerctl",
                ["network", "certify", verb, authority] + stations
                    + ["--passphrase-file", passphrase, "--into", lab.folder.path])
            guard made.status == 0 else { throw Lab.LabFailure(what: made.error) }
        }

        func bundle(_ station: String) -> String { "\(lab.folder.path)/\(station).bundle" }

        /// A machine's own folder of files.
        func folder(_ station: String) -> String { "\(lab.folder.path)/\(station)/etc" }

        func answers(_ station: String, _ more: [String: String] = [:]) throws -> String {
            var object = [
                "bundle": "\(station).bundle", "station": station, "authority": fingerprint, "folder": folder(station),
                "state": "../state", "control": "../control.sock", "service": "none",
            ]
            object.merge(more) { $1 }
            let path = "\(lab.folder.path)/\(station).answers"
            try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: path))
            return path
        }

        func setup(_ words: String..., input: String? = nil, path: String? = nil) -> Lab.Outcome {
            let tool = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
                .appendingPathComponent("routerctl").path
            let environment = path.map { ["PATH=\($0):/usr/bin:/bin"] } ?? []
            return lab.run(
                "/usr/bin/env",
                environment + [tool, input == nil ? "--json" : "-o", input == nil ? "setup" : "text"]
                    + (input == nil ? [] : ["setup"]) + words, input: input.map { Data($0.utf8) })
        }

        func files(_ station: String) -> [String: Data] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder(station))) ?? []
            return Dictionary(
                uniqueKeysWithValues: names.map {
                    ($0, FileManager.default.contents(atPath: "\(folder(station))/\($0)") ?? Data())
                })
        }

        func mode(_ station: String, _ name: String) throws -> Int {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder(station))/\(name)")
            return facts[.posixPermissions] as? Int ?? 0
        }
    }

    @Test("From answer files two machines become stations that carry a cable; the key is nobody else's")
    func carries() throws {
        let posts = try Posts()
        let lab = posts.lab
        for station in ["RUECAP", "RUEHUB"] {
            try FileManager.default.removeItem(atPath: "\(lab.folder.path)/\(station)")
            try FileManager.default.createDirectory(
                atPath: "\(lab.folder.path)/\(station)", withIntermediateDirectories: false)
            let made = posts.setup("--answers", try posts.answers(station))
            #expect(made.status == 0, "\(made.error)")
            #expect(try SchemaCheck().problems(of: "setup", made.json) == [])
            let did = (made.document["files"] as? [[String: Any]])?.compactMap { $0["did"] as? String }
            #expect(did == Array(repeating: "written", count: 6))
            #expect(try posts.mode(station, "station.key") == 0o600)
            #expect(try posts.mode(station, "station.json5") == 0o640)
            #expect(lab.run("routerctl", ["config", "check", "\(posts.folder(station))/station.json5"]).status == 0)
            let text = String(decoding: posts.files(station)["station.json5"] ?? Data(), as: UTF8.self)
            #expect(text.contains("// Desks of each post") && text.contains("station: \"\(station)\""))
            // Lab starts what stands here.
            try FileManager.default.createSymbolicLink(
                atPath: "\(lab.folder.path)/\(station)/station.json5",
                withDestinationPath: "\(posts.folder(station))/station.json5")
            let config = try String(contentsOfFile: "\(posts.folder(station))/station.json5", encoding: .utf8)
            // Paths are relative to the folder of the name that the daemon was given.
            let absolute = ["network.json5", "certificate.pem", "station.key", "authority.pem", "revocations.pem"]
                .reduce(config) { $0.replacingOccurrences(of: "\"\($1)\"", with: "\"\(posts.folder(station))/\($1)\"") }
                .replacingOccurrences(of: "../state", with: "state").replacingOccurrences(
                    of: "../control", with: "control")
            try FileManager.default.removeItem(atPath: "\(lab.folder.path)/\(station)/station.json5")
            try Data(absolute.utf8).write(to: URL(fileURLWithPath: "\(lab.folder.path)/\(station)/station.json5"))
        }
        try lab.start("RUECAP", "RUEHUB")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1, to: "RELAY")).status == 0)
        try lab.wait("the cable is there") { lab.ctl("RUEHUB", "inbox", "list").rows.count == 1 }
    }

    @Test("Nothing is replaced unasked; what is replaced is kept; the same again changes nothing")
    func again() throws {
        let posts = try Posts()
        #expect(posts.setup("--answers", try posts.answers("RUECAP")).status == 0)
        let first = posts.files("RUECAP")
        let same = posts.setup("--answers", try posts.answers("RUECAP"))
        #expect(same.status == 0 && posts.files("RUECAP") == first)
        let changed = try posts.answers("RUECAP", ["metrics": "127.0.0.1:9464"])
        let refused = posts.setup("--answers", changed)
        #expect(refused.status == 65 && refused.error.contains("FILES_THERE") && posts.files("RUECAP") == first)
        let replaced = posts.setup("--answers", changed, "--yes")
        #expect(replaced.status == 0)
        #expect(posts.files("RUECAP")["station.json5.old"] == first["station.json5"])
        #expect(posts.files("RUECAP")["station.json5"] != first["station.json5"])
        #expect(posts.files("RUECAP")["station.key"] == first["station.key"])
    }

    @Test("A bundle that is another station's, another authority's or altered is not installed, nor a wrong answer")
    func refusals() throws {
        let posts = try Posts()
        #expect(
            posts.setup("--answers", try posts.answers("RUECAP", ["station": "RUEHUB"])).error.contains("WRONG_STATION")
        )
        let other = String(repeating: "0", count: 64)
        #expect(
            posts.setup("--answers", try posts.answers("RUECAP", ["authority": other])).error.contains(
                "WRONG_AUTHORITY"))
        #expect(
            posts.setup("--answers", try posts.answers("RUECAP", ["colour": "red"])).error.contains(
                "unknown key colour"))
        #expect(posts.setup("--answers", try posts.answers("RUECAP", ["metrics": "0.0.0.0:1"])).status == 65)
        #expect(posts.setup("--bundle", posts.bundle("RUENO"), "--yes").status == 65)
        let text = try String(contentsOfFile: posts.bundle("RUECAP"), encoding: .utf8)
        try text.replacingOccurrences(of: "SECRET", with: "SECRED").write(
            toFile: posts.bundle("RUECAP"), atomically: true, encoding: .utf8)
        #expect(posts.setup("--answers", try posts.answers("RUECAP")).error.contains("altered on the way"))
        #expect(posts.files("RUECAP").isEmpty)
    }

    @Test("Config/answers.json5 shows every key that an answer file may have, and is one")
    func example() throws {
        let posts = try Posts()
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Config/answers.json5").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let error = posts.setup("--answers", try posts.answers("RUECAP", ["nothing": "1"])).error
        let known = error.split(separator: "known: ").last?.split(separator: "\"").first ?? ""
        let keys = known.split(separator: ",").map { $0.filter { $0 != " " } }
        #expect(keys.count == 9)
        for key in keys { #expect(text.contains("\n  \(key): ") || text.contains("\n  // \(key): "), "\(key)") }
        // It names a bundle that is not there: everything before that was understood.
        #expect(posts.setup("--answers", path).error.contains("RUEXA.bundle"))
    }

    @Test("A network that is signed with the encrypted key is required to be so at the post")
    func signed() throws {
        let posts = try Posts()
        let (lab, authority) = (posts.lab, "\(posts.lab.folder.path)/authority")
        func sign(_ passphrase: String) -> Lab.Outcome {
            lab.run(
                "routerctl",
                ["network", "sign", "\(authority)/network.json5", "--key", "\(authority)/authority.key"]
                    + ["--authority", "\(authority)/authority.pem", "--passphrase-file", passphrase])
        }
        let wrong = "\(lab.folder.path)/wrong"
        try Data("not that sentence\n".utf8).write(to: URL(fileURLWithPath: wrong))
        chmod(wrong, 0o600)
        #expect(sign(wrong).error.contains("passphrase is not"))
        #expect(sign("\(lab.folder.path)/passphrase").status == 0)
        try posts.certify("issue", "RUECAP")
        #expect(posts.setup("--answers", try posts.answers("RUECAP")).status == 0)
        let text = String(decoding: posts.files("RUECAP")["station.json5"] ?? Data(), as: UTF8.self)
        #expect(text.contains("\n    requireSignedNetwork: true,") && posts.files("RUECAP")["network.json5.sig"] != nil)
        let file = "\(posts.folder("RUECAP"))/station.json5"
        #expect(lab.run("routerctl", ["config", "check", file]).status == 0)
        #expect(lab.run("routerd", ["--check", "--config", file]).status == 0)
        // What was altered at the post is seen, and a bundle without a signature is not taken.
        let network = "\(posts.folder("RUECAP"))/network.json5"
        let whole = try Data(contentsOf: URL(fileURLWithPath: network))
        try (whole + Data("\n".utf8)).write(to: URL(fileURLWithPath: network))
        #expect(lab.run("routerctl", ["config", "check", file]).status == 78)
        #expect(lab.run("routerd", ["--check", "--config", file]).status == 78)
        try whole.write(to: URL(fileURLWithPath: network))
        try FileManager.default.removeItem(atPath: "\(authority)/network.json5.sig")
        try posts.certify("renew", "RUECAP")
        #expect(posts.setup("--answers", try posts.answers("RUECAP"), "--renew").error.contains("NOT_SIGNED"))
    }

    @Test("On a terminal it asks for the bundle and whether it is the right one; no is no")
    func asking() throws {
        let posts = try Posts()
        let root = "\(posts.lab.folder.path)/root"
        let no = posts.setup("--root", root, input: "\(posts.bundle("RUECAP"))\nyes\nno\n")
        #expect(no.status == 65 && no.error.contains("DECLINED"))
        #expect(!FileManager.default.fileExists(atPath: root))
        let yes = posts.setup("--root", root, input: "\(posts.bundle("RUECAP"))\n\nyes\n")
        let seen = String(decoding: yes.output, as: UTF8.self)
        #expect(
            yes.status == 0 && seen.contains(posts.fingerprint) && seen.contains("FOREIGN OFFICE CAPITAL"),
            "\(yes.error)")
        #expect(FileManager.default.fileExists(atPath: "\(root)/etc/routerd/station.key"))
        for made in ["var/lib/routerd", "run/routerd"] {
            #expect(FileManager.default.fileExists(atPath: "\(root)/\(made)"), "\(made)")
        }
        #expect(posts.setup("--root", root, input: "").error.contains("NOT_ANSWERED"))
    }

    @Test(
        "A renewed bundle replaces what it brings and nothing else; a new key restarts the daemon, an old one reloads it"
    )
    func renewal() throws {
        let posts = try Posts()
        let folder = posts.lab.folder.path
        let (calls, programs) = ("\(folder)/calls", "\(folder)/bin")
        try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: false)
        try "#!/bin/sh\necho \"$@\" >>\(calls)\n".write(
            toFile: "\(programs)/systemctl", atomically: true, encoding: .utf8)
        chmod("\(programs)/systemctl", 0o755)
        func called() -> [String] {
            let text = (try? String(contentsOfFile: calls, encoding: .utf8)) ?? ""
            try? FileManager.default.removeItem(atPath: calls)
            return text.split(separator: "\n").map(String.init)
        }
        let answers = try posts.answers("RUECAP", ["service": "systemd"])
        #expect(posts.setup("--answers", answers, path: programs).document["service"] as? String == "started")
        #expect(called() == ["enable --now routerd"])
        let before = posts.files("RUECAP")
        try posts.certify("renew", "RUECAP")
        let renewed = posts.setup("--answers", answers, "--renew", path: programs)
        #expect(renewed.document["service"] as? String == "reloaded", "\(renewed.error)")
        #expect(called() == ["is-active --quiet routerd", "reload routerd"])
        let after = posts.files("RUECAP")
        #expect(after["certificate.pem"] != before["certificate.pem"])
        #expect(after["certificate.pem.old"] == before["certificate.pem"])
        for name in ["station.json5", "station.key", "network.json5"] {
            #expect(after[name] == before[name], "\(name)")
        }
        // A bundle without a key is of no use to a machine that has another one.
        try posts.certify("issue", "RUECAP")
        let fresh = posts.setup("--answers", answers, "--renew", path: programs)
        #expect(fresh.document["service"] as? String == "restarted")
        #expect(called().last == "restart routerd")
        // A standby that does not run is renewed, and stays cold.
        try "#!/bin/sh\necho \"$@\" >>\(calls)\n[ \"$1\" != is-active ]\n".write(
            toFile: "\(programs)/systemctl", atomically: true, encoding: .utf8)
        chmod("\(programs)/systemctl", 0o755)
        try posts.certify("renew", "RUECAP")
        let cold = posts.setup("--answers", answers, "--renew", path: programs)
        #expect(cold.document["service"] as? String == "none", "\(cold.error)")
        #expect(called() == ["is-active --quiet routerd"])
        try FileManager.default.removeItem(atPath: "\(posts.folder("RUECAP"))/station.key")
        try posts.certify("renew", "RUECAP")
        #expect(posts.setup("--answers", answers, "--renew", path: programs).error.contains("NO_KEY"))
    }
}
