import Cables
import Control
import Routing

/// What may stand where the cursor is: what the shells ask for with each press of the tabulator.
struct Completion {
    /// Names that only a running station knows.
    enum Names { case queued, delivered, neighbours, offices, posts }

    /// Asks the station; nothing where it does not answer.
    let live: (Names) -> [String]

    /// - Parameter words: behind `routerctl`; the last is the one that is being written.
    func candidates(_ words: [String]) -> [String] {
        let begun = words.last ?? ""
        let found = all(Array(words.dropLast()), begun)
        var seen: Set<String> = []
        return found.filter { $0.hasPrefix(begun) && seen.insert($0).inserted }
    }

    private func all(_ before: [String], _ begun: String) -> [String] {
        if let last = before.last {
            if last == "-o" || last == "--output" { return ["text", "json", "jsonl"] }
            // A path: the shell knows files better.
            if last == "--socket" { return [] }
            if let option = VerbTable.option(last), option.takesValue {
                return values(option.name == "--link" || option.name == "--peer" ? "RI" : option.value, nil)
            }
        }
        let plain = Self.operands(before)
        guard let (verb, used) = VerbTable.find(plain) else {
            guard !begun.hasPrefix("-") else { return Self.globals }
            return Self.words(behind: plain)
        }
        if begun.hasPrefix("-") { return verb.options.map(\.name) + Self.globals }
        let places = verb.usage.split(separator: " ").prefix { !$0.hasPrefix("-") }.map(String.init)
        let place = plain.count - used
        guard place < places.count else { return verb.options.map(\.name) }
        return values(places[place], verb)
    }

    private static let globals = ["-o", "--json", "--socket", "--help"]

    /// The words that are neither options nor their values.
    private static func operands(_ words: [String]) -> [String] {
        var found: [String] = []
        var isValue = false
        for word in words {
            if isValue {
                isValue = false
            } else if word.hasPrefix("-"), word != "-" {
                isValue =
                    ["-o", "--output", "--socket"].contains(word) || VerbTable.option(word)?.takesValue == true
            } else {
                found.append(word)
            }
        }
        return found
    }

    /// First words of verbs, or those that follow what there is.
    private static func words(behind first: [String]) -> [String] {
        let shown = VerbTable.families.flatMap(\.verbs).map { $0.name.split(separator: " ").map(String.init) }
        return shown.filter { $0.count > first.count && Array($0[..<first.count]) == first }.map { $0[first.count] }
    }

    /// What may stand where help says so.
    private func values(_ placeholder: String, _ verb: Verb?) -> [String] {
        switch placeholder {
        case "ID":
            guard let verb, verb.name.hasPrefix("inbox") || verb.name == "reply" else {
                return live(.queued) + live(.delivered)
            }
            return live(.delivered)
        case "[ID]": return live(.queued)
        case "RI", "LINK": return live(.neighbours)
        case "OFFICE": return live(.offices)
        case "POST": return live(.posts)
        case "P", "PRECEDENCE", "WORD": return Precedence.allCases.reversed().map(\.word)
        case "STATE": return ["ready", "sending", "waiting", "held", "awaitingReceipt"]
        case "WORDS": return WatchRow.events.map(\.word)
        default:
            let choices = placeholder.split(separator: "|").map(String.init)
            return choices.count > 1 && choices.allSatisfy { $0.allSatisfy(\.isLowercase) } ? choices : []
        }
    }
}

/// `completion bash|zsh|fish`, and the hidden verb that the scripts ask.
enum CompletionCommands {
    /// Cables whose identities are offered at most.
    private static let namesMax = 200

    static func script(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        switch invocation.operands[0] {
        case "bash": Output.write(bash)
        case "zsh": Output.write(zsh)
        case "fish": Output.write(fish)
        case let other:
            let nearest = SpellingDistance.nearest(to: other, among: ["bash", "zsh", "fish"], most: 1).first
            throw Invocation.usage(
                "there is no completion for \(other)",
                nearest.map { "did you mean \($0)?" } ?? "write bash, zsh or fish")
        }
        return 0
    }

    /// Never fails: a shell has no place to say why.
    static func complete(_ invocation: Invocation) -> Int32 {
        let words = invocation.operands.map(unquoted)
        var socket = invocation.socket
        if let place = words.dropLast().lastIndex(of: "--socket"), place + 1 < words.count - 1 {
            socket = words[place + 1]
        }
        let completion = Completion { names in live(names, socket) }
        for candidate in completion.candidates(words) { Output.write(candidate + "\n") }
        return 0
    }

    /// A word as it was written, with the shell's quotes and backslashes gone.
    static func unquoted(_ word: String) -> String {
        var text = ""
        var isEscaped = false
        for letter in word {
            if isEscaped || !"\\\"'".contains(letter) { text.append(letter) }
            isEscaped = letter == "\\" && !isEscaped
        }
        return text
    }

    private static func live(_ names: Completion.Names, _ socket: String) -> [String] {
        switch names {
        case .queued: rows("queue.list", ["limit": "\(namesMax)"], socket, QueueRow.self).map(\.id)
        case .delivered: rows("inbox.list", ["limit": "\(namesMax)"], socket, InboxRow.self).map(\.id)
        case .neighbours: rows("link.list", [:], socket, LinkRow.self).map(\.peer)
        case .offices: rows("names", [:], socket, NamesDocument.self).flatMap(\.offices)
        case .posts: rows("names", [:], socket, NamesDocument.self).flatMap(\.posts)
        }
    }

    private static func rows<Row: Decodable>(
        _ verb: String, _ arguments: [String: String], _ socket: String, _ type: Row.Type
    ) -> [Row] {
        var found: [Row] = []
        do throws(ControlFailure) {
            let client = try ControlClient(path: socket)
            try client.send(ControlRequest(verb, arguments), tag: 1)
            while let frame = try client.receive(), frame.kind == .row {
                found.append(try Session.decode(frame, type))
            }
        } catch {
            return []
        }
        return found
    }

    private static let bash = """
        # bash completion of routerctl: source it, or keep it in /usr/share/bash-completion/completions/routerctl
        _routerctl() {
            local word=${COMP_WORDS[COMP_CWORD]} candidate
            COMPREPLY=()
            while IFS= read -r candidate; do
                case $word in
                    [\\"\\']*) COMPREPLY+=("$candidate") ;;
                    *) COMPREPLY+=("$(printf '%q' "$candidate")") ;;
                esac
            done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -o default -F _routerctl routerctl

        """

    private static let zsh = """
        #compdef routerctl
        # zsh completion of routerctl: keep it as _routerctl in a folder of $fpath, or source it
        _routerctl() {
            local -a found
            found=("${(@f)$(${words[1]} complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
            if [[ -n ${found[1]} ]]; then compadd -- "${found[@]}"; else _files; fi
        }
        if [[ ${funcstack[1]} = _routerctl ]]; then _routerctl "$@"; else compdef _routerctl routerctl; fi

        """

    private static let fish = """
        # fish completion of routerctl: keep it in ~/.config/fish/completions/routerctl.fish
        function __routerctl_complete
            set -l words (commandline -opc) (commandline -ct)
            $words[1] complete -- $words[2..-1] 2>/dev/null
        end
        complete -c routerctl -a '(__routerctl_complete)'

        """
}
