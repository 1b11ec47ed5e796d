package import Octets

/// Custody notes that wait for a signature, one for each session: what a neighbour offered and this station took.
///
/// A note for a cable is signed in the turn that took it. A note for a receipt may wait a little for company, since
/// nobody waits for it: under load it shares the signature of the next cables and costs none of its own.
package struct NoteBook: Sendable {
    package struct Note: Equatable, Sendable {
        package var link: Int
        package var session: UInt64
        package var channels: [UInt64] = []
        package var marks: [Digest] = []

        fileprivate mutating func sort() {
            let order = channels.indices.sorted { channels[$0] < channels[$1] }
            channels = order.map { channels[$0] }
            marks = order.map { marks[$0] }
        }
    }

    /// Channels that may wait together; more are signed at once.
    package static let waitingMax = 1_024

    private var notes: [Note] = []
    package private(set) var count = 0
    private var hasUrgent = false

    package init() {}

    package var isEmpty: Bool { notes.isEmpty }
    /// Something in it must not wait.
    package var isDue: Bool { hasUrgent || count > Self.waitingMax }

    package mutating func add(link: Int, session: UInt64, channel: UInt64, mark: Digest, mayWait: Bool) {
        let known = notes.firstIndex { $0.link == link && $0.session == session }
        let index = known ?? notes.count
        if known == nil { notes.append(Note(link: link, session: session)) }
        notes[index].channels.append(channel)
        notes[index].marks.append(mark)
        count += 1
        if !mayWait { hasUrgent = true }
    }

    /// All notes, each with its channels in ascending order; the book is empty afterwards.
    package mutating func take() -> [Note] {
        var taken = notes
        for index in taken.indices { taken[index].sort() }
        self = NoteBook()
        return taken
    }
}
