import Cables
import Custody
import Journal

/// A station's state that was exported while it ran, and imported on another disk.
extension Scenario {
    static func importedState(_ mutation: Mutation?) -> Verdict {
        let stage = Stage(.row(3), mutation: mutation)
        for _ in 0..<3 { stage.submit(from: 0, to: 2) }
        stage.wait { stage.delivered(at: 2) == 3 }
        // What only the relay has when its state is taken.
        stage.cut(0, 1)
        for _ in 0..<2 { stage.submit(from: 1, to: 0) }
        let waits = stage.wait { stage.accepted(at: 1) == 5 }
        stage.pass(1_000)
        let snapshot = stage.export(1)
        // What comes behind it, and goes through before the disk is lost.
        for _ in 0..<4 { stage.submit(from: 1, to: 2) }
        stage.wait { stage.delivered(at: 2) == 7 }
        stage.powerCut(1)
        stage.wipe(1)
        let isImported = stage.importState(1, snapshot)
        stage.start(1)
        stage.mend()
        // The new journal counts on from where the snapshot ended: numbers that the old one had used.
        for _ in 0..<6 { stage.submit(from: 0, to: 2) }
        for _ in 0..<2 { stage.submit(from: 1, to: 2) }
        let arrived = stage.wait(most: 240_000) { stage.delivered(at: 2) == 15 && stage.delivered(at: 0) == 2 }
        return stage.finish(
            else: waits && isImported && arrived
                ? nil
                : "waited: \(waits), imported: \(isImported), arrived: \(stage.delivered(at: 2)) of 15, "
                    + "\(stage.delivered(at: 0)) of 2")
    }
}

extension Stage {
    private static let state = "/state"

    /// What `state export` would write of a running station.
    func export(_ index: Int) -> [UInt8] {
        guard let process = station(index).running else { return [] }
        let (journal, name) = (process.journal, station(index).name.description)
        do throws(StorageFault) {
            let export = try StateExport(
                state: Self.state, storage: station(index).disk,
                facts: StateSnapshot.Facts(
                    station: name, network: "SIM", epoch: journal.epoch, through: journal.durableEnd.sequence, made: ""),
                end: journal.durableEnd, hash: { SimulatedBodyHash() })
            var octets: [UInt8] = []
            while case let slice = try export.nextSlice(), !slice.isEmpty { octets += slice }
            return octets
        } catch {
            return []
        }
    }

    /// Puts it on the empty disk of a station that does not run, under an epoch of its own.
    func importState(_ index: Int, _ snapshot: [UInt8]) -> Bool {
        station(index).disk.startProcess()
        do {
            let restoring = try StateImport(
                state: Self.state, storage: station(index).disk,
                newEpoch: (high: run.world.bits.next(), low: run.world.bits.next()), hash: { SimulatedBodyHash() })
            try restoring.take(snapshot)
            _ = try restoring.finish()
            run.ledger.books[index].highest = 0
            return true
        } catch {
            return false
        }
    }
}
