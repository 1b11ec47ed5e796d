import Control
import Foundation
import Transport

/// One file that `setup` puts in its place: whole, with owner and mode, and what was there before kept beside it.
struct PlacedFile {
    /// What became of it.
    enum Deed: String { case same, written, replaced }

    /// Whose the files are: root's and the daemon's group's where both are there and setup is root.
    struct Owner {
        var user: UInt32
        var group: UInt32

        /// Of the user `routerd` and its group; nil: the machine has none, or the caller is not root.
        static var daemon: Owner? {
            guard getuid() == 0, let entry = getpwnam("routerd") else { return nil }
            return Owner(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
        }
    }

    var path: String
    var octets: [UInt8]
    var mode: UInt32
    /// Nil: the caller's own.
    var owner: Owner?

    /// What `place` will do.
    var deed: Deed {
        do throws(PlainFileFault) {
            return try PlainFile.read(path) == octets ? .same : .replaced
        } catch {
            return access(path, F_OK) == 0 ? .replaced : .written
        }
    }

    /// The file beside it that keeps what was there.
    var old: String { "\(path).old" }

    /// - Throws: `PlainFileFault`; then the file is as it was.
    func place() throws(PlainFileFault) {
        if deed == .same {
            guard chmod(path, mode) == 0 else { throw PlainFileFault(path: path, call: "chmod") }
            return try own(path)
        }
        let new = "\(path).new"
        unlink(new)
        try PlainFile.write(octets, to: new, mode: mode)
        try own(new)
        if deed == .replaced {
            // Beside and not away: at no moment is the file missing.
            unlink(old)
            guard link(path, old) == 0 else { throw PlainFileFault(path: old, call: "link") }
        }
        guard rename(new, path) == 0 else { throw PlainFileFault(path: path, call: "rename") }
    }

    private func own(_ path: String) throws(PlainFileFault) {
        guard let owner else { return }
        guard chown(path, owner.user, owner.group) == 0 else { throw PlainFileFault(path: path, call: "chown") }
    }
}
