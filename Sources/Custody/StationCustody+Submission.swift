import Cables
import Octets
import Routing

extension StationCustody {
    /// A user of this station hands a cable in: it is refused whole, or accepted for every addressee.
    package mutating func submit(_ submission: Submission, at now: Instant, _ actions: inout Actions) {
        do throws(Refusal) {
            if let answer = try repeated(submission) {
                actions.afterPersist.append(.submission(token: submission.token, .accepted(answer)))
                return
            }
            let (block, warnings) = try signedBlock(for: submission, at: now)
            try checkRecord(block, submission, at: now)
            let slot = accept(block, from: submission, at: now, &actions)
            let answer = AcceptedCable(
                identity: block.identity, mrn: block.mrn, deliveries: reports(of: slot), warnings: warnings)
            actions.afterPersist.append(.submission(token: submission.token, .accepted(answer)))
        } catch {
            actions.afterPersist.append(.submission(token: submission.token, .refused(error)))
        }
    }

    /// The first answer again, where the key was used for the same octets.
    private func repeated(_ submission: Submission) throws(Refusal) -> AcceptedCable? {
        guard let key = submission.key, let sequence = keys[key], let slot = slot(ofSequence: sequence) else {
            return nil
        }
        guard entries[slot].mark == ContentMark(submission.contentHash) else {
            throw Refusal(
                code: "KEY_REUSED", message: "key \(key) was used for another cable, \(entries[slot].identity)",
                advice: "use a new key for a new cable")
        }
        return AcceptedCable(
            identity: entries[slot].identity, mrn: submission.header.mrn, deliveries: reports(of: slot), warnings: [])
    }

    private mutating func signedBlock(
        for submission: Submission, at now: Instant
    ) throws(Refusal) -> (SignedBlock, [String]) {
        let header = submission.header
        try checkOriginator(header.from)
        let expansion = addresses.expand(
            from: header.from, addressees: header.addressees, exempt: header.exempt)
        if let unknown = expansion.unknown.first {
            throw Refusal(
                code: "UNKNOWN_ADDRESSEE", message: "no post is called \(unknown.name)",
                advice: unknown.nearest.isEmpty
                    ? "write the post's name as the network file has it"
                    : "did you mean \(unknown.nearest.joined(separator: " or "))?")
        }
        guard !expansion.deliveries.isEmpty else {
            throw Refusal(
                code: "NO_ADDRESSEE", message: "no addressee is left to deliver to",
                advice: "name at least one post other than the originator's in TO or INFO")
        }
        guard expansion.deliveries.count <= SignedBlock.deliveriesMax else {
            throw Refusal(
                code: "TOO_MANY_ADDRESSEES",
                message:
                    "the cable has \(expansion.deliveries.count) addressees, more than \(SignedBlock.deliveriesMax)",
                advice: "send it in several cables")
        }
        let highest = expansion.deliveries.map(\.precedence).max() ?? .routine
        guard highest <= submission.precedenceMax else {
            throw Refusal(
                code: "PRECEDENCE_NOT_PERMITTED", message: "you may not send \(highest.word)",
                advice: "ask the station's operator to name you under `users` in the station file",
                permanence: .notPermitted)
        }
        guard highest >= acceptsFrom else {
            throw Refusal(
                code: "NO_ROOM", message: "the disk is short of room: only \(acceptsFrom.word) and above is taken",
                advice: "try again later, or make room on the disk of the state folder", permanence: .tryLater)
        }
        let captions = released.rules.limiting(header.captions)
        var deliveries = expansion.deliveries
        let identity = CableIdentity(station: settings.station, start: settings.start, number: identitiesIssued + 1)
        for index in deliveries.indices {
            deliveries[index].station = nearest(
                deliveries[index], header.classification ?? .topSecret, captions, share: identity.share)
            try checkRoute(to: deliveries[index], classification: header.classification, captions)
        }
        let lives = deliveries.map { life(of: $0.precedence) }
        let longest = lives.max() ?? settings.lifeSeconds
        identitiesIssued += 1
        var block = SignedBlock(
            network: settings.network, identity: identity, contentHash: submission.contentHash,
            length: submission.length, from: header.from, mrn: header.mrn,
            dateTimeGroup: header.dateTimeGroup, classification: header.classification, captions: header.captions,
            acceptedAt: now.wall, lifeSeconds: longest,
            deliveries: deliveries.map {
                SignedBlock.Delivery(
                    post: $0.post, station: $0.station, role: $0.role == .action ? .action : .info,
                    precedence: $0.precedence, niact: $0.niact)
            }, lives: lives.allSatisfy { $0 == longest } ? [] : lives,
            answers: Array(submission.answers.prefix(SignedBlock.answersMax)))
        block.corrects = submission.corrects
        let elsewhere = expansion.otherMeans.map { "\($0) is delivered by other means (ZEN) and not sent" }
        return (block, expansion.warnings + elsewhere)
    }

    private func life(of precedence: Precedence) -> UInt32 {
        settings.livesSeconds.isEmpty ? settings.lifeSeconds : settings.livesSeconds[Int(precedence.rawValue)]
    }

    /// So many deliveries fit one record in any case.
    private static let deliveriesThatFit = 256

    private func checkRecord(_ block: SignedBlock, _ submission: Submission, at now: Instant) throws(Refusal) {
        guard block.deliveries.count > Self.deliveriesThatFit else { return }
        let part = block.deliveries.indices.map { UInt16($0) }
        let own = desks(
            block, part: part, clues: submission.header.clues, suspected: false, at: now)
        // The block's octets: a delivery takes its post's name and twelve more.
        let octets = 4_096 + block.deliveries.reduce(0) { $0 + $1.post.utf8.count + 20 }
        guard Acceptance.fits(block: octets, part: part.count, body: submission.body, desks: own) else {
            throw Refusal(
                code: "TOO_MANY_ADDRESSEES", message: "the cable goes to \(own.count) desks of this station at once",
                advice: "send it in several cables")
        }
    }

    private func checkOriginator(_ from: String) throws(Refusal) {
        if settings.originators.contains(from) { return }
        guard let station = addresses.station(serving: from) else {
            throw Refusal(
                code: "FM_NOT_OURS", message: "FM \(from) is no post of \(settings.station)",
                advice: "no station of this network serves it; name the originator as the network file has it")
        }
        guard addresses.isServed(from, by: settings.station) else {
            throw Refusal(
                code: "FM_NOT_OURS", message: "FM \(from) is a post of \(station), not of \(settings.station)",
                advice: "submit the cable at \(station)")
        }
    }

    /// Of several stations behind one post this one, else the nearest that may have the cable; those that are equally near
    /// share the cables by their identities.
    private mutating func nearest(
        _ delivery: PlannedDelivery, _ gate: Classification, _ captions: [String], share: UInt64
    ) -> RoutingIndicator {
        let stations = addresses.stations(serving: delivery.post)
        guard stations.count > 1, !delivery.stationIsWritten else { return delivery.station }
        return released.nearest(of: stations, gate, captions, share: share) ?? delivery.station
    }

    private mutating func checkRoute(
        to delivery: PlannedDelivery, classification: Classification?, _ captions: [String]
    ) throws(Refusal) {
        let gate = classification ?? .topSecret
        if let why = released.rules.barrier(post: delivery.post, collective: delivery.collective, captions)
            ?? released.barrier(at: settings.station, gate, captions)
        {
            throw notCleared(delivery, classification, captions, why)
        }
        if delivery.station == settings.station { return }
        guard released.routes(to: delivery.station, gate, captions).isEmpty else { return }
        let anyway = routing.routes(to: delivery.station, classification: .unclassified)
        guard anyway.isEmpty else {
            let why = released.refusals(to: delivery.station, gate, captions).first?.why
            throw notCleared(
                delivery, classification, captions, why ?? "every link or station on the way is cleared for less")
        }
        throw Refusal(
            code: "NO_ROUTE", message: "no link leads to \(delivery.station), the station of \(delivery.post)",
            advice: "ask who keeps the network file to link the station")
    }

    private func notCleared(
        _ delivery: PlannedDelivery, _ classification: Classification?, _ captions: [String], _ why: String
    ) -> Refusal {
        let word = classification.map(\.word) ?? "without a classification line, so held as TOP SECRET"
        let held = ([word] + captions).joined(separator: " ")
        return Refusal(
            code: "NOT_CLEARED",
            message: "the cable is \(held), and may not go to \(delivery.post) at \(delivery.station): \(why)",
            advice:
                "address it to cleared posts only, or lower the classification or leave out the caption if its text allows that"
        )
    }

    private mutating func accept(
        _ block: SignedBlock, from submission: Submission, at now: Instant, _ actions: inout Actions
    ) -> UInt32 {
        let part = block.deliveries.indices.map { UInt16($0) }
        let desks = self.desks(
            block, part: part, clues: submission.header.clues, suspected: false, at: now)
        let sequence = nextSequence
        record(
            .accepted(
                Acceptance(
                    source: .submitted(user: submission.user, key: submission.key), block: block,
                    blockOctets: block.encoded, proof: nil,
                    gate: block.classification ?? .topSecret, ageMilliseconds: 0, trace: [], part: part, at: now.wall,
                    suffix: 0, hold: .none, desks: desks, body: submission.body)), at: now, &actions)
        announce(desks, of: block, age: 0, &actions)
        let highest = block.deliveries.map(\.precedence).max() ?? .routine
        traffic[highest].accepted += 1
        guard let slot = slot(ofSequence: sequence) else { preconditionFailure("an accepted cable has an entry") }
        attend(slot, desks, at: now, &actions)
        return slot
    }

    /// What is delivered here, of the deliveries in `part`: one desk each, and none again that has it.
    func desks(
        _ block: SignedBlock, part: [UInt16], clues: (desks: DistributionClues, replyDue: ReplyInstructions.Due?),
        suspected: Bool, _ provisos: [Proviso] = [], at now: Instant
    ) -> [DeskDelivery] {
        var arrival = inbox.last
        var desks: [DeskDelivery] = []
        for index in part {
            let delivery = block.deliveries[Int(index)]
            let proviso = provisos.first { $0.index == index }
            guard (proviso?.movedTo ?? delivery.station) == settings.station, proviso.map({ $0.hold == .none }) ?? true,
                !isCancelled(block.identity, post: delivery.post)
            else { continue }
            // What was delivered before its post left is a duplicate still.
            let known = isAtDesk(block, post: delivery.post)
            guard known || addresses.isServed(delivery.post, by: settings.station) else { continue }
            let plan = offices.distribute(post: delivery.post, clues: clues.desks)
            for entry in plan.entries {
                if !known { arrival += 1 }
                desks.append(
                    DeskDelivery(
                        index: index, office: entry.office, role: entry.role(of: delivery),
                        arrival: known ? 0 : arrival,
                        suspectedDuplicate: suspected && !known, at: now.wall,
                        duties: known
                            ? entry.receipt : duties(of: entry, in: plan, for: delivery),
                        replyDue: known ? nil : replyDue(clues.replyDue, entry, delivery, at: now)))
            }
        }
        return desks
    }

    /// Rule 5: only the addressee's station discards a duplicate, by identity, content and post.
    private func isAtDesk(_ block: SignedBlock, post: String) -> Bool {
        if marks.contains(
            DeliveryMark(identity: block.identity, content: ContentMark(block.contentHash), post: post))
        {
            return true
        }
        guard let post = names.known(post) else { return false }
        let mark = ContentMark(block.contentHash)
        return byIdentity.first(key: CustodyEntry.key(block.identity)) { slot in
            guard entries[slot].isArrival(of: block.identity), entries[slot].mark == mark else { return false }
            return (0..<entries[slot].deliveryCount).contains {
                let delivery = entries[slot][delivery: $0]
                return delivery.post == post && delivery.station == settings.station && delivery.state.isOnDesk
            }
        } != nil
    }

    /// - Parameter age: milliseconds since the acceptance at the originator.
    mutating func announce(
        _ desks: [DeskDelivery], of block: SignedBlock, age: UInt64, _ actions: inout Actions
    ) {
        for desk in desks where !desk.isDuplicate {
            let delivery = block.deliveries[Int(desk.index)]
            if desk.role != .sipdis {
                traffic[delivery.precedence].delivered += 1
                traffic[delivery.precedence].toDesk.add(microseconds: min(age, Age.most) * 1_000)
            }
            actions.afterPersist.append(
                .arrived(
                    identity: block.identity, arrival: desk.arrival, post: delivery.post, office: desk.office,
                    precedence: delivery.precedence))
        }
    }
}
