import Octets

/// Reads the stream of a snapshot, as it comes, and holds it against its digests.
package struct SnapshotReader {
    /// What came.
    package enum Event {
        case begins(path: String, size: Int)
        /// Octets of the file that begun last.
        case octets([UInt8], offset: Int)
        /// The file has all its octets; their digest is still to come.
        case ends
    }

    private enum Step {
        case heading
        /// Between two files.
        case lines
        case content(Part)
        /// The line with the digest of what came.
        case sum(Digest)
        case over
    }

    private struct Part {
        var stored: Int
        var done = 0
        var hash: any BodyHash
    }

    private let makeHash: () -> any BodyHash
    private var lines: any BodyHash
    private var step = Step.heading
    private var words: [String: String] = [:]
    private var held: [UInt8] = []
    private var seen: Set<String> = []
    /// Known when the first file comes.
    package private(set) var facts: StateSnapshot.Facts?
    /// Of the files.
    package private(set) var octets = 0
    package var files: Int { seen.count }

    /// - Parameter hash: makes a SHA-256.
    package init(hash: @escaping () -> any BodyHash) {
        makeHash = hash
        lines = hash()
    }

    /// The end came, and nothing was missing or altered.
    package var isWhole: Bool {
        if case .over = step { return held.isEmpty }
        return false
    }

    /// - Throws: `Flaw`, or what `handle` throws.
    package mutating func take(_ octets: [UInt8], _ handle: (Event) throws -> Void) throws {
        var rest = octets[...]
        while !rest.isEmpty {
            if case .content(let part) = step {
                try take(&rest, part, handle)
                continue
            }
            guard let end = rest.firstIndex(of: 0x0A) else {
                held += rest
                guard held.count <= StateSnapshot.lineMax else { throw StateSnapshot.Flaw(why: "a line is too long") }
                return
            }
            let line = held + rest[rest.startIndex...end]
            rest = rest[(end + 1)...]
            held = []
            try take(line: line, handle)
        }
    }

    private mutating func take(
        _ rest: inout ArraySlice<UInt8>, _ begun: Part, _ handle: (Event) throws -> Void
    ) throws {
        var part = begun
        let octets = Array(rest.prefix(part.stored - part.done))
        rest = rest.dropFirst(octets.count)
        octets.withUnsafeBytes { part.hash.update($0) }
        try handle(.octets(octets, offset: part.done))
        part.done += octets.count
        self.octets += octets.count
        step = .content(part)
        if part.done == part.stored { try close(part, handle) }
    }

    private mutating func close(_ done: Part, _ handle: (Event) throws -> Void) throws {
        var part = done
        try handle(.ends)
        step = .sum(part.hash.finish())
    }

    private mutating func take(line octets: [UInt8], _ handle: (Event) throws -> Void) throws {
        let line = String(decoding: octets.dropLast(), as: UTF8.self)
        let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 3, parts[0] == "END", mayEnd {
            guard parts[1] == "\(seen.count)", parts[2] == lines.finish().description else {
                throw StateSnapshot.Flaw(why: "parts are missing or were altered on the way")
            }
            step = .over
            return
        }
        octets.withUnsafeBytes { lines.update($0) }
        switch step {
        case .heading where facts == nil: try heading(line, parts)
        case .heading, .lines: try begin(parts, handle)
        case .sum(let digest):
            guard parts.count == 2, parts[0] == "SUM", parts[1] == digest.description else {
                throw StateSnapshot.Flaw(why: "a file was altered on the way: its digest is another")
            }
            step = .lines
        case .over: throw StateSnapshot.Flaw(why: "octets follow its end")
        case .content: throw StateSnapshot.Flaw(why: "a line stands where octets should")
        }
    }

    /// Behind the heading or a file.
    private var mayEnd: Bool {
        switch step {
        case .heading: facts != nil
        case .lines: true
        case .content, .sum, .over: false
        }
    }

    private mutating func heading(_ line: String, _ parts: [String]) throws {
        if words.isEmpty, line != StateSnapshot.title {
            throw StateSnapshot.Flaw(why: "it does not begin with \(StateSnapshot.title)")
        }
        words[parts[0]] = parts.dropFirst().joined(separator: " ")
        guard parts[0] == "made" else { return }
        guard let station = words["station"], let network = words["network"],
            let epoch = words["epoch"].flatMap({ StateSnapshot.epoch($0) })
        else { throw StateSnapshot.Flaw(why: "its heading is not whole") }
        facts = StateSnapshot.Facts(
            station: station, network: network, epoch: epoch, through: words["through"].flatMap { UInt64($0) },
            made: words["made"] ?? "")
    }

    private mutating func begin(_ parts: [String], _ handle: (Event) throws -> Void) throws {
        guard parts.count == 4, parts[0] == "FILE", StateSnapshot.Place(parts[1]) != nil,
            let stored = Int(parts[2]), let size = Int(parts[3]), stored >= 0, size >= stored,
            seen.insert(parts[1]).inserted
        else { throw StateSnapshot.Flaw(why: "a line is not one that this version writes") }
        try handle(.begins(path: parts[1], size: size))
        let part = Part(stored: stored, hash: makeHash())
        step = .content(part)
        if stored == 0 { try close(part, handle) }
    }
}
