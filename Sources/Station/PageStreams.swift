import Cables
import Control
import Custody
import Dispatch
import Settings
import Synchronization

/// What goes to those who look at the status page: a snapshot each second, made once for all of them, and none while
/// nobody looks. Used on the server's queue only.
final class PageStreams: @unchecked Sendable {
    // Unchecked: everything but `subjects` is used on `queue` only.

    /// Who may look at once.
    static let countMax = 8
    private static let milliseconds = 1_000
    /// Subjects that are remembered: more than one snapshot names.
    private static let subjectsMax = 256

    private let queue: DispatchQueue
    private let snapshots: SnapshotDesk
    private let network: [UInt8]
    /// Those who look, and those whose first event is being made.
    private var open: [HTTPConnection] = []
    private var joining: [HTTPConnection] = []
    private var timer: (any DispatchSourceTimer)?
    private var isTaking = false
    private let subjects = Mutex<[CableIdentity: String]>([:])

    init(queue: DispatchQueue, snapshots: SnapshotDesk) {
        self.queue = queue
        self.snapshots = snapshots
        let facts = snapshots.facts
        network = StatusPage.event(
            "network", JSONText().octets(PageNetwork(facts.network, own: facts.settings.station)))
    }

    func join(_ connection: HTTPConnection) {
        guard open.count + joining.count < Self.countMax else {
            return connection.answer(HTTPAnswer(.tooMany))
        }
        joining.append(connection)
        begin()
        take()
    }

    /// It looks no more.
    func leave(_ connection: HTTPConnection) {
        open.removeAll { $0 === connection }
        joining.removeAll { $0 === connection }
        guard open.isEmpty, joining.isEmpty else { return }
        timer?.cancel()
        timer = nil
    }

    private func begin() {
        guard timer == nil else { return }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(
            deadline: .now() + .milliseconds(Self.milliseconds), repeating: .milliseconds(Self.milliseconds),
            leeway: .milliseconds(100))
        timer.setEventHandler { [weak self] in self?.take() }
        timer.activate()
        self.timer = timer
    }

    private func take() {
        // A station that is slow to answer is not asked again meanwhile.
        guard !isTaking else { return }
        isTaking = true
        snapshots.take { [self] snapshot in
            let state = PageState(snapshot, snapshots.facts) { subject(of: $0, at: $1) }
            let event = StatusPage.event("state", JSONText().octets(state))
            queue.async { [self] in tell(event) }
        }
    }

    private func tell(_ event: [UInt8]) {
        isTaking = false
        for connection in open { connection.send(event) }
        let first = joining
        joining = []
        for connection in first where !connection.isClosed {
            open.append(connection)
            connection.stream(StatusPage.stream, StatusPage.retry + network + event)
        }
    }

    private func subject(of identity: CableIdentity, at place: RecordPlace) -> String? {
        guard snapshots.facts.settings.statusSubjects else { return nil }
        if let known = subjects.withLock({ $0[identity] }) { return known }
        guard let subject = read(place) else { return nil }
        subjects.withLock { subjects in
            if subjects.count >= Self.subjectsMax { subjects.removeAll() }
            subjects[identity] = subject
        }
        return subject
    }

    /// Nil also where it has been written elsewhere since the survey: the next one knows where.
    private func read(_ place: RecordPlace) -> String? {
        let archive = snapshots.desk.archive
        do {
            return try archive.reading(of: archive.acceptance(place).body, depth: .routing).cable.subject
        } catch {
            return nil
        }
    }
}
