import CMemory
import Dispatch
import Glibc
import Settings
import Station
import Transport

/// `routerd --config FILE [--check]`: runs a station in the foreground.
enum Arguments {
    static let usage = """
        usage: routerd [--config FILE] [--check] [--version]
          --config FILE   the station file (default /etc/routerd/station.json5)
          --check         validate both files and the keys, and exit: 0, or 78 with each problem as FILE:LINE
          --version       print the version, and up to which format of the journal it reads

        """
}

nonisolated func say(_ text: String, to descriptor: Int32 = STDERR_FILENO) {
    let octets = Array(text.utf8)
    _ = write(descriptor, octets, octets.count)
}

/// Signals are taken by sources; the station drains on the first TERM or INT, a second one ends it at once;
/// on HUP it reads its files again.
nonisolated func watchSignals(_ station: Station) -> [any DispatchSourceSignal] {
    signal(SIGPIPE, SIG_IGN)
    let queue = DispatchQueue(label: "cable.signals")
    return [SIGTERM, SIGINT, SIGHUP].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { @Sendable in
            guard number != SIGHUP else {
                station.reload()
                return
            }
            signal(number, SIG_DFL)
            station.drain()
            exit(0)
        }
        source.activate()
        return source
    }
}

nonisolated func run() -> Never {
    cable_keep_memory_small()
    var path = "/etc/routerd/station.json5"
    var check = false
    var arguments = CommandLine.arguments.dropFirst()[...]
    while let argument = arguments.popFirst() {
        switch argument {
        case "--config":
            guard let value = arguments.popFirst() else {
                say("routerd: --config needs a file\n\(Arguments.usage)")
                exit(64)
            }
            path = value
        case "--check": check = true
        case "--version":
            say(
                "routerd \(StationVersion.text)\njournal format \(StationVersion.journalFormat)\n", to: STDOUT_FILENO)
            exit(0)
        case "--help", "-h":
            say(Arguments.usage, to: STDOUT_FILENO)
            exit(0)
        default:
            say("routerd: unknown argument \(argument)\n\(Arguments.usage)")
            exit(64)
        }
    }
    umask(0o077)
    signal(SIGPIPE, SIG_IGN)
    let configuration: StationConfiguration
    do throws(SettingsProblems) {
        configuration = try StationConfiguration.read(path)
    } catch {
        for problem in error.all { say("\(problem)\n") }
        exit(78)
    }
    if check {
        if let problem = configuration.keyProblem(path) {
            say("\(problem)\n")
            exit(78)
        }
        say("\(path): all right\n", to: STDOUT_FILENO)
        exit(0)
    }
    let log = EventLog()
    do throws(StartFailure) {
        let station = try Station.start(configuration, log: log)
        let sources = watchSignals(station)
        withExtendedLifetime((station, sources)) { dispatchMain() }
    } catch {
        log.error("start.failed", [("why", error.message), ("exit", "\(error.exit)")])
        exit(error.exit)
    }
}

run()
