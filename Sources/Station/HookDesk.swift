import Cables
import Control
import Custody
import Dispatch
import Settings
import Synchronization

/// Tells people and programs what is due at desks: writes it to the log, raises alarms, and runs the programs that the
/// station file names. Never holds up a delivery; whatever it was given is done at least once.
///
/// A program that fails is tried again with growing pauses, then held and tried now and then, until it succeeds.
final class HookDesk: Sendable {
    /// Programs that run at once, and pieces of work that wait, at most.
    private static let runningMax = 4
    private static let waitingMax = 16_384
    /// Pauses after a failure, in milliseconds; behind the last the work is held.
    private static let pauses: [UInt64] = [1_000, 2_000, 5_000, 15_000]
    /// Milliseconds after which held work is tried again by itself.
    private static let heldPause: UInt64 = 600_000
    private static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    private static let sliceOctets = 64 << 10

    private let held: Mutex<DeskSettings>
    private let station: RoutingIndicator
    private let loop: StationLoop
    private let archive: CableArchive
    private let log: EventLog
    private let alarms: AlarmBoard
    private let intake = DispatchQueue(label: "cable.hooks", qos: .utility)
    private let workers = DispatchQueue(label: "cable.hooks", qos: .utility, attributes: .concurrent)
    private let state = Mutex(State())

    /// One program's work.
    private struct Work: Sendable {
        var key: String
        var event: String
        var hook: HookSettings
        /// What goes to one office goes one after the other.
        var lane: String
        var task: DeskTask?
        var more: [(name: String, value: String)]
        var order: UInt64 = 0
        var attempts = 0
        var notBefore: UInt64 = 0
        var isRunning = false
        var isHeld = false
        var why = ""
    }

    private struct State {
        var works: [Work] = []
        var running = 0
        var nextOrder: UInt64 = 0
        var dropped = 0
        /// The boot clock at which the next look is planned.
        var timerAt: UInt64?

        /// True where no look is planned before: the caller plans one.
        mutating func claimsTimer(at moment: UInt64) -> Bool {
            if let timerAt, timerAt <= moment { return false }
            timerAt = moment
            return true
        }
    }

    init(
        settings: DeskSettings, station: RoutingIndicator, loop: StationLoop, archive: CableArchive, log: EventLog,
        alarms: AlarmBoard
    ) {
        held = Mutex(settings)
        self.station = station
        self.loop = loop
        self.archive = archive
        self.log = log
        self.alarms = alarms
    }

    private var settings: DeskSettings { held.withLock { $0 } }

    /// Other settings hold for what comes from now on; what waits goes to the program that it was for.
    func adopt(_ settings: DeskSettings) { held.withLock { $0 = settings } }

    // MARK: What there is to tell

    func attend(_ task: DeskTask) {
        let key = "\(station)-\(task.identity)-\(task.matter)"
        let office = settings.hooks[DeskSettings.Desk(post: task.post, office: task.office)]
        switch task.matter {
        case .hook:
            guard let office else { return done(task) }
            add(work(key, "delivery", office, "\(task.post)/\(task.office)", task))
        case .call(_, let count):
            let officer = officer(count)
            let event = StationEvent(
                .alarm, "cable.unacknowledged",
                [
                    ("id", task.identity.description), ("precedence", task.niact ? "NIACT" : task.precedence.word),
                    ("office", task.office), ("call", "\(count + 1)"), ("officer", officer ?? "nobody by name"),
                ])
            log.write(event)
            alarms.raise(event, at: StationClock.now.wall)
            guard let hook = hook(for: event.name) else { return done(task) }
            add(
                work(
                    key, "acknowledgment", hook, event.name, task,
                    [("CABLE_OFFICER", officer ?? ""), ("CABLE_CALL", "\(count + 1)")]))
        case .reminder(_, _, let stage):
            remind(task, stage, key, office)
        }
    }

    private func officer(_ count: UInt32) -> String? {
        let officers = settings.dutyOfficers
        return officers.isEmpty ? nil : officers[Int(count) % officers.count]
    }

    private func remind(_ task: DeskTask, _ stage: DeskMatter.Stage, _ key: String, _ office: HookSettings?) {
        let values = [
            ("id", task.identity.description), ("post", task.post), ("office", task.office), ("stage", stage.word),
            ("due", task.due.map { Timestamp(milliseconds: $0).description } ?? ""),
        ]
        let hook: HookSettings?
        switch stage {
        case .halfTime, .dayBefore:
            log.write(.notice, "suspense.reminder", values)
            hook = office
        case .overdue:
            let event = StationEvent(.alarm, "suspense.overdue", values)
            log.write(event)
            alarms.raise(event, at: StationClock.now.wall)
            hook = self.hook(for: event.name)
        }
        guard let hook else { return done(task) }
        let event = stage == .overdue ? "overdue" : "reminder"
        let lane = stage == .overdue ? "suspense.overdue" : "\(task.post)/\(task.office)"
        add(work(key, event, hook, lane, task, [("CABLE_STAGE", stage.word)]))
    }

    private func hook(for alarm: String) -> HookSettings? { settings.alarms[alarm] ?? settings.alarms["any"] }

    /// An alarm of the station. It is no fact of the journal: told once, while the daemon runs.
    func alarmed(_ event: StationEvent) {
        guard let hook = hook(for: event.name) else { return }
        let now = StationClock.now.wall
        let text = event.values.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        add(
            work(
                "\(station)-\(event.name)-\(now)", "alarm", hook, event.name, nil,
                [("CABLE_ALARM", event.name), ("CABLE_ALARM_TEXT", text)]))
    }

    private func done(_ task: DeskTask) {
        loop.post { custody, now, actions in custody.told(task.matter, at: now, &actions) }
    }

    private func work(
        _ key: String, _ event: String, _ hook: HookSettings, _ lane: String, _ task: DeskTask?,
        _ more: [(name: String, value: String)] = []
    ) -> Work {
        Work(key: key, event: event, hook: hook, lane: lane, task: task, more: more)
    }

    // MARK: The queue

    private func add(_ work: Work) {
        let isFull = state.withLock { state -> Bool in
            // What the journal knows comes again at the next start at the latest.
            guard state.works.count < Self.waitingMax else {
                state.dropped += 1
                return true
            }
            var work = work
            state.nextOrder += 1
            work.order = state.nextOrder
            state.works.append(work)
            return false
        }
        if isFull { log.write(.error, "hook.tooMuch", [("key", work.key)]) }
        // Not on the caller's queue, which may be the core's: the look goes through all that waits.
        intake.async { [self] in schedule() }
    }

    /// Starts what can run now: the highest precedence first, one at a time for each office.
    private func schedule() {
        let now = StationClock.boot
        let (chosen, next) = state.withLock { state -> ([Work], UInt64?) in
            var chosen: [Work] = []
            var lanes = Set(state.works.filter(\.isRunning).map(\.lane))
            let order = state.works.indices.filter { !state.works[$0].isRunning && state.works[$0].notBefore <= now }
                .sorted { Self.precedes(state.works[$0], state.works[$1]) }
            for index in order where state.running < Self.runningMax && !lanes.contains(state.works[index].lane) {
                state.works[index].isRunning = true
                state.running += 1
                lanes.insert(state.works[index].lane)
                chosen.append(state.works[index])
            }
            return (chosen, state.works.filter { !$0.isRunning && $0.notBefore > now }.map(\.notBefore).min())
        }
        for work in chosen { workers.async { [self] in run(work) } }
        guard let next, state.withLock({ $0.claimsTimer(at: next) }) else { return }
        workers.asyncAfter(deadline: .now() + .milliseconds(Int(next - now) + 1)) { [weak self] in
            guard let self else { return }
            state.withLock { if let at = $0.timerAt, at <= next { $0.timerAt = nil } }
            schedule()
        }
    }

    private static func precedes(_ a: Work, _ b: Work) -> Bool {
        let (x, y) = (a.task?.precedence ?? .flash, b.task?.precedence ?? .flash)
        return x == y ? a.order < b.order : x > y
    }

    private func run(_ work: Work) {
        let end = perform(work)
        log.write(
            end == .done ? .info : .error, end == .done ? "hook.done" : "hook.failed",
            [("key", work.key), ("event", work.event), ("attempt", "\(work.attempts + 1)")]
                + (end == .done ? [] : [("why", end.sentence)]))
        guard let task = work.task, end == .done || mayGiveUp(work, end) else { return settle(work, end) }
        // What is no longer listed is not done again: its record is synced first.
        loop.post { [self] custody, now, actions in
            custody.told(task.matter, at: now, &actions)
            loop.view { _, _ in
                ()
            } then: { [self] in
                settle(work, end)
            }
        }
    }

    /// A call or a reminder that no program takes was in the log; only a delivery is kept for ever.
    private func mayGiveUp(_ work: Work, _ end: HookEnd) -> Bool {
        guard end != .done, work.attempts >= Self.pauses.count else { return false }
        if case .hook? = work.task?.matter { return false }
        return true
    }

    private func settle(_ work: Work, _ end: HookEnd) {
        let givesUp = mayGiveUp(work, end)
        let (isHeldNow, held) = state.withLock { state -> (Bool, Int) in
            state.running -= 1
            guard let index = state.works.firstIndex(where: { $0.order == work.order }) else { return (false, 0) }
            var isHeldNow = false
            if end == .done || givesUp {
                state.works.remove(at: index)
            } else {
                let attempts = work.attempts
                isHeldNow = attempts >= Self.pauses.count && !work.isHeld
                state.works[index].isRunning = false
                state.works[index].attempts = attempts + 1
                state.works[index].why = end.sentence
                state.works[index].isHeld = attempts >= Self.pauses.count
                let pause = attempts < Self.pauses.count ? Self.pauses[attempts] : Self.heldPause
                state.works[index].notBefore = StationClock.boot + pause
            }
            return (isHeldNow, state.works.count(where: \.isHeld))
        }
        schedule()
        if held == 0 { alarms.clear("hook.held") }
        guard isHeldNow else { return }
        let event = StationEvent(
            .alarm, "hook.held", [("key", work.key), ("program", work.hook.program), ("why", end.sentence)])
        log.write(event)
        alarms.raise(event, at: StationClock.now.wall)
    }

    /// Tries held work again at once. False: there is none of this key.
    func retry(_ key: String) -> Bool {
        let found = state.withLock { state -> Bool in
            guard let index = state.works.firstIndex(where: { $0.key == key && !$0.isRunning }) else { return false }
            state.works[index].notBefore = 0
            return true
        }
        if found { schedule() }
        return found
    }

    /// What is not done, in order.
    var rows: [HookRow] {
        let boot = StationClock.boot
        let wall = StationClock.now.wall
        return state.withLock { $0.works }.map { work in
            let isWaiting = work.notBefore > boot
            return HookRow(
                key: work.key, id: work.task?.identity.description ?? "", event: work.event,
                office: work.task?.office ?? "", program: work.hook.program,
                state: work.isRunning ? "running" : work.isHeld ? "held" : "waiting", attempts: work.attempts,
                nextAt: isWaiting
                    ? Timestamp(milliseconds: wall + Int64(work.notBefore - boot)).description : nil, why: work.why)
        }
    }

    // MARK: Running

    private func perform(_ work: Work) -> HookEnd {
        var environment = [
            ("PATH", Self.path), ("LANG", "C.UTF-8"), ("CABLE_EVENT", work.event), ("CABLE_KEY", work.key),
            ("CABLE_STATION", station.description),
        ]
        environment += work.more
        var input: @Sendable (Int) -> [UInt8] = { _ in [] }
        if let task = work.task {
            let place = loop.look { custody in custody.slot(of: task.number).map { custody.place(of: $0) } }
            guard let place else { return .notStarted("the cable is no longer kept") }
            do {
                let acceptance = try archive.acceptance(place)
                let body = try archive.intact(acceptance)
                let cable = try archive.reading(of: body, depth: .routing).cable
                environment += HookFields.of(task, cable, acceptance.block)
                let archive = archive
                let log = log
                input = { offset in
                    do {
                        return try archive.slice(of: body, offset: offset, count: Self.sliceOctets)
                    } catch {
                        log.write(.error, "body.unreadable", [("why", "\(error)")])
                        return []
                    }
                }
            } catch {
                loop.alarm(unreadable: error, task.identity)
                return .notStarted("the cable cannot be read")
            }
        }
        return HookProcess(
            program: work.hook.program, arguments: work.hook.arguments, environment: environment,
            timeoutMilliseconds: work.hook.timeout, input: input
        ).run()
    }
}

/// The fields of a cable as a program finds them in its environment.
enum HookFields {
    static func of(_ task: DeskTask, _ cable: Cable, _ block: SignedBlock) -> [(name: String, value: String)] {
        func posts(_ list: [Cable.Addressee]) -> String { list.map(\.post).joined(separator: ", ") }
        let role =
            switch task.role {
            case .action: "action"
            case .info: "info"
            case .sipdis: "sipdis"
            }
        return [
            ("CABLE_ID", task.identity.description), ("CABLE_MRN", cable.mrn ?? ""), ("CABLE_POST", task.post),
            ("CABLE_OFFICE", task.office), ("CABLE_ROLE", role), ("CABLE_PRECEDENCE", task.precedence.word),
            ("CABLE_NIACT", task.niact ? "true" : "false"),
            ("CABLE_ACTION_PRECEDENCE", cable.precedence?.word ?? ""),
            ("CABLE_INFO_PRECEDENCE", cable.infoPrecedence?.word ?? ""), ("CABLE_FROM", block.from),
            ("CABLE_TO", posts(cable.to)), ("CABLE_INFO", posts(cable.info)), ("CABLE_EXEMPT", posts(cable.exempt)),
            ("CABLE_DTG", cable.dateTimeGroup?.text ?? ""),
            ("CABLE_DTG_TIME", cable.dateTimeGroup?.unixSeconds.map { Timestamp(seconds: $0).wholeSeconds } ?? ""),
            ("CABLE_CLASSIFICATION", cable.classification?.word ?? ""),
            ("CABLE_CAPTIONS", cable.captions.joined(separator: ", ")),
            ("CABLE_SLUGS", cable.slugs.joined(separator: ", ")), ("CABLE_TAGS", cable.tags.joined(separator: ", ")),
            ("CABLE_SUBJECT", cable.subject ?? ""), ("CABLE_EXERCISE", cable.exercise ?? ""),
            ("CABLE_SIGNALS", cable.signals.joined(separator: " ")),
            ("CABLE_RECEIVED_AT", Timestamp(milliseconds: task.receivedAt).description),
            ("CABLE_DUE", task.due.map { Timestamp(milliseconds: $0).description } ?? ""),
        ]
    }
}
