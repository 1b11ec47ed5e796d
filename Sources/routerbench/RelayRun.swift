import Control
import Glibc

/// Cables through a row of stations, until the last receipt is back.
final class RelayRun {
    private struct State {
        var ended = 0
        var byID: [String: Int] = [:]
        var written: [Double]
        var latencies: [Double] = []
    }

    private static let watchTag: UInt32 = 0
    private let options: BenchOptions
    private let network: LoopbackNetwork
    private var state: State
    private let cables: BenchCables

    init(_ network: LoopbackNetwork, _ options: BenchOptions) {
        self.network = network
        self.options = options
        cables = BenchCables(size: options.size, lastStation: options.stations - 1)
        state = State(written: [Double](repeating: 0, count: options.cables + 2))
    }

    func run() throws(BenchFailure) -> RelayResult {
        let launched = Report.seconds
        try network.start()
        let client = try network.connect(0)
        let startSeconds: Double
        do throws(ControlFailure) {
            try client.send(ControlRequest("watch"), tag: Self.watchTag)
            // The first cable proves the whole way before the clock starts.
            try client.send(cables.request, tag: 1, body: cables.cable(1))
            try take(client) { $0.byID.count == 1 }
            startSeconds = Report.seconds - launched
            try take(client) { $0.ended == 1 }
        } catch {
            throw BenchFailure(error)
        }
        return try measure(client, startSeconds)
    }

    private func measure(_ client: ControlClient, _ startSeconds: Double) throws(BenchFailure) -> RelayResult {
        state.ended = 0
        state.latencies = []
        state.latencies.reserveCapacity(options.cables)
        let processor = try network.processorSeconds()
        let start = Report.seconds
        do throws(ControlFailure) { try carryAll(client) } catch { throw BenchFailure(error) }
        let elapsed = Report.seconds - start
        let latencies = state.latencies.sorted()
        return RelayResult(
            cables: options.cables, size: options.size, window: options.window, stations: options.stations,
            cablesPerSecond: Double(options.cables) / elapsed, latencyP50: latencies[latencies.count / 2],
            latencyP99: latencies[latencies.count * 99 / 100],
            cpuPerCable: (try network.processorSeconds() - processor) / Double(options.cables),
            residentBytes: try network.residentOctets(), startSeconds: startSeconds)
    }

    private func carryAll(_ client: ControlClient) throws(ControlFailure) {
        var next = 2
        while next <= options.cables + 1 {
            var octets: [UInt8] = []
            let ended = state.ended
            var outstanding = next - 2 - ended
            let moment = Report.seconds
            while outstanding < options.window, next <= options.cables + 1 {
                let tag = UInt32(next)
                cables.write(next, tag: tag, to: &octets)
                state.written[next] = moment
                next += 1
                outstanding += 1
            }
            if !octets.isEmpty { try client.write(octets) }
            let target = next - 2 - options.window
            try take(client) { $0.ended > max(target, ended) || $0.ended >= self.options.cables }
        }
        try take(client) { $0.ended >= self.options.cables }
    }

    /// Takes frames until the condition holds, and with them all that came in the same reading.
    private func take(_ client: ControlClient, until met: (State) -> Bool) throws(ControlFailure) {
        while !met(state) {
            guard let frame = try client.receive() else {
                throw ControlFailure(
                    code: "DAEMON_GONE", message: "the first station closed the connection", advice: "", exit: 70)
            }
            try take(frame)
            while let frame = try client.received() { try take(frame) }
        }
    }

    private func take(_ frame: ControlFrame) throws(ControlFailure) {
        do {
            switch frame.kind {
            case .submitted:
                let answer = try SubmittedAnswer(decoding: frame.payload)
                state.byID[answer.id] = Int(frame.tag)
            case .event:
                let outcome = try OutcomeEvent(decoding: frame.payload)
                let moment = Report.seconds
                guard let number = state.byID.removeValue(forKey: outcome.id) else { return }
                state.latencies.append(moment - state.written[number])
                state.ended += 1
            case .failed: throw try ControlFailure(decoding: frame.payload)
            case .request, .body, .row, .octets, .done: return
            }
        } catch let failure as ControlFailure {
            throw failure
        } catch {
            throw ControlFailure(code: "PROTOCOL", message: "\(error)", advice: "", exit: 70)
        }
    }
}
