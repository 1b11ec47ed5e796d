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
            // A reply gets its addressee from the original.
            if let id = request["replyTo"] { return findOriginal(id, of: cable, request, caller, reply) }
            try cable.mustBeRoutable()
            if let id = request["corrects"] { return findCorrected(id, of: cable, request, caller, reply) }
            if cable.mayBeReply {
                findReferences(of: cable, request, caller, reply)
            } else {
                try accept(cable, Submitting(request: request, caller: caller), reply)
            }
        } catch {
            reply.failed(error)
        }
    }

    /// Leaves the cable with the loop: who calls wakes it.
    func accept(_ cable: SubmittedCable, _ submitting: Submitting, _ reply: ControlReply) throws(ControlFailure) {
        guard var header = cable.header else { return }
        guard isAccepting else { throw Self.notAccepting }
        header.desk = try cable.deskClues(at: facts, archive)
        var warnings = cable.reading.diagnostics.filter { $0.severity == .warning }.map {
            "line \($0.line): \($0.message)"
        }
        if submitting.corrects == nil, header.captions.contains("CORRECTED COPY") {
            warnings.append("it is a CORRECTED COPY, and no --corrects ID says of which cable")
        }
        let token = expect(
            reply, tagged: submitting.tagged, warnings: warnings + submitting.warnings,
            hasKey: submitting.request["key"] != nil)
        let ceiling = facts.settings.precedences[submitting.caller.uid] ?? .flash
        var submission = Submission(
            token: token, user: submitting.caller.uid, key: submitting.request["key"], header: header,
            contentHash: cable.hash, length: cable.length, body: cable.custodyBody, precedenceMax: ceiling)
        submission.answers = submitting.answers
        submission.corrects = submitting.corrects
        let complete = submission
        loop.leave { [self, hold = cable.hold] custody, now, actions in
            guard isExpected(token) else { return }
            custody.submit(complete, at: now, &actions)
            _ = hold
        }
    }
}

/// What goes with a cable that is handed in.
struct Submitting: Sendable {
    var request: ControlRequest
    var caller: ControlCaller
    /// For a reply: what was added, what it answers, and what else is to be said.
    var tagged: TaggedReply?
    var answers: [CableIdentity] = []
    /// For a corrected copy: of which cable.
    var corrects: CableIdentity?
    var warnings: [String] = []

    init(request: ControlRequest, caller: ControlCaller) {
        self.request = request
        self.caller = caller
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
    static func store(
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

    /// What desks of this station must know. What a cable asks of replies stands in its text, which is read only where it
    /// may be delivered here.
    func deskClues(at facts: StationFacts, _ archive: CableArchive) throws(ControlFailure) -> DeskClues {
        let names = Set((reading.cable.to + reading.cable.info).map(\.post))
        let own = facts.network.station(facts.settings.station)?.posts ?? []
        let mayBeHere =
            own.contains { names.contains($0) } || facts.network.collectives.contains { names.contains($0.name) }
            || facts.network.aliases.contains { names.contains($0.name) }
            || (reading.cable.to + reading.cable.info).contains { $0.indicator != nil }
        guard mayBeHere else { return DeskClues(reading.cable) }
        do {
            return DeskClues(try archive.reading(of: custodyBody).cable)
        } catch {
            throw unreadable(error)
        }
    }

    var mayBeReply: Bool { reading.cable.references.contains { $0.mrn != nil } }

    func addresses(_ post: String, in network: Network) -> Bool {
        let names = (reading.cable.to + reading.cable.info).map(\.post)
        return names.contains(post) || network.aliases.contains { $0.post == post && names.contains($0.name) }
    }

    /// What the core needs; nil for a cable that is not routable.
    var header: CableHeader? {
        CableHeader(reading)
    }
}

func unreadable(_ error: any Error) -> ControlFailure {
    ControlFailure(
        code: "DISK", message: "a cable could not be read back: \(error)",
        advice: "see the log; the disk may be damaged", exit: ExitStatus.software)
}
