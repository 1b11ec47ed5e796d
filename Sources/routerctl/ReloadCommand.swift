import Control

/// `config reload`: the files of a running station are read again.
enum ReloadCommand {
    static func run(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var status: Int32 = 0
        try Session.run(invocation, ControlRequest("config.reload")) { (frame) throws(ControlFailure) in
            let document = try Session.decode(frame, ReloadDocument.self)
            if !document.rejected.isEmpty { status = ExitStatus.configuration }
            guard invocation.form == .text else { return Output.write(frame.payload + [0x0A]) }
            for line in document.read { Output.write("read           \(line)\n") }
            for key in document.applied { Output.write("applied        \(key)\n") }
            for key in document.needsRestart { Output.write("needs restart  \(key)\n") }
            for line in document.rejected { Output.complain("rejected       \(line)\n") }
            guard document.rejected.isEmpty else {
                return Output.complain("what was read before holds where something was rejected\n")
            }
            if document.applied.isEmpty, document.needsRestart.isEmpty {
                Output.write("the station file is as it was\n")
            }
        }
        return status
    }
}
