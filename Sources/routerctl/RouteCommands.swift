import Control

/// `route test`: how a cable would go from here.
enum RouteCommands {
    static func test(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        guard let post = invocation.options["--to"] else {
            throw Invocation.usage("route test needs --to POST", "write for example --to \"AMEMBASSY BEIJING\"")
        }
        var arguments = ["post": post]
        if let precedence = invocation.options["--precedence"] { arguments["precedence"] = precedence.uppercased() }
        if let classification = invocation.options["--classification"] {
            arguments["classification"] = classification.uppercased()
        }
        if let caption = invocation.options["--caption"] {
            arguments["captions"] = caption.split(separator: ";").joined(separator: "\n")
        }
        let request = ControlRequest("route.test", arguments)
        return try Session.document(invocation, request, RouteDocument.self) { route in
            var text = "\(route.post) at \(route.indicator): "
            text += route.path.isEmpty ? "no way\n" : "\(route.path.joined(separator: " - "))\n"
            for alternate in route.alternates {
                text += "alternate  \(alternate.path.joined(separator: " - "))  (cost \(alternate.cost))\n"
            }
            for refused in route.refused { text += "refused    \(refused.link): \(refused.why)\n" }
            return text
        }
    }
}
