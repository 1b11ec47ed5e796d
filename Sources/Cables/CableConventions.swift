/// What networks do in different ways, and no source at hand settles: given to the parser, not built into it.
package struct CableConventions: Sendable, Equatable {
    /// Whether W before a date-time group is CRITIC; otherwise it is no precedence.
    package var hasCritic: Bool
    /// Hours that zone J, the writer's own time, is ahead of Z; nil where nobody knows.
    package var localZoneHours: Int?
    /// Whether the letters A to Y of a date-time group are hours ahead of or behind Z; otherwise only Z has a moment.
    package var hasZones: Bool

    package init(hasCritic: Bool = true, localZoneHours: Int? = nil, hasZones: Bool = true) {
        self.hasCritic = hasCritic
        self.localZoneHours = localZoneHours
        self.hasZones = hasZones
    }

    package static let standard = CableConventions()

    /// The moment of a group whose zone these conventions read in their own way.
    func settled(_ scan: DateTimeGroup.Scan) -> DateTimeGroup {
        var group = scan.group
        if scan.isLocal {
            group.unixSeconds = localZoneHours.flatMap { hours in scan.secondsInZ.map { $0 - Int64(hours) * 3_600 } }
        } else if scan.isOffset, !hasZones {
            group.unixSeconds = nil
        }
        return group
    }
}
