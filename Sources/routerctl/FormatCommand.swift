import Cables
import Control
import Glibc

/// The clock, for what is filled in.
enum CurrentTime {
    static var seconds: Int64 { Int64(time(nil)) }

    static var year: Int {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        return Int(parts.tm_year) + 1_900
    }
}

/// `format` and `compose`: offline.
enum FormatCommand {
    static func format(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let profile = try profile(invocation)
        if invocation.options["--join"] != nil {
            let assembly = try join(invocation.operands)
            for number in assembly.missing { Output.complain("routerctl: section \(number) is missing\n") }
            Output.write(assembly.octets)
            return 0
        }
        guard invocation.operands.count == 1 else {
            throw Invocation.usage("format takes one file", "add --join to put sections together")
        }
        let octets = try InputFile.read(invocation.operands[0])
        let reading = CableParser.parse(octets, receiptYear: CurrentTime.year)
        if let refusal = reading.refusal {
            throw ControlFailure(
                code: refusal.code, message: refusal.message, advice: "see routerctl parse --explain \(refusal.code)",
                exit: ExitStatus.data, line: refusal.line == 0 ? nil : refusal.line)
        }
        return try write(reading.cable, CableText.lines(octets, reading), profile, invocation)
    }

    static func compose(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let profile = try profile(invocation)
        let name = invocation.operands[0]
        var file = try DraftFile(try InputFile.read(name), file: name)
        if file.draft.cable.mrn == nil, let station = file.station { try file.number(station, invocation) }
        let (cable, text) = file.draft.composed(at: CurrentTime.seconds, profile: profile)
        return try write(cable, text, profile, invocation)
    }

    /// Sections of one cable, from files.
    static func join(_ names: [String]) throws(ControlFailure) -> SectionAssembly {
        var sections: [[UInt8]] = []
        for name in names { sections.append(try InputFile.read(name)) }
        do throws(SectionAssembly.Fault) {
            return try SectionAssembly.join(sections, receiptYear: CurrentTime.year)
        } catch {
            let message: String
            switch error {
            case .noSection(let index): message = "\(names[index]) is no section of a cable"
            case .ofAnotherCable(let index): message = "\(names[index]) is a section of another cable than \(names[0])"
            }
            throw ControlFailure(
                code: "NOT_ONE_CABLE", message: message,
                advice: "name files with the same FM, date-time group and number, and SECTION n OF n",
                exit: ExitStatus.data)
        }
    }

    private static func profile(_ invocation: Invocation) throws(ControlFailure) -> CableProfile {
        let word = invocation.options["--profile"] ?? CableProfile.state.rawValue
        guard let profile = CableProfile(rawValue: word) else {
            let known = CableProfile.allCases.map(\.rawValue).joined(separator: ", ")
            throw Invocation.usage("there is no profile \(word)", "write one of \(known)")
        }
        return profile
    }

    private static func write(
        _ cable: Cable, _ text: [String], _ profile: CableProfile, _ invocation: Invocation
    ) throws(ControlFailure) -> Int32 {
        let formatted: FormattedCable
        do throws(FormatFault) {
            formatted = try CableFormatter.format(cable, text: text, profile: profile)
        } catch {
            throw ControlFailure(
                code: "NOT_WRITABLE", message: error.message, advice: error.advice, exit: ExitStatus.data)
        }
        for note in formatted.notes { Output.complain("routerctl: \(note)\n") }
        guard let folder = invocation.options["--into"] else {
            for octets in formatted.transmissions { Output.write(octets) }
            return 0
        }
        for (index, octets) in formatted.transmissions.enumerated() {
            let number = index < 9 ? "0\(index + 1)" : "\(index + 1)"
            try save(octets, "\(folder)/section-\(number).txt")
        }
        return 0
    }

    /// Writes a file that is not there yet.
    private static func save(_ octets: [UInt8], _ path: String) throws(ControlFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ControlFailure(
                code: "NO_OUTPUT", message: "\(path): \(String(cString: strerror(errno)))",
                advice: "name a folder in which files of these names can be made", exit: ExitStatus.data)
        }
        defer { close(descriptor) }
        Output.write(octets, to: descriptor)
    }
}

extension DraftFile {
    /// Makes the message reference number of the station and `--number`, or the next of a `--counter` file.
    mutating func number(_ station: String, _ invocation: Invocation) throws(ControlFailure) {
        let number: Int
        if let text = invocation.options["--number"] {
            guard let given = Int(text), (1...9_999_999).contains(given) else {
                throw Invocation.usage("--number \(text) is no number", "write one from 1 to 9999999")
            }
            number = given
        } else if let path = invocation.options["--counter"] {
            number = try NumberCounter.next(path)
        } else {
            throw ControlFailure(
                code: "DRAFT", message: "the cable has no number", advice: "add --number N, --counter FILE, or mrn",
                exit: ExitStatus.data)
        }
        let digits = String(number)
        setNumber("\(station.uppercased()) \(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)")
    }
}

/// A file with the last number that was used; taken one at a time.
enum NumberCounter {
    private static let octetsMax = 32

    static func next(_ path: String) throws(ControlFailure) -> Int {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw failure(path) }
        var buffer = [UInt8](repeating: 0, count: octetsMax)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw failure(path) }
        let text = String(decoding: buffer[..<count].prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self)
        guard count == 0 || !text.isEmpty, let last = text.isEmpty ? 0 : Int(text) else {
            throw ControlFailure(
                code: "COUNTER", message: "\(path) holds no number", advice: "write the last number used into it",
                exit: ExitStatus.data)
        }
        let line = Array("\(last + 1)\n".utf8)
        guard pwrite(descriptor, line, line.count, 0) == line.count, fsync(descriptor) == 0 else { throw failure(path) }
        return last + 1
    }

    private static func failure(_ path: String) -> ControlFailure {
        ControlFailure(
            code: "COUNTER", message: "\(path): \(String(cString: strerror(errno)))",
            advice: "name a file that can be written", exit: ExitStatus.data)
    }
}
