package import Glibc

/// Groups of this machine.
package enum UserGroup {
    /// Octets of one entry of the group database at most; a group with more members is taken as unknown.
    private static let entryOctets = 1 << 16

    /// The number of a group that is written by name, or by number.
    package static func number(_ name: String) -> gid_t? {
        if let number = gid_t(name) { return number }
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: entryOctets) { buffer in
            guard getgrnam_r(name, &entry, buffer.baseAddress, buffer.count, &found) == 0, let found else { return nil }
            return found.pointee.gr_gid
        }
    }
}
