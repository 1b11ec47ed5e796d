import Control
import Glibc
import Transport

/// The passphrase of the authority's key: from a file that only its owner can read, or typed without being shown.
enum Passphrase {
    /// - Parameter isNew: asked for twice, and held to the least length.
    static func read(_ invocation: Invocation, isNew: Bool) throws(ControlFailure) -> [UInt8] {
        let passphrase: [UInt8]
        if let file = invocation.options["--passphrase-file"] {
            passphrase = try fromFile(file)
        } else {
            passphrase = try typed("Passphrase of the authority's key: ")
            if isNew, try typed("The same again: ") != passphrase {
                throw ControlFailure(
                    code: "PASSPHRASE", message: "the two are not the same", advice: "begin again",
                    exit: ExitStatus.data)
            }
        }
        let bounds = AuthorityKey.passphraseOctets
        guard !isNew || bounds.contains(passphrase.count) else {
            throw ControlFailure(
                code: "PASSPHRASE", message: "a passphrase has \(bounds.lowerBound) to \(bounds.upperBound) octets",
                advice: "take several words that belong together for nobody else", exit: ExitStatus.data)
        }
        return passphrase
    }

    private static func fromFile(_ file: String) throws(ControlFailure) -> [UInt8] {
        let mode: UInt32
        let octets: [UInt8]
        do throws(PlainFileFault) {
            mode = try PlainFile.mode(file)
            octets = try PlainFile.read(file)
        } catch {
            throw ControlFailure(
                code: "PASSPHRASE", message: error.description, advice: "name a file whose first line it is",
                exit: ExitStatus.data)
        }
        guard mode & 0o077 == 0 else {
            throw ControlFailure(
                code: "PASSPHRASE", message: "others may read \(file) (mode \(String(mode, radix: 8)))",
                advice: "chmod 600 \(file)", exit: ExitStatus.data)
        }
        return Array(octets.prefix { $0 != 0x0A && $0 != 0x0D })
    }

    private static func typed(_ prompt: String) throws(ControlFailure) -> [UInt8] {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw Invocation.usage("there is no terminal to type the passphrase on", "write --passphrase-file FILE")
        }
        defer { close(terminal) }
        var modes = termios()
        guard tcgetattr(terminal, &modes) == 0 else {
            throw Invocation.usage("there is no terminal to type the passphrase on", "write --passphrase-file FILE")
        }
        let before = modes
        modes.c_lflag &= ~UInt32(ECHO)
        modes.c_lflag |= UInt32(ECHONL)
        tcsetattr(terminal, TCSAFLUSH, &modes)
        Output.write(Array(prompt.utf8), to: terminal)
        defer {
            var before = before
            tcsetattr(terminal, TCSAFLUSH, &before)
        }
        var line: [UInt8] = []
        var octet: UInt8 = 0
        while line.count <= AuthorityKey.passphraseOctets.upperBound, Glibc.read(terminal, &octet, 1) == 1,
            octet != 0x0A
        {
            line.append(octet)
        }
        return line
    }
}
