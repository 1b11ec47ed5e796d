import Control
import Glibc
import Routing
import Settings
import Transport

/// `config check`, offline; `check disk` of a station.
enum CheckCommand {
    /// `check disk`: of a running station.
    static func disk(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let arguments = invocation.options["--scrub"] == nil ? [:] : ["scrub": "yes"]
        var status: Int32 = 3
        try Session.run(invocation, ControlRequest("check.disk", arguments)) { (frame) throws(ControlFailure) in
            let check = try Session.decode(frame, DiskCheck.self)
            status = check.exitStatus
            if invocation.options["--format"] != nil {
                _ = try Health(
                    check: "disk", status: Health.Status(rawValue: check.status) ?? .unknown,
                    text: "\(check.free >> 20) of \(check.total >> 20) MiB free, \(check.damage.count) places damaged",
                    figures: [
                        Health.Figure("free", Double(check.free), unit: "B"),
                        Health.Figure("damaged", Double(check.damage.count), critical: 1),
                    ], details: check.damage
                ).tell(invocation)
                return
            }
            switch invocation.form {
            case .json, .jsonl: Output.write(frame.payload + [0x0A])
            case .text:
                var text = "\(check.status): \(check.free >> 20) of \(check.total >> 20) MiB free, "
                text += check.accepts == "nothing" ? "nothing is taken\n" : "\(check.accepts) and above is taken\n"
                if let scrub = check.scrub {
                    text += "read \(scrub.records) records in \(scrub.segments) sealed segments and the open one, "
                    text += "\(scrub.bodies) large bodies, \(scrub.octets >> 20) MiB\n"
                } else if let last = check.lastScrub {
                    text += "all was last read by \(last.endedAt): \(last.damaged) places damaged\n"
                } else {
                    text += "not everything was read yet since the station is there\n"
                }
                for damage in check.damage { text += "DAMAGED  \(damage)\n" }
                Output.write(text)
            }
        }
        return status
    }

    /// `check certificates`: of a running station.
    static func certificates(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        var status: Int32 = 3
        try Session.run(invocation, ControlRequest("check.certificates")) { (frame) throws(ControlFailure) in
            let check = try Session.decode(frame, CertificateCheck.self)
            status = check.exitStatus
            if invocation.options["--format"] != nil {
                _ = try Health(
                    check: "certificates", status: Health.Status(rawValue: check.status) ?? .unknown,
                    text: check.certificates.first.map { "\($0.station): \($0.why)" } ?? "no certificate is known",
                    figures: check.certificates.map { Health.Figure("days_\($0.station)", Double($0.daysLeft)) },
                    details: check.certificates.filter { $0.status != "ok" }.map { "\($0.station): \($0.why)" }
                ).tell(invocation)
                return
            }
            guard invocation.form == .text else { return Output.write(frame.payload + [0x0A]) }
            var table = TextTable(["STATION", "STATUS", "DAYS", "UNTIL", "WHY"])
            for row in check.certificates {
                table.add([
                    row.own ? "\(row.station) (own)" : row.station, row.status, "\(row.daysLeft)", row.notAfter,
                    row.why,
                ])
            }
            Output.write(table.text(columns: TextTable.terminalColumns))
        }
        return status
    }

    static func config(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let path = invocation.operands[0]
        return try report(invocation, path) { () throws(SettingsProblems) in try check(path) }
    }

    /// A station file, the network file that it names, and its keys as far as the caller may read them.
    static func check(_ path: String) throws(SettingsProblems) {
        let octets = try file(path)
        let settings = try StationFile.read(octets: octets, file: path)
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        func place(_ name: String) -> String { name.hasPrefix("/") ? name : "\(folder)/\(name)" }
        let name = place(settings.network)
        let network = try NetworkFile.read(octets: try file(name), file: name)
        var problems =
            StationFile.mismatches(settings, network, octets: octets, file: path)
            + settings.machineProblems(
                file: path, runs: { program in access(place(program), X_OK) == 0 },
                isGroup: { UserGroup.number($0) != nil },
                isZone: { zone in zone == "UTC" || access("/usr/share/zoneinfo/\(zone)", R_OK) == 0 })
        let keys = KeyFiles(
            certificate: place(settings.tls.certificate), key: place(settings.tls.key),
            authorities: place(settings.tls.authorities), revocations: settings.tls.revocations.map(place))
        if let problem = problem(keys, settings, network, path) { problems.append(problem) }
        if settings.tls.requireSignedNetwork {
            let signature = try file("\(name).sig")
            do throws(TransportFault) {
                try NetworkSignature.verify(
                    signature, over: try self.octets(name), authoritiesPEM: try self.octets(keys.authorities))
            } catch {
                problems.append(
                    SettingsProblem(
                        file: "\(name).sig", line: 0, message: error.text,
                        advice: "sign the file again: routerctl network sign FILE --key KEY"))
            }
        }
        guard problems.isEmpty else { throw SettingsProblems(problems) }
    }

    private static func octets(_ path: String) throws(TransportFault) -> [UInt8] {
        do throws(PlainFileFault) {
            return try PlainFile.read(path)
        } catch {
            throw TransportFault(.certificateUnusable, error.description)
        }
    }

    private static func problem(
        _ files: KeyFiles, _ settings: StationSettings, _ network: Network, _ path: String
    ) -> SettingsProblem? {
        // An operator may not read the key; the rest is worth looking at.
        if access(files.keyPlace, R_OK) != 0, errno == EACCES { return nil }
        do throws(TransportFault) {
            let key = try files.load().key
            guard key.indicator != settings.station || key.network != network.name else { return nil }
            return SettingsProblem(
                file: path, line: 0,
                message: "\(files.certificate) is the certificate of \(key.network)/\(key.indicator)",
                advice: "take that of \(network.name)/\(settings.station)")
        } catch {
            return SettingsProblem(
                file: path, line: 0, message: "keys and certificates cannot be used: \(error)",
                advice: "install the station's bundle: routerctl setup")
        }
    }

    static func file(_ path: String) throws(SettingsProblems) -> [UInt8] {
        do throws(PlainFileFault) {
            return try PlainFile.read(path)
        } catch {
            throw SettingsProblems([
                SettingsProblem(file: path, line: 0, message: "cannot be read: \(error.reason)", advice: "name a file")
            ])
        }
    }

    /// Says every problem.
    static func complain(_ invocation: Invocation, _ problems: SettingsProblems) throws(ControlFailure) -> Int32 {
        guard invocation.form == .text, !problems.all.isEmpty else {
            let first = problems.all.first
            throw ControlFailure(
                code: "CONFIGURATION", message: first?.message ?? "", advice: first?.advice ?? "",
                exit: ExitStatus.configuration, line: first?.line)
        }
        for problem in problems.all { Output.complain("\(problem)\n") }
        return ExitStatus.configuration
    }

    private static func report(
        _ invocation: Invocation, _ path: String, _ check: () throws(SettingsProblems) -> Void
    ) throws(ControlFailure) -> Int32 {
        do throws(SettingsProblems) {
            try check()
        } catch {
            return try complain(invocation, error)
        }
        if invocation.form == .text {
            Output.write("\(path): all right\n")
        } else {
            Output.write("{\"problems\":[]}\n")
        }
        return 0
    }
}
