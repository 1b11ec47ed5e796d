import Cables
import Control
import Custody

/// Replies that are due; programs that have not done their work; what `check` says of both.
extension ControlDesk {
    func suspenseList(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let within = request["due"].flatMap { Int64($0) }
        let isOverdueOnly = request["overdue"] != nil
        listing(request, reply) { admission in
            loop.view { custody, now in
                let items = custody.suspenseItems().filter { item in
                    if isOverdueOnly { return item.suspense.isOverdue(at: now.wall) }
                    guard let within else { return true }
                    return !item.suspense.isEnded && item.suspense.due <= now.wall + within
                }
                return (items, now.wall)
            } then: { [self] items, now in
                reply.rows(items) { [self] (item: SuspenseItem) -> SuspenseRow? in
                    guard !admission.isOver, var row = row(item, at: now) else { return nil }
                    if !permissions.mayRead(row.office, caller) { row.subject = nil }
                    let line = ListFilter.Line(
                        precedence: row.precedence, to: [row.post, row.office], from: row.from, state: row.state,
                        ageSeconds: (now - item.suspense.openedAt) / 1_000, mrn: row.mrn)
                    return admission.admits(line) ? row : nil
                }
            }
        }
    }

    private func row(_ item: SuspenseItem, at now: Int64) -> SuspenseRow? {
        let suspense = item.suspense
        let cable = cable(at: item.place)
        var row = SuspenseRow(
            id: item.identity.description, mrn: cable?.mrn, post: item.post, office: item.office,
            from: cable?.from ?? "", precedence: item.precedence.word, subject: cable?.subject,
            exercise: cable?.exercise, receivedAt: Timestamp(milliseconds: suspense.openedAt).description,
            due: Timestamp(milliseconds: suspense.due).description, state: suspense.state(at: now).rawValue,
            secondsLeft: (suspense.due - now) / 1_000, awaited: item.isOrigin)
        row.replyId = suspense.answer?.reply.description
        row.answeredAt = suspense.answer.map { Timestamp(milliseconds: $0.acceptedAt).description }
        row.closedAt = suspense.closing.map { Timestamp(milliseconds: $0.at).description }
        row.closedBy = suspense.closing?.user
        row.reason = suspense.closing?.reason
        return row
    }

    func suspenseClose(_ request: ControlRequest, _ caller: ControlCaller, _ reply: ControlReply) {
        let (id, reason, post) = (request["id"] ?? "", request["reason"] ?? "", request["post"]?.uppercased())
        guard !reason.isEmpty, reason.utf8.count <= DeskRecord.reasonOctetsMax else {
            return reply.failed(Self.reasonless)
        }
        let (permissions, readable) = (permissions, permissions.offices(caller))
        act(id, reply) { custody, slot, now, actions throws(DeskRefusal) in
            let identity = custody.identity(of: slot)
            if let readable, custody.entry(of: identity, office: nil, among: readable) == nil {
                let office = custody.entry(of: identity, office: nil)?.office ?? "another office"
                throw DeskRefusal(permissions.unreadable(office))
            }
            let closed = try custody.closeSuspenses(
                of: slot, post: post, user: caller.uid, reason: reason, at: now, &actions)
            return (custody.identity(of: slot), closed)
        } then: { [self] identity, closed in
            settleAlarms()
            reply.document(SuspenseClosing(id: identity.description, closed: closed))
        }
    }

    // MARK: Checks

    func checkAcknowledgments(_ reply: ControlReply) {
        loop.view { custody, now in
            custody.unacknowledged(at: now)
        } then: { waiting, late in
            reply.document(
                CountCheck(
                    status: late > 0 ? "critical" : waiting > 0 ? "warning" : "ok", waiting: waiting, late: late,
                    text: "\(waiting) FLASH or NIACT cables wait for somebody to acknowledge them, \(late) of them late"
                ))
        }
    }

    func checkSuspense(_ reply: ControlReply) {
        loop.view { custody, now in
            let open = custody.suspenseItems().filter { !$0.suspense.isEnded }
            return (open.count, open.count { $0.suspense.isOverdue(at: now.wall) })
        } then: { open, late in
            reply.document(
                CountCheck(
                    status: late > 0 ? "warning" : "ok", waiting: open, late: late,
                    text: "\(open) replies are due, \(late) of them overdue"))
        }
    }

    func checkHooks(_ reply: ControlReply) {
        let rows = hooks.rows
        let held = rows.count { $0.state == "held" }
        reply.document(
            CountCheck(
                status: held > 0 ? "critical" : "ok", waiting: rows.count, late: held,
                text: "\(rows.count) pieces of work for programs, \(held) of them held"))
    }

    // MARK: Hooks

    func hookList(_ reply: ControlReply) { reply.rows(hooks.rows) { $0 } }

    func hookRetry(_ request: ControlRequest, _ reply: ControlReply) {
        let key = request["key"] ?? ""
        guard hooks.retry(key) else {
            return reply.failed(
                ControlFailure(
                    code: "NO_SUCH_WORK", message: "no held work has the key \(key)",
                    advice: "see `routerctl hook list`", exit: ExitStatus.data))
        }
        reply.rows(hooks.rows.filter { $0.key == key }) { $0 }
    }
}
