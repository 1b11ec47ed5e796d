package import Cables
package import Custody
package import Octets

/// The state machine of one session between two stations: it takes octets and facts, and answers with frames and actions.
/// Sockets, TLS, signatures, hashes, files and the loop are its edge's business.
///
///     greeting --hello--> open --bye, fault, silence--> closed
///
/// ## Function
/// 1. Holds the neighbour to the order of frames, its name and its network; no frame behind the hello is taken before
///    the loop knows of the session.
/// 2. Accounts for the window in octets, both ways, and says how much room the core has.
/// 3. Remembers what was offered, so that a custody note can end nothing else.
/// 4. Keeps the order of bodies that come in parts.
/// 5. Asks for a sign of life and gives the session up when none comes, or when offers stay unanswered.
package struct LinkSession: ~Copyable {
    package enum State: Equatable, Sendable { case greeting, open, closed }

    /// A cable whose body comes in chunks.
    struct IncomingCable {
        var cable: OfferedCable
        var signer: RoutingIndicator
        var received: UInt64
        /// Octets that were here when it began.
        var start: UInt64
    }

    package private(set) var state = State.greeting
    package let link: Int
    package let session: UInt64
    package let peer: RoutingIndicator
    package let own: Hello
    let limits: LinkLimits
    package private(set) var peerHello: Hello?
    private var decoder = FrameDecoder()
    private var output = OctetWriter(reserving: 1 << 10)
    private var loopKnows = false
    /// Octets that the neighbour can still take.
    private var sendWindow = 0
    /// The time of the last event.
    var clock: UInt64
    /// Octets of room given to the core and not yet used.
    private var granted = 0
    /// Octets of a chunk as the core was told.
    private var toldChunk = 0
    /// Octets that the neighbour may still send, and what is to be given back.
    private var receiveWindow: Int
    private var toReturn = 0
    private var lastHeard: UInt64
    /// The neighbour's last answer to an offer.
    var lastProgress: UInt64
    private var asked = false
    private var nonce: UInt64 = 0
    /// What the way carries.
    package private(set) var pace: LinkPace
    /// Certificates that this session has named (rule 25).
    private var introduced: Set<Digest>
    /// Custody notes and refusals that wait for the next chunk to go before them (rule 16), and octets of them since the last.
    private var quiet: [Frame] = []
    private var quietHead = 0
    private var quietOctets = 0
    private static let quietOctetsMax = 256
    /// Chunks of a body go out, and more are to come.
    private var sendsBody = false
    /// What was offered, by channel number: the custody note must name it.
    var offered: [UInt64: Digest] = [:]
    /// Octets of the window that an offer holds until custody is noted or refused.
    var held: [UInt64: Int] = [:]
    var incoming: [UInt64: IncomingCable] = [:]
    /// When the neighbour last said how far its audit has come.
    var auditHeadAt: UInt64?

    /// - Parameters:
    ///   - introduced: fingerprint of the certificate that the neighbour showed when the connection was made.
    ///   - memory: how fast the way was in an earlier session.
    ///   - now: milliseconds of the station's clock, which never steps back; so everywhere here.
    package init(
        link: Int, session: UInt64, own: Hello, peer: RoutingIndicator, introduced: Digest, limits: LinkLimits,
        memory: LinkPace.Memory?, now: UInt64
    ) {
        self.link = link
        self.session = session
        self.own = own
        self.peer = peer
        self.limits = limits
        self.introduced = [introduced]
        receiveWindow = limits.windowOctets
        lastHeard = now
        lastProgress = now
        clock = now
        pace = LinkPace(chunkMost: limits.chunkOctetsMax, memory: memory, now: now)
        put(.hello(own))
    }

    // MARK: What goes out

    /// Encoded frames since the last call, in order; empty when there are none. Among traffic there are pings, to see when
    /// it has arrived.
    package mutating func takeOutput() -> [UInt8] {
        guard !output.octets.isEmpty else { return [] }
        defer { output = OctetWriter(reserving: 16 << 10) }
        return output.octets
    }

    mutating func put(_ frame: Frame) {
        let before = output.octets.count
        frame.write(to: &output)
        guard frame.countsAgainstWindow else { return }
        sendWindow -= output.octets.count - before
        pace.sends(output.octets.count - before, now: clock)
        if pace.wantsMark { ping() }
        guard case .chunk(let chunk) = frame else { return }
        sendsBody = !chunk.last
        quietOctets = 0
        speak()
    }

    /// Session frames between two chunks have a bound of octets; one that is longer goes alone.
    private mutating func speak() {
        while quietHead < quiet.count, !sendsBody || pace.inFlight == 0 || quietOctets < Self.quietOctetsMax {
            let before = output.octets.count
            put(quiet[quietHead])
            quietOctets += output.octets.count - before
            quietHead += 1
        }
        guard quietHead == quiet.count else { return }
        quiet.removeAll(keepingCapacity: true)
        quietHead = 0
    }

    private mutating func ping() {
        nonce += 1
        pace.mark(nonce, isLimited: granted >= pace.chunk || sendWindow <= 0, now: clock)
        put(.ping(nonce: nonce))
    }

    /// A frame of the station's own: a custody note or a refusal. Nothing happens when the session is over.
    package mutating func say(_ frame: Frame) {
        guard state != .closed else { return }
        switch frame {
        case .custody(let note):
            for range in note.channels { for number in range { settle(number) } }
        case .refuse(let number, _, _): settle(number)
        case .hello, .certificate, .offerCable, .offerService, .resume, .chunk, .window, .ping, .pong, .bye,
            .auditHead, .auditAsk, .auditHeld, .linkNotice, .linkDrained:
            break
        }
        quiet.append(frame)
        speak()
    }

    /// True once for each certificate: it must be introduced before what it signed.
    package mutating func introduces(_ fingerprint: Digest) -> Bool { introduced.insert(fingerprint).inserted }

    package mutating func introduce(_ der: [UInt8]) { put(.certificate(der)) }

    // MARK: What comes in

    /// Octets came; `next` gives what they mean.
    package mutating func append(_ octets: UnsafeRawBufferPointer, now: UInt64) {
        lastHeard = now
        asked = false
        decoder.append(octets)
    }

    /// Octets of frames that were not taken yet.
    package var waitingOctets: Int { decoder.waitingOctets }

    /// The loop knows of the session: traffic may flow. Call `next` and `grant` afterwards.
    package mutating func loopNowKnows() { loopKnows = true }

    /// What the next frame asks for; nil when none is whole, or none may be taken yet.
    ///
    /// What follows the hello waits until the loop knows of the session: it drops what comes over unknown ones, and the
    /// neighbour would wait for a custody note that never comes.
    package mutating func next(now: UInt64) -> [LinkAction]? {
        guard state != .closed, loopKnows || state == .greeting else { return nil }
        clock = now
        do throws(LinkFault) {
            guard let (frame, count) = try decoder.next() else { return nil }
            return state == .greeting ? greeted(frame) : opened(frame, count, now)
        } catch {
            return fail(error)
        }
    }

    private mutating func greeted(_ frame: Frame) -> [LinkAction] {
        guard case .hello(let hello) = frame else {
            if case .bye(let code, let message) = frame { return fail(.closed(code: code, message: message)) }
            return fail(.outOfOrder("the first frame must be a hello"))
        }
        guard hello.network == own.network else { return fail(.wrongNetwork(hello.network)) }
        guard hello.station == peer else { return fail(.wrongStation(hello.station.description)) }
        sendWindow = Int(hello.window)
        peerHello = hello
        state = .open
        return [.opened(hello)]
    }

    private mutating func opened(_ frame: Frame, _ wireOctets: Int, _ now: UInt64) -> [LinkAction] {
        if frame.countsAgainstWindow {
            receiveWindow -= wireOctets
            // A sender may overdraw by the frame that it had begun.
            guard receiveWindow > -Frame.octetsMax else { return fail(.windowViolated) }
        }
        switch frame {
        case .hello: return fail(.outOfOrder("a second hello"))
        case .certificate(let der): return [.certificate(der)]
        case .offerCable(let offer): return take(offer, wireOctets)
        case .offerService(let offer): return take(offer, wireOctets)
        case .resume(let channel, let offset):
            lastProgress = now
            return [.resume(channel: channel, offset: offset)]
        case .chunk(let chunk): return take(chunk, wireOctets)
        case .custody(let note): return take(note)
        case .refuse(let channel, let code, let message):
            offered[channel] = nil
            return [.refused(channel: channel, code: code, message: message)]
        case .window(let octets):
            sendWindow += Int(octets)
            guard sendWindow <= 1 << 30 else { return fail(.outOfOrder("a window of more than 1 GiB")) }
            return [.windowOpened]
        case .ping(let nonce):
            put(.pong(nonce: nonce))
            return []
        case .pong(let nonce):
            guard pace.answered(nonce, now: now) else { return [] }
            lastProgress = now
            if pace.wantsMark { ping() }
            speak()
            return [.windowOpened]
        case .auditHead(let octets, let proof): return take(auditHead: octets, proof, now: now)
        case .auditAsk: return [.auditAsked]
        case .auditHeld(let octets, let proof): return take(auditHeld: octets, proof)
        case .linkNotice(let notice): return [.noticed(notice)]
        case .linkDrained: return [.drained]
        case .bye(let code, let message): return fail(.closed(code: code, message: message))
        }
    }

    // MARK: The window

    /// What the core may be told of room now, which counts as given; nil: nothing.
    ///
    /// - Parameter unsent: octets handed to the connection and not yet given to the kernel.
    package mutating func grant(unsent: Int) -> LinkRoom? {
        // Room given for a session that the loop does not know yet would be lost, and the link would stand still.
        guard state == .open, loopKnows else { return nil }
        let chunk = pace.chunk
        let pipe = min(limits.pipeOctets, pace.pipe)
        let room = min(pipe - unsent, sendWindow, pace.bound - pace.inFlight) - granted
        // Small grants would wake the core for every frame.
        let least = min(chunk, pipe) / 2
        let isEnough = room >= max(chunk, min(pace.bound, pipe) / 4) || (granted < least && room >= least)
        // With smaller chunks the room that it has may do.
        guard isEnough || (granted >= least && chunk < toldChunk) else { return nil }
        let octets = isEnough ? room : 0
        granted += octets
        toldChunk = chunk
        return LinkRoom(
            octets: octets, reserve: pace.reserve, chunkOctets: chunk, rate: pace.rate, roundTrip: pace.roundTrip)
    }

    /// The core used room.
    mutating func use(cost: Int) { granted -= cost }

    /// An offer of the neighbour's is answered: its octets go back to the window.
    mutating func settle(_ number: UInt64) {
        guard let octets = held.removeValue(forKey: number) else { return }
        giveBack(octets)
    }

    /// What the neighbour sent has been dealt with: it may send as much again.
    mutating func giveBack(_ octets: Int) {
        toReturn += octets
        guard toReturn >= limits.windowOctets / 8 else { return }
        receiveWindow += toReturn
        put(.window(octets: UInt32(toReturn)))
        toReturn = 0
    }

    // MARK: Time and the end

    /// Time passed.
    ///
    /// - Parameter unsent: octets handed to the connection and not yet given to the kernel.
    package mutating func ticked(unsent: Int, now: UInt64) -> [LinkAction] {
        guard state != .closed else { return [] }
        clock = now
        speak()
        // Offers that nobody answers, though the octets have left, mean that the two sides differ about the session: a
        // new one settles it, and everything under way is offered again.
        if offered.isEmpty || unsent > 0 { lastProgress = now }
        if now - lastProgress > 2 * limits.silenceMilliseconds {
            return fail(.noProgress(milliseconds: now - lastProgress))
        }
        guard now > lastHeard else { return [] }
        let silence = now - lastHeard
        if silence >= limits.silenceMilliseconds { return fail(.silent(milliseconds: silence)) }
        guard state == .open, silence >= limits.keepaliveMilliseconds, !asked else { return [] }
        asked = true
        ping()
        return []
    }

    /// Ends the session with a goodbye. Call `takeOutput`, and close the connection.
    package mutating func close(code: String, text: String) -> [LinkAction] {
        guard state != .closed else { return [] }
        put(.bye(code: code, message: text))
        return ended() + [.end(code: code, text: text, blames: false)]
    }

    /// The connection is gone.
    package mutating func lost() -> [LinkAction] { state == .closed ? [] : ended() }

    /// The session cannot go on.
    mutating func fail(_ fault: LinkFault) -> [LinkAction] {
        guard state != .closed else { return [] }
        if case .closed(let code, let message) = fault {
            return ended() + [.end(code: code, text: message, blames: false)]
        }
        put(.bye(code: fault.code, message: fault.sentence))
        return ended() + [.end(code: fault.code, text: fault.sentence, blames: true)]
    }

    private mutating func ended() -> [LinkAction] {
        state = .closed
        defer { incoming.removeAll() }
        return incoming.keys.sorted().map { .dropBody(channel: $0, keeps: true) }
    }
}
