import Cables
import Control
import Custody

/// How many lines the queue has, by precedence and one thing more.
struct QueueShape: Sendable {
    enum Columns: String, CaseIterable, Sendable {
        case age, link, destination

        init(_ word: String?) throws(ControlFailure) {
            guard let columns = Columns(rawValue: (word ?? "age").lowercased()) else {
                throw ControlFailure(
                    code: "USAGE", message: "a queue has no shape by \(word ?? "")",
                    advice: "write one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))",
                    exit: ExitStatus.usage)
            }
            self = columns
        }
    }

    private static let ages: [(name: String, seconds: Int64)] = [
        ("under 1m", 60), ("10m", 600), ("1h", 3_600), ("6h", 21_600), ("1d", 86_400), ("older", .max),
    ]
    /// Destinations counted at most; the rest counts as `others`.
    private static let destinationsMax = 256

    private let by: Columns
    private var names: [String]
    private var counts: [Precedence: [Int]] = [:]
    private var overdue: [Precedence: Int] = [:]
    private var totals: [Precedence: Int] = [:]

    init(by: Columns) {
        self.by = by
        names = by == .age ? Self.ages.map(\.name) : []
    }

    mutating func add(_ item: QueueItem) {
        totals[item.precedence, default: 0] += 1
        if item.secondsLeft < 0 { overdue[item.precedence, default: 0] += 1 }
        switch by {
        case .age:
            let seconds = item.ageMilliseconds / 1_000
            count(item.precedence, Self.ages.firstIndex { seconds < $0.seconds } ?? Self.ages.count - 1)
        case .link: count(item.precedence, column(item.link?.description ?? "none"))
        case .destination: for post in item.to { count(item.precedence, column(post)) }
        }
    }

    private mutating func column(_ name: String) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        let name = names.count < Self.destinationsMax ? name : "others"
        if let index = names.firstIndex(of: name) { return index }
        names.append(name)
        return names.count - 1
    }

    private mutating func count(_ precedence: Precedence, _ column: Int) {
        var row = counts[precedence] ?? []
        while row.count <= column { row.append(0) }
        row[column] += 1
        counts[precedence] = row
    }

    /// The highest precedence first; only what occurs.
    var rows: [QueueShapeRow] {
        totals.keys.sorted(by: >).map { precedence in
            let row = counts[precedence] ?? []
            return QueueShapeRow(
                precedence: precedence.word, total: totals[precedence] ?? 0, overdue: overdue[precedence] ?? 0,
                columns: names.enumerated().map { index, name in
                    QueueShapeRow.Column(name: name, count: index < row.count ? row[index] : 0)
                })
        }
    }
}
