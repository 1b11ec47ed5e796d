import Foundation
import Synchronization

/// A loopback network of real processes in a folder of its own.
final class Lab: @unchecked Sendable {
    // Unchecked: one test uses it, from one thread.
    let folder: URL
    private let tools: URL
    private var daemons: [String: Process] = [:]
    /// What a station's daemon finds in its environment beside the tests' own.
    var environments: [String: [String: String]] = [:]

    /// - Parameter network: with `PORT1`, `PORT2` … where free ports belong.
    init(_ network: String) throws {
        folder = URL(fileURLWithPath: "/tmp/cable-lab-\(UUID().uuidString.prefix(8))")
        // The tests' own executable stands beside the tools.
        tools = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        var text = network
        for number in (1...9).reversed() {
            text = text.replacingOccurrences(of: "PORT\(number)", with: String(Lab.freePort()))
        }
        let source = URL(fileURLWithPath: folder.path + ".json5")
        try text.write(to: source, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: source) }
        let made = run("routerctl", ["lab", "create", source.path, folder.path])
        guard made.status == 0 else { throw LabFailure(what: "lab create: \(made.status) \(made.error)") }
    }

    deinit {
        for daemon in daemons.values { daemon.terminate() }
        for daemon in daemons.values { daemon.waitUntilExit() }
        try? FileManager.default.removeItem(at: folder)
    }

    static func freePort() -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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

    struct LabFailure: Error { var what: String }

    struct Outcome {
        var status: Int32
        var output: Data
        var error: String

        var json: Any? { try? JSONSerialization.jsonObject(with: output) }
        var rows: [[String: Any]] { json as? [[String: Any]] ?? [] }
        var document: [String: Any] { json as? [String: Any] ?? [:] }
    }

    @discardableResult
    func run(_ tool: String, _ arguments: [String], input: Data? = nil) -> Outcome {
        let process = Process()
        process.executableURL = tool.hasPrefix("/") ? URL(fileURLWithPath: tool) : tools.appendingPathComponent(tool)
        process.arguments = arguments
        let (output, error, stdin) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = input == nil ? FileHandle.nullDevice : stdin
        do { try process.run() } catch { return Outcome(status: -1, output: Data(), error: "\(error)") }
        if let input {
            stdin.fileHandleForWriting.write(input)
            try? stdin.fileHandleForWriting.close()
        }
        let errorText = Mutex("")
        let reader = DispatchGroup()
        reader.enter()
        DispatchQueue.global().async {
            let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            errorText.withLock { $0 = text }
            reader.leave()
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        reader.wait()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: data, error: errorText.withLock { $0 })
    }

    /// routerctl at a station, with JSON.
    @discardableResult
    func ctl(_ station: String, _ arguments: String..., input: Data? = nil) -> Outcome {
        run(
            "routerctl", ["--socket", "\(folder.path)/\(station)/control.sock", "-o", "json"] + arguments, input: input)
    }

    /// routerctl as somebody without privileges, in these groups. Needs root.
    @discardableResult
    func ctl(_ station: String, inGroups groups: [Int], _ arguments: String..., input: Data? = nil) -> Outcome {
        let list = groups.map(String.init).joined(separator: ",")
        return run(
            "/usr/bin/setpriv",
            ["--reuid", "65534", "--regid", "65534", groups.isEmpty ? "--clear-groups" : "--groups=\(list)"]
                + [
                    tools.appendingPathComponent("routerctl").path, "--socket",
                    "\(folder.path)/\(station)/control.sock", "-o", "json",
                ] + arguments, input: input)
    }

    func start(_ stations: String...) throws {
        for station in stations {
            let process = Process()
            process.executableURL = tools.appendingPathComponent("routerd")
            process.arguments = ["--config", "\(folder.path)/\(station)/station.json5"]
            if let more = environments[station] {
                process.environment = ProcessInfo.processInfo.environment.merging(more) { $1 }
            }
            let log = "\(folder.path)/\(station)/log"
            if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(fileURLWithPath: log)) }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
            handle.seekToEndOfFile()
            process.standardError = handle
            try process.run()
            daemons[station] = process
        }
        for station in stations { try wait("\(station) serves") { ctl(station, "status").status == 0 } }
    }

    func kill(_ station: String) {
        guard let daemon = daemons.removeValue(forKey: station) else { return }
        Foundation.kill(daemon.processIdentifier, SIGKILL)
        daemon.waitUntilExit()
    }

    func terminate(_ station: String) -> Int32 {
        guard let daemon = daemons.removeValue(forKey: station) else { return -1 }
        daemon.terminate()
        daemon.waitUntilExit()
        return daemon.terminationStatus
    }

    func signal(_ station: String, _ number: Int32) {
        if let daemon = daemons[station] { Foundation.kill(daemon.processIdentifier, number) }
    }

    /// Has a station read its files again.
    func hangUp(_ station: String) {
        if let daemon = daemons[station] { Foundation.kill(daemon.processIdentifier, SIGHUP) }
    }

    func rewriteNetwork(_ change: (String) -> String) throws {
        let url = folder.appendingPathComponent("network.json5")
        try change(String(contentsOf: url, encoding: .utf8)).write(to: url, atomically: true, encoding: .utf8)
    }

    func isRunning(_ station: String) -> Bool { daemons[station]?.isRunning ?? false }

    func log(_ station: String) -> String {
        (try? String(contentsOfFile: "\(folder.path)/\(station)/log", encoding: .utf8)) ?? ""
    }

    /// Adds keys to a station file, which `lab create` wrote as plain JSON.
    func configure(_ station: String, _ change: (inout [String: Any]) -> Void) throws {
        let url = folder.appendingPathComponent("\(station)/station.json5")
        var object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
        change(&object)
        try JSONSerialization.data(withJSONObject: object).write(to: url)
    }

    /// What each station says of itself, for a failure.
    private var account: String {
        daemons.keys.sorted().map { station in
            let links = String(decoding: ctl(station, "link", "list").output, as: UTF8.self)
            let queue = String(decoding: ctl(station, "queue", "list", "--limit", "3").output, as: UTF8.self)
            return "\n== \(station)\n\(links)\(queue)\(log(station).suffix(1_500))"
        }.joined()
    }

    /// Asks until the condition holds, for 40 seconds at most.
    func wait(_ what: String, _ met: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 40)
        while Date() < deadline {
            if met() { return }
            usleep(20_000)
        }
        throw LabFailure(what: "waited in vain until \(what)\(account)")
    }

    /// A cable of the capital's.
    static func cable(_ number: Int, precedence: String = "R", to post: String = "EMBASSY NORTHLAND", filler: Int = 0)
        -> Data
    {
        var text = "\(precedence) 061011Z MAY 26\nFM FOREIGN OFFICE CAPITAL\nTO \(post)\n\nUNCLAS CAPITAL \(number)\n\n"
        text += "SUBJECT: EXERCISE -- NUMBER \(number)\n\n1. (U) TEXT.\n"
        while text.utf8.count < filler { text += "A LINE OF FILLER THAT IS AS LONG AS A TELEPRINTER LIKES.\n" }
        return Data(text.utf8)
    }

    static let row = """
        {
          network: "LAB",
          stations: [
            { indicator: "RUECAP", posts: ["FOREIGN OFFICE CAPITAL"], address: "127.0.0.1:PORT1", clearance: "SECRET" },
            { indicator: "RUEHUB", posts: ["RELAY"], address: "127.0.0.1:PORT2", clearance: "SECRET" },
            { indicator: "RUENO", posts: ["EMBASSY NORTHLAND", "CAMP FOUR"], address: "127.0.0.1:PORT3", clearance: "CONFIDENTIAL" },
          ],
          links: [{ between: ["RUECAP", "RUEHUB"] }, { between: ["RUEHUB", "RUENO"] }],
          collectives: { "FIELD POSTS COLLECTIVE": ["EMBASSY NORTHLAND", "CAMP FOUR"] },
        }
        """
}
