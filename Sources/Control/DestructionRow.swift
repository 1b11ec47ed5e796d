/// What `state destroy` has done.
package struct DestructionRow: Codable, Sendable {
    package var station: String
    /// Neighbours that were told.
    package var told: [String] = []
    package var files = 0
    /// Overwritten.
    package var octets: UInt64 = 0
    /// What is still there, and why.
    package var left: [String] = []

    package init(station: String) { self.station = station }
}
