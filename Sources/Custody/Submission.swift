package import Cables
package import Octets
package import Routing

/// What the core needs to know of a cable's header: parsed once, at the edge, from the octets.
package struct CableHeader: Sendable, Equatable {
    package var from: String
    package var mrn: String?
    package var dateTimeGroup: String?
    /// The stricter of transport line and text; nil when the cable names none.
    package var classification: Classification?
    package var captions: [String]
    package var slugs: [String]
    package var addressees: [AddresseeName]
    package var exempt: [String]
    /// For the desks of this station.
    package var desk = DeskClues()

    package init(
        from: String, mrn: String?, dateTimeGroup: String?, classification: Classification?, captions: [String],
        slugs: [String], addressees: [AddresseeName], exempt: [String]
    ) {
        self.from = from
        self.mrn = mrn
        self.dateTimeGroup = dateTimeGroup
        self.classification = classification
        self.captions = captions
        self.slugs = slugs
        self.addressees = addressees
        self.exempt = exempt
    }

    /// Nil for what is no routable cable.
    package init?(_ reading: CableReading) {
        let cable = reading.cable
        guard reading.isRoutable, let from = cable.from else { return nil }
        self.init(
            from: from, mrn: cable.mrn, dateTimeGroup: cable.dateTimeGroup?.text, classification: reading.gate,
            captions: cable.captions, slugs: cable.slugs, addressees: cable.addresseeNames,
            exempt: cable.exempt.map(\.post))
    }
}

extension Cable {
    /// TO before INFO, as they are routed.
    package var addresseeNames: [AddresseeName] {
        func names(_ list: [Addressee], _ role: AddresseeName.Role) -> [AddresseeName] {
            list.map {
                AddresseeName(
                    post: $0.post, indicator: $0.indicator, deliveredByOtherMeans: $0.deliveredByOtherMeans,
                    role: role, precedence: $0.precedence, niact: $0.niact)
            }
        }
        return names(to, .action) + names(info, .info)
    }
}

/// What the desks of the addressee's station must know of a cable beside captions and slugs.
package struct DeskClues: Sendable, Equatable {
    package var pass: [String]
    package var tags: [String]
    package var subject: String?
    /// The time by which the cable asks for a reply.
    package var replyDue: ReplyInstructions.Due?

    package init(
        pass: [String] = [], tags: [String] = [], subject: String? = nil, replyDue: ReplyInstructions.Due? = nil
    ) {
        self.pass = pass
        self.tags = tags
        self.subject = subject
        self.replyDue = replyDue
    }

    package init(_ cable: Cable) {
        self.init(
            pass: cable.pass, tags: cable.tags, subject: cable.subject, replyDue: cable.replyInstructions.due)
    }

    func distribution(captions: [String], slugs: [String]) -> DistributionClues {
        DistributionClues(captions: captions, slugs: slugs, pass: pass, tags: tags, subject: subject)
    }
}

/// A cable that a user of this station hands in.
package struct Submission: Sendable {
    /// The loop's handle for the answer.
    package var token: UInt64
    package var user: UInt32
    package var key: String?
    package var header: CableHeader
    package var contentHash: Digest
    package var length: UInt64
    package var body: CableBody
    /// CRITIC and ECP are for users that the station file names.
    package var precedenceMax: Precedence
    /// Cables on desks of this station that it replies to.
    package var answers: [CableIdentity] = []
    /// The cable of this station's that it corrects.
    package var corrects: CableIdentity?

    package init(
        token: UInt64, user: UInt32, key: String?, header: CableHeader, contentHash: Digest, length: UInt64,
        body: CableBody, precedenceMax: Precedence
    ) {
        self.token = token
        self.user = user
        self.key = key
        self.header = header
        self.contentHash = contentHash
        self.length = length
        self.body = body
        self.precedenceMax = precedenceMax
    }
}

/// What a submitter is told.
package enum SubmissionAnswer: Sendable, Equatable {
    case accepted(AcceptedCable)
    case refused(Refusal)
}

package struct AcceptedCable: Sendable, Equatable {
    package var identity: CableIdentity
    package var mrn: String?
    package var deliveries: [DeliveryReport]
    package var warnings: [String]
}

/// Why a cable was not accepted: nothing of it is queued anywhere.
package struct Refusal: Error, Sendable, Equatable {
    package enum Permanence: Sendable { case permanent, notPermitted, tryLater }

    /// A stable word, such as `FM_NOT_OURS`.
    package var code: String
    package var message: String
    package var advice: String
    package var permanence: Permanence

    package init(code: String, message: String, advice: String, permanence: Permanence = .permanent) {
        self.code = code
        self.message = message
        self.advice = advice
        self.permanence = permanence
    }
}

/// One delivery as people and programs are shown it.
package struct DeliveryReport: Sendable, Equatable {
    package var post: String
    package var station: RoutingIndicator
    package var role: SignedBlock.Delivery.Role
    package var precedence: Precedence
    package var niact: Bool
    package var state: DeliveryState
    package var since: Int64
    package var why: String
    package var office: String?
    package var lateAfterNotice: Bool
    /// An order to end it goes after it.
    package var isCancelling: Bool
    /// The station where the post is now (rule 22).
    package var movedTo: RoutingIndicator?
    /// As it is shown: the originator shows `cancelling` until an outcome is here (rule 21).
    package var word: String { isCancelling && !state.isEnded ? "cancelling" : state.word }
    /// When the desk had it, by the stating station's clock.
    package var at: Int64?
}

/// Where the post of a delivery is now: it goes with the delivery, so that nobody sends it back (rule 22).
package struct MovedMark: Sendable, Equatable {
    package var index: UInt16
    package var station: RoutingIndicator

    package init(index: UInt16, station: RoutingIndicator) {
        self.index = index
        self.station = station
    }
}

/// A cable that a neighbour offered, complete and verified.
package struct CableArrival: Sendable {
    package var link: Int
    package var session: UInt64
    package var offered: CustodySource.Offered
    package var block: SignedBlock
    package var blockOctets: [UInt8]
    package var proof: BatchProof
    /// The station whose certificate signed the block.
    package var signer: RoutingIndicator
    package var ageMilliseconds: UInt64
    package var trace: [RoutingIndicator]
    /// As `Acceptance.ages`.
    package var ages: [UInt64] = []
    package var part: [UInt16]
    package var body: CableBody
    /// As read from the octets here; the stricter of this and the block holds (rule 23).
    package var classification: Classification?
    package var captions: [String]
    package var slugs: [String]
    /// As the octets name them; a block that has others is not believed.
    package var addressees: [AddresseeName] = []
    /// Deliveries that have moved to another station than the block names.
    package var moved: [MovedMark] = []
    package var desk = DeskClues()

    package init(
        link: Int, session: UInt64, offered: CustodySource.Offered, block: SignedBlock, blockOctets: [UInt8],
        proof: BatchProof, signer: RoutingIndicator, ageMilliseconds: UInt64, trace: [RoutingIndicator],
        part: [UInt16], body: CableBody, classification: Classification?, captions: [String], slugs: [String]
    ) {
        self.link = link
        self.session = session
        self.offered = offered
        self.block = block
        self.blockOctets = blockOctets
        self.proof = proof
        self.signer = signer
        self.ageMilliseconds = ageMilliseconds
        self.trace = trace
        self.part = part
        self.body = body
        self.classification = classification
        self.captions = captions
        self.slugs = slugs
    }
}

/// A receipt or notice that a neighbour offered, verified.
package struct ServiceArrival: Sendable {
    package var link: Int
    package var session: UInt64
    package var offered: CustodySource.Offered
    package var message: ServiceMessage
    package var proof: BatchProof
    package var signer: RoutingIndicator
    /// What the custody note names.
    package var mark: Digest
    package var ageMilliseconds: UInt64
    package var trace: [RoutingIndicator]

    package init(
        link: Int, session: UInt64, offered: CustodySource.Offered, message: ServiceMessage, proof: BatchProof,
        signer: RoutingIndicator, mark: Digest, ageMilliseconds: UInt64, trace: [RoutingIndicator]
    ) {
        self.link = link
        self.session = session
        self.offered = offered
        self.message = message
        self.proof = proof
        self.signer = signer
        self.mark = mark
        self.ageMilliseconds = ageMilliseconds
        self.trace = trace
    }
}
