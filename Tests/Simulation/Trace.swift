import Octets

/// What happened, in fixed columns: the last lines are kept, and all of them are hashed.
///
/// Two runs of one seed at one commit have the same hash, or something in them depends on what no seed decides.
package struct Trace {
    package enum Event: String, Sendable {
        case start, ready, kill, powerCut, failedStart
        case submit, answer, refused, accept, arrive, outcome, desk, order
        case dial, up, down, offer, service, chunk, resumed, note, refusal, fault
        case sync, mended, readOnly, writesAgain, damage
        case cutConnection, halfOpen, partition, slow, clock, brokenDisk, shortDisk, failCalls, flip, wipe, restore
        case retired, carried, removing, removed
        case network
        case heal, drained, phase, rule
    }

    package struct Line: Sendable {
        package var at: UInt64
        package var station: Int
        package var event: Event
        package var peer: Int
        package var a: UInt64
        package var b: UInt64
        package var text: String
    }

    private static let keptMax = 400

    private var lines: [Line] = []
    private var next = 0
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325
    package private(set) var count = 0
    /// Called with every line as it comes.
    package var onLine: ((Line) -> Void)?

    package init() {}

    package mutating func add(_ line: Line) {
        count += 1
        fold(line.at)
        fold(UInt64(bitPattern: Int64(line.station)) << 32 | UInt64(bitPattern: Int64(line.peer)) & 0xffff_ffff)
        for octet in line.event.rawValue.utf8 { fold(UInt64(octet)) }
        fold(line.a)
        fold(line.b)
        if lines.count < Self.keptMax {
            lines.append(line)
        } else {
            lines[next] = line
            next = (next + 1) % Self.keptMax
        }
        onLine?(line)
    }

    private mutating func fold(_ word: UInt64) {
        state = (state ^ word) &* 0x0000_0100_0000_01b3
        state ^= state >> 29
    }

    package var hash: UInt64 { state }

    /// The newest lines, oldest first.
    package func tail(_ most: Int) -> [Line] { Array((lines[next...] + lines[..<next]).suffix(most)) }
}

extension Trace.Line {
    /// `milliseconds  station  event  peer  two numbers  words`.
    package var columns: String {
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let station = self.station < 0 ? "-" : "S\(self.station)"
        let peer = self.peer < 0 ? "-" : "S\(self.peer)"
        return right("\(at)", 9) + "  " + left(station, 3) + left(event.rawValue, 14) + left(peer, 3) + right("\(a)", 8)
            + right("\(b)", 8) + "  " + text
    }
}
