import Cables
import Custody
import Journal
import Synchronization

/// Watches the room on the disk of the state: as it gets short, ROUTINE is refused first, then PRIORITY; what is left at
/// the end is for FLASH and for custody notes. All comes back by itself when room does.
final class DiskGuard: Sendable {
    /// Of the disk, one part in so many is kept back, and at most so many octets: once for each level.
    private static let reserveShare: UInt64 = 20
    private static let reserveMax: UInt64 = 64 << 20

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

    /// The lowest precedence that is taken with so much room.
    static func floor(free: UInt64, total: UInt64) -> Precedence {
        let reserve = max(1, min(reserveMax, total / reserveShare))
        switch free / reserve {
        case 0: return .flash
        case 1: return .immediate
        case 2: return .priority
        default: return .routine
        }
    }

    func look() {
        let space: (free: UInt64, total: UInt64)
        do throws(StorageFault) {
            space = try journal.space()
        } catch {
            log.write(.warning, "disk.unread", [("why", "\(error)")])
            return
        }
        let now = Self.floor(free: space.free, total: space.total)
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
