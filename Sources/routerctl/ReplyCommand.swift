import Control
import Glibc

/// `reply`: on a terminal what is missing is shown first.
enum ReplyCommand {
    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let file = invocation.operands[1]
        let octets = try InputFile.read(file)
        if mayAsk(invocation, file), try !isWanted(invocation, octets) {
            Output.complain("routerctl: not sent\n")
            return 0
        }
        return try SubmitCommand.hand(invocation, octets, replyTo: invocation.operands[0])
    }

    /// Somebody sits there who can see and answer.
    private static func mayAsk(_ invocation: Invocation, _ file: String) -> Bool {
        invocation.form == .text && invocation.options["--yes"] == nil && file != "-" && isatty(STDIN_FILENO) == 1
            && isatty(STDOUT_FILENO) == 1
    }

    private static func isWanted(_ invocation: Invocation, _ octets: [UInt8]) throws(ControlFailure) -> Bool {
        let request = ControlRequest(
            "submit", ["replyTo": invocation.operands[0], "preview": "yes"], bodyOctets: octets.count)
        var shown: ReplyPreview?
        try Session.run(invocation, request, body: octets) { (frame) throws(ControlFailure) in
            shown = try Session.decode(frame, ReplyPreview.self)
        }
        guard let shown, shown.policy == "apply", !shown.additions.isEmpty || !shown.notes.isEmpty else { return true }
        Output.write(text(shown, octets))
        Output.write("Send it so? [Y/n] ")
        guard let answer = readLine() else { return false }
        return answer.isEmpty || answer.lowercased().hasPrefix("y")
    }

    private static func text(_ preview: ReplyPreview, _ octets: [UInt8]) -> String {
        let lines = String(decoding: octets, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var text = preview.additions.isEmpty ? "" : "The reply lacks what the original asks for. Added will be:\n"
        var shown = 0
        for addition in preview.additions {
            if addition.behindLine > 0, addition.behindLine != shown, addition.behindLine <= lines.count {
                text += "  \(lines[addition.behindLine - 1])\n"
            }
            shown = addition.behindLine
            for line in addition.lines { text += "+ \(line)\n" }
        }
        for note in preview.notes { text += "! \(note)\n" }
        return text
    }
}
