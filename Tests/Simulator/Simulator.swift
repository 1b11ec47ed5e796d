import Glibc
import Simulation

/// Runs seeds one after the other, and says what came of them.
struct Simulator {
    private static let tailLines = 60

    let options: SimulatorOptions

    init(_ options: SimulatorOptions) { self.options = options }

    func run() -> Int32 {
        if options.scenarios { return scenarios() }
        guard let seeds = options.seeds else { return mutations() }
        let began = seconds
        var runs = 0
        for seed in seeds {
            let run = prepared(seed, options.mutation)
            if options.trace { run.world.trace.onLine = { print($0.columns) } }
            let verdict = run.complete()
            runs += 1
            guard verdict == .right else {
                report(run, verdict)
                return verdict.exit
            }
            if seeds.count == 1 { summary(run) }
        }
        let spent = seconds - began
        if seeds.count > 1 {
            print("\(runs) seeds passed in \(hundredths(spent)) s, \(Int(Double(runs) / max(spent, 0.001))) a second")
        }
        return 0
    }

    private func prepared(_ seed: UInt64, _ mutation: Mutation?) -> SimulatedRun {
        CrashReport.seed(seed)
        return SimulatedRun.random(seed: seed, mutation: mutation)
    }

    // MARK: Scenarios

    private func scenarios() -> Int32 {
        var status: Int32 = 0
        for scenario in Scenario.allCases {
            let verdict = scenario.play(mutation: options.mutation)
            print("\(padded(scenario.rawValue))\(words(verdict))")
            if status == 0 { status = verdict.exit }
        }
        return status
    }

    private func padded(_ name: String) -> String { name + String(repeating: " ", count: max(1, 26 - name.count)) }

    // MARK: Mutations

    private static let seedsPerMutationMax: UInt64 = 2_000

    /// Every mistake must be found, or the checkers are worth nothing.
    private func mutations() -> Int32 {
        var status: Int32 = 0
        for mutation in Mutation.allCases {
            var found: (seed: UInt64, verdict: Verdict)?
            let scenario = Scenario.allCases.first { $0.play(mutation: mutation) != .right }
            for seed in 1...Self.seedsPerMutationMax {
                let run = prepared(seed, mutation)
                let verdict = run.complete()
                if verdict != .right {
                    found = (seed, verdict)
                    break
                }
            }
            let shown = padded(mutation.rawValue) + padded(scenario?.rawValue ?? "-")
            if let found {
                print("\(shown)seed \(found.seed)  \(words(found.verdict))")
            } else {
                print("\(shown)no seed up to \(Self.seedsPerMutationMax)")
                if scenario == nil { status = 1 }
            }
            fflush(nil)
        }
        return status
    }

    // MARK: Saying

    private func words(_ verdict: Verdict) -> String {
        switch verdict {
        case .right: "all right"
        case .broken(let rule): "\(rule.rule.rawValue) at S\(rule.station): \(rule.what)"
        case .noProgress(let what): "no progress: \(what)"
        case .faultNeverFired(let what): what
        }
    }

    private func report(_ run: SimulatedRun, _ verdict: Verdict) {
        if !options.trace {
            for line in run.world.trace.tail(Self.tailLines) { print(line.columns) }
        }
        print("seed \(run.seed): \(words(verdict))")
        print(
            "again: simulate --seed \(run.seed)\(options.mutation.map { " --mutation \($0.rawValue)" } ?? "") --trace")
    }

    private func summary(_ run: SimulatedRun) {
        let counts = run.ledger.counts
        print(
            "seed \(run.seed): all right; \(run.stations.count) stations, \(counts.accepted) cables accepted, "
                + "\(counts.delivered) desks, \(counts.receipts) receipts, \(counts.notices) notices, "
                + "\(counts.starts) starts, \(counts.duplicatesDiscarded) duplicates, \(counts.slices) slices, "
                + "\(counts.retired) retired, \(counts.carried) carried, \(counts.removed) segments removed, "
                + "\(counts.notes) notes kept, \(counts.reruns) reruns, \(counts.reports) trace reports, "
                + "\(run.faultsFired) faults, \(run.world.now / 1_000) s simulated")
        print("trace \(String(run.world.trace.hash, radix: 16)) of \(run.world.trace.count) lines")
    }

    private var seconds: Double {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        return Double(moment.tv_sec) + Double(moment.tv_nsec) / 1e9
    }

    private func hundredths(_ value: Double) -> String { "\(Double(Int(value * 100)) / 100)" }
}
