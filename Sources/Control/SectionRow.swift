/// That an inbox entry is a section of a cable, and which others are not here yet.
package struct InboxSection: Codable, Sendable, Equatable {
    package var number: Int
    package var of: Int
    /// Numbers of the sections that were not delivered here.
    package var missing: [Int]

    package init(number: Int, of: Int, missing: [Int]) {
        self.number = number
        self.of = of
        self.missing = missing
    }
}

/// One section that is here, for putting them together.
package struct SectionRow: Codable, Sendable, Equatable {
    package var id: String
    package var number: Int
    package var of: Int
    package var missing: [Int]

    package init(id: String, number: Int, of: Int, missing: [Int]) {
        self.id = id
        self.number = number
        self.of = of
        self.missing = missing
    }
}
