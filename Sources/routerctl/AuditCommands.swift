import Control

/// `audit verify` and `audit export`.
enum AuditCommands {
    static func verify(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let arguments = invocation.options["--peer"].map { ["peer": $0] } ?? [:]
        var status: Int32 = 3
        try Session.run(invocation, ControlRequest("audit.verify", arguments)) { (frame) throws(ControlFailure) in
            let document = try Session.decode(frame, AuditDocument.self)
            let isUnknown = document.peer != nil && document.peerHolds == nil
            status = document.findings.isEmpty ? (isUnknown ? 1 : 0) : 2
            switch invocation.form {
            case .json, .jsonl: Output.write(frame.payload + [0x0A])
            case .text:
                var text = """
                    \(document.findings.isEmpty ? "the audit is whole" : "THE AUDIT IS NOT WHOLE")
                    entries   \(document.entries), signed \(document.heads) times
                    proved    from record \(document.provedFrom) to \(document.through)
                    value     \(document.value)

                    """
                if let peer = document.peer {
                    let held = document.peerHolds.map { "a signed head of record \($0)" }
                    text += "\(peer)     \(held.map { "holds \($0)" } ?? "is not reached, or holds nothing yet")\n"
                }
                for finding in document.findings { text += "FOUND     \(finding)\n" }
                Output.write(text)
            }
        }
        return status
    }

    static func export(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        try Session.list(
            invocation, ControlRequest("audit.export"), AuditRow.self,
            ["RECORD", "AT", "EVENT", "ID", "WHO", "LINK", "POST", "DETAIL"], empty: "nothing is recorded"
        ) { row in
            let detail =
                row.words?.joined(separator: " ") ?? row.code.map { "\($0) x\(row.count ?? 1)" } ?? row.office
                ?? row.value
            return [
                "\(row.record)", row.at ?? "", row.event, row.id ?? "", row.user.map { "uid \($0)" } ?? "",
                row.link ?? "", row.post ?? "",
                [detail, row.reason].compactMap { $0 }.joined(separator: ": "),
            ]
        }
    }
}
