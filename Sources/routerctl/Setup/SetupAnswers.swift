import Control
import Foundation
import Settings

/// What `setup` must know: from a file, from options, or asked on the terminal.
struct SetupAnswers: Equatable {
    /// How the daemon is run.
    enum Service: String, CaseIterable { case systemd, none }

    /// Every key of an answer file, with what stands there.
    static let keys: [(name: String, meaning: String)] = [
        ("bundle", "path of the bundle, relative to this file"), ("station", "which station this is to be"),
        ("authority", "SHA-256 of the authority's certificate, as it was told by another way"),
        ("folder", "where the files go; /etc/routerd unless said"),
        ("state", "folder of the journal; /var/lib/routerd unless said"),
        ("control", "the control socket; /run/routerd/control.sock unless said"),
        ("metrics", "where metrics and the status page are served, such as 127.0.0.1:9464"),
        ("several", "true: one of several stations of this machine: folders with the RI behind, routerd@RI"),
        ("service", "systemd or none; what the machine has unless said"),
    ]

    var bundle: String?
    var station: String?
    var authority: String?
    var folder: String?
    var state: String?
    var control: String?
    var metrics: String?
    var several = false
    var service: Service?

    init() {}

    /// - Throws: the first thing that is wrong, with its line.
    init(_ octets: [UInt8], file: String) throws(ControlFailure) {
        let root: JSON5Value
        do throws(SettingsProblems) {
            root = try JSON5Reader.read(octets, file: file)
        } catch {
            let first = error.all.first
            throw Self.failure(first?.message ?? "is no JSON5", first?.advice ?? "", first?.line ?? 0)
        }
        guard case .object(let members) = root.content else {
            throw Self.failure("the file is \(root.kind)", "write { bundle: \"RI.bundle\" }", root.line)
        }
        for member in members { try take(member, file) }
    }

    private static func failure(_ message: String, _ advice: String, _ line: Int) -> ControlFailure {
        ControlFailure(code: "ANSWERS", message: message, advice: advice, exit: ExitStatus.data, line: line)
    }

    private mutating func take(_ member: JSON5Value.Member, _ file: String) throws(ControlFailure) {
        if member.key == "several" {
            guard case .bool(let several) = member.value.content else {
                throw Self.failure("several is \(member.value.kind)", "write true or false", member.line)
            }
            self.several = several
            return
        }
        guard case .string(let text) = member.value.content, !text.isEmpty else {
            throw Self.failure("\(member.key) is \(member.value.kind)", "write a text in quotes", member.line)
        }
        switch member.key {
        case "bundle":
            let beside = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
            bundle = text.hasPrefix("/") ? text : beside + text
        case "station": station = text.uppercased()
        case "authority": authority = Self.fingerprint(text)
        case "folder": folder = text
        case "state": state = text
        case "control": control = text
        case "metrics": metrics = text
        case "service":
            guard let service = Service(rawValue: text) else {
                throw Self.failure("there is no service \(text)", "write systemd or none", member.line)
            }
            self.service = service
        default:
            throw Self.failure(
                "unknown key \(member.key)", "known: \(Self.keys.map(\.name).joined(separator: ", "))", member.line)
        }
    }

    /// As people write it down: with colons or blanks, in either case.
    static func fingerprint(_ text: String) -> String {
        String(text.filter { $0.isHexDigit }).lowercased()
    }

    // MARK: Asking

    /// One question on the terminal; the default where nothing is typed.
    static func ask(_ question: String, default standard: String?) throws(ControlFailure) -> String {
        while true {
            Output.write("\(question)\(standard.map { " [\($0)]" } ?? ""): ")
            guard let line = readLine() else {
                throw ControlFailure(
                    code: "NOT_ANSWERED", message: "the answers ended; nothing was changed",
                    advice: "run setup again, or give it an answer file", exit: ExitStatus.data)
            }
            let answer = line.trimmingCharacters(in: .whitespaces)
            if !answer.isEmpty { return answer }
            if let standard { return standard }
        }
    }

    static func confirm(_ question: String, default standard: Bool) throws(ControlFailure) -> Bool {
        while true {
            switch try ask(question, default: standard ? "yes" : "no").lowercased() {
            case "y", "yes": return true
            case "n", "no": return false
            default: Output.write("yes or no\n")
            }
        }
    }

    /// The one bundle of the present folder.
    static var onlyBundle: String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: ".")) ?? []
        let bundles = names.filter { $0.hasSuffix(".bundle") }
        return bundles.count == 1 ? bundles[0] : nil
    }
}
