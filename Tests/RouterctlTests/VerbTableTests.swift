import Control
import Foundation
import Testing

@testable import routerctl

/// Words as a shell would give them, up to a pipe or a redirection.
private func words(_ command: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    var isBegun = false
    for letter in command + " " {
        if let open = quote {
            if letter == open { quote = nil } else { word.append(letter) }
        } else if letter == "\"" || letter == "'" {
            quote = letter
            isBegun = true
        } else if letter == " " {
            if ["|", ">", "<"].contains(word) { return words }
            if isBegun || !word.isEmpty { words.append(word) }
            word = ""
            isBegun = false
        } else {
            word.append(letter)
        }
    }
    return words
}

@Suite("The table of verbs")
struct VerbTableTests {
    @Test("Every verb has two worked examples or more, and what they say can be typed")
    func examples() throws {
        for verb in VerbTable.all where !verb.isHidden {
            #expect(verb.examples.count >= 2, "\(verb.name) has too few")
            #expect(
                verb.examples.contains { $0.command.contains("routerctl") && $0.command.contains(verb.name) },
                "\(verb.name)")
            for example in verb.examples where example.command.hasPrefix("routerctl ") {
                do throws(ControlFailure) {
                    _ = try Invocation(Array(words(example.command).dropFirst()))
                } catch {
                    Issue.record("\(example.command): \(error.message), \(error.advice)")
                }
                #expect(!example.does.isEmpty)
            }
        }
    }

    @Test("The overview names every verb by family, on lines that a terminal holds")
    func overview() {
        let lines = Help.overview.split(separator: "\n", omittingEmptySubsequences: false)
        for verb in VerbTable.all {
            #expect(lines.contains { $0.hasPrefix("  \(verb.name) ") } != verb.isHidden, "\(verb.name)")
        }
        #expect(lines.allSatisfy { $0.count <= 118 }, "\(lines.first { $0.count > 118 } ?? "")")
        #expect(VerbTable.families.allSatisfy { $0.verbs.count <= 20 })
        #expect(Set(VerbTable.all.map(\.name)).count == VerbTable.all.count)
    }

    @Test("Help has usage, options and examples of each verb")
    func help() {
        for verb in VerbTable.all where !verb.isHidden {
            let text = Help.of(verb)
            #expect(text.hasPrefix("usage: routerctl \(verb.name)"))
            for option in verb.options { #expect(text.contains("  \(option.name)")) }
            #expect(text.contains("\nExamples:\n  "))
        }
        #expect(Help.of(noun: "queue", VerbTable.all.filter { $0.name.hasPrefix("queue ") }).contains("queue list"))
    }

    @Test(
        "What is not known is answered with the nearest word that is",
        arguments: [
            (["queue", "lst"], "did you mean queue list?"), (["queu", "list"], "did you mean queue list?"),
            (["network", "certify", "lst"], "did you mean network certify list?"),
            (["network", "certify"], "there are network certify init"), (["statsu"], "did you mean status?"),
            (["cable", "hodl", "X"], "did you mean cable hold?"),
            (["queue", "list", "--limt", "3"], "did you mean --limit?"),
            (["status", "-o", "jsno"], "did you mean json?"), (["completion", "bsh"], "did you mean bash?"),
            (["queue"], "there are queue list"), (["watch", "--event", "heldd"], "did you mean held?"),
        ])
    func nearest(arguments: [String], advice: String) {
        do throws(ControlFailure) {
            let invocation = try Invocation(arguments)
            _ = try invocation.verb.run(invocation)
            Issue.record("\(arguments) was taken")
        } catch {
            #expect(error.exit == 64)
            #expect(error.advice.contains(advice), "\(error.advice)")
        }
    }
}

@Suite("Completion")
struct CompletionTests {
    private let completion = Completion { names in
        switch names {
        case .queued: ["RUECAP-7KQ2M9XA-41", "RUECAP-7KQ2M9XA-42"]
        case .delivered: ["RUENO-AAAAAAAA-1"]
        case .neighbours: ["RUEHUB", "RUEALT"]
        case .offices: ["OPS", "SUPPLY"]
        case .posts: ["EMBASSY NORTHLAND", "CAMP FOUR"]
        }
    }

    @Test(
        "What may stand at the cursor",
        arguments: [
            (["qu"], ["queue"]), (["queue", ""], ["list", "shape"]), (["cable", "h"], ["history", "hold"]),
            (["cable", "show", "RUECAP"], ["RUECAP-7KQ2M9XA-41", "RUECAP-7KQ2M9XA-42"]),
            (["inbox", "read", ""], ["RUENO-AAAAAAAA-1"]), (["queue", "list", "--link", "RUEH"], ["RUEHUB"]),
            (["inbox", "read", "RUENO-AAAAAAAA-1", "--office", "O"], ["OPS"]),
            (["route", "test", "--to", "EMB"], ["EMBASSY NORTHLAND"]),
            (["-o", "j"], ["json", "jsonl"]), (["cable", "raise", "X", "FL"], ["FLASH"]),
            (["--socket", "/x", "stat"], ["status", "state"]), (["completion", ""], ["bash", "zsh", "fish"]),
            (["queue", "list", "--lim"], ["--limit"]), (["watch", "--event", "link"], ["linkUp", "linkDown"]),
            (["submit", "ca"], []), (["manu"], []), (["nonsense", ""], []),
        ])
    func candidates(words: [String], expected: [String]) { #expect(completion.candidates(words) == expected) }

    @Test("Quotes and backslashes of the shell are gone")
    func unquoted() {
        #expect(CompletionCommands.unquoted("\"EMBASSY NOR") == "EMBASSY NOR")
        #expect(CompletionCommands.unquoted("EMBASSY\\ NOR") == "EMBASSY NOR")
        #expect(CompletionCommands.unquoted("A\\\\B") == "A\\B")
    }
}
