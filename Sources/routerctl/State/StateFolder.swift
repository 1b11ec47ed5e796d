import Cables
import Control
import Foundation
import Journal
import Routing
import Settings
import Transport

/// A station's state folder while no daemon has it: found by the station file, and locked as a daemon does.
struct StateFolder {
    static let standardConfig = "/etc/routerd/station.json5"
    /// In a state that went elsewhere; routerd does not serve such a one.
    static let movedName = "moved"

    let path: String
    let station: String
    let network: String
    let storage = FileStorage()
    /// Held as long as this value is.
    private let lock: any Sendable

    init(_ invocation: Invocation) throws(ControlFailure) {
        let file = invocation.options["--config"] ?? Self.standardConfig
        let settings: StationSettings
        do throws(SettingsProblems) {
            settings = try StationFile.read(octets: try CheckCommand.file(file), file: file)
            let place = Self.place(settings.network, file)
            network = try NetworkFile.read(octets: try CheckCommand.file(place), file: place).name
        } catch {
            throw ControlFailure(
                code: "CONFIGURATION", message: error.all.first.map { "\($0)" } ?? "",
                advice: "name the station file with --config", exit: ExitStatus.configuration)
        }
        station = settings.station.description
        path = Self.place(settings.state, file)
        let held: (any Sendable)?
        do throws(StorageFault) {
            try storage.makeFolder(path)
            held = try storage.lock("\(path)/lock")
        } catch {
            throw Self.failure(error)
        }
        guard let held else {
            throw ControlFailure(
                code: "STATE_IN_USE", message: "another process has the state \(path)",
                advice: "stop the station first: systemctl stop routerd", exit: ExitStatus.tryLater)
        }
        lock = held
    }

    /// A name in a station file is relative to the file's folder.
    static func place(_ name: String, _ file: String) -> String {
        guard !name.hasPrefix("/") else { return name }
        return "\(file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ".")/\(name)"
    }

    static func failure(_ error: any Error) -> ControlFailure {
        ControlFailure(
            code: "STATE_UNREADABLE", message: "\(error)", advice: "run it as root, or as the daemon's user",
            exit: ExitStatus.data)
    }

    /// The epoch of its journal; zeros where there is none.
    var epoch: (high: UInt64, low: UInt64) {
        let files = SegmentFiles(storage: storage, folder: "\(path)/journal")
        return ((try? files.epoch()) ?? nil) ?? (0, 0)
    }

    /// From now on no daemon serves it.
    func markMoved(to file: String) throws(ControlFailure) {
        do throws(PlainFileFault) {
            let text = "This state went to \(file) and is served elsewhere. Remove this file if it is not.\n"
            try PlainFile.write(Array(text.utf8), to: "\(path)/\(Self.movedName)", mode: 0o644)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Gives every file to whom the folder belongs, where root made them for the daemon.
    func giveToOwner() {
        var facts = stat()
        guard getuid() == 0, stat(path, &facts) == 0, facts.st_uid != 0 else { return }
        let names = FileManager.default.enumerator(atPath: path)
        while let name = names?.nextObject() as? String { _ = lchown("\(path)/\(name)", facts.st_uid, facts.st_gid) }
    }
}
