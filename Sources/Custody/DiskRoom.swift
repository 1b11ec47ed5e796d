package import Cables

/// What is taken with so much room on the disk: ROUTINE is refused first, then PRIORITY, then IMMEDIATE; what is left at the
/// end is for FLASH and for custody notes.
package enum DiskRoom {
    /// Of the disk, one part in so many is kept back, and at most so many octets: once for each level.
    private static let reserveShare: UInt64 = 20
    package static let reserveMax: UInt64 = 64 << 20

    /// The lowest precedence that is taken.
    ///
    /// - Parameters:
    ///   - free: octets free on the disk, and `total` in all.
    package static func floor(free: UInt64, total: UInt64) -> Precedence {
        let reserve = max(1, min(reserveMax, total / reserveShare))
        switch free / reserve {
        case 0: return .flash
        case 1: return .immediate
        case 2: return .priority
        default: return .routine
        }
    }
}
