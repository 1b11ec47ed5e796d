import CProcess
import Glibc

/// How a program ended.
enum HookEnd: Sendable, Equatable {
    case done
    case failed(status: Int32)
    case killed(signal: Int32)
    case tookTooLong
    case notStarted(String)

    var sentence: String {
        switch self {
        case .done: "done"
        case .failed(let status): "it ended with status \(status)"
        case .killed(let signal): "it was ended by signal \(signal)"
        case .tookTooLong: "it took too long and was ended"
        case .notStarted(let why): "it could not be started: \(why)"
        }
    }
}

/// Runs one program without a shell, in a process group of its own, with octets on standard input and a time limit.
///
/// Blocks the calling thread until the program has ended, and nothing of its group is left that was there then.
struct HookProcess {
    /// Milliseconds between the request to end and the end by force.
    private static let mercyMilliseconds = 2_000
    private static let lookMilliseconds: Int32 = 20
    /// Octets of one value in the environment at most.
    static let valueOctetsMax = 4_096

    var program: String
    var arguments: [String]
    var environment: [(name: String, value: String)]
    var timeoutMilliseconds: UInt64
    /// The next octets of standard input; empty at the end.
    var input: (_ offset: Int) -> [UInt8]

    func run() -> HookEnd {
        var pipes: [Int32] = [-1, -1]
        guard cable_pipe(&pipes) == 0 else { return .notStarted(reason(errno)) }
        let (reading, writing) = (pipes[0], pipes[1])
        var child: pid_t = 0
        let result = spawn(&child, reading)
        close(reading)
        guard result == 0 else {
            close(writing)
            return .notStarted(reason(result))
        }
        return attend(child, writing)
    }

    private func reason(_ number: Int32) -> String { String(cString: strerror(number)) }

    private func spawn(_ child: inout pid_t, _ input: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        // What it prints may be text of a cable: it goes nowhere.
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        cable_spawn_close_from(&actions, STDERR_FILENO + 1)
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var values = environment.map { strdup("\($0.name)=\(Self.plain($0.value))") } + [nil]
        defer {
            for word in words { free(word) }
            for value in values { free(value) }
        }
        return posix_spawn(&child, program, &actions, &attributes, &words, &values)
    }

    /// Without control characters, and not without bound.
    static func plain(_ text: String) -> String {
        var plain = ""
        var octets = 0
        for scalar in text.unicodeScalars {
            octets += UTF8.width(scalar)
            if octets > valueOctetsMax { break }
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            plain.unicodeScalars.append(isControl ? " " : scalar)
        }
        return plain
    }

    private func attend(_ child: pid_t, _ writing: Int32) -> HookEnd {
        let deadline = StationClock.boot + timeoutMilliseconds
        var end: UInt64?
        var descriptor = writing
        var rest: ArraySlice<UInt8> = []
        var offset = 0
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        defer { if descriptor >= 0 { close(descriptor) } }
        while true {
            var status: Int32 = 0
            let waited = waitpid(child, &status, WNOHANG)
            if waited == child {
                // What it left behind in its group ends with it.
                Glibc.kill(-child, SIGKILL)
                return end == nil ? Self.end(status) : .tookTooLong
            }
            if waited < 0, errno != EINTR { return .notStarted(reason(errno)) }
            let now = StationClock.boot
            if let forced = end {
                if now >= forced { Glibc.kill(-child, SIGKILL) }
            } else if now >= deadline {
                Glibc.kill(-child, SIGTERM)
                end = now + UInt64(Self.mercyMilliseconds)
            }
            feed(&descriptor, &rest, &offset)
        }
    }

    /// Writes what the program takes, and waits a little.
    private func feed(_ descriptor: inout Int32, _ rest: inout ArraySlice<UInt8>, _ offset: inout Int) {
        guard descriptor >= 0 else {
            poll(nil, 0, Self.lookMilliseconds)
            return
        }
        if rest.isEmpty {
            rest = input(offset)[...]
            offset += rest.count
        }
        guard !rest.isEmpty else {
            close(descriptor)
            descriptor = -1
            return
        }
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&waiting, 1, Self.lookMilliseconds)
        } else if errno != EINTR {
            // It does not read on, as `head` does.
            close(descriptor)
            descriptor = -1
        }
    }

    private static func end(_ status: Int32) -> HookEnd {
        let signal = status & 0x7F
        if signal != 0 { return .killed(signal: signal) }
        let code = status >> 8 & 0xFF
        return code == 0 ? .done : .failed(status: code)
    }
}
