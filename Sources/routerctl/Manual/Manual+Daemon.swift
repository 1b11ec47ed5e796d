extension Manual {
    /// What `status` and the log call an alarm, and what to do.
    static let alarms: [(code: String, meaning: String)] = [
        ("audit.contradiction", "a neighbour's audit denies what it signed before: find out who changed it"),
        ("cable.unacknowledged", "a FLASH or NIACT cable waits for a person: routerctl check acknowledgments"),
        ("cable.unreadable", "a cable that arrived cannot be read: why says what is wrong with it"),
        ("cable.barred", "a cable came that may not be here, or go on from here: ask the neighbour that sent it"),
        ("cable.held", "an addressee of a cable that came is not what its signed block says"),
        ("cable.identityCollision", "two cables bear one identity: one of the stations was copied"),
        ("cable.refused", "what a neighbour offered was refused: why says for what"),
        ("cable.refusedByNeighbour", "the neighbour refused the cable; it is offered again"),
        ("certificate.ends", "a certificate ends soon or is revoked: routerctl check certificates"),
        ("custody.denied", "a neighbour knows nothing of a cable that it signed for: it has lost or dropped it"),
        ("custody.offeredAgain", "a neighbour has forgotten what it had taken: its disk was lost or restored"),
        ("delivery.held", "a delivery found no way: routerctl cable show ID says why"),
        ("disk.damage", "what is kept was found damaged: routerctl check disk names the places"),
        ("disk.fault", "a body could not be written or read: see the disk's own log"),
        ("disk.short", "low precedences are refused until there is room again"),
        ("hook.held", "a program failed too often: routerctl hook list, then hook retry KEY"),
        ("inquiry.unmatched", "a station asked about a duplicate that is not known here"),
        ("journal.damage", "the journal was found damaged at the start: neighbours offer again what was lost"),
        ("journal.mended", "a sync failed and was mended: look after the disk"),
        ("journal.readOnly", "the journal takes nothing: no cables are accepted until it does"),
        ("offer.refused", "a neighbour refused a cable: code and why are its words"),
        ("order.forged", "an order came that its signer may not give; it was not carried out"),
        ("receipt.unmatched", "a receipt came for a cable that is not known here"),
        ("record.unreadable", "a record or a body cannot be shown as it was accepted: routerctl check disk --scrub"),
        ("reload.failed.certificates", "the files of keys that were read again are wrong; the old ones hold"),
        (
            "reload.failed.settings",
            "the station file that was read again is wrong; the old one holds: routerctl config check"
        ),
        ("rerun.unmatched", "a station asked for a cable that it was not sent from here"),
        ("segment.unkept", "a segment could not be carried on or removed; it is tried again"),
        ("signing.failed", "a batch could not be signed: nothing is stated until it can"),
        ("station.destroyed", "an operator destroys the station: keys first, then the state; reason says why"),
        ("suspense.overdue", "a reply is overdue: routerctl suspense list --overdue"),
    ]

    static var routerd: ManualPage {
        var page = ManualPage("routerd", 8, "store and forward cables by precedence")
        page.heading("SYNOPSIS")
        page.paragraph("routerd [--config FILE] [--check] [--version]")
        page.heading("DESCRIPTION")
        page.paragraph(
            "routerd runs one station of a network in the foreground. It accepts cables from routerctl and from neighbours, "
                + "syncs them to disk before it says so, passes them on by precedence over mutual TLS, and keeps each until "
                + "the next station has custody of it.")
        page.heading("OPTIONS")
        page.item("--config FILE", "the station file; /etc/routerd/station.json5 unless said")
        page.item("--check", "validate both files and the keys, and exit: 0, or 78 with each problem as FILE:LINE")
        page.item("--version", "print the version, and up to which format of the journal it reads")
        page.heading("SIGNALS")
        page.item("TERM, INT", "drain: take no more cables, say goodbye to neighbours, sync what was accepted; exit 0")
        page.item(
            "HUP",
            "read certificates, revocations and the station file again; what is wrong with them is logged, and the old ones "
                + "stay; what needs a restart is named")
        page.heading("LOG")
        page.paragraph(
            "One event a line on standard error: a constant name and keys, with journald's priority before it; never text or "
                + "subject of a cable. Alarms have priority 2 and stand in routerctl status:")
        for alarm in alarms { page.item(alarm.code, alarm.meaning) }
        page.heading("EXIT STATUS")
        page.entry("0", "it was asked to end", width: 6)
        page.entry("64", "usage", width: 6)
        page.entry("70", "the journal or the machine failed; the log says how", width: 6)
        page.entry("75", "another routerd has the state or the socket", width: 6)
        page.entry("78", "wrong configuration: starting again would not mend it", width: 6)
        page.heading("FILES")
        page.item("/etc/routerd/station.json5", "the station file, routerd.json5(5)")
        page.item("/run/routerd/control.sock", "the control socket; who may open it may use routerctl")
        page.item("/var/lib/routerd", "journal and large bodies; it must survive a power cut")
        page.heading("EXAMPLES")
        page.example("routerd --check --config /etc/routerd/station.json5", "Look for mistakes before a start:")
        page.example(
            "routerctl lab create network.json5 lab\nrouterd --config lab/RUEXA/station.json5",
            "A network on one machine, to try things out; one of its stations:")
        page.seeAlso("routerctl.8", "routerd.json5.5", "cable-network.json5.5", "cable-link.7")
        return page
    }

    /// Frames between stations, by the number of their kind. A test holds it against the module that speaks them.
    static let frames: [(kind: Int, name: String, meaning: String)] = [
        (1, "hello", "the first frame both ways: station, start, epoch, network file, window, what is remembered"),
        (2, "certificate", "a certificate (DER) that signatures on this session refer to"),
        (
            3, "offerCable",
            "a cable is offered: its signed block, deliveries, age and trace, with the body if it is small"
        ),
        (4, "offerService", "a receipt, notice, question, answer or order is offered"),
        (5, "resume", "from which octet the body of an offer is wanted"),
        (6, "chunk", "octets of a body; what goes next is chosen anew behind each"),
        (7, "custody", "custody of offers is taken, signed"),
        (8, "refuse", "custody of an offer is not taken; code and reason"),
        (9, "window", "so many more octets may come"),
        (10, "ping", "are you there; also marks a place in the stream"),
        (11, "pong", "the answer"),
        (12, "bye", "the session ends, and why"),
        (80, "linkNotice", "what the sender's operators keep from the link"),
        (81, "linkDrained", "nothing of the sender is under way on a link that the receiver closes"),
        (90, "auditHead", "how far the sender's audit has come, signed"),
        (91, "auditAsk", "what does the receiver hold of the sender's audit"),
        (92, "auditHeld", "the answer"),
    ]

    static var cableLink: ManualPage {
        var page = ManualPage("cable-link", 7, "what cable routers say to one another")
        page.heading("DESCRIPTION")
        page.paragraph(
            "Two neighbouring stations hold one session over TCP and TLS 1.3 with certificates of the network's authority on "
                + "both sides; the name in a certificate is cable:NETWORK/RI, the protocol cable/1. Both sides dial, and the "
                + "session that stands first is kept.")
        page.paragraph(
            "Custody of a cable passes with a signed note, sent when the receiver has synced the cable. Until then the sender "
                + "keeps it and offers it again after a break. Everything that is stated to others is signed in batches with "
                + "P-256.")
        page.paragraph(
            "What is sent next is chosen anew before each chunk: the highest precedence first, within one the cable that was "
                + "accepted first. A chunk lasts at most 200 ms on the line, or has 256 octets. A transfer that was "
                + "interrupted goes on where it was, also after a restart.")
        page.heading("FRAMES")
        page.paragraph("Each has a length (u32, of kind and payload), a kind (u8) and a payload:")
        for frame in frames { page.entry("\(frame.kind)  \(frame.name)", frame.meaning, width: 20) }
        page.heading("EXAMPLES")
        page.example(
            "routerctl link list", "State of each link, since when and why, what waits, when it is dialled again:")
        page.example("routerctl watch --event linkUp,linkDown", "Links as they come and go:")
        page.seeAlso("routerd.8", "routerctl.8")
        return page
    }
}
