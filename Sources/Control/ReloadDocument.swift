/// What became of an order to read all files again.
package struct ReloadDocument: Codable, Sendable {
    /// Parts that were read, each with what it says of itself.
    package var read: [String] = []
    /// Keys of the station file whose new values hold.
    package var applied: [String] = []
    /// Keys whose new values hold with the next start.
    package var needsRestart: [String] = []
    /// What is wrong, as `PART: FILE:LINE: …`; what was read before holds.
    package var rejected: [String] = []

    package init() {}
}
