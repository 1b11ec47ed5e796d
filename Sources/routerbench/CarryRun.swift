import Control
import Dispatch
import Glibc
import Synchronization

/// Acceptance at a steady rate while the journal is cleaned: one cable of `liveShare` queues for a dead neighbour and is
/// carried forward again and again; the others go to a neighbour that lives, and are dropped soon.
final class CarryRun: Sendable {
    private static let liveShare = 5
    /// Seconds without any answer after which the run is given up.
    private static let patienceSeconds = 30

    private struct State {
        var written: [Double]
        var latencies: [Double] = []
        var failure: ControlFailure?
    }

    private let options: BenchOptions
    private let state: Mutex<State>

    init(_ options: BenchOptions) {
        self.options = options
        state = Mutex(State(written: [Double](repeating: 0, count: options.cables + 1)))
    }

    /// - Parameter network: whose first station has two neighbours.
    func run(_ network: LoopbackNetwork) throws(BenchFailure) -> CarryResult {
        try network.start(first: 2)
        let client = try network.connect(0)
        let done = DispatchSemaphore(value: 0)
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            takeAnswers(client)
            done.signal()
        }
        let began = Report.seconds
        do throws(ControlFailure) { try submit(client, began) } catch { throw BenchFailure(error) }
        guard done.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success else {
            throw BenchFailure(text: "not every submission was answered")
        }
        let elapsed = Report.seconds - began
        if let failure = state.withLock({ $0.failure }) {
            throw BenchFailure(failure)
        }
        let latencies = state.withLock { $0.latencies.sorted() }
        return CarryResult(
            cables: options.cables, size: options.size, rate: options.rate,
            cablesPerSecond: Double(options.cables) / elapsed, latencyP50: latencies[latencies.count / 2],
            latencyP99: latencies[latencies.count * 99 / 100], latencyMax: latencies[latencies.count - 1],
            segmentsRemoved: try network.count(of: "segment.removed", inLogOf: 0),
            residentBytes: try network.residentOctets())
    }

    private func submit(_ client: ControlClient, _ began: Double) throws(ControlFailure) {
        let live = BenchCables(size: options.size, lastStation: 2)
        let passing = BenchCables(size: options.size, lastStation: 1)
        var next = 1
        while next <= options.cables {
            let moment = Report.seconds
            let due = min(options.cables, Int((moment - began) * Double(options.rate)))
            guard next <= due else {
                usleep(500)
                continue
            }
            var octets: [UInt8] = []
            let first = next
            while next <= due {
                (next % Self.liveShare == 0 ? live : passing).write(next, tag: UInt32(next), to: &octets)
                next += 1
            }
            let last = next
            state.withLock { state in
                for number in first..<last { state.written[number] = moment }
            }
            try client.write(octets)
        }
    }

    private func takeAnswers(_ client: ControlClient) {
        var answered = 0
        do throws(ControlFailure) {
            while answered < options.cables, let frame = try client.receive() {
                switch frame.kind {
                case .submitted:
                    answered += 1
                    let moment = Report.seconds
                    state.withLock { $0.latencies.append(moment - $0.written[Int(frame.tag)]) }
                case .failed:
                    throw ControlFailure(code: "REFUSED", message: "a cable was refused", advice: "", exit: 75)
                case .request, .body, .row, .octets, .done, .event: continue
                }
            }
        } catch {
            let failure = error
            state.withLock { $0.failure = failure }
        }
    }
}

/// One line of JSON, in the names of the interface. Latencies: request written to answer "accepted", in seconds.
struct CarryResult: Encodable {
    var bench = "carry"
    var cables: Int
    var size: Int
    var rate: Int
    var cablesPerSecond: Double
    var latencyP50: Double
    var latencyP99: Double
    var latencyMax: Double
    var segmentsRemoved: Int
    var residentBytes: Int
}
