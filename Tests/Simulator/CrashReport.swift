import Glibc

/// Says which seed it was, and exits with 3, when the code under test traps.
enum CrashReport {
    /// Written before each run, read by a signal handler: plain memory, which a handler may touch.
    nonisolated(unsafe) private static let text = UnsafeMutablePointer<CChar>.allocate(capacity: 128)

    static func seed(_ seed: UInt64) {
        let words = Array("crash at seed \(seed): run it again with simulate --seed \(seed) --trace\n".utf8CString)
        for (index, letter) in words.prefix(127).enumerated() { text[index] = letter }
        text[min(words.count, 127)] = 0
    }

    static func install() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            signal(number) { _ in
                _ = write(2, CrashReport.text, strlen(CrashReport.text))
                _exit(3)
            }
        }
    }
}
