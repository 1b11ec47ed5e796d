/// What a cable says of the desks that it is for: read once, at the edge, from the octets.
package struct DistributionClues: Sendable, Equatable {
    package var captions: [String]
    /// Office symbols of FOR lines, as written.
    package var slugs: [String]
    /// What stands behind PASS or PASS TO, as written.
    package var pass: [String]
    package var tags: [String]
    package var subject: String?

    package init(
        captions: [String] = [], slugs: [String] = [], pass: [String] = [], tags: [String] = [], subject: String? = nil
    ) {
        self.captions = captions
        self.slugs = slugs
        self.pass = pass
        self.tags = tags
        self.subject = subject
    }
}
