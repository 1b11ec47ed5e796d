/// Plain octets on their way: those that wait to be encrypted, and those encrypted but not yet with the kernel.
///
/// Pure bookkeeping: the channel encrypts and writes.
struct Outbox {
    /// Octets of one TLS record at most.
    static let recordOctets = 16 << 10
    /// Consumed parts that may stand before the first one that waits, until the array is moved up.
    private static let consumedMax = 256

    private struct Sealed {
        /// Where the record ends among the encrypted octets.
        var end: Int
        var plain: Int
    }

    private var parts: [[UInt8]] = []
    private var head = 0
    private var offset = 0
    private var sealed: [Sealed] = []
    private var sealedHead = 0
    private(set) var waitingOctets = 0
    private var sealedOctets = 0

    /// Plain octets that the kernel has not got.
    var unsentOctets: Int { waitingOctets + sealedOctets }

    mutating func append(_ octets: [UInt8]) {
        guard !octets.isEmpty else { return }
        parts.append(octets)
        waitingOctets += octets.count
    }

    /// Takes the octets of the next record out: many small parts gathered in `scratch`, or a piece of a large one as it
    /// lies.
    ///
    /// - Parameters:
    ///   - scratch: of `recordOctets`.
    ///   - most: octets of the record; at most `recordOctets`.
    /// - Returns: nil when nothing waits.
    mutating func takeRecord<Result>(
        _ scratch: UnsafeMutableRawBufferPointer, most: Int = Outbox.recordOctets,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard head < parts.count else { return nil }
        if parts[head].count - offset >= most {
            let result = parts[head].withUnsafeBytes {
                body(UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + most)]))
            }
            consume(most)
            return result
        }
        var filled = 0
        while head < parts.count, filled < most {
            let count = min(parts[head].count - offset, most - filled)
            parts[head].withUnsafeBytes { part in
                UnsafeMutableRawBufferPointer(rebasing: scratch[filled..<(filled + count)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: part[offset..<(offset + count)]))
            }
            filled += count
            consume(count)
        }
        return body(UnsafeRawBufferPointer(rebasing: scratch[..<filled]))
    }

    private mutating func consume(_ count: Int) {
        waitingOctets -= count
        offset += count
        guard offset == parts[head].count else { return }
        parts[head] = []
        head += 1
        offset = 0
        if head == parts.count {
            parts.removeAll(keepingCapacity: head <= Self.consumedMax)
            head = 0
        } else if head >= Self.consumedMax, head * 2 >= parts.count {
            parts.removeSubrange(..<head)
            head = 0
        }
    }

    /// A record was made of `plain` octets and ends at `end` among the encrypted octets.
    mutating func sealedRecord(plain: Int, end: Int) {
        sealed.append(Sealed(end: end, plain: plain))
        sealedOctets += plain
    }

    /// The kernel has the encrypted octets up to `place`.
    mutating func flushed(to place: Int) {
        while sealedHead < sealed.count, sealed[sealedHead].end <= place {
            sealedOctets -= sealed[sealedHead].plain
            sealedHead += 1
        }
        guard sealedHead == sealed.count else { return }
        sealed.removeAll(keepingCapacity: true)
        sealedHead = 0
    }

    mutating func drop() { self = Outbox() }
}
