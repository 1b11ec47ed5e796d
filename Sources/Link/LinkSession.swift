package import Cables
import Custody

/// Bounds of a session, each with its unit.
package struct LinkLimits: Sendable {
    /// Octets of offers and chunks that the neighbour may send before it is given more.
    package var windowOctets = 1 << 20
    /// Octets handed to the link and not yet given to the kernel.
    package var pipeOctets = 256 << 10
    /// Milliseconds without a sign of life after which the neighbour is asked for one.
    package var keepaliveMilliseconds: UInt64 = 10_000
    /// Milliseconds without a sign of life after which the session is given up.
    package var silenceMilliseconds: UInt64 = 30_000

    package init() {}
}

/// What a session wants done after an event, in this order.
package enum LinkAction: Equatable, Sendable {
    case send(Frame)
    /// Both sides have greeted: traffic may flow.
    case opened(Hello)
    case cable(CableOffer, wireOctets: Int)
    case service(ServiceOffer, wireOctets: Int)
    case chunk(Chunk, wireOctets: Int)
    case certificate([UInt8])
    case resume(channel: UInt64, offset: UInt64)
    case custody(CustodyNote)
    case refused(channel: UInt64, code: String, message: String)
    /// The window grew: more room may be granted to the core.
    case windowOpened
    /// The session is over.
    case close(LinkFault)
}

/// One session between two stations, from the first hello to the end. Sockets and TLS are not its business.
///
///     greeting --hello--> open --bye, fault, silence--> closed
///
/// ## Function
/// 1. Holds the neighbour to the order of frames, its name and its network.
/// 2. Accounts for the window in octets, both ways.
/// 3. Asks for a sign of life and gives the session up when none comes.
package struct LinkSession: ~Copyable {
    package enum State: Equatable, Sendable { case greeting, open, closed }

    package private(set) var state = State.greeting
    private let own: Hello
    private let peer: RoutingIndicator
    private let limits: LinkLimits
    /// Octets that the neighbour can still take.
    private var sendWindow = 0
    /// Octets of room given to the core and not yet used.
    private var granted = 0
    /// Octets that the neighbour may still send, and what is to be given back.
    private var receiveWindow: Int
    private var toReturn = 0
    private var lastHeard: UInt64
    private var asked = false
    private var nonce: UInt64 = 0

    package init(own: Hello, peer: RoutingIndicator, limits: LinkLimits, now: UInt64) {
        self.own = own
        self.peer = peer
        self.limits = limits
        receiveWindow = limits.windowOctets
        lastHeard = now
    }

    /// The connection stands: greet.
    package func started() -> Frame { .hello(own) }

    /// A frame came.
    package mutating func received(_ frame: Frame, wireOctets: Int, now: UInt64) -> [LinkAction] {
        lastHeard = now
        asked = false
        switch state {
        case .greeting: return greeted(frame)
        case .open: return opened(frame, wireOctets)
        case .closed: return []
        }
    }

    private mutating func greeted(_ frame: Frame) -> [LinkAction] {
        guard case .hello(let hello) = frame else {
            if case .bye(let code, let message) = frame { return close(.closed(code: code, message: message)) }
            return close(.outOfOrder("the first frame must be a hello"))
        }
        guard hello.network == own.network else { return close(.wrongNetwork(hello.network)) }
        guard hello.station == peer else { return close(.wrongStation(hello.station.description)) }
        sendWindow = Int(hello.window)
        state = .open
        return [.opened(hello)]
    }

    private mutating func opened(_ frame: Frame, _ wireOctets: Int) -> [LinkAction] {
        if frame.countsAgainstWindow {
            receiveWindow -= wireOctets
            // A sender may overdraw by the frame that it had begun.
            guard receiveWindow > -Frame.octetsMax else { return close(.windowViolated) }
        }
        switch frame {
        case .hello: return close(.outOfOrder("a second hello"))
        case .certificate(let der): return [.certificate(der)]
        case .offerCable(let offer): return [.cable(offer, wireOctets: wireOctets)]
        case .offerService(let offer): return [.service(offer, wireOctets: wireOctets)]
        case .resume(let channel, let offset): return [.resume(channel: channel, offset: offset)]
        case .chunk(let chunk): return [.chunk(chunk, wireOctets: wireOctets)]
        case .custody(let note): return [.custody(note)]
        case .refuse(let channel, let code, let message):
            return [.refused(channel: channel, code: code, message: message)]
        case .window(let octets):
            sendWindow += Int(octets)
            guard sendWindow <= 1 << 30 else { return close(.outOfOrder("a window of more than 1 GiB")) }
            return [.windowOpened]
        case .ping(let nonce): return [.send(.pong(nonce: nonce))]
        case .pong: return []
        case .bye(let code, let message): return close(.closed(code: code, message: message))
        }
    }

    private mutating func close(_ fault: LinkFault) -> [LinkAction] {
        state = .closed
        return [.close(fault)]
    }

    /// Octets of room that the core may be given now; they count as given.
    ///
    /// - Parameter unsent: octets handed to the connection and not yet given to the kernel.
    package mutating func grant(unsent: Int) -> Int {
        guard state == .open else { return 0 }
        let room = min(limits.pipeOctets - unsent, sendWindow) - granted
        // Small grants would wake the core for every frame.
        guard room >= limits.pipeOctets / 4 || (granted <= 0 && room > 0) else { return 0 }
        granted += room
        return room
    }

    /// The core used room.
    package mutating func used(cost: Int) { granted -= cost }

    /// A frame goes out.
    package mutating func sends(_ frame: Frame, wireOctets: Int) {
        if frame.countsAgainstWindow { sendWindow -= wireOctets }
    }

    /// What the neighbour sent has been dealt with: it may send as much again.
    package mutating func settled(octets: Int) -> Frame? {
        toReturn += octets
        guard toReturn >= limits.windowOctets / 8 else { return nil }
        defer { toReturn = 0 }
        receiveWindow += toReturn
        return .window(octets: UInt32(toReturn))
    }

    /// Time passed.
    package mutating func ticked(now: UInt64) -> [LinkAction] {
        guard state != .closed, now > lastHeard else { return [] }
        let silence = now - lastHeard
        if silence >= limits.silenceMilliseconds { return close(.silent(milliseconds: silence)) }
        guard state == .open, silence >= limits.keepaliveMilliseconds, !asked else { return [] }
        asked = true
        nonce += 1
        return [.send(.ping(nonce: nonce))]
    }
}
