import Cables
import Control
import Foundation
import Journal
import Settings
import Testing
import Transport

@testable import Station

/// A journal that a newer release has written is left alone.
@Suite("A newer journal")
struct NewerJournalTests {
    private final class Post {
        let folder: URL
        let configuration: StationConfiguration

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("newer-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let authority = try NetworkAuthority(creating: "NEWER", labOnly: true, days: 2)
            let issued = try authority.issue(RoutingIndicator("RUAA")!, days: 2)
            let path = folder.path
            func write(_ octets: [UInt8], _ name: String) throws {
                try PlainFile.write(octets, to: "\(path)/\(name)", mode: 0o600)
            }
            try write(issued.certificatePEM, "certificate.pem")
            try write(issued.keyPEM, "key.pem")
            try write(authority.certificatePEM, "authority.pem")
            let network = """
                { network: "NEWER", links: [],
                  stations: [{ indicator: "RUAA", posts: ["CAPITAL"], address: "127.0.0.1:1", clearance: "SECRET" }] }
                """
            let station = """
                { station: "RUAA", network: "network.json5", state: "state", control: "control.sock",
                  tls: { certificate: "certificate.pem", key: "key.pem", authorities: "authority.pem" } }
                """
            try write(Array(network.utf8), "network.json5")
            try write(Array(station.utf8), "station.json5")
            configuration = try StationConfiguration.read("\(path)/station.json5")
        }

        deinit { try? FileManager.default.removeItem(at: folder) }
    }

    @Test("A record of an unknown kind, whose checksum is right, ends the start with 78: trying again would not help")
    func record() throws {
        let post = try Post()
        do {
            let (journal, _) = try Journal.open(
                state: post.configuration.settings.state, storage: FileStorage(), newEpoch: (high: 1, low: 2)
            ) { _, _, _ in }
            _ = journal.append([1, 250, 7])
            #expect(journal.commit())
        }
        let failure = #expect(throws: StartFailure.self) { try Station.start(post.configuration, log: EventLog()) }
        #expect(failure?.exit == ExitStatus.configuration)
        #expect(failure?.message.contains("use the newer routerd that wrote it") == true)
    }
}
