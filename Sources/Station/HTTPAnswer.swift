/// What is sent back, with the fields that keep a page of this station from being used by another.
struct HTTPAnswer: Sendable {
    var status: Int
    var type: String
    /// What the page may load and run; nil: nothing at all.
    var policy: String?
    /// Nil: a stream, which ends with the connection.
    var body: [UInt8]?

    static func text(_ status: Int, _ text: String) -> HTTPAnswer {
        HTTPAnswer(status: status, type: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
    }

    init(status: Int, type: String, policy: String? = nil, body: [UInt8]?) {
        self.status = status
        self.type = type
        self.policy = policy
        self.body = body
    }

    init(_ refusal: HTTPRefusal) { self = .text(refusal.status, refusal.sentence) }

    var octets: [UInt8] {
        var head = "HTTP/1.1 \(status) \(Self.reason(status))\r\nContent-Type: \(type)\r\n"
        if let body { head += "Content-Length: \(body.count)\r\n" }
        if status == 405 { head += "Allow: GET\r\n" }
        if status == 503 { head += "Retry-After: 5\r\n" }
        head += """
            Connection: close\r
            Cache-Control: no-store\r
            Content-Security-Policy: \(policy ?? "default-src 'none'; frame-ancestors 'none'")\r
            Cross-Origin-Resource-Policy: same-origin\r
            Referrer-Policy: no-referrer\r
            X-Content-Type-Options: nosniff\r
            X-Frame-Options: DENY\r
            \r

            """
        return Array(head.utf8) + (body ?? [])
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 414: "URI Too Long"
        case 431: "Request Header Fields Too Large"
        default: "Service Unavailable"
        }
    }
}
