import Foundation
import Testing
import Transport

@Suite("Where a key is found", .serialized)
struct KeyFilesTests {
    @Test("A credential of the service goes before the file of that name, with the right that systemd gives it")
    func credential() throws {
        let network = try TestAuthority()
        _ = try network.key("RUAA")
        let other = try network.key("RUBB")
        let files = KeyFiles(
            certificate: network.path("RUBB.pem"), key: network.path("RUAA.key"), authorities: network.path("ca.pem"),
            revocations: nil)
        #expect(files.keyPlace == files.key)
        #expect(throws: TransportFault.self) { try files.load() }
        let folder = network.path("credentials")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: network.path("RUBB.key"), toPath: "\(folder)/RUAA.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: "\(folder)/RUAA.key")
        setenv("CREDENTIALS_DIRECTORY", folder, 1)
        defer { unsetenv("CREDENTIALS_DIRECTORY") }
        #expect(try files.load().key.fingerprint == other.fingerprint)
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: "\(folder)/RUAA.key")
        #expect(throws: TransportFault.self) { try files.load() }
    }
}
