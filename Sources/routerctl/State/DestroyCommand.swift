import Cables
import Control
import Foundation
import Journal
import Settings
import Transport

/// `state destroy`: keys first, then the neighbours are told, then the journal goes. Also of a station that does not run.
enum DestroyCommand {
    /// Tenths of a second for which the daemon is waited for, once it has begun.
    private static let waitTenths = 600

    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        guard let reason = invocation.options["--reason"], !reason.isEmpty else {
            throw Invocation.usage("state destroy needs a reason", "write --reason \"post is being overrun\"")
        }
        let file = invocation.options["--config"] ?? StateFolder.standardConfig
        let settings: StationSettings
        do throws(SettingsProblems) {
            settings = try StationFile.read(octets: try CheckCommand.file(file), file: file)
        } catch {
            throw ControlFailure(
                code: "CONFIGURATION", message: error.all.first.map { "\($0)" } ?? "",
                advice: "name the station file with --config", exit: ExitStatus.configuration)
        }
        let station = settings.station.description
        try confirm(station, invocation)
        var row = DestructionRow(station: station)
        // Before the daemon is asked: it may not answer, and under systemd the key's file is root's.
        let key = StateFolder.place(settings.tls.key, file)
        var done = Destruction.Report()
        for path in [key, "\(key).old", "\(key).new"] { done.add(Destruction.destroy(file: path)) }
        var asking = invocation
        if asking.socket == Invocation.standardSocket { asking.socket = StateFolder.place(settings.control, file) }
        let isLive = try askDaemon(asking, station, reason, &row)
        let state = StateFolder.place(settings.state, file)
        if try awaitEnd(state) {
            done.add(Destruction.destroy(state: state))
        } else {
            done.left.append("\(state): another process has it")
        }
        row.files += done.files
        row.octets += done.octets
        row.left = remaining(key, state) + (access(state, F_OK) == 0 ? done.left.filter { $0.hasPrefix(state) } : [])
        tell(invocation, row, isLive: isLive)
        return row.left.isEmpty ? 0 : ExitStatus.notPermitted
    }

    private static func confirm(_ station: String, _ invocation: Invocation) throws(ControlFailure) {
        var typed = invocation.options["--station"]
        if typed == nil {
            Output.complain("This destroys the keys and all cables of \(station). Type the station's name: ")
            typed = readLine()?.trimmingCharacters(in: .whitespaces)
        }
        guard typed == station else {
            throw ControlFailure(
                code: "WRONG_STATION", message: "this is \(station), not \(typed ?? "")",
                advice: "nothing was destroyed", exit: ExitStatus.data)
        }
    }

    /// - Returns: whether a daemon took it over.
    private static func askDaemon(
        _ invocation: Invocation, _ station: String, _ reason: String, _ row: inout DestructionRow
    ) throws(ControlFailure) -> Bool {
        var answer: DestructionRow?
        do throws(ControlFailure) {
            try Session.run(
                invocation, ControlRequest("state.destroy", ["station": station, "reason": reason])
            ) { (frame) throws(ControlFailure) in answer = try Session.decode(frame, DestructionRow.self) }
        } catch {
            switch error.code {
            // It is another station's: this one's daemon does not answer.
            case "DAEMON_UNREACHABLE", "WRONG_STATION": return false
            // It ends itself, perhaps before its answer was read.
            case "CONNECTION_LOST": break
            default: throw error
            }
        }
        if let answer {
            row.told = answer.told
            row.files = answer.files
            row.octets = answer.octets
        }
        return true
    }

    /// Waits until no process has the state.
    private static func awaitEnd(_ state: String) throws(ControlFailure) -> Bool {
        guard access(state, F_OK) == 0 else { return true }
        for _ in 0..<waitTenths {
            do throws(StorageFault) {
                if try FileStorage().lock("\(state)/lock") != nil { return true }
            } catch {
                return true
            }
            usleep(100_000)
        }
        return false
    }

    private static func remaining(_ key: String, _ state: String) -> [String] {
        var left: [String] = []
        for path in [key, "\(key).old"] where access(path, F_OK) == 0 { left.append("\(path): a private key") }
        for name in ["journal", "bodies", "audit"] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(state)/\(name)")) ?? []
            if !names.isEmpty { left.append("\(state)/\(name): \(names.count) files") }
        }
        return left
    }

    private static func tell(_ invocation: Invocation, _ row: DestructionRow, isLive: Bool) {
        guard invocation.form == .text else { return Output.document(row) }
        var text = "\(row.station): \(row.files) files overwritten and removed, \(row.octets >> 10) KiB\n"
        text += row.told.isEmpty ? "no neighbour was told\n" : "told: \(row.told.joined(separator: ", "))\n"
        if !isLive { text += "the station did not run: its neighbours see only that it is gone; tell them\n" }
        for place in row.left { text += "STILL THERE: \(place)\n" }
        text += "Bundles, snapshots and backups are elsewhere, and flash memory may keep octets: destroy the disk.\n"
        text += "Have the certificate revoked: routerctl network certify revoke AUTHORITY \(row.station) --reason …\n"
        Output.write(text)
    }
}
