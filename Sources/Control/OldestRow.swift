/// What is queued of one precedence: how much, how old, how late.
package struct OldestRow: Codable, Sendable, Equatable {
    package var precedence: String
    package var count: Int
    /// Of them past their speed of service.
    package var late: Int
    /// Of the oldest; 0 where there is none.
    package var ageSeconds: Int64
    /// Until the speed of service of the oldest is used up; negative when it is.
    package var secondsLeft: Int64

    package init(precedence: String, count: Int, late: Int, ageSeconds: Int64, secondsLeft: Int64) {
        self.precedence = precedence
        self.count = count
        self.late = late
        self.ageSeconds = ageSeconds
        self.secondsLeft = secondsLeft
    }
}
