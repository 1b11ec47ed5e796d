package import Octets

/// Why a neighbour's octets end the session.
package enum LinkFault: Error, Equatable, Sendable {
    /// A frame is longer than `Frame.octetsMax`, or empty.
    case frameLength(octets: Int)
    case malformedFrame(OctetFault)
    /// A frame came that has no place in this state.
    case outOfOrder(String)
    case wrongNetwork(String)
    case wrongStation(String)
    case windowViolated
    /// Nothing came for this long (milliseconds), though asked.
    case silent(milliseconds: UInt64)
    /// Offers stayed unanswered for this long (milliseconds), though their octets had left.
    case noProgress(milliseconds: UInt64)
    /// This station cannot go on.
    case ownFault(code: String, text: String)
    /// A signature, hash or envelope does not hold.
    case forged(String)
    /// The neighbour said goodbye.
    case closed(code: String, message: String)

    /// A stable word for logs and counters.
    package var code: String {
        switch self {
        case .frameLength: "FRAME_LENGTH"
        case .malformedFrame: "FRAME_MALFORMED"
        case .outOfOrder: "FRAME_OUT_OF_ORDER"
        case .wrongNetwork: "WRONG_NETWORK"
        case .wrongStation: "WRONG_STATION"
        case .windowViolated: "WINDOW_VIOLATED"
        case .silent: "NEIGHBOUR_SILENT"
        case .noProgress: "NO_PROGRESS"
        case .ownFault(let code, _): code
        case .forged: "FORGED"
        case .closed: "CLOSED_BY_NEIGHBOUR"
        }
    }

    package var sentence: String {
        switch self {
        case .frameLength(let octets): "a frame of \(octets) octets is not allowed"
        case .malformedFrame(let fault): "a frame cannot be read: \(fault)"
        case .outOfOrder(let what): "out of order: \(what)"
        case .wrongNetwork(let name): "the neighbour belongs to network \(name)"
        case .wrongStation(let name): "the neighbour calls itself \(name)"
        case .windowViolated: "the neighbour sent more than it was allowed"
        case .silent(let milliseconds): "nothing came for \(milliseconds / 1_000) s"
        case .noProgress(let milliseconds): "offers were not answered for \(milliseconds / 1_000) s"
        case .ownFault(_, let text): text
        case .forged(let what): "not genuine: \(what)"
        case .closed(let code, let message): "the neighbour closed: \(code) \(message)"
        }
    }
}

/// Cuts a stream of octets into frames; holds at most one incomplete frame.
package struct FrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var consumed = 0

    package init() {}

    /// Octets of frames that were not taken yet.
    package var waitingOctets: Int { buffer.count - consumed }

    package mutating func append(_ octets: UnsafeRawBufferPointer) {
        if consumed > 0, consumed == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 19)
            consumed = 0
        } else if consumed > 1 << 16 {
            buffer.removeFirst(consumed)
            consumed = 0
        }
        buffer.append(contentsOf: octets)
    }

    /// The next whole frame and the octets it took on the wire, or nil when more must come first.
    package mutating func next() throws(LinkFault) -> (frame: Frame, octets: Int)? {
        let available = buffer.count - consumed
        guard available >= Frame.headerOctets else { return nil }
        let length = buffer.withUnsafeBytes {
            Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: consumed, as: UInt32.self)))
        }
        guard length > 0, length <= Frame.octetsMax else { throw .frameLength(octets: length) }
        guard available >= Frame.headerOctets + length else { return nil }
        let start = consumed + Frame.headerOctets
        consumed = start + length
        do throws(OctetFault) {
            return (try Frame(from: OctetReader(buffer, in: start..<consumed)), Frame.headerOctets + length)
        } catch {
            throw .malformedFrame(error)
        }
    }
}
