import Foundation
import Testing

/// A program on a terminal of its own.
private final class OnTerminal {
    let process = Process()
    private let main: Int32
    private let slave: Int32
    private(set) var output = ""

    init(_ lab: Lab, _ station: String, _ arguments: String...) throws {
        main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        // TIOCSPTLCK and TIOCGPTN, which Glibc's module does not show.
        var lock: Int32 = 0
        var number: UInt32 = 0
        guard main >= 0, ioctl(main, 0x4004_5431, &lock) == 0, ioctl(main, 0x8004_5430, &number) == 0 else {
            throw Lab.LabFailure(what: "no terminal")
        }
        slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(slave, UInt(TIOCSWINSZ), &size)
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("routerctl")
        process.arguments = ["--socket", "\(lab.folder.path)/\(station)/control.sock"] + arguments
        process.standardInput = FileHandle(fileDescriptor: slave)
        process.standardOutput = FileHandle(fileDescriptor: slave)
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        close(main)
        close(slave)
    }

    func type(_ text: String) { _ = write(main, text, text.utf8.count) }

    func read() {
        var octets = [UInt8](repeating: 0, count: 65_536)
        while case let count = Foundation.read(main, &octets, octets.count), count > 0 {
            output += String(decoding: octets.prefix(count), as: UTF8.self)
        }
    }

    /// Does the terminal echo, and give lines rather than keys?
    var isAtRest: Bool {
        var modes = termios()
        return tcgetattr(slave, &modes) == 0 && modes.c_lflag & UInt32(ECHO | ICANON) == UInt32(ECHO | ICANON)
    }

    var isLeft: Bool {
        read()
        guard let end = output.range(of: "\u{1B}[?1049l", options: .backwards) else { return false }
        return output.range(of: "\u{1B}[?1049h", options: .backwards).map { $0.lowerBound < end.lowerBound } ?? false
    }
}

@Suite("top on a terminal", .serialized)
struct TopTests {
    @Test(
        "It shows the queue, opens a cable, and gives the terminal back at its end", arguments: ["q", "TERM", "SEGV"])
    func ends(by end: String) throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        let id = try #require(
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1, precedence: "Z")).document["id"] as? String)
        let top = try OnTerminal(lab, "RUECAP", "top")
        try lab.wait("the cable is shown") {
            top.read()
            return top.output.contains("> \(id.prefix(19))")
        }
        #expect(!top.isAtRest)
        top.type("\r")
        try lab.wait("its history is shown") {
            top.read()
            return top.output.contains("HISTORY") && top.output.contains(" accepted")
        }
        switch end {
        case "q": top.type("q")
        case "TERM": kill(top.process.processIdentifier, SIGTERM)
        default: kill(top.process.processIdentifier, SIGSEGV)
        }
        try lab.wait("it has ended") {
            top.read()
            return !top.process.isRunning
        }
        #expect(top.isLeft)
        #expect(top.isAtRest)
        #expect(top.process.terminationReason == (end == "q" ? .exit : .uncaughtSignal))
    }

    @Test("One frame for who has no terminal, and the documents behind it")
    func once() throws {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        let id = try #require(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(1)).document["id"] as? String)
        let socket = "\(lab.folder.path)/RUECAP/control.sock"
        let frame = lab.run("routerctl", ["--socket", socket, "top", "--once"])
        let text = String(decoding: frame.output, as: UTF8.self)
        #expect(frame.status == 0)
        #expect(text.contains(id.prefix(19)) && !text.contains("\u{1B}"))
        let documents = lab.ctl("RUECAP", "top").document
        #expect((documents["queue"] as? [[String: Any]])?.first?["id"] as? String == id)
        let oldest = documents["oldest"] as? [[String: Any]] ?? []
        #expect(oldest.compactMap { $0["count"] as? Int }.reduce(0, +) == 1)
        let plain = lab.run("routerctl", ["--socket", socket, "top"])
        #expect(plain.status == 64)
        #expect(plain.error.contains("--once"))
    }
}
