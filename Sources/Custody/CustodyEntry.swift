package import Cables
import Octets

/// What became of one delivery, as this station knows it.
package enum DeliveryState: UInt8, Sendable {
    case queued = 0
    case inTransit
    case delivered
    case held
    case undeliverable
    /// At the addressee: the desk had it already; nothing was delivered again.
    case duplicate
    /// A person at the post took action on it.
    case acknowledged
    /// Ended by the originator's order.
    case cancelled = 70

    package var word: String {
        switch self {
        case .queued: "queued"
        case .inTransit: "inTransit"
        case .delivered, .duplicate: "delivered"
        case .held: "held"
        case .undeliverable: "undeliverable"
        case .acknowledged: "acknowledged"
        case .cancelled: "cancelled"
        }
    }

    /// Nothing more happens to it here.
    package var isEnded: Bool {
        switch self {
        case .queued, .inTransit, .held: false
        case .delivered, .undeliverable, .duplicate, .acknowledged, .cancelled: true
        }
    }

    /// The addressee's desk has it.
    package var isOnDesk: Bool {
        switch self {
        case .delivered, .acknowledged: true
        case .queued, .inTransit, .held, .undeliverable, .duplicate, .cancelled: false
        }
    }
}

/// Why a delivery does not move.
package enum HoldReason: UInt8, Sendable {
    case none = 0
    case noRoute
    case notCleared
    case loop
    case hopLimit
    case refused
    case signerMayNot
    case unknownStation
    /// The post is none of this station's, and no other's.
    case unknownPost = 70
    case byOperator
    /// The same, of what a neighbour may have taken.
    case byOperatorInDoubt
    /// The octets name no such addressee, whatever the block says (rule 23).
    case notAddressed
    /// A caption rule of the network file keeps the post out.
    case captionForbids

    package var sentence: String {
        switch self {
        case .none: ""
        case .noRoute: "no link leads to the addressee's station"
        case .notCleared: "no cleared link leads to the addressee's station"
        case .loop: "every way leads back through a station that has had it"
        case .hopLimit: "it has passed too many stations"
        case .refused: "the next station refused it"
        case .signerMayNot: "the station that signed it does not serve the originator"
        case .unknownStation: "the network file here does not know the addressee's station"
        case .unknownPost: "no station here knows the post"
        case .byOperator: "held by an operator"
        case .byOperatorInDoubt: "held by an operator; a neighbour may have it already"
        case .notAddressed: "the cable itself does not name this addressee"
        case .captionForbids: "a caption of the cable keeps the post from being an addressee"
        }
    }

    /// The hold ends when links or the network change so that a way opens.
    package var endsByItself: Bool {
        switch self {
        case .noRoute, .notCleared, .loop, .unknownStation: true
        case .none, .hopLimit, .refused, .signerMayNot, .unknownPost, .byOperator, .byOperatorInDoubt, .notAddressed,
            .captionForbids:
            false
        }
    }

    /// The originator is told: what is not at fault with its signature, and what no operator of this station decided.
    var concernsOriginator: Bool {
        switch self {
        case .noRoute, .notCleared, .loop, .hopLimit, .unknownPost, .notAddressed, .captionForbids: true
        case .none, .refused, .signerMayNot, .unknownStation, .byOperator, .byOperatorInDoubt: false
        }
    }
}

/// A number of 48 bits, with a sign, at no alignment that costs memory: milliseconds of 4,000 years either way.
package struct Packed48: Sendable, Equatable {
    private var parts: (UInt16, UInt16, UInt16)

    package init(_ value: Int64) {
        let bound: Int64 = 1 << 47
        let kept = min(max(value, -bound), bound - 1)
        parts = (
            UInt16(truncatingIfNeeded: kept), UInt16(truncatingIfNeeded: kept >> 16),
            UInt16(truncatingIfNeeded: kept >> 32)
        )
    }

    package var value: Int64 {
        Int64(Int16(bitPattern: parts.2)) << 32 | Int64(parts.1) << 16 | Int64(parts.0)
    }

    package static func == (a: Packed48, b: Packed48) -> Bool { a.parts == b.parts }
}

/// A number of 40 bits, at no alignment that costs memory: the start of a daemon, or the letters of an indicator.
package struct Packed40: Sendable, Equatable {
    private var parts: (UInt16, UInt16, UInt8)

    package init(_ value: UInt64) {
        parts = (
            UInt16(truncatingIfNeeded: value), UInt16(truncatingIfNeeded: value >> 16),
            UInt8(truncatingIfNeeded: value >> 32)
        )
    }

    package var value: UInt64 { UInt64(parts.2) << 32 | UInt64(parts.1) << 16 | UInt64(parts.0) }

    package static func == (a: Packed40, b: Packed40) -> Bool { a.parts == b.parts }
}

extension RoutingIndicator {
    private static let letters: UInt64 = 27

    /// Up to eight letters as figures to the base of 27: 39 bits.
    fileprivate var short: Packed40 {
        var sum: UInt64 = 0
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            let letter = UInt8(truncatingIfNeeded: packed >> shift)
            sum = sum * Self.letters + (letter == 0 ? 0 : UInt64(letter - UInt8(ascii: "A") + 1))
        }
        return Packed40(sum)
    }

    fileprivate init(short: Packed40) {
        var rest = short.value
        var packed: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 56, by: 8) {
            let figure = rest % Self.letters
            rest /= Self.letters
            if figure > 0 { packed |= (figure + UInt64(UInt8(ascii: "A")) - 1) << shift }
        }
        self.init(kept: packed)
    }
}

/// One delivery of a cable in custody: 38 octets.
package struct CustodyDelivery: Sendable {
    /// Interned name of the post; of the office once delivered.
    package var post: UInt32
    package var office: UInt32
    /// The transmission that carries it, or `none`.
    package var transmission: UInt32
    private var packedSince: Packed48
    private var packedAt: Packed48
    /// Index in the signed block.
    package var index: UInt16
    /// The neighbour that took custody, as an ordinal of own links, or `noLink`.
    package var link: UInt16
    private var shortStation: Packed40
    package var role: SignedBlock.Delivery.Role
    package var precedence: Precedence
    package var state: DeliveryState
    package var why: HoldReason
    private var traits: UInt8 = 0

    private static let nightAction: UInt8 = 1
    private static let answered: UInt8 = 2
    private static let late: UInt8 = 4
    private static let cancelling: UInt8 = 8
    private static let moved: UInt8 = 16

    package init(
        index: UInt16, role: SignedBlock.Delivery.Role, precedence: Precedence, niact: Bool, state: DeliveryState,
        why: HoldReason, lateAfterNotice: Bool, post: UInt32, office: UInt32, station: RoutingIndicator,
        transmission: UInt32, link: UInt16, since: Int64, at: Int64
    ) {
        self.index = index
        self.role = role
        self.precedence = precedence
        self.state = state
        self.why = why
        self.post = post
        self.office = office
        self.transmission = transmission
        self.link = link
        shortStation = station.short
        packedSince = Packed48(since)
        packedAt = Packed48(at)
        self.niact = niact
        self.lateAfterNotice = lateAfterNotice
    }

    package var niact: Bool {
        get { traits & Self.nightAction != 0 }
        set { traits = newValue ? traits | Self.nightAction : traits & ~Self.nightAction }
    }

    /// A receipt or notice for it passed through here on its way back: it need not be offered again.
    package var isAnswered: Bool {
        get { traits & Self.answered != 0 }
        set { traits = newValue ? traits | Self.answered : traits & ~Self.answered }
    }

    /// A receipt came after a notice had said "undeliverable" (rule 20).
    package var lateAfterNotice: Bool {
        get { traits & Self.late != 0 }
        set { traits = newValue ? traits | Self.late : traits & ~Self.late }
    }

    /// An order to end it goes after it (rule 21).
    package var isCancelling: Bool {
        get { traits & Self.cancelling != 0 }
        set { traits = newValue ? traits | Self.cancelling : traits & ~Self.cancelling }
    }

    /// Its station is not the one that its block names (rule 22).
    package var isMoved: Bool { traits & Self.moved != 0 }

    mutating func move(to station: RoutingIndicator) {
        shortStation = station.short
        traits |= Self.moved
    }

    package var station: RoutingIndicator { RoutingIndicator(short: shortStation) }

    /// Milliseconds since 1970: since when it is in this state here.
    package var since: Int64 {
        get { packedSince.value }
        set { packedSince = Packed48(newValue) }
    }

    /// Milliseconds since 1970, by the stating station's clock: the delivery that a receipt states.
    package var at: Int64 {
        get { packedAt.value }
        set { packedAt = Packed48(newValue) }
    }

    package static let none = UInt32.max
    package static let noLink = UInt16.max
}

/// One arrival of a cable at this station, for as long as the station answers for it or remembers it: 120 octets,
/// which a test holds. A station may have a million of them.
package struct CustodyEntry: Sendable {
    private var number: UInt64
    /// First half of the content hash.
    package let mark: ContentMark
    /// Most cables have one delivery; the rest needs memory of its own only where there is one.
    package var others: [CustodyDelivery]
    package var place: RecordPlace
    /// The newest record in the cable's history.
    package var last: RecordPlace
    package let length: UInt32
    package let lifeSeconds: UInt32
    package var first: CustodyDelivery
    package let gate: Classification
    private let packedSequence: Packed48
    private let packedBorn: Packed48
    private let shortStation: Packed40
    /// In `CircumstanceTable`.
    package var circumstances: UInt8
    private let start: Packed40
    private var traits: UInt8

    private static let originated: UInt8 = 1
    private static let reachedDesk: UInt8 = 2
    private static let suspected: UInt8 = 4
    /// Five bits of `traits` count the offers made again.
    private static let reoffersShift: UInt8 = 3

    package init(
        identity: CableIdentity, mark: ContentMark, sequence: UInt64, place: RecordPlace, last: RecordPlace,
        length: UInt32, born: Int64, lifeSeconds: UInt32, gate: Classification, circumstances: UInt8, isOrigin: Bool,
        first: CustodyDelivery, others: [CustodyDelivery]
    ) {
        number = identity.number
        self.mark = mark
        self.others = others
        self.place = place
        self.last = last
        self.length = length
        self.lifeSeconds = lifeSeconds
        self.first = first
        self.gate = gate
        packedSequence = Packed48(Int64(clamping: sequence))
        packedBorn = Packed48(born)
        shortStation = identity.station.short
        self.circumstances = circumstances
        start = Packed40(identity.start)
        traits = isOrigin ? Self.originated : 0
    }

    package var identity: CableIdentity {
        CableIdentity(station: RoutingIndicator(short: shortStation), start: start.value, number: number)
    }

    /// Whether it is an arrival of the cable of this name; quicker than comparing identities.
    package func isArrival(of identity: CableIdentity) -> Bool {
        number == identity.number && start == Packed40(identity.start) && shortStation == identity.station.short
    }

    /// Journal sequence of the acceptance.
    package var sequence: UInt64 { UInt64(bitPattern: packedSequence.value) }

    /// When the cable was accepted by its originator's station, on this boot's clock (milliseconds; may lie before 0).
    package var born: Int64 { packedBorn.value }

    /// Accepted from a user of this station: receipts and notices end here.
    package var isOrigin: Bool { traits & Self.originated != 0 }

    /// It reached a desk of this station.
    package var isOnDesk: Bool {
        get { traits & Self.reachedDesk != 0 }
        set { traits = newValue ? traits | Self.reachedDesk : traits & ~Self.reachedDesk }
    }

    /// Offered again after the neighbour had forgotten it: whoever gets it is told that it may be a duplicate (ZFD).
    package var isSuspected: Bool {
        get { traits & Self.suspected != 0 }
        set { traits = newValue ? traits | Self.suspected : traits & ~Self.suspected }
    }

    /// How often the originator offered it anew, since no receipt came; 31 stands for more.
    package var reoffers: UInt8 {
        get { traits >> Self.reoffersShift }
        set { traits = traits & (1 << Self.reoffersShift - 1) | min(newValue, 31) << Self.reoffersShift }
    }

    package var deliveryCount: Int { 1 + others.count }

    package subscript(delivery position: Int) -> CustodyDelivery {
        get { position == 0 ? first : others[position - 1] }
        _modify {
            if position == 0 {
                yield &first
            } else {
                yield &others[position - 1]
            }
        }
    }

    package var custodyNumber: CustodyNumber { CustodyNumber(sequence: sequence) }
    /// Under which it is offered.
    package var offerNumber: CustodyNumber { CustodyNumber(sequence: sequence, anew: reoffers) }

    /// Whether the body has a file of its own.
    package var hasFile: Bool { Int(length) > CableBody.inlineMax }

    /// Octets that the record of a cable takes, about.
    package static func recordOctets(_ length: UInt64) -> UInt64 {
        512 + (length > UInt64(CableBody.inlineMax) ? 0 : length)
    }

    package static func key(_ identity: CableIdentity) -> UInt64 {
        identity.station.packed ^ identity.start << 20 ^ identity.number &* 0xff51_afd7_ed55_8ccd
    }
}
