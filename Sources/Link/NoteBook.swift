import Octets

/// Custody notes that wait for a signature, one for each session: what a neighbour offered and this station took.
///
/// A note for a cable is signed in the turn that took it. A note for a receipt may wait a little for company, since
/// nobody waits for it: under load it shares the signature of the next cables and costs none of its own.
struct NoteBook {
    struct Note: Equatable {
        var link: Int
        var session: UInt64
        var channels: [UInt64] = []
        var marks: [Digest] = []

        fileprivate mutating func sort() {
            let order = channels.indices.sorted { channels[$0] < channels[$1] }
            channels = order.map { channels[$0] }
            marks = order.map { marks[$0] }
        }
    }

    /// Channels that may wait together; more are signed at once.
    static let waitingMax = 1_024

    private var notes: [Note] = []
    private(set) var count = 0
    private var hasUrgent = false

    var isEmpty: Bool { notes.isEmpty }
    /// Something in it must not wait.
    var isDue: Bool { hasUrgent || count > Self.waitingMax }

    mutating func add(link: Int, session: UInt64, channel: UInt64, mark: Digest, mayWait: Bool) {
        let known = notes.firstIndex { $0.link == link && $0.session == session }
        let index = known ?? notes.count
        if known == nil { notes.append(Note(link: link, session: session)) }
        notes[index].channels.append(channel)
        notes[index].marks.append(mark)
        count += 1
        if !mayWait { hasUrgent = true }
    }

    /// All notes, each with its channels in ascending order; the book is empty afterwards.
    mutating func take() -> [Note] {
        var taken = notes
        for index in taken.indices { taken[index].sort() }
        self = NoteBook()
        return taken
    }
}
