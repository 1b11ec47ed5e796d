package import Octets

/// What a client asks: a verb such as `queue.list`, and named arguments.
package struct ControlRequest: Sendable, Equatable {
    /// Arguments of one request at most.
    private static let argumentsMax = 64

    package var verb: String
    package var arguments: [String: String]
    /// Octets that follow in body frames; nil: none.
    package var bodyOctets: Int?

    /// The verb as it is typed: `queue list` for `queue.list`.
    package var spokenVerb: String { Self.spoken(verb) }

    package static func spoken(_ verb: String) -> String { verb.split(separator: ".").joined(separator: " ") }

    package init(_ verb: String, _ arguments: [String: String] = [:], bodyOctets: Int? = nil) {
        self.verb = verb
        self.arguments = arguments
        self.bodyOctets = bodyOctets
    }

    package subscript(name: String) -> String? { arguments[name] }

    /// The arguments as words, for the audit; the reason has its own place there.
    package var words: [String] {
        arguments.filter { $0.key != "reason" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.string(verb)
        writer.list(arguments.sorted { $0.key < $1.key }.map { $0 }) { writer, item in
            writer.string(item.key)
            writer.string(item.value)
        }
        writer.optional(bodyOctets) { $0.varint(UInt64($1)) }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        verb = try reader.string(bound: 64)
        let pairs = try reader.list(bound: Self.argumentsMax) { reader throws(OctetFault) in
            (try reader.string(bound: 64), try reader.string(bound: 65_536))
        }
        arguments = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        let length = try reader.optional { reader throws(OctetFault) in try reader.varint() }
        bodyOctets = length.map { Int(clamping: $0) }
        try reader.finish()
    }
}

/// Why a request was not done: a stable code, a sentence, the way out, and the exit status of routerctl.
package struct ControlFailure: Error, Sendable, Equatable {
    package var code: String
    package var message: String
    package var advice: String
    package var exit: Int32
    package var line: Int?

    package init(code: String, message: String, advice: String, exit: Int32, line: Int? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
        self.exit = exit
        self.line = line
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.string(code)
        writer.string(message)
        writer.string(advice)
        writer.u32(UInt32(bitPattern: exit))
        writer.optional(line) { $0.varint(UInt64($1)) }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        code = try reader.string()
        message = try reader.string()
        advice = try reader.string()
        exit = Int32(bitPattern: try reader.u32())
        line = try reader.optional { reader throws(OctetFault) in Int(clamping: try reader.varint()) }
    }
}

/// The exit statuses of routerctl (sysexits.h).
package enum ExitStatus {
    package static let usage: Int32 = 64
    package static let data: Int32 = 65
    package static let unavailable: Int32 = 69
    package static let software: Int32 = 70
    package static let tryLater: Int32 = 75
    package static let notPermitted: Int32 = 77
    package static let configuration: Int32 = 78
}

/// What a submitter is told: packed tightly, as it is sent for every cable.
package struct SubmittedAnswer: Sendable, Equatable {
    package var id: String
    package var mrn: String?
    package var deliveries: [DeliveryRow]
    package var captions: [String]
    package var slugs: [String]
    package var warnings: [String]
    package var addressees: [String] = []
    package var references: [String] = []

    package init(
        id: String, mrn: String?, deliveries: [DeliveryRow], captions: [String], slugs: [String], warnings: [String]
    ) {
        self.id = id
        self.mrn = mrn
        self.deliveries = deliveries
        self.captions = captions
        self.slugs = slugs
        self.warnings = warnings
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.string(id)
        writer.optional(mrn) { $0.string($1) }
        writer.list(deliveries) { $1.write(to: &$0) }
        writer.list(captions) { $0.string($1) }
        writer.list(slugs) { $0.string($1) }
        writer.list(warnings) { $0.string($1) }
        guard !addressees.isEmpty || !references.isEmpty else { return writer.octets }
        writer.list(addressees) { $0.string($1) }
        writer.list(references) { $0.string($1) }
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        id = try reader.string()
        mrn = try reader.optional { reader throws(OctetFault) in try reader.string() }
        deliveries = try reader.list(bound: 65_536) { reader throws(OctetFault) in try DeliveryRow(from: &reader) }
        captions = try reader.list(bound: 4_096) { reader throws(OctetFault) in try reader.string() }
        slugs = try reader.list(bound: 4_096) { reader throws(OctetFault) in try reader.string() }
        warnings = try reader.list(bound: 65_536) { reader throws(OctetFault) in try reader.string() }
        guard reader.remaining > 0 else { return }
        addressees = try reader.list(bound: 64) { reader throws(OctetFault) in try reader.string() }
        references = try reader.list(bound: 64) { reader throws(OctetFault) in try reader.string() }
    }
}

/// A receipt or notice, as it is told to a watcher.
package struct OutcomeEvent: Sendable, Equatable {
    package var id: String
    package var post: String
    package var office: String
    package var state: String
    /// Milliseconds since 1970.
    package var at: Int64

    package init(id: String, post: String, office: String, state: String, at: Int64) {
        self.id = id
        self.post = post
        self.office = office
        self.state = state
        self.at = at
    }

    package var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.string(id)
        writer.string(post)
        writer.string(office)
        writer.string(state)
        writer.u64(UInt64(bitPattern: at))
        return writer.octets
    }

    package init(decoding octets: [UInt8]) throws(OctetFault) {
        var reader = OctetReader(octets)
        id = try reader.string()
        post = try reader.string()
        office = try reader.string()
        state = try reader.string()
        at = Int64(bitPattern: try reader.u64())
    }
}
