import Cables

/// How much of its time a delivery has used up: said at half, at four fifths and when it is over.
enum SpeedMark: Int, CaseIterable {
    case half = 50
    case most = 80
    case over = 100

    var severity: StationEvent.Severity {
        switch self {
        case .half: .notice
        case .most: .warning
        case .over: .alarm
        }
    }
}

/// The clock of each delivery, which travels with it as a duration (rule 19).
extension StationCustody {
    /// Deliveries that one look names one by one at each mark; the others are counted.
    private static let namedMax = 20

    /// Says which deliveries have passed a mark since the last look, and whose custody spent the time.
    ///
    /// - Parameter last: the boot clock at the last look.
    /// - Returns: how many are over their time now.
    package func noteSpeed(since last: UInt64, at now: Instant, _ actions: inout Actions) -> Int {
        var over = 0
        var passed = [[(slot: UInt32, position: Int)]](repeating: [], count: SpeedMark.allCases.count)
        var counts = [Int](repeating: 0, count: SpeedMark.allCases.count)
        for slot in 0..<entries.high where entries.holds(slot) {
            let age = Int64(clamping: now.boot) - entries[slot].born
            let before = Int64(clamping: last) - entries[slot].born
            for position in 0..<entries[slot].deliveryCount {
                let delivery = entries[slot][delivery: position]
                guard isAnsweredFor(delivery, slot) else { continue }
                let allowed = delivery.precedence.speedOfServiceSeconds * 1_000
                if age > allowed { over += 1 }
                for (index, mark) in SpeedMark.allCases.enumerated() {
                    let moment = allowed * Int64(mark.rawValue) / 100
                    guard age >= moment, before < moment else { continue }
                    counts[index] += 1
                    if passed[index].count < Self.namedMax { passed[index].append((slot, position)) }
                }
            }
        }
        for (index, mark) in SpeedMark.allCases.enumerated() where counts[index] > 0 {
            for (slot, position) in passed[index] { say(mark, slot, position, at: now, &actions) }
            let rest = counts[index] - passed[index].count
            guard rest > 0 else { continue }
            actions.now.append(
                .event(
                    StationEvent(mark.severity, "speed.more", [("percent", "\(mark.rawValue)"), ("count", "\(rest)")])))
        }
        return over
    }

    /// It is in custody here, or originated here and has no answer.
    private func isAnsweredFor(_ delivery: CustodyDelivery, _ slot: UInt32) -> Bool {
        switch delivery.state {
        case .queued, .held: true
        case .inTransit: entries[slot].isOrigin
        case .delivered, .duplicate, .undeliverable, .acknowledged, .cancelled: false
        }
    }

    private func say(
        _ mark: SpeedMark, _ slot: UInt32, _ position: Int, at now: Instant, _ actions: inout Actions
    ) {
        let delivery = entries[slot][delivery: position]
        let age = Int64(clamping: now.boot) - entries[slot].born
        let here = max(0, min(age, now.wall - delivery.since))
        let spentAt: String
        if case .inTransit = delivery.state, delivery.link != CustodyDelivery.noLink {
            let with = here
            spentAt = with >= age - with ? "\(links[Int(delivery.link)].peer) or beyond" : "\(settings.station)"
        } else {
            spentAt = here >= age - here ? "\(settings.station)" : "before \(settings.station)"
        }
        actions.now.append(
            .event(
                StationEvent(
                    mark.severity, "speed.passed",
                    [
                        ("percent", "\(mark.rawValue)"), ("id", entries[slot].identity.description),
                        ("precedence", delivery.precedence.word), ("post", names[delivery.post]),
                        ("ageSeconds", "\(age / 1_000)"), ("spentAt", spentAt), ("why", report(slot, position).why),
                    ])))
    }
}
