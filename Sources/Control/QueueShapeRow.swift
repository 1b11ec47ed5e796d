/// One precedence of `queue shape`.
package struct QueueShapeRow: Codable, Sendable, Equatable {
    package var precedence: String
    package var total: Int
    /// Past their speed of service.
    package var overdue: Int
    /// By age, link or destination, in the order of the columns.
    package var columns: [Column]

    package struct Column: Codable, Sendable, Equatable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    package init(precedence: String, total: Int, overdue: Int, columns: [Column]) {
        self.precedence = precedence
        self.total = total
        self.overdue = overdue
        self.columns = columns
    }
}
