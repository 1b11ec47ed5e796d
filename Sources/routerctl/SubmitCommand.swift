import Control

/// `submit`, and what `reply` hands in.
enum SubmitCommand {
    static func submit(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try hand(invocation, try InputFile.read(invocation.operands[0]), replyTo: nil)
    }

    static func hand(_ invocation: Invocation, _ octets: [UInt8], replyTo: String?) throws(ControlFailure) -> Int32 {
        var arguments: [String: String] = [:]
        if let key = invocation.options["--key"] {
            guard (1...256).contains(key.utf8.count) else {
                throw Invocation.usage("--key takes 1 to 256 octets", "write a shorter token")
            }
            arguments["key"] = key
        }
        if let replyTo { arguments["replyTo"] = replyTo }
        if let first = invocation.options["--corrects"] { arguments["corrects"] = first }
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

    static func show(_ document: SubmitDocument, _ invocation: Invocation) {
        guard invocation.form == .text else { return Output.document(document) }
        var text = "accepted \(document.id)\(document.mrn.map { "  \($0)" } ?? "")\n"
        for delivery in document.deliveries {
            text +=
                "  \(delivery.role) \(delivery.post) at \(delivery.indicator), \(delivery.precedence): \(delivery.state)\n"
        }
        for post in document.tagged.addressees { text += "added the addressee \(post)\n" }
        for reference in document.tagged.references { text += "added REF: \(reference)\n" }
        for caption in document.tagged.captions { text += "added caption \(caption), which the original asked for\n" }
        for slug in document.tagged.slugs { text += "added FOR \(slug), which the original asked for\n" }
        for warning in document.warnings { text += "warning: \(warning)\n" }
        Output.write(text)
    }
}
