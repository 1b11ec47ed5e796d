import Foundation
import Testing

@Suite("What the disk alters is found before anybody reads it", .serialized)
struct ScrubTests {
    @Test("A flipped octet in a sealed segment is an alarm, and named by check disk, without anybody's asking")
    func daily() throws {
        let lab = try Lab(Lab.row)
        try lab.configure("RUECAP") { $0["custody"] = ["scrub": "1s"] }
        try lab.start("RUECAP")
        let first = "segment-0000000001.journal"
        let folder = URL(fileURLWithPath: "\(lab.folder.path)/RUECAP/state/journal")
        var number = 0
        try lab.wait("the first segment is sealed") {
            number += 1
            lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number, filler: 60_000))
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.contains("segment-0000000002.journal")
        }
        try lab.wait("all was read, and is whole") {
            let check = lab.ctl("RUECAP", "check", "disk")
            let segments = (check.document["lastScrub"] as? [String: Any])?["segments"] as? Int ?? 0
            return segments > 0 && check.status == 0
        }
        let file = try FileHandle(forUpdating: folder.appendingPathComponent(first))
        try file.seek(toOffset: 1 << 20)
        let octet = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: 1 << 20)
        try file.write(contentsOf: Data([octet ^ 0x04]))
        try file.close()
        try lab.wait("it is named") { names(lab, first) }
        let alarms = lab.ctl("RUECAP", "status").document["alarms"] as? [[String: Any]] ?? []
        let alarm = try #require(alarms.first { $0["code"] as? String == "disk.damage" })
        #expect((alarm["text"] as? String)?.contains(first) == true, "\(alarm)")
        #expect(lab.ctl("RUECAP", "submit", "-", input: Lab.cable(number + 1)).status == 0, "the station goes on")
    }

    private func names(_ lab: Lab, _ segment: String) -> Bool {
        let check = lab.ctl("RUECAP", "check", "disk")
        let damage = check.document["damage"] as? [String] ?? []
        return check.status == 2 && damage.contains { $0.contains(segment) }
    }
}
