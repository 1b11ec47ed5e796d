/// The station file that `setup` writes: what must stand there, and in comments what an operator adds first.
struct StationFileDraft {
    var station: String
    var posts: [String]
    var state: String
    var control: String
    var metrics: String?
    /// The bundle brings a signature of the network file.
    var isSigned: Bool

    var text: String {
        let desks = posts.map {
            "  //   \(Self.quoted($0)): { default: \"REGISTRY\", offices: [\"REGISTRY\", \"OPS\"] },\n"
        }
        return """
            // Written by `routerctl setup`. Every key with its default and meaning: man 5 routerd.json5
            // After a change: routerctl config check FILE, then routerctl reload.
            // Paths are relative to this file's folder.
            {
              // This station's routing indicator, as in the network file.
              station: \(Self.quoted(station)),
              // The network file, the same at every station. It comes with the bundle; do not change it here.
              network: "network.json5",
              // Folder of the journal and of large bodies: on a disk that keeps what it has synced.
              state: \(Self.quoted(state)),
              // Control socket for routerctl.
              control: \(Self.quoted(control)),

              // They come with the bundle, too; `routerctl setup --renew` replaces them before they end.
              tls: {
                certificate: "certificate.pem",
                // Readable by root or the daemon's user only. Under systemd it is handed to the daemon as a credential.
                key: "station.key",
                authorities: "authority.pem",
                revocations: "revocations.pem",
                // No network file without the authority's signature (network.json5.sig) is taken.
                \(isSigned ? "" : "// ")requireSignedNetwork: \(isSigned),
              },

              // Desks of each post. Without an entry a post has one desk, DEFAULT.
              // offices: {
            \(desks.joined())  // },

              // Who may use the control socket, by group. Without it the daemon's own group may do everything.
              // roles: { watch: ["line-watch"], submit: ["clerks"], operate: ["comcen"], read: { "*": ["officers"] } },

              // Days on which nobody works here, and the zone in which days begin: by them replies are due.
              // calendar: { weekend: ["SATURDAY", "SUNDAY"], holidays: ["01-01"] },
              // timeZone: "UTC",

              // Where metrics and the status page are served, to this machine only.
              \(metrics.map { "metrics: \(Self.quoted($0))," } ?? "// metrics: \"127.0.0.1:9464\",")
            }

            """
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}
