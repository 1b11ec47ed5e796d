import Cables
import Control
import Glibc

/// `inbox read --joined`: a cable that came in sections, put together.
enum SectionCommand {
    static func join(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var rows: [SectionRow] = []
        let request = ControlRequest("inbox.sections", ["id": invocation.operands[0]])
        try Session.run(invocation, request) { (frame) throws(ControlFailure) in
            rows.append(try Session.decode(frame, SectionRow.self))
        }
        var sections: [[UInt8]] = []
        for row in rows {
            var octets: [UInt8] = []
            try Session.run(invocation, ControlRequest("inbox.read", ["id": row.id])) {
                (frame) throws(ControlFailure) in
                octets += frame.payload
            }
            sections.append(octets)
        }
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let joined: SectionAssembly
        do throws(SectionAssembly.Fault) {
            joined = try SectionAssembly.join(sections, receiptYear: Int(parts.tm_year) + 1_900)
        } catch {
            throw ControlFailure(
                code: "NOT_SECTIONS", message: "the sections do not fit together: \(error)",
                advice: "read them one by one", exit: ExitStatus.data)
        }
        Output.write(joined.octets)
        guard let first = rows.first, !first.missing.isEmpty else { return 0 }
        let missing = first.missing.map(String.init).joined(separator: ", ")
        Output.complain("routerctl: not whole: of \(first.of) sections \(missing) did not come yet\n")
        return 0
    }
}
