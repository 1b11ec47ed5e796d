import Control

/// `submit` and `reply`.
enum SubmitCommand {
    static func submit(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try hand(invocation, file: invocation.operands[0], replyTo: nil)
    }

    static func reply(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try hand(invocation, file: invocation.operands[1], replyTo: invocation.operands[0])
    }

    private static func hand(_ invocation: Invocation, file: String, replyTo: String?) throws(ControlFailure) -> Int32 {
        let octets = try InputFile.read(file)
        var arguments: [String: String] = [:]
        if let key = invocation.options["--key"] {
            guard (1...256).contains(key.utf8.count) else {
                throw Invocation.usage("--key takes 1 to 256 octets", "write a shorter token")
            }
            arguments["key"] = key
        }
        if let replyTo { arguments["replyTo"] = replyTo }
        let request = ControlRequest("submit", arguments, bodyOctets: octets.count)
        try Session.run(invocation, request, body: octets) { (frame) throws(ControlFailure) in
            do {
                show(SubmitDocument(try SubmittedAnswer(decoding: frame.payload)), invocation)
            } catch {
                throw ControlFailure(
                    code: "PROTOCOL", message: "the answer cannot be read: \(error)",
                    advice: "use the routerctl of the same version", exit: ExitStatus.software)
            }
        }
        return 0
    }

    private static func show(_ document: SubmitDocument, _ invocation: Invocation) {
        guard invocation.form == .text else { return Output.document(document) }
        var text = "accepted \(document.id)\(document.mrn.map { "  \($0)" } ?? "")\n"
        for delivery in document.deliveries {
            text +=
                "  \(delivery.role) \(delivery.post) at \(delivery.indicator), \(delivery.precedence): \(delivery.state)\n"
        }
        for caption in document.tagged.captions { text += "added caption \(caption), which the original asked for\n" }
        for slug in document.tagged.slugs { text += "added FOR \(slug), which the original asked for\n" }
        for warning in document.warnings { text += "warning: \(warning)\n" }
        Output.write(text)
    }
}
