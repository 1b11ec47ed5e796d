import Control
import Glibc

/// `routerbench NAME …`: measures real daemons on loopback and prints one line of JSON.
let usage = """
    usage: routerbench relay [--cables N] [--size OCTETS] [--window W] [--stations K] [--keep SECONDS] [--dir DIR]
                             [-o json]
           routerbench backlog [--cables N] [--size OCTETS] [--window W] [--dir DIR] [-o json]
           routerbench carry [--cables N] [--size OCTETS] [--rate R] [--keep SECONDS] [--dir DIR] [-o json]
           routerbench format [--size OCTETS] [-o json]
           routerbench routing [--stations K] [-o json]

    relay  submits N cables of SIZE octets at the first station, W outstanding until their receipts are back, to the
           last of K stations in a row (2 unless said), over one pipelined control connection. The daemons are the
           routerd beside this program; state is kept in a new folder below DIR and removed afterwards. With --keep
           stations drop what ended so many seconds ago, so that segments are freed while the load goes on.
    backlog submits N cables for a neighbour that is dead, W of them not yet accepted; then the station is killed and
           started again. Tells the time of acceptance, the station's memory, and the time to its first acceptance.
    carry  submits R cables a second (3000 unless said), one of five for a neighbour that is dead; the others are passed
           on and dropped after --keep seconds (5 unless said), so that segments are cleaned and what is queued in them
           is carried forward. Tells the time of acceptance meanwhile.
    format parses cables of SIZE octets (10240 unless said), whole and for routing only, on one core, and splits the
           same octets into lines with memchr for comparison.
    routing makes the routing table of a random network of K stations (1000 unless said) and four times as many links,
           and looks two million ways up.

    """

nonisolated func run() -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    var options = BenchOptions()
    var arguments = CommandLine.arguments.dropFirst()[...]
    guard let name = arguments.popFirst(), ["relay", "backlog", "carry", "format", "routing"].contains(name) else {
        Report.complain(usage)
        return CommandLine.arguments.contains("--help") ? 0 : ExitStatus.usage
    }
    if name == "format" { options.size = 10_240 }
    if name == "routing" { options.stations = 1_000 }
    while let argument = arguments.popFirst() {
        guard let value = arguments.popFirst() else {
            Report.complain("routerbench: \(argument) takes a value\n\(usage)")
            return ExitStatus.usage
        }
        guard options.set(argument, value) else {
            Report.complain("routerbench: \(argument) \(value) is not understood\n\(usage)")
            return ExitStatus.usage
        }
    }
    if name == "format" {
        Report.write(FormatRun(size: options.size).run())
        return 0
    }
    if name == "routing" {
        Report.write(RoutingRun(stations: options.stations, links: options.stations * 4).run())
        return 0
    }
    do throws(BenchFailure) {
        let isCarry = name == "carry"
        let network = try LoopbackNetwork(
            stations: name == "backlog" ? 2 : isCarry ? 3 : options.stations, isStar: isCarry,
            keep: options.keep ?? (isCarry ? 5 : nil), below: options.folder)
        defer { network.remove() }
        if isCarry {
            Report.write(try CarryRun(options).run(network))
            return 0
        }
        if name == "backlog" {
            Report.write(try BacklogRun(network, options).run())
        } else {
            Report.write(try RelayRun(network, options).run())
        }
        return 0
    } catch {
        Report.complain("routerbench: \(error.text)\n")
        return ExitStatus.software
    }
}

exit(run())
