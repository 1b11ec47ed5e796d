import Control
import Glibc
import Transport

/// A row of stations on loopback, made with `routerctl lab create`, each a real routerd.
final class LoopbackNetwork {
    /// Milliseconds to wait for a station or a link.
    private static let patienceMilliseconds = 20_000

    let folder: String
    let count: Int
    private(set) var daemons: [pid_t] = []
    private let tools: String

    /// - Parameters:
    ///   - isStar: all are neighbours of the first, instead of a row.
    ///   - keep: seconds for which each station keeps what has ended; nil: its own standard.
    init(stations: Int, isStar: Bool = false, keep: Int? = nil, below parent: String) throws(BenchFailure) {
        count = stations
        let mark = RandomBits.octets(4).map { String($0, radix: 16) }.joined()
        folder = "\(parent)/routerbench-\(mark)"
        var path = [CChar](repeating: 0, count: 4_096)
        guard readlink("/proc/self/exe", &path, path.count - 1) > 0 else { throw BenchFailure(text: "no /proc") }
        let own = path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        tools = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
        let network = "\(folder).json5"
        do throws(PlainFileFault) {
            try PlainFile.write(Array(Self.networkFile(stations, isStar: isStar).utf8), to: network, mode: 0o600)
        } catch {
            throw BenchFailure(text: error.description)
        }
        defer { unlink(network) }
        let status = Self.wait(
            for: try spawn(["\(tools)/routerctl", "lab", "create", network, folder], log: "/dev/null"))
        guard status == 0 else { throw BenchFailure(text: "routerctl lab create failed with \(status)") }
        guard let keep else { return }
        for index in 0..<stations { try shorten(Self.name(index), keep) }
    }

    /// `lab create` writes plain JSON: the keys go in front.
    private func shorten(_ station: String, _ keep: Int) throws(BenchFailure) {
        let path = "\(folder)/\(station)/station.json5"
        do throws(PlainFileFault) {
            var octets = try PlainFile.read(path)
            guard let brace = octets.firstIndex(of: UInt8(ascii: "{")) else { return }
            let keys = "\"custody\": {\"grace\": \"\(keep)s\", \"retention\": \"\(keep)s\"},"
            octets.insert(contentsOf: Array(keys.utf8), at: brace + 1)
            try PlainFile.write(octets, to: path, mode: 0o600)
        } catch {
            throw BenchFailure(text: error.description)
        }
    }

    static func name(_ index: Int) -> String { "RUBN" + String(UnicodeScalar(UInt8(65 + index))) }

    static func post(_ index: Int) -> String { "BENCH POST " + String(UnicodeScalar(UInt8(65 + index))) }

    private static func networkFile(_ count: Int, isStar: Bool) -> String {
        var stations: [String] = []
        var links: [String] = []
        for index in 0..<count {
            stations.append(
                "{ indicator: \"\(name(index))\", posts: [\"\(post(index))\"], address: \"127.0.0.1:\(freePort())\", "
                    + "clearance: \"SECRET\" }")
            let before = isStar ? 0 : index - 1
            if index > 0 { links.append("{ between: [\"\(name(before))\", \"\(name(index))\"] }") }
        }
        return
            "{ network: \"BENCH\", stations: [\(stations.joined(separator: ", "))], links: [\(links.joined(separator: ", "))] }\n"
    }

    private static func freePort() -> UInt16 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    func controlPath(_ index: Int) -> String { "\(folder)/\(Self.name(index))/control.sock" }

    /// Starts every station, the last first.
    func start() throws(BenchFailure) {
        for index in (0..<count).reversed() { daemons.insert(try daemon(index), at: 0) }
    }

    /// Starts the first ones; the others stay dead.
    func start(first stations: Int) throws(BenchFailure) {
        for index in (0..<stations).reversed() { daemons.insert(try daemon(index), at: 0) }
    }

    /// Lines of a station's log that have this event.
    func count(of event: String, inLogOf station: Int) throws(BenchFailure) -> Int {
        try Self.text("\(folder)/\(Self.name(station))/log").split(separator: "\n").count { $0.contains(event) }
    }

    /// Starts the first station alone: its neighbours are dead.
    func startFirst() throws(BenchFailure) { daemons = [try daemon(0)] }

    /// Kills the first station as a power cut of its process would, and waits for its end.
    func killFirst() {
        guard let first = daemons.first else { return }
        kill(first, SIGKILL)
        _ = Self.wait(for: first)
        daemons.removeFirst()
    }

    private func daemon(_ index: Int) throws(BenchFailure) -> pid_t {
        let station = "\(folder)/\(Self.name(index))"
        return try spawn(["\(tools)/routerd", "--config", "\(station)/station.json5"], log: "\(station)/log")
    }

    /// Connects as soon as the daemon answers.
    func connect(_ index: Int) throws(BenchFailure) -> ControlClient {
        for _ in 0..<Self.patienceMilliseconds {
            do throws(ControlFailure) {
                return try ControlClient(path: controlPath(index))
            } catch {
                usleep(1_000)
            }
        }
        throw BenchFailure(text: "\(Self.name(index)) does not start: see \(folder)")
    }

    func remove() {
        for daemon in daemons { kill(daemon, SIGTERM) }
        for daemon in daemons { _ = Self.wait(for: daemon) }
        _ = (try? spawn(["/bin/rm", "-rf", folder], log: "/dev/null")).map(Self.wait(for:))
    }

    /// Seconds of processor time that the daemons used.
    func processorSeconds() throws(BenchFailure) -> Double {
        var ticks: UInt64 = 0
        for daemon in daemons {
            let fields = try Self.text("/proc/\(daemon)/stat").split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12]) else {
                throw BenchFailure(text: "/proc/\(daemon)/stat does not say the time used")
            }
            ticks += user + system
        }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The first daemon's largest resident memory, octets.
    func residentOctets() throws(BenchFailure) -> Int {
        let path = "/proc/\(daemons[0])/status"
        let line = try Self.text(path).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let words = line?.split(separator: " ", omittingEmptySubsequences: true) ?? []
        guard words.count > 1, let kibioctets = Int(words[1]) else {
            throw BenchFailure(text: "\(path) does not say the memory used")
        }
        return kibioctets * 1_024
    }

    private static func text(_ path: String) throws(BenchFailure) -> String {
        do { return String(decoding: try PlainFile.read(path), as: UTF8.self) } catch {
            throw BenchFailure(text: "\(path) cannot be read: \(error)")
        }
    }

    private func spawn(_ words: [String], log: String) throws(BenchFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], &actions, nil, &arguments, environ) == 0 else {
            throw BenchFailure(text: "\(words[0]) cannot be started: \(String(cString: strerror(errno)))")
        }
        return process
    }

    private static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
