import Cables
import Custody
import Journal
import Synchronization

/// Watches the room on the disk of the state, and tells the core what it may take (`DiskRoom`). All comes back by itself
/// when room does.
final class DiskGuard: Sendable {
    let alarms: AlarmBoard
    private let journal: Journal
    private let loop: StationLoop
    private let log: EventLog
    private let floor = Mutex(Precedence.routine)

    init(journal: Journal, loop: StationLoop, alarms: AlarmBoard, log: EventLog) {
        self.journal = journal
        self.loop = loop
        self.alarms = alarms
        self.log = log
    }

    var isShort: Bool { floor.withLock { $0 > .routine } }

    func look() {
        let space: (free: UInt64, total: UInt64)
        do throws(StorageFault) {
            space = try journal.space()
        } catch {
            log.write(.warning, "disk.unread", [("why", "\(error)")])
            return
        }
        let now = DiskRoom.floor(free: space.free, total: space.total)
        let before = floor.withLock { floor in
            defer { floor = now }
            return floor
        }
        guard now != before else { return }
        loop.post { custody, _, _ in custody.acceptsFrom = now }
        if now == .routine {
            alarms.clear("disk.short")
            log.write(.notice, "disk.roomAgain", [("freeMiB", "\(space.free >> 20)")])
        } else {
            let event = StationEvent(
                .alarm, "disk.short", [("freeMiB", "\(space.free >> 20)"), ("accepts", "\(now.word) and above")])
            alarms.raise(event, at: StationClock.now.wall)
            log.write(event)
        }
    }
}
