import Cables
import Control
import Custody
import Synchronization

extension ControlDesk {
    /// Places of the core that one turn of the loop looks at for a list, and lines that it reads for one page.
    static let placesPerTurn = 4_096
    private static let linesPerPage = 128

    /// `queue.list`: the lines are found piece by piece, sorted aside, and read page by page as the client takes them,
    /// so that neither the loop nor memory feels a list of a million.
    func queueList(_ request: ControlRequest, _ reply: ControlReply) {
        let admission: ListAdmission
        let order: QueueOrder
        do throws(ControlFailure) {
            admission = try ListAdmission(request)
            order = try QueueOrder(request["sort"])
        } catch {
            return reply.failed(error)
        }
        queueKeys(admission.filter, order) { [self] keys in
            reply.pages { [self] (then: @escaping @Sendable ([QueueItem]) -> Void) in
                guard !admission.isOver, let page = keys.next(Self.linesPerPage) else { return then([]) }
                read(page, from: keys, then)
            } _: { [self] (item: QueueItem) -> QueueRow? in
                let row = queueRow(item)
                return admission.admitsRead(from: row.from, mrn: row.mrn) ? row : nil
            }
        }
    }

    /// `queue.shape`: how many lines there are, by precedence and age, link or destination.
    func queueShape(_ request: ControlRequest, _ reply: ControlReply) {
        let filter: ListFilter
        let by: QueueShape.Columns
        do throws(ControlFailure) {
            filter = try ListFilter(request.arguments)
            by = try QueueShape.Columns(request["by"])
        } catch {
            return reply.failed(error)
        }
        let shape = Mutex(QueueShape(by: by))
        queueKeys(filter, .precedence) { [self] keys in
            @Sendable func next() {
                guard let page = keys.next(Self.placesPerTurn) else {
                    return offQueue { reply.rows(shape.withLock { $0.rows }) { $0 } }
                }
                loop.view { custody, now in
                    page.compactMap { custody.queueItem($0, at: now) }
                } then: { items in
                    shape.withLock { shape in for item in items { shape.add(item) } }
                    next()
                }
            }
            next()
        }
    }

    /// Reads on until there is a line or no key is left: an empty page would end the list.
    private func read(
        _ page: ArraySlice<QueueKey>, from keys: QueueKeys, _ then: @escaping @Sendable ([QueueItem]) -> Void
    ) {
        loop.view { custody, now in
            page.compactMap { custody.queueItem($0, at: now) }
        } then: { [self] items in
            guard items.isEmpty, let next = keys.next(Self.linesPerPage) else { return then(items) }
            read(next, from: keys, then)
        }
    }

    private func queueKeys(
        _ filter: ListFilter, _ order: QueueOrder, then: @escaping @Sendable (QueueKeys) -> Void
    ) {
        let weigh: (@Sendable (QueueItem) -> Int64?)? =
            filter.isEmpty && order == .precedence
            ? nil
            : { @Sendable item in filter.admitsBeforeReading(ListFilter.Line(item)) ? order.weight(of: item) : nil }
        let found = QueueKeys()
        @Sendable func look(from first: UInt32) {
            loop.view { custody, now in
                var keys: [QueueKey] = []
                let next = custody.queueKeys(
                    from: first, most: Self.placesPerTurn, at: now, into: &keys, weigh: weigh)
                return (keys, next)
            } then: { [self] keys, next in
                found.add(keys)
                if let next { return look(from: next) }
                offQueue {
                    found.sort()
                    then(found)
                }
            }
        }
        look(from: 0)
    }

    private func queueRow(_ item: QueueItem) -> QueueRow {
        do {
            let acceptance = try archive.acceptance(item.place)
            let cable = try archive.reading(of: acceptance.body, depth: .routing).cable
            var row = QueueRow(
                id: item.identity.description, mrn: acceptance.block.mrn, precedence: item.precedence.word,
                state: item.state.rawValue, ageSeconds: item.ageMilliseconds / 1_000, secondsLeft: item.secondsLeft,
                size: UInt64(item.size), from: acceptance.block.from, to: item.to, link: item.link?.description,
                attempts: item.attempts, nextAt: item.nextAt.map { Timestamp(milliseconds: $0).description },
                why: item.why, exercise: cable.exercise)
            row.sent = item.sent.map { UInt64($0) }
            return row
        } catch {
            loop.alarm(unreadable: error)
            return QueueRow(
                id: item.identity.description, mrn: nil, precedence: item.precedence.word, state: item.state.rawValue,
                ageSeconds: item.ageMilliseconds / 1_000, secondsLeft: item.secondsLeft, size: UInt64(item.size),
                from: "", to: item.to, link: item.link?.description, attempts: item.attempts,
                nextAt: item.nextAt.map { Timestamp(milliseconds: $0).description },
                why: "its record cannot be read: see `routerctl check disk`", exercise: nil)
        }
    }
}

/// What a list of the queue is sorted by.
private enum QueueOrder: String, CaseIterable {
    case precedence, age, left, size

    init(_ word: String?) throws(ControlFailure) {
        guard let word else {
            self = .precedence
            return
        }
        guard let order = QueueOrder(rawValue: word.lowercased()) else {
            throw ControlFailure(
                code: "USAGE", message: "nothing is sorted by \(word)",
                advice: "write one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))",
                exit: ExitStatus.usage)
        }
        self = order
    }

    /// The oldest, the latest and the largest come first.
    func weight(of item: QueueItem) -> Int64 {
        switch self {
        case .precedence: 0
        case .age: -item.ageMilliseconds
        case .left: item.secondsLeft
        case .size: -Int64(item.size)
        }
    }
}

/// The lines of one list, found by the loop and read by a client.
private final class QueueKeys: Sendable {
    private let state = Mutex<(keys: [QueueKey], next: Int)>(([], 0))

    func add(_ keys: [QueueKey]) { state.withLock { $0.keys += keys } }

    func sort() { state.withLock { $0.keys.sort(by: QueueKey.comesBefore) } }

    func next(_ most: Int) -> ArraySlice<QueueKey>? {
        state.withLock { state in
            guard state.next < state.keys.count else { return nil }
            let page = state.keys[state.next..<min(state.next + most, state.keys.count)]
            state.next = page.endIndex
            return page
        }
    }
}

extension ListFilter.Line {
    init(_ item: QueueItem) {
        self.init(
            precedence: item.precedence.word, to: item.to, link: item.link?.description, state: item.state.rawValue,
            ageSeconds: item.ageMilliseconds / 1_000, size: UInt64(item.size))
    }
}
