extension VerbTable {
    /// For the shell.
    static let shell: [Verb] = [
        Verb(
            name: "completion", usage: "bash|zsh|fish", operands: 1...1, options: [],
            summary: "print what a shell needs to complete verbs, options, and the station's own names",
            examples: [
                ("source <(routerctl completion bash)", "in this shell; with live identities, links and offices"),
                ("routerctl completion zsh > ~/.zsh/functions/_routerctl", "for every zsh"),
                ("routerctl completion fish > ~/.config/fish/completions/routerctl.fish", "for every fish"),
            ], run: CompletionCommands.script)
    ]

    /// For programs.
    static let hidden: [Verb] = [
        Verb(
            name: "complete", usage: "WORD …", operands: 0...64, options: [],
            summary: "what may stand at the last word, one a line", examples: [], isHidden: true,
            run: CompletionCommands.complete),
        Verb(
            name: "manual", usage: "DIR", operands: 1...1, options: [],
            summary: "write the man pages and the schema of all answers", examples: [], isHidden: true,
            run: Manual.write),
        Verb(
            name: "reload", usage: "", operands: 0...0, options: [], summary: "the same as config reload", examples: [],
            isHidden: true, run: ReloadCommand.run),
    ]
}
