import Glibc
import Simulation

/// What `simulate` was asked for.
struct SimulatorOptions {
    static let usage = """
        usage: simulate --seed N [--trace] [--mutation NAME]
               simulate --seeds A..B [--mutation NAME]
               simulate --mutations
               simulate --scenarios
        exit: 0 all right, 1 a rule broken, 2 no progress, 3 crash, 4 a planned fault never fired, 64 usage

        """

    var seeds: ClosedRange<UInt64>?
    var trace = false
    var mutation: Mutation?
    var mutations = false
    var scenarios = false

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--seed":
                guard let seed = rest.popFirst().flatMap({ UInt64($0) }) else { Self.fail() }
                seeds = seed...seed
            case "--seeds":
                let ends = rest.popFirst()?.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
                guard let ends, ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
                    Self.fail()
                }
                seeds = first...last
            case "--trace": trace = true
            case "--mutation":
                guard let known = rest.popFirst().flatMap({ Mutation(rawValue: $0) }) else { Self.fail() }
                mutation = known
            case "--mutations": mutations = true
            case "--scenarios": scenarios = true
            default: Self.fail()
            }
        }
        guard seeds != nil || mutations || scenarios else { Self.fail() }
    }

    private static func fail() -> Never {
        let words = Array(usage.utf8)
        _ = write(2, words, words.count)
        exit(64)
    }
}
