import Control
import Dispatch
import Glibc
import Synchronization

/// `top`: a live view of the station on the whole screen.
enum TopCommand {
    /// Seconds between two frames.
    private static let standardInterval = 1.0

    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var interval = standardInterval
        if let text = invocation.options["--interval"] {
            guard let seconds = Double(text), (0.1...3_600).contains(seconds) else {
                throw Invocation.usage("--interval takes seconds from 0.1 to 3600", "write for example --interval 2")
            }
            interval = seconds
        }
        if invocation.options["--once"] != nil || invocation.form != .text { return try once(invocation) }
        guard let terminal = Terminal() else {
            throw Invocation.usage("top needs a terminal", "write routerctl top --once for one frame")
        }
        // What cannot be had at all is said before the screen is taken.
        _ = try TopSource(path: invocation.socket)
        Screen(terminal, TopFeed(path: invocation.socket, interval: interval, wake: terminal.wake)).show()
        return 0
    }

    private static func once(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let documents = try TopSource(path: invocation.socket).documents(
            .precedence, cable: nil, at: wallMilliseconds())
        guard invocation.form == .text else {
            Output.document(documents)
            return 0
        }
        let (columns, rows) = Terminal.size
        let lines = TopFrame(documents: documents, view: TopView(), columns: columns, rows: rows).lines()
        let coloured = Terminal.isColoured && isatty(STDOUT_FILENO) == 1
        Output.write(
            lines.map { coloured ? $0.sequences(colour: true) : trimmed($0.text) }.joined(separator: "\n") + "\n")
        return 0
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    static func wallMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// Asks the station again and again, on a thread of its own, so that keys are answered while it is slow.
private final class TopFeed: Sendable {
    private struct State {
        var documents = TopDocuments()
        var cable: String?
        var sort = TopView.Sort.precedence
        var isPaused = false
    }

    private let state = Mutex(State())
    private let asked = DispatchSemaphore(value: 0)
    private let path: String
    private let interval: Double
    private let wake: @Sendable () -> Void

    init(path: String, interval: Double, wake: @escaping @Sendable () -> Void) {
        self.path = path
        self.interval = interval
        self.wake = wake
    }

    var documents: TopDocuments { state.withLock { $0.documents } }

    /// - Parameter now: an answer is wanted before the interval is over.
    func look(at cable: String?, _ sort: TopView.Sort, isPaused: Bool, now: Bool) {
        state.withLock { state in
            state.sort = sort
            state.cable = cable
            state.isPaused = isPaused
        }
        if now { asked.signal() }
    }

    func start() {
        DispatchQueue.global().async { [self] in
            var source: TopSource?
            while true {
                let began = TopCommand.wallMilliseconds()
                ask(&source)
                wake()
                // A station that is slow to answer is asked less often.
                let took = Double(TopCommand.wallMilliseconds() - began) / 1_000
                _ = asked.wait(timeout: .now() + max(interval, 4 * took))
            }
        }
    }

    private func ask(_ source: inout TopSource?) {
        let (cable, sort, isPaused) = state.withLock { ($0.cable, $0.sort, $0.isPaused) }
        if isPaused { return }
        do throws(ControlFailure) {
            if source == nil { source = try TopSource(path: path) }
            guard var documents = try source?.documents(sort, cable: cable, at: TopCommand.wallMilliseconds()) else {
                return
            }
            state.withLock { state in
                documents.measure(since: state.documents)
                state.documents = documents
            }
        } catch {
            source = nil
            state.withLock { $0.documents.failure = error.message }
        }
    }
}

/// Keys in, frames out.
private struct Screen {
    private let terminal: Terminal
    private let feed: TopFeed
    private var view = TopView()

    init(_ terminal: Terminal, _ feed: TopFeed) {
        self.terminal = terminal
        self.feed = feed
    }

    consuming func show() {
        terminal.take()
        defer { terminal.giveBack() }
        feed.start()
        while true {
            draw()
            var waits = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: terminal.news, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, 2, -1) >= 0 else { continue }
            if waits[1].revents != 0 { for number in octets(of: terminal.news) where number != 0 { obey(number) } }
            guard waits[0].revents != 0 else { continue }
            let typed = octets(of: STDIN_FILENO)
            // The terminal has gone.
            if typed.isEmpty { return }
            for key in TopKey.keys(typed) where press(key) { return }
        }
    }

    /// True when it is the end.
    private mutating func press(_ key: TopKey) -> Bool {
        let wish = view.press(key, feed.documents)
        var cable: String?
        if case .cable(let id) = view.pane { cable = id }
        feed.look(at: cable, view.sort, isPaused: view.isPaused, now: wish == .ask)
        return wish == .quit
    }

    private func obey(_ number: UInt8) {
        switch Int32(number) {
        case SIGWINCH, SIGCONT: break
        default: terminal.obey(Int32(number))
        }
    }

    private func octets(of descriptor: Int32) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: 1_024)
        let count = read(descriptor, &octets, octets.count)
        return count > 0 ? Array(octets.prefix(count)) : []
    }

    private func draw() {
        let (columns, rows) = Terminal.size
        let lines = TopFrame(documents: feed.documents, view: view, columns: columns, rows: rows).lines()
        let isColoured = Terminal.isColoured
        Output.write(
            "\u{1B}[H" + lines.map { "\($0.sequences(colour: isColoured))\u{1B}[K" }.joined(separator: "\r\n")
                + "\u{1B}[J")
    }
}
