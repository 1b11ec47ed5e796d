package import Octets

/// One frame on the control socket: length u32, kind u8, tag u32, payload.
///
/// The tag is the client's number for its request; requests may be pipelined and are answered in any order.
package struct ControlFrame: Sendable, Equatable {
    package enum Kind: UInt8, Sendable {
        case request = 1
        /// Octets of the body that the request with this tag announced.
        case body
        /// One JSON object.
        case row = 16
        /// Octets as they are, such as a cable.
        case octets
        case submitted
        case failed
        case done
        /// Something happened that the request asked to be told of; no answer ends.
        case event
    }

    /// The first octets of a connection: name and version of the protocol.
    package static let greeting = Array("CABLECTL1\n".utf8)
    /// Octets of one payload at most.
    package static let payloadMax = 1 << 20
    package static let headerOctets = 9

    package var kind: Kind
    package var tag: UInt32
    package var payload: [UInt8]

    package init(_ kind: Kind, tag: UInt32, payload: [UInt8]) {
        self.kind = kind
        self.tag = tag
        self.payload = payload
    }

    package func write(to octets: inout [UInt8]) {
        var writer = OctetWriter(reserving: Self.headerOctets)
        writer.u32(UInt32(5 + payload.count))
        writer.u8(kind.rawValue)
        writer.u32(tag)
        octets.append(contentsOf: writer.octets)
        octets.append(contentsOf: payload)
    }
}

/// The other side does not keep to the protocol.
package enum ControlFault: Error, Equatable, Sendable {
    case wrongGreeting
    case frameLength(Int)
    case malformed(OctetFault)
    case unknownKind(UInt8)
}

/// Cuts a stream into frames.
package struct ControlFrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var consumed = 0
    private var greeted: Bool

    /// - Parameter greeted: false where the greeting is still to come.
    package init(greeted: Bool) { self.greeted = greeted }

    package mutating func append(_ octets: UnsafeRawBufferPointer) {
        if consumed == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            consumed = 0
        } else if consumed > 1 << 17 {
            buffer.removeFirst(consumed)
            consumed = 0
        }
        buffer.append(contentsOf: octets)
    }

    package mutating func next() throws(ControlFault) -> ControlFrame? {
        if !greeted {
            let count = ControlFrame.greeting.count
            let seen = buffer.prefix(count)
            guard ControlFrame.greeting.starts(with: seen) else { throw .wrongGreeting }
            guard seen.count == count else { return nil }
            consumed = count
            greeted = true
        }
        let available = buffer.count - consumed
        guard available >= 4 else { return nil }
        let length = buffer.withUnsafeBytes {
            Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: consumed, as: UInt32.self)))
        }
        guard length >= 5, length <= ControlFrame.payloadMax + 5 else { throw .frameLength(length) }
        guard available >= 4 + length else { return nil }
        let start = consumed + 4
        guard let kind = ControlFrame.Kind(rawValue: buffer[start]) else { throw .unknownKind(buffer[start]) }
        let tag = buffer.withUnsafeBytes {
            UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: start + 1, as: UInt32.self))
        }
        consumed = start + length
        return ControlFrame(kind, tag: tag, payload: Array(buffer[(start + 5)..<consumed]))
    }
}
