package import Cables

/// What the core knows of one of the station's links: what waits, what is under way, what was taken.
package struct LinkLedger: Sendable {
    package let peer: RoutingIndicator
    /// The session that is open, or nil. Events of an older session change nothing.
    package var session: UInt64?
    /// Boot milliseconds since when there is no session; a start gives each link a little time first.
    package var downSince: UInt64 = 0
    /// The start of the neighbour's daemon at the other end of the session.
    package var peerStart: UInt64 = 0
    package var queue = TransmissionQueue()
    /// Octets that the link can take now; a slice may overdraw it by one chunk.
    package var room = 0
    /// Octets more than that for FLASH and above.
    package var reserve = 0
    /// Octets of a body between two choices of what to send next, as the rate of the link allows (rule 17).
    package var chunkOctets: Int
    /// Octets a second, and milliseconds, as measured.
    package var rate: UInt64?
    package var roundTrip: UInt64?
    /// The transfer that was sent last and is not whole.
    package var current: UInt32?
    /// Transfers that a higher precedence has interrupted.
    package var interrupted: Set<UInt32> = []
    /// Since when (boot milliseconds) what interrupts a transfer has been waiting for its next chunk to end.
    package var overtaking: [UInt32: UInt64] = [:]
    /// The next offer's channel number: dense within this start of the daemon, from 1 (rule 3).
    package var nextChannel: UInt64 = 1
    /// Transmissions under way, by channel number from `firstInFlight`.
    package var inFlight: [UInt32] = []
    package var inFlightHead = 0
    package var firstInFlight: UInt64 = 1
    /// Boot milliseconds at which each of them was offered.
    private var offeredAt: [UInt64] = []
    /// The network file does not have it any more.
    package var isGone = false
    package var taken = TakenMemory()
    package var passed = PassedMemory()
    /// The neighbour's journal, from its hello.
    package var peerEpoch = JournalEpoch(high: 0, low: 0)

    /// Milliseconds since 1970: since when the link is as it is, why, and when it is tried again.
    package var since: Int64 = 0
    package var why = "not yet dialled"
    package var nextAt: Int64?

    /// What orders keep from the link: this station's, and the neighbour's as it says in the session.
    package var own = LinkRestraint()
    package var theirs = LinkRestraint()
    /// The segments where this station's orders stand.
    var closingSegment: UInt32 = 0
    var limitSegment: UInt32 = 0
    /// The neighbour waits to hear that nothing is under way; and has said so of its side.
    var owesDrained = false
    var neighbourIsDrained = false
    /// The channel number that the neighbour's next offer would bear when it greeted: what is below and did not come was
    /// given up.
    package var peerNextChannel: UInt64 = 1

    package var waiting = [Int](repeating: 0, count: Precedence.allCases.count)
    package var sentCables: UInt64 = 0
    package var receivedCables: UInt64 = 0
    package var sentOctets: UInt64 = 0
    package var receivedOctets: UInt64 = 0
    package var sentNumber: UInt64 = 0
    package var receivedNumber: UInt64 = 0
    package var counts = LinkCounts()

    package init(peer: RoutingIndicator, chunkOctets: Int) {
        self.peer = peer
        self.chunkOctets = chunkOctets
    }

    package var isUp: Bool { session != nil }
    var isRestrained: Bool { !own.isEmpty || !theirs.isEmpty }
    /// Nothing is under way.
    var isIdle: Bool { inFlightHead == inFlight.count }

    package mutating func addInFlight(_ transmission: UInt32, at boot: UInt64) -> UInt64 {
        let channel = nextChannel
        nextChannel += 1
        if inFlightHead == inFlight.count {
            inFlight.removeAll(keepingCapacity: true)
            offeredAt.removeAll(keepingCapacity: true)
            inFlightHead = 0
            firstInFlight = channel
        }
        inFlight.append(transmission)
        offeredAt.append(boot)
        return channel
    }

    package func transmission(onChannel channel: UInt64) -> UInt32? {
        guard channel >= firstInFlight, channel - firstInFlight < UInt64(inFlight.count - inFlightHead) else {
            return nil
        }
        let transmission = inFlight[inFlightHead + Int(channel - firstInFlight)]
        return transmission == CustodyDelivery.none ? nil : transmission
    }

    /// Milliseconds since the offer on a channel that is under way.
    package func milliseconds(sinceOfferOn channel: UInt64, at boot: UInt64) -> UInt64 {
        guard transmission(onChannel: channel) != nil else { return 0 }
        let offered = offeredAt[inFlightHead + Int(channel - firstInFlight)]
        return boot - min(boot, offered)
    }

    package mutating func endInFlight(channel: UInt64) {
        guard transmission(onChannel: channel) != nil else { return }
        inFlight[inFlightHead + Int(channel - firstInFlight)] = CustodyDelivery.none
        while inFlightHead < inFlight.count, inFlight[inFlightHead] == CustodyDelivery.none {
            inFlightHead += 1
            firstInFlight += 1
        }
        if inFlightHead > 4_096, inFlightHead * 2 > inFlight.count {
            inFlight.removeFirst(inFlightHead)
            offeredAt.removeFirst(inFlightHead)
            inFlightHead = 0
        }
    }

    /// Takes all that is under way off the link, newest first.
    package mutating func takeBackInFlight() -> [UInt32] {
        let all = inFlight[inFlightHead...].reversed().filter { $0 != CustodyDelivery.none }
        inFlight.removeAll()
        offeredAt.removeAll()
        inFlightHead = 0
        firstInFlight = nextChannel
        return all
    }
}
