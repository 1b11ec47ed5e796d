import Glibc
import Synchronization

/// Who asks: the credentials of the process at the other end of the socket.
package struct ControlCaller: Sendable, Equatable {
    package var pid: Int32
    package var uid: UInt32
    package var gid: UInt32
    /// All groups of the process when it connected.
    package var groups: Set<UInt32>

    package var isPrivileged: Bool { uid == 0 || uid == getuid() }
}

/// The octets that came with a request.
package enum SubmittedBody: Sendable {
    case octets([UInt8])
    /// Written to a sink of the service: its name for it, the count, and what keeps it there while it is held.
    case stored(name: String, octets: Int, hold: any Sendable)
}

/// Takes a body that is too large for memory, slice by slice.
package protocol BodySink: AnyObject {
    func append(_ octets: UnsafeRawBufferPointer) throws(ControlFailure)
    /// - Returns: the service's name for the body, which is on the disk now, and what keeps it there.
    func finish() throws(ControlFailure) -> (name: String, hold: any Sendable)
    func abandon()
}

/// What the daemon does with requests. Quick ones come on the queue that all connections share, others on one of the
/// connection's own; answers may be given from any thread.
package protocol ControlService: AnyObject, Sendable {
    /// Handling it, with a body that is in memory, takes neither the disk nor long calculations.
    func isQuick(_ request: ControlRequest) -> Bool
    func handle(_ request: ControlRequest, body: SubmittedBody?, from caller: ControlCaller, reply: ControlReply)
    /// Why the caller may not ask this, or nil; asked before anything of the request is taken.
    func refusal(of request: ControlRequest, from caller: ControlCaller) -> ControlFailure?
    func bodySink(octets: Int) throws(ControlFailure) -> any BodySink
    func connected(_ caller: ControlCaller)
    /// The requests that came together have been handed over.
    func readingEnded()
}

/// The answer to one request. Usable from any thread; what comes after the client went away is dropped.
package struct ControlReply: Sendable {
    private let connection: ControlConnection
    private let tag: UInt32
    /// Hears of a failure before the client does.
    package var onFailure: (@Sendable (ControlFailure) -> Void)?

    init(_ connection: ControlConnection, tag: UInt32) {
        self.connection = connection
        self.tag = tag
    }

    package func submitted(_ answer: SubmittedAnswer) { connection.send(.submitted, tag, answer.encoded) }

    package func failed(_ failure: ControlFailure) {
        onFailure?(failure)
        connection.send(.failed, tag, failure.encoded)
    }

    package func done() { connection.send(.done, tag, []) }

    package func event(_ outcome: OutcomeEvent) { connection.send(.event, tag, outcome.encoded) }

    /// One JSON object of an answer that does not end.
    package func row(_ octets: [UInt8]) { connection.send(.row, tag, octets) }

    /// The client is still there.
    package var isOpen: Bool { connection.isOpen }

    /// One JSON object and the end.
    package func document(_ document: some Encodable & Sendable) { rows([document]) { $0 } }

    /// A JSON object for each element, made only as fast as the client reads.
    package func rows<Element: Sendable, Row: Encodable & SendableMetatype>(
        _ elements: [Element], _ make: @escaping @Sendable (Element) -> Row?
    ) {
        let encoder = JSONText()
        let position = Position()
        connection.produce(tag) {
            while position.next < elements.count {
                defer { position.next += 1 }
                guard let row = make(elements[position.next]) else { continue }
                return .frame(.row, encoder.octets(row))
            }
            return .end
        }
    }

    /// A JSON object for each element of pages that are fetched one after the other, each when the one before is written
    /// out. The fetching may take its time elsewhere; an empty page is the last.
    package func pages<Element: Sendable, Row: Encodable & SendableMetatype>(
        _ fetch: @escaping @Sendable (_ then: @escaping @Sendable ([Element]) -> Void) -> Void,
        _ make: @escaping @Sendable (Element) -> Row?
    ) {
        let encoder = JSONText()
        let pages = Pages<Element>()
        let connection = connection
        connection.produce(tag) {
            while true {
                switch pages.next() {
                case .element(let element):
                    guard let row = make(element) else { continue }
                    return .frame(.row, encoder.octets(row))
                case .end: return .end
                case .fetching: return .later
                case .fetch:
                    fetch { page in
                        pages.take(page)
                        connection.resume()
                    }
                    return .later
                }
            }
        }
    }

    /// Octets as they are, in slices, made only as fast as the client reads.
    package func octets(_ slice: @escaping @Sendable (_ offset: Int) -> [UInt8]) {
        let position = Position()
        connection.produce(tag) {
            let octets = slice(position.next)
            guard !octets.isEmpty else { return .end }
            position.next += octets.count
            return .frame(.octets, octets)
        }
    }

    /// Octets that may break off with a reason: the next slice, made only as fast as the client reads; empty at the end.
    package func octets(next: @escaping @Sendable () throws(ControlFailure) -> [UInt8]) {
        connection.produce(tag) {
            do throws(ControlFailure) {
                let octets = try next()
                return octets.isEmpty ? .end : .frame(.octets, octets)
            } catch {
                return .failed(error)
            }
        }
    }

    /// The page that is being written out.
    private final class Pages<Element: Sendable>: Sendable {
        enum Next {
            case element(Element)
            /// The next page is to be fetched.
            case fetch
            case fetching
            case end
        }

        private let state = Mutex<(page: [Element], next: Int, isFetching: Bool, ended: Bool)>(([], 0, false, false))

        func take(_ page: [Element]) { state.withLock { $0 = (page, 0, false, page.isEmpty) } }

        func next() -> Next {
            state.withLock { state in
                if state.next < state.page.count {
                    state.next += 1
                    return .element(state.page[state.next - 1])
                }
                if state.ended { return .end }
                if state.isFetching { return .fetching }
                state.isFetching = true
                return .fetch
            }
        }
    }

    /// Used on the connection's queue only.
    private final class Position: @unchecked Sendable { var next = 0 }
}
