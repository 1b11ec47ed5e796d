import CChecksum
import Cables

/// `routerbench format`: how fast cables are parsed, on one core, beside splitting the same octets into lines with
/// memchr in C.
struct FormatRun {
    /// Cables that are parsed in turn, so that no branch is learnt by heart.
    private static let variants = 64
    /// Seconds that each measure takes at least.
    private static let secondsMin = 0.7

    private let cables: [[UInt8]]
    /// With the fewest header lines that a cable can have.
    private let plain: [[UInt8]]

    init(size: Int) {
        cables = (0..<Self.variants).map { Self.cable($0, size: size) }
        plain = (0..<Self.variants).map { Self.plainCable($0, size: size) }
    }

    func run() -> FormatResult {
        let octets = cables.reduce(0) { $0 + $1.count }
        let whole = rate { Self.parse(cables, .whole) }
        let routing = rate { Self.parse(cables, .routing) }
        let bare = rate { Self.parse(plain, .routing) }
        let split = rate { Self.split(cables) }
        return FormatResult(
            size: octets / cables.count, parseMegabytesPerSecond: whole * Double(octets) / 1e6,
            parseMicroseconds: 1e6 / whole / Double(cables.count),
            routingMegabytesPerSecond: routing * Double(octets) / 1e6,
            routingMicroseconds: 1e6 / routing / Double(cables.count),
            plainRoutingMicroseconds: 1e6 / bare / Double(plain.count),
            splitMegabytesPerSecond: split * Double(octets) / 1e6, ratioToSplit: whole / split)
    }

    /// Runs of the whole set a second: the best of several measures, since other work only slows it down.
    private func rate(_ work: () -> Int) -> Double {
        var best = 0.0
        var sum = 0
        for _ in 0..<3 {
            let start = Report.seconds
            var runs = 0.0
            var now = start
            while now - start < Self.secondsMin / 3 {
                sum &+= work()
                runs += 1
                now = Report.seconds
            }
            best = max(best, runs / (now - start))
        }
        precondition(sum != 0)
        return best
    }

    private static func parse(_ cables: [[UInt8]], _ depth: ParseDepth) -> Int {
        var routable = 0
        for cable in cables where CableParser.parse(cable, receiptYear: 2_026, depth: depth).isRoutable {
            routable += 1
        }
        precondition(routable == cables.count)
        return routable
    }

    private static func split(_ cables: [[UInt8]]) -> Int {
        var longest = 0
        for cable in cables { longest &+= cable.withUnsafeBytes { cable_line_octets($0.baseAddress, $0.count) } }
        return longest
    }

    private static func plainCable(_ index: Int, size: Int) -> [UInt8] {
        var text = """
            R 011200Z JAN 26
            FM POST ONE
            TO POST TWO

            UNCLAS BENCH \(1_000 + index)

            SUBJECT: BENCHMARK CABLE \(index)

            1. (U) FILLER FOLLOWS.

            """
        while text.utf8.count < size { text += "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG AND COMES BACK AGAIN.\n" }
        return Array(text.utf8)
    }

    /// An invented cable of about so many octets, with every header line and one request for a reply.
    private static func cable(_ index: Int, size: Int) -> [UInt8] {
        let serial = 1_000 + index
        var text = """
            VZCZCABC0\(100 + index % 900)
            OO RUENO RUESO RUEWE
            DE RUECAP #\(serial) 1271630
            ZNR UUUUU ZZH
            O P 061625Z MAY 26
            FM FOREIGN OFFICE CAPITAL
            TO RUENO/EMBASSY NORTHLAND IMMEDIATE 0007
            RUESO/EMBASSY SOUTHPORT PRIORITY 0123
            INFO RUEWE/FIELD POSTS COLLECTIVE
            BT
            UNCLAS CAPITAL 00\(serial)

            SENSITIVE
            SIPDIS

            NORTHLAND FOR SUP, POL/MIL

            E.O. 12958: N/A
            TAGS: EAID SENV AMGT
            SUBJECT: CONVOY TIMES FOR THE WEEK, AND WHO MEETS THE
            TRUCKS AT THE SECOND BRIDGE

            REF: A. NORTHLAND 000311
                 B. 26 CAPITAL 009120 (NOTAL)

            1. (U) PLEASE SLUG REPLIES FOR SUP/TENTS AND ANSWER WITHIN
            FIVE (5) BUSINESS DAYS OF RECEIPT.

            """
        var number = 2
        while text.utf8.count < size - 80 {
            text += "\n\(number). (SBU) THE CONVOY OF DAY \(number + index) LEAVES AT DAWN AND RESTS AT THE\n"
            number += 1
            for line in 0..<6 where text.utf8.count < size - 80 {
                text += "BRIDGE BY THE MILL \(line * number), WHERE WATER AND FODDER ARE KEPT READY\n"
            }
        }
        text += "DRAFTER\nBT\n#\(serial)\n\nNNNN\n"
        return Array(text.utf8)
    }
}

/// One line of JSON of `routerbench format`.
struct FormatResult: Encodable {
    var bench = "format"
    /// Octets of one cable.
    var size: Int
    var parseMegabytesPerSecond: Double
    var parseMicroseconds: Double
    var routingMegabytesPerSecond: Double
    var routingMicroseconds: Double
    var plainRoutingMicroseconds: Double
    var splitMegabytesPerSecond: Double
    /// Parsing whole cables against splitting the same octets into lines.
    var ratioToSplit: Double
}
