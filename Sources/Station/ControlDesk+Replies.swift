import Cables
import Control
import Custody
import Octets
import Routing
import Settings

/// Replies: the cable that is answered, and what it asked for.
extension ControlDesk {
    /// The cable that REF names, if it was delivered to the FM post and this one goes to its originator.
    func findReferences(
        of cable: SubmittedCable, _ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply
    ) {
        let keys = cable.reading.cable.references.compactMap { $0.mrn.flatMap { Cable.canonicalMRN($0) } }
        let submitting = Submitting(request: request, caller: caller)
        loop.view { custody, _ in
            custody.delivered(bearing: keys).map { (custody.place(of: $0), custody.reports(of: $0)) }
        } then: { [self] found in
            defer { loop.wake() }
            guard let (place, reports) = found else {
                return answering(reply) { () throws(ControlFailure) in try accept(cable, submitting, reply) }
            }
            offQueue { [self] in
                defer { loop.wake() }
                answering(reply) { () throws(ControlFailure) in
                    let original = try stored(place)
                    let delivered = reports.contains { $0.post == cable.reading.cable.from && $0.state.isEnded }
                    let answers = cable.addresses(original.block.from, in: facts.network)
                    guard delivered, answers else { return try accept(cable, submitting, reply) }
                    try answer(cable, to: original, isNamed: false, submitting, reply)
                }
            }
        }
    }

    /// `reply ID FILE`: the original must be delivered here.
    func findOriginal(
        _ id: String, of cable: SubmittedCable, _ request: ControlRequest, _ caller: ControlCaller,
        _ reply: ControlReply
    ) {
        find(id, acting: true, reply) { custody, slot in
            (custody.place(of: slot), custody.reports(of: slot))
        } then: { [self] found in
            offQueue { [self] in
                defer { loop.wake() }
                answering(reply) { () throws(ControlFailure) in
                    let original = try stored(found.0)
                    guard found.1.contains(where: { $0.station == facts.settings.station && $0.state.isEnded }) else {
                        throw ControlFailure(
                            code: "NOT_DELIVERED_HERE",
                            message: "\(original.block.identity) was not delivered at this station",
                            advice: "reply to a cable of `routerctl inbox list`", exit: ExitStatus.data)
                    }
                    try answer(
                        cable, to: original, isNamed: true, Submitting(request: request, caller: caller), reply)
                }
            }
        }
    }

    private func answering(_ reply: ControlReply, _ work: () throws(ControlFailure) -> Void) {
        do throws(ControlFailure) { try work() } catch { reply.failed(error) }
    }

    func stored(_ place: RecordPlace) throws(ControlFailure) -> Acceptance {
        do {
            return try archive.acceptance(place)
        } catch {
            loop.alarm(unreadable: error)
            throw unreadable(error)
        }
    }

    /// Fills in what is missing, or says it, as the station's policy is.
    ///
    /// - Parameter isNamed: the user named the original, so that addressee and reference may be missing.
    private func answer(
        _ cable: SubmittedCable, to original: Acceptance, isNamed: Bool, _ submitting: Submitting,
        _ reply: ControlReply
    ) throws(ControlFailure) {
        var submitting = submitting
        let (head, reading) = try cable.head(archive)
        if let conflict = PortionMark.conflict(in: reading.cable) {
            throw ControlFailure(
                code: "CLASSIFICATION_BELOW_PORTIONS",
                message: "paragraph \(conflict.paragraph) is marked (\(conflict.mark)), so the reply is "
                    + "\(conflict.needs.word); its classification line says "
                    + (reading.cable.classification?.word ?? "nothing"),
                advice: "raise the classification line, or correct the mark", exit: ExitStatus.data)
        }
        let tagged = ReplyTagging.tag(head, reading: reading, original: try question(original, isNamed: isNamed))
        submitting.answers = [original.block.identity]
        if submitting.request["preview"] != nil {
            return reply.document(ReplyPreview(tagged, of: head, policy: facts.settings.desks.replies.rawValue))
        }
        switch facts.settings.desks.replies {
        case .apply:
            submitting.tagged = tagged
            let whole = try cable.with(tagged, head: head.count, archive, loop)
            try whole.mustBeRoutable()
            try accept(whole, submitting, reply)
        case .require:
            guard tagged.isComplete else {
                throw ControlFailure(
                    code: "REPLY_INCOMPLETE",
                    message: "the reply lacks what the original asks for: "
                        + tagged.missing.joined(separator: "; "),
                    advice: "write it into the heading and submit the reply again", exit: ExitStatus.data)
            }
            try cable.mustBeRoutable()
            try accept(cable, submitting, reply)
        case .advise:
            try cable.mustBeRoutable()
            submitting.warnings =
                tagged.missing.map { "the original asks for it, and the reply lacks it: \($0)" } + tagged.notes
            try accept(cable, submitting, reply)
        }
    }

    private func question(_ original: Acceptance, isNamed: Bool) throws(ControlFailure) -> ReplyOriginal {
        do {
            let instructions = try archive.reading(of: archive.intact(original)).cable.replyInstructions
            let reference = original.block.dateTimeGroup.map { "\(original.block.from) \($0)" }
            return ReplyOriginal(
                originator: isNamed ? original.block.from : nil, mrn: isNamed ? original.block.mrn : nil,
                dateTimeGroup: isNamed ? reference : nil, instructions: instructions)
        } catch {
            loop.alarm(unreadable: error)
            throw unreadable(error)
        }
    }
}

extension SubmittedCable {
    /// Octets in which the whole heading stands.
    private static let headOctets = 1 << 20

    /// The beginning of the cable with its heading, and what is read there.
    fileprivate func head(_ archive: CableArchive) throws(ControlFailure) -> ([UInt8], CableReading) {
        do {
            let head = try archive.slice(of: custodyBody, offset: 0, count: Self.headOctets)
            return (head, CableParser.parse(head, receiptYear: StationClock.year))
        } catch {
            throw unreadable(error)
        }
    }

    /// The cable with another beginning.
    fileprivate func with(
        _ tagged: TaggedReply, head: Int, _ archive: CableArchive, _ loop: StationLoop
    ) throws(ControlFailure) -> SubmittedCable {
        if tagged.isComplete { return self }
        guard length > UInt64(head) else {
            return try SubmittedCable(.octets(tagged.octets), archive: archive, loop: loop)
        }
        let octets = tagged.octets.count + Int(length) - head
        let sink = try StoredBody(octets: octets, archive: archive, loop: loop)
        var part = tagged.octets
        var offset = head
        while !part.isEmpty {
            try part.withUnsafeBufferPointer { (view) throws(ControlFailure) in
                try sink.append(UnsafeRawBufferPointer(view))
            }
            do {
                part = try archive.slice(of: custodyBody, offset: offset, count: Self.headOctets)
            } catch {
                sink.abandon()
                throw unreadable(error)
            }
            offset += part.count
        }
        let (name, hold) = try sink.finish()
        return try SubmittedCable(
            .stored(name: name, octets: octets, hold: hold), archive: archive, loop: loop)
    }
}

extension ReplyPreview {
    init(_ tagged: TaggedReply, of draft: [UInt8], policy: String) {
        self.init(
            policy: policy,
            additions: tagged.additions.map { addition in
                Addition(
                    behindLine: draft[..<addition.offset].count { $0 == 0x0A },
                    lines: addition.text.split(whereSeparator: \.isNewline).map(String.init))
            }, missing: tagged.missing, notes: tagged.notes)
    }
}
