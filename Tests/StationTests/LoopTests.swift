import Cables
import Custody
import Dispatch
import Foundation
import Journal
import Link
import Octets
import Routing
import Synchronization
import Testing
import Transport

@testable import Station

/// What the loop tells, and when.
@Suite("The loop")
struct LoopTests {
    @Test("The program of an alarm starts when what the alarm rests on is on the disk (rule 6)")
    func alarms() throws {
        let stage = try Stage()
        defer { stage.end() }
        stage.storage.gate.close()
        stage.loop.post { custody, now, actions in
            custody.keepCertificate([1, 2, 3], at: now, &actions)
            actions.now.append(.event(StationEvent(.alarm, "test.alarm", [])))
        }
        stage.storage.gate.waitForSync()
        #expect(stage.announcer.alarms.withLock { $0 }.isEmpty, "its record is not on the disk")
        stage.storage.gate.open()
        stage.announcer.told.wait()
        #expect(stage.announcer.alarms.withLock { $0 } == ["test.alarm"])
    }

    @Test("An event whose answer nobody waits for any more is withdrawn, unless it has begun")
    func withdrawn() throws {
        let box = AnswerBox<Int>()
        #expect(box.withdraw())
        #expect(!box.begin(), "it would happen behind the answer that it does not")
        let other = AnswerBox<Int>()
        #expect(other.begin())
        #expect(!other.withdraw())
        other.put(7)
        #expect(other.take() == 7)

        let stage = try Stage()
        defer { stage.end() }
        stage.storage.gate.close()
        stage.loop.post { custody, now, actions in custody.keepCertificate([1], at: now, &actions) }
        stage.storage.gate.waitForSync()
        let happened = Mutex(false)
        let late: Int? = stage.loop.run(waiting: 0) { _, _, _ in
            happened.withLock { $0 = true }
            return 1
        }
        #expect(late == nil)
        stage.storage.gate.open()
        // What is posted later has its turn behind it.
        let next = stage.loop.run(waiting: 60) { _, _, _ in 2 }
        #expect(next == 2)
        #expect(!happened.withLock { $0 })
    }

    // MARK: The stage

    private final class Stage {
        let storage = GatedStorage()
        let announcer = Announcer()
        let loop: StationLoop
        private let folder: URL

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("loop-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let authority = try NetworkAuthority(creating: "LOOP", labOnly: true, days: 2)
            let name = RoutingIndicator("RUAA")!
            let issued = try authority.issue(name, days: 2)
            let key = try StationKey(certificatePEM: issued.certificatePEM, keyPEM: issued.keyPEM)
            let network = Network(
                name: "LOOP", version: 1,
                stations: [Network.Station(indicator: name, posts: ["CAPITAL"], addresses: [], clearance: .secret)],
                links: [],
                collectives: [], aliases: [])
            let (journal, _) = try Journal.open(
                state: folder.path, storage: storage, newEpoch: (high: 1, low: 2), writing: .behind
            ) { _, _, _ in }
            let custody = StationCustody(
                settings: CustodySettings(
                    network: "LOOP", station: name, start: 5, epoch: JournalEpoch(high: 1, low: 2),
                    lifeSeconds: 3_600, hopLimit: 8, chunkOctets: 4_096, originators: []),
                routing: RoutingTable(network: network, own: name), addresses: AddressBook(network),
                offices: OfficeDirectory([]))
            let loop = StationLoop(
                custody: custody, chain: .beginning, journal: journal,
                signer: BatchSigner(network: "LOOP", key: key, start: 5),
                facts: StationLoop.HelloFacts(network: "LOOP", station: name), log: EventLog(), alarms: AlarmBoard())
            self.loop = loop
            journal.start(
                Journal.Callbacks(
                    onDurable: { sequence, moved in loop.synced(through: sequence, moved: moved) }, onMended: { _ in },
                    onFailed: { _ in loop.journalFailed() }))
            loop.start(announcer)
            _ = loop.durable(waiting: 60)
        }

        func end() {
            do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
        }
    }

    private final class Announcer: StationAnnouncer {
        let alarms = Mutex<[String]>([])
        let told = DispatchSemaphore(value: 0)

        func send(_ slices: [Slice], session: UInt64, on link: Int) {}
        func send(_ frame: Frame, session: UInt64, on link: Int) {}
        func answer(_ answer: SubmissionAnswer, token: UInt64) {}
        func outcome(_ outcome: Outcome) {}
        func arrived(
            _ identity: CableIdentity, arrival: UInt64, post: String, office: String, precedence: Precedence
        ) {}
        func refuseUndecided(_ decided: Set<UInt64>) {}
        func leaveOpen(_ tokens: [UInt64]) {}
        func shut(_ link: Int, _ why: String) {}
        func open(_ link: Int) {}
        func rerunAsked(_ place: RecordPlace, post: String, key: String) {}
        func comesHome(_ place: RecordPlace, _ homecoming: Homecoming) {}
        func attend(_ task: DeskTask) {}
        func alarmed(_ event: StationEvent) {
            alarms.withLock { $0.append(event.name) }
            told.signal()
        }
        func failed(_ fault: JournalFault) {}
        func recovered() {}
    }

    /// Holds each sync while it is closed.
    private final class Gate: Sendable {
        private let state = Mutex(false)
        private let entered = DispatchSemaphore(value: 0)
        private let opened = DispatchSemaphore(value: 0)

        func close() { state.withLock { $0 = true } }

        func open() {
            state.withLock { $0 = false }
            opened.signal()
        }

        func waitForSync() { entered.wait() }

        func pass() {
            guard state.withLock({ $0 }) else { return }
            entered.signal()
            opened.wait()
        }
    }

    private struct GatedStorage: Storage {
        let gate = Gate()
        private let files = FileStorage()

        func makeFolder(_ path: String) throws(StorageFault) { try files.makeFolder(path) }
        func list(_ folder: String) throws(StorageFault) -> [String] { try files.list(folder) }
        func create(_ path: String) throws(StorageFault) -> any StorageFile {
            GatedFile(file: try files.create(path), gate: gate)
        }
        func open(_ path: String) throws(StorageFault) -> any StorageFile {
            GatedFile(file: try files.open(path), gate: gate)
        }
        func rename(_ from: String, to: String) throws(StorageFault) { try files.rename(from, to: to) }
        func remove(_ path: String) throws(StorageFault) { try files.remove(path) }
        func syncFolder(_ path: String) throws(StorageFault) { try files.syncFolder(path) }
        func lock(_ path: String) throws(StorageFault) -> (any Sendable)? { try files.lock(path) }
        func space(_ folder: String) throws(StorageFault) -> (free: UInt64, total: UInt64) {
            try files.space(folder)
        }
    }

    private final class GatedFile: StorageFile {
        private let file: any StorageFile
        private let gate: Gate

        init(file: any StorageFile, gate: Gate) {
            self.file = file
            self.gate = gate
        }

        func write(_ octets: UnsafeRawBufferPointer, at offset: Int) throws(StorageFault) {
            try file.write(octets, at: offset)
        }
        func sync() throws(StorageFault) {
            gate.pass()
            try file.sync()
        }
        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageFault) -> Int {
            try file.read(into: buffer, at: offset)
        }
        func size() throws(StorageFault) -> Int { try file.size() }
        func truncate(to size: Int) throws(StorageFault) { try file.truncate(to: size) }
    }
}
