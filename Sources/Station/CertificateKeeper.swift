import Cables
import Control
import Custody
import Dispatch
import Settings
import Synchronization
import Transport

/// The station's key, whom it trusts, and what is revoked: read at the start, and again when the files change (rule 26).
final class CertificateKeeper: Sendable {
    /// Days before the end of a certificate at which it is told, the last ones first.
    static let warningDays: [Int64] = [1, 7, 30]
    private static let lookSeconds = 3_600

    private struct State {
        var key: StationKey
        var authorities: Authorities
        /// The last warning that was told, by fingerprint: days.
        var told: [String: Int64] = [:]
    }

    private let settings: StationSettings.TLS
    private let start: UInt64
    private let state: Mutex<State>
    private let book: SignatureBook
    private let keeper: LinkKeeper
    private let loop: StationLoop
    private let alarms: AlarmBoard
    private let log: EventLog

    init(
        settings: StationSettings.TLS, key: StationKey, authorities: Authorities, start: UInt64, book: SignatureBook,
        keeper: LinkKeeper, loop: StationLoop, alarms: AlarmBoard, log: EventLog
    ) {
        self.settings = settings
        self.start = start
        self.book = book
        self.keeper = keeper
        self.loop = loop
        self.alarms = alarms
        self.log = log
        state = Mutex(State(key: key, authorities: authorities))
    }

    /// Files whose change is noticed.
    var files: [String] {
        [settings.certificate, KeyFiles(settings).keyPlace, settings.authorities]
            + (settings.revocations.map { [$0] } ?? [])
    }

    /// Reads all files again. When all are good they hold from now on, and every open session is verified again;
    /// else nothing changes.
    ///
    /// - Throws: `TransportFault`.
    func reload() throws(TransportFault) -> [(key: String, value: String)] {
        let before = state.withLock { $0.key }
        let (key, authorities) = try KeyFiles(settings).load()
        guard key.indicator == before.indicator, key.network == before.network else {
            throw TransportFault(
                .certificateUnusable,
                "\(settings.certificate) is the certificate of \(key.network)/\(key.indicator), not of "
                    + "\(before.network)/\(before.indicator)")
        }
        let dialling = try TLSContext(role: .dialling, key: key, authorities: authorities)
        let listening = try TLSContext(role: .listening, key: key, authorities: authorities)
        state.withLock {
            $0.key = key
            $0.authorities = authorities
        }
        let distrusted = book.trust(authorities)
        if key.fingerprint != before.fingerprint {
            _ = book.add(key.certificate)
            let der = key.certificate.der
            loop.post { custody, now, actions in custody.keepCertificate(der, at: now, &actions) }
            loop.sign(with: BatchSigner(network: key.network, key: key, start: start))
        }
        keeper.trust(authorities, dialling: dialling, listening: listening)
        warn()
        return [
            ("certificate", key.fingerprint == before.fingerprint ? "the same" : "renewed"),
            ("distrusted", "\(distrusted)"),
        ]
    }

    /// Looks at once and then every hour whether a certificate ends soon.
    func startWarning() {
        warn()
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .seconds(Self.lookSeconds)) { [weak self] in
            self?.startWarning()
        }
    }

    /// The station's own certificate and those of its neighbours, the first to end first.
    func rows(at wall: Int64) -> [CertificateRow] {
        let own = state.withLock { $0.key.certificate }
        let (neighbours, authorities) = (keeper.indicators, state.withLock { $0.authorities })
        return book.newest(of: [own.indicator] + neighbours).map { certificate in
            var why = "in force"
            var isGood = true
            do throws(TransportFault) { _ = try authorities.verify(der: certificate.der, signing: false) } catch {
                why = "\(error.code): \(error.text)"
                isGood = false
            }
            let days = (certificate.notAfter - wall / 1_000) / 86_400
            return CertificateRow(
                station: certificate.indicator.description, own: certificate.indicator == own.indicator,
                notAfter: Timestamp(milliseconds: certificate.notAfter * 1_000).description, daysLeft: Int(days),
                status: CertificateRow.status(daysLeft: Int(days), isGood: isGood), why: why)
        }.sorted { $0.daysLeft < $1.daysLeft }
    }

    private func warn() {
        let now = StationClock.now.wall
        var worst: CertificateRow?
        for row in rows(at: now) where row.daysLeft < Self.warningDays.last ?? 0 || row.status != "ok" {
            if worst == nil { worst = row }
            let days = Self.warningDays.first { row.daysLeft < $0 } ?? 0
            let isNew = state.withLock { state -> Bool in
                let key = "\(row.station) \(row.notAfter)"
                defer { state.told[key] = days }
                return state.told[key] != days
            }
            guard isNew else { continue }
            log.write(
                row.status == "critical" ? .alarm : .warning, "certificate.ends",
                [("station", row.station), ("notAfter", row.notAfter), ("daysLeft", "\(row.daysLeft)")])
        }
        guard let worst else { return alarms.clear("certificate.ends") }
        alarms.raise(
            StationEvent(
                .warning, "certificate.ends",
                [("station", worst.station), ("notAfter", worst.notAfter), ("daysLeft", "\(worst.daysLeft)")]), at: now)
    }
}
