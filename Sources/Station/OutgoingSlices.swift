import Cables
import Custody
import Journal
import Octets

/// What the core chose to send over a session, in order, until its octets are at hand.
struct OutgoingSlices {
    /// Slices whose octets are fetched from the disk at a time.
    private static let fetchMax = 64

    private var slices: [Slice] = []
    private var head = 0
    /// What was fetched, for the first slices.
    private var fetched: [SliceContent] = []
    private var fetchedHead = 0
    private var isFetching = false
    /// Records are read into it one after the other.
    private var scratch: [UInt8] = []

    mutating func add(_ more: [Slice]) { slices.append(contentsOf: more) }

    /// The next one, if its octets were fetched or are still in memory.
    mutating func next(_ archive: CableArchive, _ station: RoutingIndicator) -> (Slice, SliceContent)? {
        guard head < slices.count, !isFetching else { return nil }
        let slice = slices[head]
        if fetchedHead < fetched.count {
            let content = fetched[fetchedHead]
            fetchedHead += 1
            advance()
            return (slice, content)
        }
        guard let content = SliceContent(atHand: slice, archive, station, &scratch) else { return nil }
        advance()
        return (slice, content)
    }

    /// The slices whose octets are to be fetched now; nil: none, or others are being fetched.
    mutating func beginFetching() -> [Slice]? {
        guard head < slices.count, !isFetching else { return nil }
        isFetching = true
        return Array(slices[head..<min(slices.count, head + Self.fetchMax)])
    }

    mutating func fetched(_ contents: [SliceContent]) {
        isFetching = false
        fetched = contents
        fetchedHead = 0
    }

    private mutating func advance() {
        head += 1
        guard head == slices.count || head >= 1_024 else { return }
        slices.removeFirst(head)
        head = 0
    }
}

/// The octets that a slice needs, read back from where they are kept.
enum SliceContent: Sendable {
    case cable(StoredCable, deliveries: [UInt16], body: [UInt8]?)
    /// Nil: the record was never signed.
    case service(StoredService?)
    case chunk([UInt8], offset: UInt32, count: UInt32, last: Bool)
    case unreadable(any Error)

    /// A part of it is in a file.
    private struct NotAtHand: Error {}

    /// From the disk.
    init(of slice: Slice, _ archive: CableArchive, _ station: RoutingIndicator, _ scratch: inout [UInt8]) {
        do {
            let record = try archive.octets(slice.place, &scratch)
            self = try Self.read(slice, record, station, archive, mayWait: true)
        } catch {
            self = .unreadable(error)
        }
    }

    /// From memory; nil where a part of it is not there. On the loop's queue.
    init?(atHand slice: Slice, _ archive: CableArchive, _ station: RoutingIndicator, _ scratch: inout [UInt8]) {
        guard let record = archive.recent(slice.place, &scratch) else { return nil }
        do {
            self = try Self.read(slice, record, station, archive, mayWait: false)
        } catch is NotAtHand {
            return nil
        } catch {
            self = .unreadable(error)
        }
    }

    private static func read(
        _ slice: Slice, _ record: OctetReader, _ station: RoutingIndicator, _ archive: CableArchive, mayWait: Bool
    ) throws -> SliceContent {
        func atHand(_ body: CableBody) throws -> CableBody {
            if !mayWait, case .file = body { throw NotAtHand() }
            return body
        }
        switch slice.content {
        case .offerCable(_, let deliveries, let way):
            let cable = try StoredCable(record: record)
            return .cable(
                cable, deliveries: deliveries, body: way == .with ? try archive.whole(atHand(cable.body)) : nil)
        case .offerService(_, let desk):
            return .service(try StoredService(record: record, desk: desk, station: station))
        case .chunk(_, let offset, let count, let last):
            let body = try atHand(StoredCable(record: record).body)
            return .chunk(
                try archive.slice(of: body, offset: Int(offset), count: Int(count)), offset: offset, count: count,
                last: last)
        }
    }
}

extension Slice {
    fileprivate var place: RecordPlace {
        switch content {
        case .offerCable(let place, _, _), .offerService(let place, _), .chunk(let place, _, _, _): place
        }
    }
}
