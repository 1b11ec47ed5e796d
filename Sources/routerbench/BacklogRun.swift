import Control
import Glibc

/// Cables that queue up for a neighbour that never starts; then the station is killed and started again.
final class BacklogRun {
    private let options: BenchOptions
    private let network: LoopbackNetwork
    private let cables: BenchCables
    /// When each outstanding request was written, by tag.
    private var written: [UInt32: Double] = [:]
    private var latencies: [Double] = []

    init(_ network: LoopbackNetwork, _ options: BenchOptions) {
        self.network = network
        self.options = options
        cables = BenchCables(size: options.size, lastStation: 1)
    }

    func run() throws(BenchFailure) -> BacklogResult {
        latencies.reserveCapacity(options.cables)
        let first = try started()
        let start = Report.seconds
        do throws(ControlFailure) { try submitAll(first) } catch { throw BenchFailure(error) }
        let elapsed = Report.seconds - start
        let queuing = try network.residentOctets()
        network.killFirst()
        let launched = Report.seconds
        let second = try started()
        do throws(ControlFailure) { try submit(second, options.cables + 1) } catch { throw BenchFailure(error) }
        let startSeconds = Report.seconds - launched
        let latencies = latencies.sorted()
        return BacklogResult(
            cables: options.cables, size: options.size, window: options.window, submitSeconds: elapsed,
            cablesPerSecond: Double(options.cables) / elapsed, latencyP50: latencies[latencies.count / 2],
            latencyP99: latencies[latencies.count * 99 / 100], residentBytes: queuing,
            residentBytesRestarted: try network.residentOctets(), startSeconds: startSeconds)
    }

    /// A station that was just executed, connected as soon as it answers.
    private func started() throws(BenchFailure) -> ControlClient {
        try network.startFirst()
        return try network.connect(0)
    }

    private func submitAll(_ client: ControlClient) throws(ControlFailure) {
        var next = 1
        while next <= options.cables || !written.isEmpty {
            var octets: [UInt8] = []
            let moment = Report.seconds
            while written.count < options.window, next <= options.cables {
                cables.write(next, tag: UInt32(next), to: &octets)
                written[UInt32(next)] = moment
                next += 1
            }
            if !octets.isEmpty { try client.write(octets) }
            try takeAnswers(client)
        }
    }

    private func submit(_ client: ControlClient, _ number: Int) throws(ControlFailure) {
        written[UInt32(number)] = Report.seconds
        try client.send(cables.request, tag: UInt32(number), body: cables.cable(number))
        while !written.isEmpty { try takeAnswers(client) }
    }

    /// Waits for one answer, and takes all that came with it.
    private func takeAnswers(_ client: ControlClient) throws(ControlFailure) {
        guard let first = try client.receive() else {
            throw ControlFailure(
                code: "DAEMON_GONE", message: "the station closed the connection", advice: "", exit: 70)
        }
        try take(first)
        while let frame = try client.received() { try take(frame) }
    }

    private func take(_ frame: ControlFrame) throws(ControlFailure) {
        switch frame.kind {
        case .submitted:
            guard let moment = written.removeValue(forKey: frame.tag) else { return }
            latencies.append(Report.seconds - moment)
        case .failed:
            do {
                throw try ControlFailure(decoding: frame.payload)
            } catch let failure as ControlFailure {
                throw failure
            } catch {
                throw ControlFailure(code: "PROTOCOL", message: "\(error)", advice: "", exit: 70)
            }
        case .request, .body, .row, .octets, .done, .event: return
        }
    }
}

/// One line of JSON of `routerbench backlog`.
struct BacklogResult: Encodable {
    var bench = "backlog"
    var cables: Int
    var size: Int
    var window: Int
    /// First request written to last acceptance.
    var submitSeconds: Double
    var cablesPerSecond: Double
    /// Of acceptance: request written to answer.
    var latencyP50: Double
    var latencyP99: Double
    /// VmHWM of the sender when all are queued, and of the one that was started again after SIGKILL.
    var residentBytes: Int
    var residentBytesRestarted: Int
    /// Executed, after SIGKILL, to the first accepted submit.
    var startSeconds: Double
}
