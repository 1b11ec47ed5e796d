import Cables
import Control
import Foundation
import Routing
import Settings
import Transport

/// `lab create`: everything that a loopback network needs.
enum LabCommand {
    /// Days that a lab's certificates are good for.
    private static let days = 825
    /// Octets of a socket path at most (sun_path).
    private static let socketPathMax = 107

    static func create(_ invocation: Invocation) throws(ControlFailure) -> Int32 {
        let (source, folder) = (invocation.operands[0], invocation.operands[1])
        let octets: [UInt8]
        let network: Network
        do throws(SettingsProblems) {
            octets = try CheckCommand.file(source)
            network = try NetworkFile.read(octets: octets, file: source)
        } catch {
            for problem in error.all.dropFirst() { Output.complain("\(problem)\n") }
            throw ControlFailure(
                code: "CONFIGURATION", message: error.all.first?.message ?? "", advice: error.all.first?.advice ?? "",
                exit: ExitStatus.configuration, line: error.all.first?.line)
        }
        try checkFolder(folder, network)
        do {
            try make(folder, network, octets)
        } catch {
            throw ControlFailure(
                code: "LAB_FAILED", message: "\(error)", advice: "choose a folder that you may write in",
                exit: ExitStatus.software)
        }
        let names = network.stations.map(\.indicator.description)
        if invocation.form == .text {
            var text = "made a lab of \(names.count) stations in \(folder)\n"
            for name in names { text += "  routerd --config \(folder)/\(name)/station.json5\n" }
            Output.write(text)
        } else {
            Output.document(["folder": folder, "stations": names.joined(separator: " ")])
        }
        return 0
    }

    private static func checkFolder(_ folder: String, _ network: Network) throws(ControlFailure) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? ["?"]
            guard isFolder.boolValue, names.isEmpty else {
                throw ControlFailure(
                    code: "FOLDER_NOT_EMPTY", message: "\(folder) is there and not empty",
                    advice: "name a new folder, or an empty one", exit: ExitStatus.data)
            }
        }
        let absolute = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        for station in network.stations {
            let socket = "\(absolute)/\(station.indicator)/control.sock"
            guard socket.utf8.count <= socketPathMax else {
                throw ControlFailure(
                    code: "SOCKET_PATH_TOO_LONG",
                    message: "the socket \(socket) would have \(socket.utf8.count) octets, more than \(socketPathMax)",
                    advice: "use a shorter folder", exit: ExitStatus.data)
            }
        }
    }

    private static func make(_ folder: String, _ network: Network, _ octets: [UInt8]) throws {
        try PlainFile.makeFolder(folder, mode: 0o700)
        try PlainFile.write(octets, to: "\(folder)/network.json5", mode: 0o600)
        let authority = try NetworkAuthority(creating: network.name, labOnly: true, days: days)
        try PlainFile.write(authority.certificatePEM, to: "\(folder)/authority.pem", mode: 0o600)
        try PlainFile.write(
            try NetworkSignature.make(over: octets, keyPEM: authority.keyPEM), to: "\(folder)/network.json5.sig",
            mode: 0o600)
        try PlainFile.write(authority.keyPEM, to: "\(folder)/authority.key", mode: 0o600)
        for station in network.stations {
            let own = "\(folder)/\(station.indicator)"
            try PlainFile.makeFolder(own, mode: 0o700)
            try PlainFile.makeFolder("\(own)/state", mode: 0o700)
            let issued = try authority.issue(station.indicator, days: days)
            try PlainFile.write(issued.certificatePEM, to: "\(own)/certificate.pem", mode: 0o600)
            try PlainFile.write(issued.keyPEM, to: "\(own)/key.pem", mode: 0o600)
            try PlainFile.write(
                Array(stationFile(station.indicator.description).utf8), to: "\(own)/station.json5", mode: 0o600)
        }
    }

    /// Plain JSON, so that a script can add keys.
    private static func stationFile(_ indicator: String) -> String {
        """
        {
          "station": "\(indicator)",
          "network": "../network.json5",
          "state": "state",
          "control": "control.sock",
          "tls": {
            "certificate": "certificate.pem",
            "key": "key.pem",
            "authorities": "../authority.pem"
          },
          "limits": {
            "retryDelayMax": 5
          }
        }

        """
    }
}
