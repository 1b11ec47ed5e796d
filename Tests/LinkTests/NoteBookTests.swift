import Link
import Octets
import Testing

@Suite("Custody notes that wait for a signature")
struct NoteBookTests {
    private func mark(_ number: UInt64) -> Digest { Digest(number, 0, 0, 0) }

    @Test("Channels are named in ascending order, each with its own mark, one note for each session")
    func order() {
        var book = NoteBook()
        book.add(link: 0, session: 1, channel: 3, mark: mark(3), mayWait: true)
        book.add(link: 0, session: 2, channel: 1, mark: mark(9), mayWait: true)
        book.add(link: 0, session: 1, channel: 2, mark: mark(2), mayWait: true)
        let notes = book.take()
        #expect(notes.map(\.session) == [1, 2])
        #expect(notes[0].channels == [2, 3])
        #expect(notes[0].marks == [mark(2), mark(3)])
        #expect(book.isEmpty && book.count == 0)
    }

    @Test("A note for a cable is due at once, notes for receipts only when there are many")
    func due() {
        var book = NoteBook()
        for channel in 1...UInt64(NoteBook.waitingMax) {
            book.add(link: 0, session: 1, channel: channel, mark: mark(channel), mayWait: true)
        }
        #expect(!book.isDue)
        book.add(link: 0, session: 1, channel: 5_000, mark: mark(1), mayWait: true)
        #expect(book.isDue)
        _ = book.take()
        book.add(link: 0, session: 1, channel: 6_000, mark: mark(1), mayWait: false)
        #expect(book.isDue)
    }
}
