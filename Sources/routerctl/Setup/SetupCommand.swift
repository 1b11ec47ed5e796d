import Cables
import Control
import Foundation
import Octets
import Routing
import Settings
import Transport

/// `setup`: a station out of its bundle, or a station's bundle renewed.
enum SetupCommand {
    struct Document: Encodable {
        struct File: Encodable {
            var path: String
            var did: String
            var old: String?
        }

        var station: String
        var network: String
        var until: String
        var files: [File]
        /// What was done about the daemon: started, reloaded, restarted, or none.
        var service: String
        var said: [String]
    }

    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let setup = try Plan(invocation)
        let files = try setup.files()
        try setup.agree(files)
        var document = Document(
            station: setup.facts.indicator.description, network: setup.facts.network.name,
            until: Timestamp(seconds: setup.facts.certificate.notAfter).wholeSeconds, files: [], service: "none",
            said: setup.notes)
        do throws(PlainFileFault) {
            try setup.makeFolders()
            for file in files {
                let deed = file.deed
                try file.place()
                document.files.append(
                    Document.File(
                        path: file.path, did: deed.rawValue, old: deed == .replaced ? file.old : nil))
            }
        } catch {
            throw ControlFailure(
                code: "NOT_WRITTEN", message: error.description,
                advice: "what was replaced before stands beside it as .old; run setup as root",
                exit: ExitStatus.notPermitted)
        }
        if invocation.options["--root"] == nil { try check(setup.stationFile) }
        let service = try setup.serve()
        document.service = service.did
        document.said += service.said
        tell(invocation, document)
        return 0
    }

    /// As `config check` does.
    private static func check(_ file: String) throws(ControlFailure) {
        do throws(SettingsProblems) {
            try CheckCommand.check(file)
        } catch {
            for problem in error.all { Output.complain("\(problem)\n") }
            throw ControlFailure(
                code: "CONFIGURATION", message: "the files are written, but not right; the daemon was left alone",
                advice: "mend them, or move the .old files back", exit: ExitStatus.configuration)
        }
    }

    private static func tell(_ invocation: Invocation, _ document: Document) {
        guard invocation.form == .text else { return Output.document(document) }
        var text = ""
        for file in document.files {
            text += "  \(file.did.padding(toLength: 9, withPad: " ", startingAt: 0)) \(file.path)"
            text += file.old.map { "  (before: \($0))" } ?? ""
            text += "\n"
        }
        for line in document.said { text += "\(line)\n" }
        text +=
            "\(document.station) of \(document.network) is set up; its certificate is good until \(document.until)\n"
        Output.write(text)
    }

    /// What is to be done, agreed on with whoever asked.
    private struct Plan {
        let bundle: StationBundle
        let facts: StationBundle.Facts
        let answers: SetupAnswers
        /// In front of every path: for an image that is not running.
        let root: String
        let renews: Bool
        /// No questions are asked.
        private let isQuiet: Bool
        private(set) var notes: [String] = []
        private let folder: String
        /// Of a station that is there already.
        private let settings: StationSettings?

        var stationFile: String { "\(folder)/station.json5" }

        init(_ invocation: Invocation) throws(ControlFailure) {
            renews = invocation.options["--renew"] != nil
            isQuiet = invocation.options["--yes"] != nil
            root = invocation.options["--root"] ?? ""
            var answers = SetupAnswers()
            if let file = invocation.options["--answers"] {
                answers = try SetupAnswers(try InputFile.read(file), file: file)
            }
            let asks = invocation.options["--answers"] == nil && !isQuiet
            if let bundle = invocation.options["--bundle"] { answers.bundle = bundle }
            if answers.bundle == nil, asks {
                answers.bundle = try SetupAnswers.ask(
                    "Bundle that the authority gave for this station", default: SetupAnswers.onlyBundle)
            }
            guard let path = answers.bundle else {
                throw Invocation.usage(
                    "setup needs the bundle", "write --bundle RI.bundle, or bundle: in the answer file")
            }
            (bundle, facts) = try CertifyCommands.bundle(path)
            if asks {
                try Self.askAboutStation(facts, bundle, &answers)
            } else if answers.authority == nil, !renews {
                notes.append(
                    "the authority's SHA-256 \(facts.authority) was taken from the bundle and compared with nothing")
            }
            if let station = answers.station, station != facts.indicator.description {
                throw ControlFailure(
                    code: "WRONG_STATION", message: "the bundle is that of \(facts.indicator), not of \(station)",
                    advice: "take the bundle of \(station)", exit: ExitStatus.data)
            }
            if let authority = answers.authority, authority != facts.authority.description {
                throw ControlFailure(
                    code: "WRONG_AUTHORITY",
                    message: "the bundle's authority has SHA-256 \(facts.authority), which is not what was told",
                    advice: "do not use the bundle: ask the authority", exit: ExitStatus.data)
            }
            let behind = answers.several ? "/\(facts.indicator)" : ""
            folder = root + (answers.folder ?? "/etc/routerd" + behind)
            self.answers = answers
            settings = try Self.present(folder, renews: renews)
            if getuid() == 0, PlacedFile.Owner.daemon == nil {
                notes.append("there is no user routerd: all files belong to root, and only root can run the daemon")
            }
            try compare()
        }

        private static func askAboutStation(
            _ facts: StationBundle.Facts, _ bundle: StationBundle, _ answers: inout SetupAnswers
        ) throws(ControlFailure) {
            let posts = facts.network.station(facts.indicator)?.posts.joined(separator: ", ") ?? ""
            Output.write("The bundle is that of \(facts.indicator) (\(posts)) in the network \(facts.network.name),\n")
            Output.write("certificate until \(Timestamp(seconds: facts.certificate.notAfter).wholeSeconds).\n")
            guard try SetupAnswers.confirm("Is this machine to be that station", default: true) else {
                throw declined
            }
            Output.write("Its authority has SHA-256 \(facts.authority).\n")
            guard try SetupAnswers.confirm("Is that what you were told by another way", default: false) else {
                throw declined
            }
            answers.authority = facts.authority.description
        }

        private static let declined = ControlFailure(
            code: "DECLINED", message: "nothing was changed", advice: "ask the authority for the right bundle",
            exit: ExitStatus.data)

        private static func present(_ folder: String, renews: Bool) throws(ControlFailure) -> StationSettings? {
            let path = "\(folder)/station.json5"
            guard access(path, F_OK) == 0 else {
                guard renews else { return nil }
                throw ControlFailure(
                    code: "NOT_SET_UP", message: "there is no \(path) to renew", advice: "leave --renew out",
                    exit: ExitStatus.data)
            }
            guard renews else { return nil }
            do throws(SettingsProblems) {
                return try StationFile.read(octets: try CheckCommand.file(path), file: path)
            } catch {
                throw ControlFailure(
                    code: "CONFIGURATION", message: error.all.first.map { "\($0)" } ?? "", advice: "mend it first",
                    exit: ExitStatus.configuration)
            }
        }

        /// What must fit what is there already.
        private func compare() throws(ControlFailure) {
            if let settings, settings.station != facts.indicator {
                throw ControlFailure(
                    code: "WRONG_STATION",
                    message: "this is \(settings.station), the bundle is that of \(facts.indicator)",
                    advice: "take the bundle of \(settings.station)", exit: ExitStatus.data)
            }
            if let octets = try? PlainFile.read(target(.network)),
                let present = try? NetworkFile.read(octets: octets, file: target(.network)),
                present.name == facts.network.name, present.version > facts.network.version
            {
                throw ControlFailure(
                    code: "OLD_BUNDLE",
                    message: "the bundle has version \(facts.network.version) of the network file, here is version "
                        + "\(present.version)", advice: "ask the authority for a bundle of today", exit: ExitStatus.data
                )
            }
            if let settings, settings.tls.requireSignedNetwork, !facts.isSigned {
                throw ControlFailure(
                    code: "NOT_SIGNED",
                    message: "this station takes signed network files only, and the bundle's is not",
                    advice: "at the authority: network sign, then renew again", exit: ExitStatus.data)
            }
            guard bundle.parts[.key] == nil else { return }
            do {
                _ = try StationKey(
                    certificatePEM: bundle.parts[.certificate] ?? [], keyPEM: try PlainFile.read(target(.key)))
            } catch {
                throw ControlFailure(
                    code: "NO_KEY", message: "the bundle brings no key, and the one here does not do: \(error)",
                    advice: "ask the authority for one: network certify issue, or renew --new-key",
                    exit: ExitStatus.data)
            }
        }

        /// Where a part goes: as the station file has it, else under its own name.
        private func target(_ part: StationBundle.Part) -> String {
            func place(_ name: String) -> String { name.hasPrefix("/") ? root + name : "\(folder)/\(name)" }
            guard let settings else { return place(part.rawValue) }
            switch part {
            case .key: return place(settings.tls.key)
            case .certificate: return place(settings.tls.certificate)
            case .authority: return place(settings.tls.authorities)
            case .revocations: return place(settings.tls.revocations ?? part.rawValue)
            case .network: return place(settings.network)
            case .signature: return place("\(settings.network).sig")
            }
        }

        private var service: SetupAnswers.Service {
            answers.service ?? (SystemService.isThere ? .systemd : .none)
        }

        func files() throws(ControlFailure) -> [PlacedFile] {
            let daemon = PlacedFile.Owner.daemon
            let shared = daemon.map { PlacedFile.Owner(user: 0, group: $0.group) }
            var files: [PlacedFile] = []
            // The network file comes before its signature, the key before its certificate: who looks between finds them.
            for part in StationBundle.Part.allCases {
                guard let octets = bundle.parts[part] else { continue }
                let isKey = part == .key
                // systemd reads the key as root, and hands it on; else the daemon reads it itself.
                let owner =
                    isKey && service == .systemd ? daemon.map { _ in PlacedFile.Owner(user: 0, group: 0) } : shared
                files.append(
                    PlacedFile(
                        path: target(part), octets: octets, mode: isKey ? 0o600 : 0o640,
                        owner: isKey && service == .none ? daemon : owner))
            }
            guard !renews else { return files }
            let text = Array(draft.text.utf8)
            do throws(SettingsProblems) {
                let settings = try StationFile.read(octets: text, file: stationFile)
                let problems = StationFile.mismatches(settings, facts.network, octets: text, file: stationFile)
                guard problems.isEmpty else { throw SettingsProblems(problems) }
            } catch {
                throw ControlFailure(
                    code: "ANSWERS", message: error.all.first.map { "\($0)" } ?? "", advice: "mend the answers",
                    exit: ExitStatus.data)
            }
            return files + [PlacedFile(path: stationFile, octets: text, mode: 0o640, owner: shared)]
        }

        private var draft: StationFileDraft {
            let behind = answers.several ? "/\(facts.indicator)" : ""
            return StationFileDraft(
                station: facts.indicator.description, posts: facts.network.station(facts.indicator)?.posts ?? [],
                state: answers.state ?? "/var/lib/routerd\(behind)",
                control: answers.control ?? "/run/routerd\(behind)/control.sock", metrics: answers.metrics,
                isSigned: facts.isSigned)
        }

        /// Says which files would be replaced, and asks.
        func agree(_ files: [PlacedFile]) throws(ControlFailure) {
            let replaced = files.filter { $0.deed == .replaced }
            guard !replaced.isEmpty, !isQuiet, !renews else { return }
            for file in replaced {
                Output.complain("\(file.path) is there and different; it would be kept as \(file.old)\n")
            }
            guard isatty(STDIN_FILENO) == 1, try SetupAnswers.confirm("Replace what is there", default: false) else {
                throw ControlFailure(
                    code: "FILES_THERE",
                    message: "nothing was changed: \(replaced.count) files are there and different",
                    advice: "with --yes they are replaced and kept as .old; with --renew station.json5 stays",
                    exit: ExitStatus.data)
            }
        }

        func makeFolders() throws(PlainFileFault) {
            try makeFolder(folder, 0o755, nil)
            guard !renews else { return }
            let daemon = PlacedFile.Owner.daemon
            let state = draft.state
            try makeFolder(state.hasPrefix("/") ? root + state : "\(folder)/\(state)", 0o700, daemon)
            // Under systemd it is made at each start.
            guard service == .none, let end = draft.control.lastIndex(of: "/"), end > draft.control.startIndex else {
                return
            }
            let runtime = String(draft.control[..<end])
            try makeFolder(runtime.hasPrefix("/") ? root + runtime : "\(folder)/\(runtime)", 0o755, daemon)
        }

        private func makeFolder(_ path: String, _ mode: UInt32, _ owner: PlacedFile.Owner?) throws(PlainFileFault) {
            var isThere = path.isEmpty
            if !isThere { isThere = access(path, F_OK) == 0 }
            guard !isThere else { return }
            try makeFolder(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "", 0o755, nil)
            try PlainFile.makeFolder(path, mode: mode)
            guard chmod(path, mode) == 0 else { throw PlainFileFault(path: path, call: "chmod") }
            if let owner, chown(path, owner.user, owner.group) != 0 { throw PlainFileFault(path: path, call: "chown") }
        }

        /// Starts the daemon, or has it take what was renewed.
        func serve() throws(ControlFailure) -> (did: String, said: [String]) {
            let unit = answers.several ? "routerd@\(facts.indicator)" : "routerd"
            guard root.isEmpty, service == .systemd else {
                return ("none", ["start it with: routerd --config \(stationFile)"])
            }
            if renews {
                // A standby that is renewed stays cold: the machine that serves has the state.
                guard SystemService.isActive(unit) else {
                    return ("none", ["\(unit) does not run, and was not started: it takes this at its next start"])
                }
                let isNewKey = bundle.parts[.key] != nil
                try SystemService.run(isNewKey ? ["restart", unit] : ["reload", unit])
                return (isNewKey ? "restarted" : "reloaded", ["systemctl \(isNewKey ? "restart" : "reload") \(unit)"])
            }
            try SystemService.run(["enable", "--now", unit])
            return ("started", ["systemctl enable --now \(unit)"])
        }
    }
}
