package import Cables
package import Octets

/// An operator's order for a link.
package struct LinkOrder: Equatable, Sendable {
    /// Octets of a reason at most; more is cut off.
    package static let reasonOctetsMax = 256
    /// Milliseconds for which an order may hold at most.
    package static let longestMilliseconds: Int64 = 366 * 86_400_000

    package enum Change: Equatable, Sendable {
        case open
        /// Nothing more begins, the neighbour is told, and what is under way goes to its end first.
        case drain
        case shut
        /// Only this precedence and above passes (MINIMIZE); ROUTINE lifts it.
        case limit(Precedence)
    }

    package var peer: RoutingIndicator
    package var change: Change
    /// Milliseconds since 1970 at which it ends by itself; nil: never.
    package var until: Int64?
    package var user: UInt32
    package var reason: String
    /// Milliseconds since 1970.
    package var at: Int64

    package init(
        peer: RoutingIndicator, change: Change, until: Int64?, user: UInt32, reason: String, at: Int64
    ) {
        self.peer = peer
        self.change = change
        self.until = until
        self.user = user
        self.reason = Self.cut(reason)
        self.at = at
    }

    static func cut(_ text: String) -> String {
        guard text.utf8.count > reasonOctetsMax else { return text }
        var kept = Substring(text)
        while kept.utf8.count > reasonOctetsMax { kept.removeLast() }
        return String(kept)
    }

    private enum Kind: UInt8 {
        case open = 0
        case drain, shut, limit
    }

    func write(to writer: inout OctetWriter) {
        writer.indicator(peer)
        switch change {
        case .open: writer.u8(Kind.open.rawValue)
        case .drain: writer.u8(Kind.drain.rawValue)
        case .shut: writer.u8(Kind.shut.rawValue)
        case .limit(let precedence):
            writer.u8(Kind.limit.rawValue)
            writer.u8(precedence.rawValue)
        }
        writer.optional(until) { $0.u64(UInt64(bitPattern: $1)) }
        writer.u32(user)
        writer.string(reason)
        writer.u64(UInt64(bitPattern: at))
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        peer = try reader.indicator()
        let kind = try reader.u8()
        switch Kind(rawValue: kind) {
        case .open?: change = .open
        case .drain?: change = .drain
        case .shut?: change = .shut
        case .limit?: change = .limit(try reader.precedence())
        case nil: throw .unknownValue(offset: reader.offset - 1, value: UInt64(kind))
        }
        until = try reader.optional { reader throws(OctetFault) in Int64(bitPattern: try reader.u64()) }
        user = try reader.u32()
        reason = try reader.string(bound: Self.reasonOctetsMax)
        at = Int64(bitPattern: try reader.u64())
    }
}

/// What one side of a link tells the other of its orders: durations, since clocks differ (rule 19).
package struct LinkNotice: Equatable, Sendable {
    package struct Limit: Equatable, Sendable {
        package var precedence: Precedence
        package var milliseconds: UInt64
        package var reason: String

        package init(precedence: Precedence, milliseconds: UInt64, reason: String) {
            self.precedence = precedence
            self.milliseconds = milliseconds
            self.reason = reason
        }
    }

    package struct Closing: Equatable, Sendable {
        /// Until the link is there again; nil: nobody knows.
        package var milliseconds: UInt64?
        package var reason: String

        package init(milliseconds: UInt64?, reason: String) {
            self.milliseconds = milliseconds
            self.reason = reason
        }
    }

    package var limit: Limit?
    package var closing: Closing?

    package init(limit: Limit? = nil, closing: Closing? = nil) {
        self.limit = limit
        self.closing = closing
    }

    package func write(to writer: inout OctetWriter) {
        writer.optional(limit) { writer, limit in
            writer.u8(limit.precedence.rawValue)
            writer.varint(limit.milliseconds)
            writer.string(limit.reason)
        }
        writer.optional(closing) { writer, closing in
            writer.optional(closing.milliseconds) { $0.varint($1) }
            writer.string(closing.reason)
        }
    }

    package init(from reader: inout OctetReader) throws(OctetFault) {
        let longest = UInt64(LinkOrder.longestMilliseconds)
        limit = try reader.optional { reader throws(OctetFault) in
            Limit(
                precedence: try reader.precedence(), milliseconds: min(try reader.varint(), longest),
                reason: try reader.string(bound: LinkOrder.reasonOctetsMax))
        }
        closing = try reader.optional { reader throws(OctetFault) in
            Closing(
                milliseconds: try reader.optional { reader throws(OctetFault) in min(try reader.varint(), longest) },
                reason: try reader.string(bound: LinkOrder.reasonOctetsMax))
        }
    }
}

/// What orders of one side keep from a link now. Times are boot milliseconds.
package struct LinkRestraint: Equatable, Sendable {
    package struct Limit: Equatable, Sendable {
        package var precedence: Precedence
        package var since: UInt64
        package var endsAt: UInt64
        package var reason: String
        package var user: UInt32 = 0
    }

    package struct Closing: Equatable, Sendable {
        package var since: UInt64
        /// Nil: when somebody opens it.
        package var endsAt: UInt64?
        package var reason: String
        package var user: UInt32 = 0
        /// There is to be no session, also where it was drained.
        package var isShut: Bool
    }

    package var limit: Limit?
    package var closing: Closing?

    package init() {}

    var isEmpty: Bool { limit == nil && closing == nil }

    /// When the first of it ends by itself.
    var endsAt: UInt64? {
        switch (limit?.endsAt, closing?.endsAt) {
        case (let a?, let b?): min(a, b)
        case (let a, let b): a ?? b
        }
    }

    /// Since when it keeps this precedence from the link; nil: it does not.
    func since(_ precedence: Precedence, isService: Bool) -> UInt64? {
        let limited = limit.flatMap { !isService && precedence < $0.precedence ? $0.since : nil }
        guard let closing else { return limited }
        return min(closing.since, limited ?? closing.since)
    }

    /// Takes away what is over. True where something was.
    mutating func end(at boot: UInt64) -> (limit: Bool, closing: Bool) {
        let ends = (
            limit: (limit?.endsAt).map { $0 <= boot } ?? false, closing: (closing?.endsAt).map { $0 <= boot } ?? false
        )
        if ends.limit { limit = nil }
        if ends.closing { closing = nil }
        return ends
    }

    /// What the neighbour is told of it.
    func notice(at boot: UInt64) -> LinkNotice {
        LinkNotice(
            limit: limit.map {
                LinkNotice.Limit(
                    precedence: $0.precedence, milliseconds: $0.endsAt - min(boot, $0.endsAt), reason: $0.reason)
            },
            closing: closing.map { closing in
                LinkNotice.Closing(
                    milliseconds: closing.endsAt.map { $0 - min(boot, $0) }, reason: closing.reason)
            })
    }

    /// What a neighbour said of its side.
    ///
    /// - Parameter old: what it had said before: what goes on began then.
    init(_ notice: LinkNotice, after old: LinkRestraint, at boot: UInt64) {
        limit = notice.limit.map {
            Limit(
                precedence: $0.precedence, since: old.limit?.since ?? boot, endsAt: boot + $0.milliseconds,
                reason: $0.reason)
        }
        closing = notice.closing.map { closing in
            Closing(
                since: old.closing?.since ?? boot, endsAt: closing.milliseconds.map { boot + $0 },
                reason: closing.reason, isShut: false)
        }
    }
}
