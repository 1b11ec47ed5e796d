import Control

/// What the station said when it was last asked: everything that a frame of `top` is drawn from.
struct TopDocuments: Codable, Sendable {
    var status: StatusDocument?
    var oldest: [OldestRow] = []
    var links: [LinkRow] = []
    /// The first of the queue.
    var queue: [QueueRow] = []
    /// The cable that is open.
    var cable: CableDocument?
    var history: [HistoryRow] = []
    /// Octets a second that went to each neighbour since the time before.
    var rates: [String: Double] = [:]
    /// Milliseconds since 1970.
    var at: Int64 = 0
    /// Why nothing newer is known.
    var failure: String?

    /// How much was sent since an earlier time.
    mutating func measure(since earlier: TopDocuments) {
        let seconds = Double(at - earlier.at) / 1_000
        guard seconds > 0, earlier.at > 0 else { return }
        for link in links {
            guard let before = earlier.links.first(where: { $0.peer == link.peer }),
                link.sentOctets >= before.sentOctets
            else { continue }
            rates[link.peer] = Double(link.sentOctets - before.sentOctets) / seconds
        }
    }
}

/// Asks a station, over one connection, for what a frame needs.
struct TopSource {
    /// Lines of the queue that are asked for at most.
    static let queueLines = 500
    private let client: ControlClient

    init(path: String) throws(ControlFailure) { client = try ControlClient(path: path) }

    func documents(_ sort: TopView.Sort, cable: String?, at wall: Int64) throws(ControlFailure) -> TopDocuments {
        var documents = TopDocuments(at: wall)
        documents.status = try rows("status", StatusDocument.self).first
        documents.oldest = try rows("queue.oldest", OldestRow.self)
        documents.links = try rows("link.list", LinkRow.self)
        documents.queue = try rows("queue.list", QueueRow.self, ["limit": "\(Self.queueLines)", "sort": sort.asked])
        if let cable {
            documents.cable = try rows("cable.show", CableDocument.self, ["id": cable]).first
            documents.history = try rows("cable.history", HistoryRow.self, ["id": cable])
        }
        return documents
    }

    private func rows<Row: Decodable>(
        _ verb: String, _ type: Row.Type, _ arguments: [String: String] = [:]
    ) throws(ControlFailure) -> [Row] {
        try client.send(ControlRequest(verb, arguments), tag: 1)
        var found: [Row] = []
        while let frame = try client.receive() {
            switch frame.kind {
            case .row: found.append(try Session.decode(frame, type))
            case .done: return found
            case .failed:
                let failure = try Session.failure(frame)
                // A cable may go while it is looked at.
                if failure.exit == ExitStatus.data { return found }
                throw failure
            case .request, .body, .octets, .submitted, .event: break
            }
        }
        throw ControlFailure(
            code: "CONNECTION_LOST", message: "routerd closed the connection", advice: "",
            exit: ExitStatus.unavailable)
    }
}
