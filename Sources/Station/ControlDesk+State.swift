import Cables
import Control
import Custody
import Dispatch
import Journal
import Routing
import Settings
import Synchronization
import Transport

/// Keeps what a snapshot is made of from being removed, as long as it makes progress.
final class StateSnapshotHold: Sendable {
    /// Milliseconds without progress after which the station goes on without it: a client that sleeps must not fill the disk.
    private static let patienceMilliseconds: UInt64 = 60_000

    private let progressedAt = Mutex<UInt64?>(StationClock.monotonic)

    /// It may still be gone on with. Once it is not, it never is again.
    var isHeld: Bool {
        progressedAt.withLock { at in
            if let last = at, StationClock.monotonic - last > Self.patienceMilliseconds { at = nil }
            return at != nil
        }
    }

    func progress() { progressedAt.withLock { if $0 != nil { $0 = StationClock.monotonic } } }

    func letGo() { progressedAt.withLock { $0 = nil } }
}

extension ControlDesk {
    /// Seconds for which a snapshot waits until all that was decided is on the disk.
    private static let snapshotSeconds = 10

    /// `state.export`: everything that was accepted before it was asked for, while the station runs on.
    func stateExport(_ reply: ControlReply) {
        guard let segments else {
            return reply.failed(
                ControlFailure(
                    code: "NOT_SERVING", message: "the station is still starting", advice: "try again",
                    exit: ExitStatus.tryLater))
        }
        DispatchQueue.global(qos: .utility).async { [self] in
            let hold = segments.hold()
            let export: StateExport
            do throws(StorageFault) {
                guard loop.durable(waiting: Self.snapshotSeconds) else {
                    hold.letGo()
                    return reply.failed(
                        ControlFailure(
                            code: "DISK", message: "the journal does not come to the disk now",
                            advice: "see `routerctl check disk`, and try again", exit: ExitStatus.tryLater))
                }
                let journal = archive.journal
                let end = journal.durableEnd
                export = try StateExport(
                    state: facts.settings.state, storage: FileStorage(),
                    facts: StateSnapshot.Facts(
                        station: facts.settings.station.description, network: facts.network.name,
                        epoch: journal.epoch, through: end.sequence,
                        made: Timestamp(milliseconds: StationClock.now.wall).wholeSeconds),
                    end: end, hash: { HashStream() })
            } catch {
                hold.letGo()
                return reply.failed(Self.unreadable(error))
            }
            log.write(.notice, "state.exported", [("files", "\(export.files)"), ("octets", "\(export.octets)")])
            let source = SnapshotSource(export)
            reply.octets { () throws(ControlFailure) in
                guard hold.isHeld else {
                    throw ControlFailure(
                        code: "TOO_SLOW",
                        message: "the snapshot was read too slowly, and the station went on without it",
                        advice: "write it to a faster disk", exit: ExitStatus.tryLater)
                }
                do throws(StorageFault) {
                    let octets = try source.next()
                    octets.isEmpty ? hold.letGo() : hold.progress()
                    return octets
                } catch {
                    hold.letGo()
                    throw Self.unreadable(error)
                }
            }
        }
    }

    private static func unreadable(_ fault: StorageFault) -> ControlFailure {
        ControlFailure(
            code: "DISK", message: "the state cannot be read: \(fault)", advice: "see `routerctl check disk`",
            exit: ExitStatus.tryLater)
    }
}

/// The snapshot that a connection reads: on its queue alone.
private final class SnapshotSource: @unchecked Sendable {
    private let export: StateExport

    init(_ export: StateExport) { self.export = export }

    func next() throws(StorageFault) -> [UInt8] { try export.nextSlice() }
}
