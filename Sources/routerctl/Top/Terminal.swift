import Glibc
import Synchronization

/// The terminal while a full-screen view has it: without echo, on the other screen. It is given back however the view
/// ends: by a key, an error, a signal, a stop or a crash.
struct Terminal {
    /// The cursor hidden, the other screen; and back.
    private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
    private static let leave = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    /// Read by handlers of signals, which may use nothing that locks: written before they are set.
    private enum Kept {
        nonisolated(unsafe) static var modes = termios()
        nonisolated(unsafe) static var pipe: (read: Int32, write: Int32) = (-1, -1)
        nonisolated(unsafe) static var leaving: UnsafeMutablePointer<UInt8>?
        nonisolated(unsafe) static var leavingCount = 0
        /// A signal that ends the program was taken, and is not obeyed yet.
        nonisolated(unsafe) static var isEnding = false
    }

    /// What `poll` waits for besides keys: each octet is the number of a signal, or 0 for other news.
    let news: Int32
    private let newsWrite: Int32

    /// Nil where input or output is no terminal.
    init?() {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &Kept.modes) == 0 else {
            return nil
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        // Handlers of signals must never wait.
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        news = ends[0]
        newsWrite = ends[1]
        Kept.pipe = (ends[0], ends[1])
        let octets = Array(Self.leave.utf8)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: octets.count)
        copy.initialize(from: octets, count: octets.count)
        Kept.leaving = copy
        Kept.leavingCount = octets.count
    }

    /// Something else has happened: `poll` returns. From any thread.
    func wake() {
        var octet: UInt8 = 0
        _ = write(newsWrite, &octet, 1)
    }

    func take() {
        // Who started the program may have blocked some of them.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH] {
            sigaddset(&signals, number)
            signal(number) { number in
                // A terminal that takes nothing would hold the first one up for ever.
                if number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT {
                    if Kept.isEnding {
                        signal(number, SIG_DFL)
                        raise(number)
                    }
                    Kept.isEnding = true
                }
                var octet = UInt8(truncatingIfNeeded: number)
                _ = Glibc.write(Kept.pipe.write, &octet, 1)
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] {
            signal(number) { number in
                _ = Glibc.write(STDOUT_FILENO, Kept.leaving, Kept.leavingCount)
                tcsetattr(STDIN_FILENO, TCSANOW, &Kept.modes)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        var modes = Kept.modes
        modes.c_lflag &= ~UInt32(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &modes)
        Output.write(Self.enter)
    }

    func giveBack() {
        Output.write(Self.leave)
        tcsetattr(STDIN_FILENO, TCSANOW, &Kept.modes)
    }

    /// Does what the signal does to a program that does not catch it, with the terminal given back.
    func obey(_ number: Int32) {
        giveBack()
        signal(number, SIG_DFL)
        raise(number)
        // Only a stop comes back.
        take()
    }

    /// Columns and rows; what the surroundings say, or 80 by 24, where there is no terminal.
    static var size: (columns: Int, rows: Int) {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 {
            return (Int(size.ws_col), Int(size.ws_row))
        }
        func number(_ name: String, _ standard: Int) -> Int {
            getenv(name).flatMap { Int(String(cString: $0)) }.flatMap { (10...1_000).contains($0) ? $0 : nil }
                ?? standard
        }
        return (number("COLUMNS", 80), number("LINES", 24))
    }

    static var isColoured: Bool { getenv("NO_COLOR").map { $0.pointee == 0 } ?? true }
}
