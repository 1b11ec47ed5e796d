import Cables
import Control
import Custody
import Journal
import Octets
import Routing
import Settings
import Transport

extension ControlDesk {
    /// Parses at the edge, tags a reply, hashes what will be signed, and hands it to the loop.
    func submit(_ request: ControlRequest, _ body: SubmittedBody?, _ caller: ControlCaller, _ reply: ControlReply) {
        guard isAccepting else {
            return reply.failed(Self.notAccepting)
        }
        guard let body else {
            return reply.failed(
                ControlFailure(code: "USAGE", message: "no cable came", advice: "name a file", exit: ExitStatus.usage))
        }
        do throws(ControlFailure) {
            let cable = try SubmittedCable(body, archive: archive, loop: loop)
            guard cable.length <= UInt64(facts.settings.limits.cableOctets) else {
                throw ControlFailure(
                    code: "TOO_LARGE",
                    message: "the cable has \(cable.length) octets, more than \(facts.settings.limits.cableOctets)",
                    advice: "split it into sections", exit: ExitStatus.data)
            }
            try cable.mustBeRoutable()
            if let id = request["replyTo"] {
                findOriginal(id, of: cable, request, caller, reply)
            } else if cable.mayBeReply {
                findReferences(of: cable, request, caller, reply)
            } else {
                accept(cable, nil, request, caller, reply)
            }
        } catch {
            reply.failed(error)
        }
    }

    /// The cable that REF names, if it was delivered to the FM post and this one goes to its originator.
    private func findReferences(
        of cable: SubmittedCable, _ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply
    ) {
        let keys = cable.reading.cable.references.compactMap { $0.mrn.flatMap { Cable.canonicalMRN($0) } }
        loop.view { custody, _ in
            custody.delivered(bearing: keys).map { (custody.place(of: $0), custody.reports(of: $0)) }
        } then: { [self] found in
            defer { loop.wake() }
            guard let (place, reports) = found else { return accept(cable, nil, request, caller, reply) }
            offQueue { [self] in
                defer { loop.wake() }
                do {
                    let original = try archive.acceptance(place)
                    let delivered = reports.contains { $0.post == cable.reading.cable.from && $0.state.isEnded }
                    let answers = cable.addresses(original.block.from, in: facts.network)
                    guard delivered, answers else { return accept(cable, nil, request, caller, reply) }
                    try tag(cable, as: original, request, caller, reply)
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }

    /// `reply ID FILE`: the original must be delivered here.
    private func findOriginal(
        _ id: String, of cable: SubmittedCable, _ request: ControlRequest, _ caller: ControlCaller,
        _ reply: ControlReply
    ) {
        find(id, reply) { custody, slot in
            (custody.place(of: slot), custody.reports(of: slot))
        } then: { [self] found in
            offQueue { [self] in
                defer { loop.wake() }
                do {
                    let original = try archive.acceptance(found.0)
                    guard found.1.contains(where: { $0.station == facts.settings.station && $0.state.isEnded }) else {
                        throw ControlFailure(
                            code: "NOT_DELIVERED_HERE",
                            message: "\(original.block.identity) was not delivered at this station",
                            advice: "reply to a cable of `routerctl inbox list`", exit: ExitStatus.data)
                    }
                    try tag(cable, as: original, request, caller, reply)
                } catch let failure as ControlFailure {
                    reply.failed(failure)
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }

    private func tag(
        _ cable: SubmittedCable, as original: Acceptance, _ request: ControlRequest, _ caller: ControlCaller,
        _ reply: ControlReply
    ) throws {
        let instructions = try archive.reading(of: archive.intact(original)).cable.replyInstructions
        guard !instructions.isEmpty, case .octets(let octets) = cable.body else {
            return accept(cable, nil, request, caller, reply)
        }
        let tagged = ReplyTagging.tag(octets, reading: cable.reading, instructions: instructions)
        let whole = try SubmittedCable(.octets(tagged.octets), archive: archive, loop: loop)
        accept(whole, tagged, request, caller, reply)
    }

    /// Leaves the cable with the loop: who calls wakes it.
    private func accept(
        _ cable: SubmittedCable, _ tagged: TaggedReply?, _ request: ControlRequest, _ caller: ControlCaller,
        _ reply: ControlReply
    ) {
        guard let header = cable.header else { return }
        guard isAccepting else { return reply.failed(Self.notAccepting) }
        let warnings = cable.reading.diagnostics.filter { $0.severity == .warning }.map {
            "line \($0.line): \($0.message)"
        }
        let token = expect(reply, tagged: tagged, warnings: warnings, hasKey: request["key"] != nil)
        let ceiling = facts.settings.precedences[caller.uid] ?? .flash
        let submission = Submission(
            token: token, user: caller.uid, key: request["key"], header: header, contentHash: cable.hash,
            length: cable.length, body: cable.custodyBody, precedenceMax: ceiling)
        loop.leave { [self, hold = cable.hold] custody, now, actions in
            guard isExpected(token) else { return }
            custody.submit(submission, at: now, &actions)
            _ = hold
        }
    }
}

/// A cable as it was handed in, read once.
struct SubmittedCable: Sendable {
    var body: SubmittedBody
    var reading: CableReading
    var hash: Digest
    var length: UInt64
    var custodyBody: CableBody
    /// Keeps the file of a large body until the core has decided on the cable.
    var hold: (any Sendable)?

    init(_ body: SubmittedBody, archive: CableArchive, loop: StationLoop) throws(ControlFailure) {
        self.body = body
        switch body {
        case .octets(let octets):
            reading = CableParser.parse(octets, receiptYear: StationClock.year, depth: .routing)
            hash = ContentHash.of(octets)
            length = UInt64(octets.count)
            custodyBody = .inline(octets)
            if octets.count > CableBody.inlineMax { (custodyBody, hold) = try Self.store(octets, archive, loop) }
        case .stored(let name, let octets, let hold):
            self.hold = hold
            custodyBody = .file(name: name)
            length = UInt64(octets)
            guard let digest = Digest(hexadecimal: name) else {
                throw ControlFailure(
                    code: "INTERNAL", message: "a stored body has no hash", advice: "report this",
                    exit: ExitStatus.software)
            }
            hash = digest
            do {
                reading = try archive.reading(of: .file(name: name), depth: .routing)
            } catch {
                throw unreadable(error)
            }
        }
    }

    /// A small reply may have grown above the bound when it was tagged.
    private static func store(
        _ octets: [UInt8], _ archive: CableArchive, _ loop: StationLoop
    ) throws(ControlFailure) -> (CableBody, any Sendable) {
        let sink = try StoredBody(octets: octets.count, archive: archive, loop: loop)
        try octets.withUnsafeBufferPointer { (view) throws(ControlFailure) in
            try sink.append(UnsafeRawBufferPointer(view))
        }
        let (name, hold) = try sink.finish()
        return (.file(name: name), hold)
    }

    func mustBeRoutable() throws(ControlFailure) {
        guard let refusal = reading.refusal else { return }
        throw ControlFailure(
            code: refusal.code, message: refusal.message, advice: "correct the cable and submit it again",
            exit: ExitStatus.data, line: refusal.line == 0 ? nil : refusal.line)
    }

    var mayBeReply: Bool { reading.cable.references.contains { $0.mrn != nil } }

    func addresses(_ post: String, in network: Network) -> Bool {
        let names = (reading.cable.to + reading.cable.info).map(\.post)
        return names.contains(post) || network.aliases.contains { $0.post == post && names.contains($0.name) }
    }

    /// What the core needs; nil for a cable that is not routable.
    var header: CableHeader? {
        let cable = reading.cable
        guard let from = cable.from else { return nil }
        func names(_ list: [Cable.Addressee], _ role: AddresseeName.Role) -> [AddresseeName] {
            list.map {
                AddresseeName(
                    post: $0.post, indicator: $0.indicator, deliveredByOtherMeans: $0.deliveredByOtherMeans,
                    role: role, precedence: $0.precedence, niact: $0.niact)
            }
        }
        return CableHeader(
            from: from, mrn: cable.mrn, dateTimeGroup: cable.dateTimeGroup?.text, classification: reading.gate,
            captions: cable.captions, slugs: cable.slugs,
            addressees: names(cable.to, .action) + names(cable.info, .info), exempt: cable.exempt.map(\.post))
    }
}

func unreadable(_ error: any Error) -> ControlFailure {
    ControlFailure(
        code: "DISK", message: "a cable could not be read back: \(error)",
        advice: "see the log; the disk may be damaged", exit: ExitStatus.software)
}
