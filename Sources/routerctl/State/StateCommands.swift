import Control
import Foundation
import Journal
import Octets
import Transport

extension HashStream: BodyHash {}

/// `state export` and `state import`: a station's state as one file.
enum StateCommands {
    struct Document: Encodable {
        var file: String
        var station: String
        var network: String
        /// The last record in it; absent where no daemon said it.
        var through: UInt64?
        var files: Int
        var octets: Int
        /// It was taken while the station ran.
        var live: Bool?
        var moved: Bool?
        var state: String?
        var epoch: String?
    }

    // MARK: Export

    static func export(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let file = invocation.operands[0]
        guard access(file, F_OK) != 0 else {
            throw ControlFailure(
                code: "FILE_THERE", message: "\(file) is there already", advice: "name a new file",
                exit: ExitStatus.data)
        }
        let moves = invocation.options["--move"] != nil
        let output = try SnapshotFile(file)
        do throws(ControlFailure) {
            let isLive = try exportLive(invocation, output, moves)
            // Its lock is held until the state is marked.
            let folder = isLive ? nil : try exportAtRest(invocation, output)
            let facts = try output.finish()
            if moves, let folder { try folder.markMoved(to: file) }
            tell(invocation, facts, isLive: isLive, moves: moves)
        } catch {
            output.abandon()
            throw error
        }
        return 0
    }

    /// False where no daemon answers.
    private static func exportLive(
        _ invocation: Invocation, _ output: SnapshotFile, _ moves: Bool
    ) throws(ControlFailure) -> Bool {
        do throws(ControlFailure) {
            try Session.run(invocation, ControlRequest(moves ? "status" : "state.export")) {
                (frame) throws(ControlFailure) in
                guard !moves else { throw stillRuns }
                try output.write(frame.payload)
            }
            return true
        } catch {
            guard error.code == "DAEMON_UNREACHABLE" else { throw error }
            return false
        }
    }

    private static let stillRuns = ControlFailure(
        code: "STILL_RUNS", message: "the station runs: what it takes from now on would stay behind",
        advice: "stop it first: systemctl disable --now routerd", exit: ExitStatus.tryLater)

    private static func exportAtRest(
        _ invocation: Invocation, _ output: SnapshotFile
    ) throws(ControlFailure) -> StateFolder {
        let folder = try StateFolder(invocation)
        do throws(StorageFault) {
            let export = try StateExport(
                state: folder.path, storage: folder.storage,
                facts: StateSnapshot.Facts(
                    station: folder.station, network: folder.network, epoch: folder.epoch, through: nil,
                    made: Timestamp(seconds: Int64(time(nil))).wholeSeconds), end: nil, hash: { HashStream() })
            while true {
                let octets = try export.nextSlice()
                guard !octets.isEmpty else { break }
                do throws(ControlFailure) { try output.write(octets) } catch { throw fault(error) }
            }
        } catch {
            throw StateFolder.failure(error)
        }
        return folder
    }

    private static func fault(_ failure: ControlFailure) -> StorageFault {
        StorageFault(call: "write", path: "the snapshot", number: 0, text: failure.message)
    }

    private static func tell(_ invocation: Invocation, _ facts: SnapshotFile.Facts, isLive: Bool, moves: Bool) {
        let document = Document(
            file: invocation.operands[0], station: facts.heading.station, network: facts.heading.network,
            through: facts.heading.through, files: facts.files, octets: facts.octets, live: isLive, moved: moves)
        guard invocation.form == .text else { return Output.document(document) }
        var text = "\(document.file): state of \(document.station), \(document.files) files, "
        text += "\(document.octets >> 10) KiB, \(isLive ? "taken while it ran" : "taken at rest")\n"
        text += "It holds cables as they are: keep it as the station's disk.\n"
        if moves { text += "routerd does not serve the old state any more; import the file where the station goes.\n" }
        Output.write(text)
    }

    // MARK: Import

    static func restore(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let file = invocation.operands[0]
        let folder = try StateFolder(invocation)
        let epoch = (high: RandomBits.word, low: RandomBits.word)
        let document: Document
        do {
            let restoring = try StateImport(
                state: folder.path, storage: folder.storage, newEpoch: epoch, hash: { HashStream() })
            try SnapshotFile.read(file) { octets in
                try restoring.take(octets)
                guard let facts = restoring.facts, facts.station != folder.station || facts.network != folder.network
                else { return }
                throw StateSnapshot.Flaw(
                    why: "it is the state of \(facts.network)/\(facts.station), and the station file is that of "
                        + "\(folder.network)/\(folder.station)")
            }
            let facts = try restoring.finish()
            document = Document(
                file: file, station: facts.station, network: facts.network, through: facts.through,
                files: restoring.files, octets: restoring.octets, state: folder.path,
                epoch: StateSnapshot.text(epoch))
        } catch let flaw as StateSnapshot.Flaw {
            throw ControlFailure(
                code: "SNAPSHOT_UNUSABLE", message: "\(file) was not imported: \(flaw.why)",
                advice: "nothing was put in its place", exit: ExitStatus.data)
        } catch let failure as ControlFailure {
            throw failure
        } catch {
            throw StateFolder.failure(error)
        }
        folder.giveToOwner()
        if invocation.form == .text {
            Output.write(
                """
                \(document.files) files, \(document.octets >> 10) KiB in \(folder.path), with the new epoch \(document.epoch ?? "")
                Start the station: its neighbours offer again what the old state had taken, marked as suspected duplicates.

                """)
        } else {
            Output.document(document)
        }
        return 0
    }
}
