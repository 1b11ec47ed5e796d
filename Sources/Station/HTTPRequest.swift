import Cables

/// A request for a page, as far as this server heeds one: GET without a body, from a browser or a scraper on this
/// machine.
struct HTTPRequest: Equatable, Sendable {
    /// Without what stands behind a question mark.
    var path: String
    var acceptsOpenMetrics = false
}

/// Why a request gets no page: status and a sentence.
struct HTTPRefusal: Error, Equatable, Sendable {
    var status: Int
    var sentence: String

    static let notFound = HTTPRefusal(status: 404, sentence: "there are /, /events and /metrics")
    static let tooMany = HTTPRefusal(status: 503, sentence: "too many look at once; try again later")
}

/// Reads the head of a request as its octets come, and bounds it.
struct HTTPHead: Sendable {
    static let octetsMax = 8_192
    static let lineOctetsMax = 2_048
    static let fieldsMax = 64

    private var octets: [UInt8] = []
    /// Where the line begins that is not whole yet.
    private var lineStart = 0
    private var lines: [String] = []

    /// - Returns: nil where more must come.
    mutating func take(_ more: some Sequence<UInt8>) throws(HTTPRefusal) -> HTTPRequest? {
        for octet in more {
            octets.append(octet)
            guard octets.count <= Self.octetsMax else {
                throw HTTPRefusal(status: 431, sentence: "the head has more than \(Self.octetsMax) octets")
            }
            guard octets.count - lineStart <= Self.lineOctetsMax else {
                throw HTTPRefusal(
                    status: lines.isEmpty ? 414 : 431, sentence: "a line has more than \(Self.lineOctetsMax) octets")
            }
            guard octet == UInt8(ascii: "\n") else { continue }
            guard octets.count >= 2, octets[octets.count - 2] == UInt8(ascii: "\r") else { throw Self.malformed }
            let line = octets[lineStart..<(octets.count - 2)]
            lineStart = octets.count
            guard !line.isEmpty else { return try request() }
            // What a browser sends is plain; control characters are an attack or an accident.
            guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw Self.malformed }
            guard lines.count <= Self.fieldsMax else {
                throw HTTPRefusal(status: 431, sentence: "there are more than \(Self.fieldsMax) fields")
            }
            lines.append(String(decoding: line, as: UTF8.self))
        }
        return nil
    }

    private static let malformed = HTTPRefusal(status: 400, sentence: "this is no request of HTTP/1.1")

    private func request() throws(HTTPRefusal) -> HTTPRequest {
        guard let first = lines.first else { throw Self.malformed }
        let words = first.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0", !words[0].isEmpty else {
            throw Self.malformed
        }
        guard words[0] == "GET" else { throw HTTPRefusal(status: 405, sentence: "nothing can be done here but GET") }
        guard words[1].hasPrefix("/") else { throw Self.malformed }
        var request = HTTPRequest(path: String(words[1].prefix { $0 != "?" }))
        var hosts: [String] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex, line.first != " ", line.first != "\t"
            else { throw Self.malformed }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }.lowercased()
            switch line[..<colon].lowercased() {
            case "host": hosts.append(value)
            case "accept": if value.holds("application/openmetrics-text") { request.acceptsOpenMetrics = true }
            case "content-length": if value != "0" { throw Self.malformed }
            case "transfer-encoding": throw Self.malformed
            case "sec-fetch-site":
                // Another site's page may not take a place here, even where it cannot read the answer.
                guard value == "same-origin" || value == "none" else {
                    throw HTTPRefusal(status: 403, sentence: "another site's page may not ask")
                }
            default: break
            }
        }
        guard hosts.count == 1 else {
            throw HTTPRefusal(status: 400, sentence: "the request names no host, or several")
        }
        guard LoopbackName.isOne(host: hosts[0]) else {
            throw HTTPRefusal(status: 403, sentence: "ask for localhost or 127.0.0.1: other names may be a trap")
        }
        return request
    }
}

/// Names of this machine that no name server can give to somebody else.
enum LoopbackName {
    /// - Parameter host: as the field `Host` has it, with or without a port; in small letters.
    static func isOne(host: String) -> Bool {
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            return host[...end] == "[::1]" && isPort(host[host.index(after: end)...])
        }
        let name = host.prefix { $0 != ":" }
        guard isPort(host.dropFirst(name.count)) else { return false }
        if name == "localhost" { return true }
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil)
    }
}
