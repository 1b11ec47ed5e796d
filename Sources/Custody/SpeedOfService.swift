package import Cables

extension Precedence {
    /// Seconds allowed from acceptance to delivery (NAVEDTRA 14227; configurable in a later version).
    package var speedOfServiceSeconds: Int64 {
        switch self {
        case .critic, .emergencyCommand, .flash: 600
        case .immediate: 1_800
        case .priority: 10_800
        case .routine: 21_600
        }
    }
}
