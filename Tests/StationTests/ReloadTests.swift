import Foundation
import Synchronization
import Testing

@testable import Station

@Suite("What is read again")
struct ReloadTests {
    private struct Unreadable: Error {}

    /// A file of its own, a board that watches it, and how often it was read.
    private final class Rig: Sendable {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("reload-\(UUID().uuidString)").path
        let alarms = AlarmBoard()
        let board: ReloadBoard
        let readings = Mutex<[String]>([])
        let changes: AsyncStream<String>
        private let told: AsyncStream<String>.Continuation

        init() throws {
            (changes, told) = AsyncStream.makeStream()
            board = ReloadBoard(log: EventLog(), alarms: alarms)
            try write("one")
            board.register(ReloadBoard.Part(name: "part", files: [path], reload: { [unowned self] in try read() }))
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        }

        private func read() throws -> [(key: String, value: String)] {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            defer { told.yield(text) }
            if text == "wrong" { throw Unreadable() }
            readings.withLock { $0.append(text) }
            return []
        }

        func nextReading() async -> String? {
            var iterator = changes.makeAsyncIterator()
            return await iterator.next()
        }
    }

    @Test("On order everything is read; what cannot be read raises an alarm, which ends when it can")
    func onOrder() throws {
        let rig = try Rig()
        rig.board.reload()
        #expect(rig.readings.withLock { $0 } == ["one"])
        try rig.write("wrong")
        rig.board.reload()
        #expect(rig.readings.withLock { $0 } == ["one"])
        #expect(rig.alarms.all.map(\.code) == ["reload.failed.part"])
        try rig.write("two")
        rig.board.reload()
        #expect(rig.readings.withLock { $0 } == ["one", "two"])
        #expect(rig.alarms.all.isEmpty)
    }

    @Test("A file that is replaced is read by itself, once")
    func byItself() async throws {
        let rig = try Rig()
        rig.board.start()
        try rig.write("two")
        #expect(await rig.nextReading() == "two")
        try rig.write("three")
        #expect(await rig.nextReading() == "three")
        #expect(rig.readings.withLock { $0 } == ["two", "three"])
    }
}
