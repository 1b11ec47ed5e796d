import Foundation
import Testing

@Suite("An operator finds, counts and steers what is queued", .serialized)
struct OperatorTests {
    /// Twelve cables wait at the capital, whose neighbour is dead: every third is IMMEDIATE, every second for the camp.
    private func waiting() throws -> Lab {
        let lab = try Lab(Lab.row)
        try lab.start("RUECAP")
        for number in 1...12 {
            let cable = Lab.cable(
                number, precedence: number % 3 == 0 ? "O" : "R",
                to: number % 2 == 0 ? "CAMP FOUR" : "EMBASSY NORTHLAND", filler: number == 5 ? 9_000 : 0)
            #expect(lab.ctl("RUECAP", "submit", "-", input: cable).status == 0)
        }
        return lab
    }

    private func numbers(_ lab: Lab, _ options: String...) -> [Int] {
        let listed = lab.run(
            "routerctl",
            ["--socket", "\(lab.folder.path)/RUECAP/control.sock", "-o", "json", "queue", "list"] + options)
        return listed.rows.compactMap { ($0["mrn"] as? String)?.split(separator: " ").last.flatMap { Int($0) } }
    }

    @Test("Filters, order and limit of the queue list hold together, and each word that cannot be read is refused")
    func filters() throws {
        let lab = try waiting()
        #expect(numbers(lab) == [3, 6, 9, 12, 1, 2, 4, 5, 7, 8, 10, 11])
        #expect(numbers(lab, "--precedence", "IMMEDIATE") == [3, 6, 9, 12])
        #expect(numbers(lab, "--to", "camp*", "--precedence", "ROUTINE,FLASH") == [2, 4, 8, 10])
        #expect(numbers(lab, "--larger", "8K") == [5])
        #expect(numbers(lab, "--sort", "size", "--limit", "1") == [5])
        #expect(numbers(lab, "--sort", "age", "--limit", "2") == [1, 2])
        #expect(numbers(lab, "--mrn", "CAPITAL 1*") == [12, 1, 10, 11])
        #expect(numbers(lab, "--from", "FOREIGN OFFICE CAPITAL", "--limit", "2") == [3, 6])
        #expect(numbers(lab, "--from", "SOMEBODY ELSE") == [])
        #expect(numbers(lab, "--link", "RUEHUB", "--state", "waiting").count == 12)
        #expect(numbers(lab, "--state", "held") == [])
        #expect(numbers(lab, "--older", "1h") == [])
        #expect(numbers(lab, "--newer", "1h").count == 12)
        for wrong in [["--older", "soon"], ["--precedence", "URGENT"], ["--larger", "much"], ["--sort", "beauty"]] {
            #expect(lab.ctl("RUECAP", "queue", "list", wrong[0], wrong[1]).status == 64, "\(wrong)")
        }
        let shape = lab.ctl("RUECAP", "queue", "shape", "--by", "destination").rows
        #expect(shape.map { $0["precedence"] as? String } == ["IMMEDIATE", "ROUTINE"])
        #expect(shape.map { $0["total"] as? Int } == [4, 8])
    }

    @Test("An order on many cables is counted first, and done to just those that were counted")
    func bulk() throws {
        let lab = try waiting()
        let dry = lab.ctl("RUECAP", "cable", "hold", "--to", "CAMP FOUR", "--reason", "road closed", "--dry-run")
        #expect(dry.status == 0 && dry.rows.count == 6)
        #expect(numbers(lab, "--state", "held") == [])
        let unconfirmed = lab.ctl("RUECAP", "cable", "hold", "--to", "CAMP FOUR", "--reason", "road closed")
        #expect(unconfirmed.status == 64)
        let wrong = lab.ctl(
            "RUECAP", "cable", "hold", "--to", "CAMP FOUR", "--reason", "road closed", "--yes", "--expect", "5")
        #expect(wrong.status == 65 && wrong.error.contains("COUNT_DIFFERS"))
        #expect(lab.ctl("RUECAP", "cable", "hold", "--to", "CAMP FOUR", "--yes", "--expect", "6").status == 64)
        #expect(numbers(lab, "--state", "held") == [])
        let done = lab.ctl(
            "RUECAP", "cable", "hold", "--to", "CAMP FOUR", "--reason", "road closed", "--yes", "--expect", "6")
        #expect(done.status == 0 && done.rows.allSatisfy { $0["done"] as? Bool == true })
        #expect(numbers(lab, "--state", "held") == [6, 12, 2, 4, 8, 10])
        let audit = lab.ctl("RUECAP", "audit", "export").rows
        #expect(audit.count { ($0["reason"] as? String) == "road closed" } >= 6)
        let both = lab.ctl("RUECAP", "cable", "release", "7KQ2", "--state", "held", "--reason", "open")
        #expect(both.status == 64)
        #expect(lab.ctl("RUECAP", "cable", "release", "--reason", "open", "--yes", "--expect", "6").status == 64)
    }

    @Test("A dry run of one order shows what it would change and changes nothing; one that would do nothing says why")
    func dryRun() throws {
        let lab = try waiting()
        let id = try #require(lab.ctl("RUECAP", "queue", "list", "--limit", "1").rows.first?["id"] as? String)
        let hold = lab.ctl("RUECAP", "cable", "hold", id, "--reason", "test", "--dry-run")
        #expect((hold.document["deliveries"] as? [Any])?.count == 1)
        let release = lab.ctl("RUECAP", "cable", "release", id, "--reason", "test", "--dry-run")
        #expect(release.status == 65 && release.error.contains("NOT_HELD"))
        #expect(numbers(lab, "--state", "held") == [])
    }

    @Test("Checks answer a person and three kinds of monitor, with the exit status that monitors know")
    func checks() throws {
        let lab = try waiting()
        let queue = lab.ctl("RUECAP", "check", "queue")
        #expect(queue.status == 0 && queue.document["status"] as? String == "ok")
        let links = lab.ctl("RUECAP", "check", "links", "--warn", "0s")
        #expect(links.status == 2, "the only link is down")
        #expect((links.document["details"] as? [String])?.first?.hasPrefix("RUEHUB") == true)
        let nagios = lab.ctl("RUECAP", "check", "queue", "--format", "nagios")
        let line = String(decoding: nagios.output, as: UTF8.self)
        #expect(line.hasPrefix("CABLE QUEUE OK - 0 of 12 queued") && line.contains("| overdue=0;1;10"), "\(line)")
        let prometheus = lab.ctl("RUECAP", "check", "receipts", "--format", "prometheus")
        #expect(String(decoding: prometheus.output, as: UTF8.self).contains("cable_check_status{check=\"receipts\"} 0"))
        for check in ["disk", "certificates", "acknowledgments", "suspense", "hooks", "liveness"] {
            let outcome = lab.ctl("RUECAP", "check", check, "--format", "nagios")
            #expect(
                outcome.output.starts(with: Data("CABLE \(check.uppercased()) ".utf8)), "\(check): \(outcome.error)")
        }
        #expect(lab.ctl("RUECAP", "check", "queue", "--warn", "5", "--crit", "2").status == 64)
        lab.kill("RUECAP")
        #expect(lab.ctl("RUECAP", "check", "liveness").status == 2)
    }
}
