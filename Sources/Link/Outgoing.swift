package import Custody

/// What one turn of the loop sends, gathered so that each session is handed its slices once and in order.
///
/// A session may end and another begin over the same link within a turn: what was chosen for one must never be handed
/// to the other, which would drop it and leave its channel number unanswered.
package struct Outgoing: Sendable {
    package private(set) var bundles: [(link: Int, session: UInt64, slices: [Slice])] = []

    package init() {}

    package mutating func add(_ slice: Slice, session: UInt64, link: Int) {
        if let known = bundles.lastIndex(where: { $0.link == link && $0.session == session }) {
            bundles[known].slices.append(slice)
        } else {
            bundles.append((link, session, [slice]))
        }
    }
}
