import Cables
import Control
import Custody
import Settings

extension ControlDesk {
    /// `cable.rerun ID`: asks the originator's station for a cable that came garbled or incomplete.
    func cableRerun(_ request: ControlRequest, _ reply: ControlReply) {
        let reason = request["reason"] ?? ""
        find(request["id"] ?? "", acting: true, reply) { custody, slot in
            custody.place(of: slot)
        } then: { [self] place in
            offQueue { [self] in
                do {
                    let acceptance = try archive.acceptance(place)
                    let own = facts.settings.station
                    let posts = acceptance.block.deliveries.filter { $0.station == own }.map(\.post)
                    guard let post = request["post"] ?? posts.first, posts.contains(post),
                        acceptance.block.identity.station != own
                    else {
                        throw ControlFailure(
                            code: "NOT_IN_INBOX",
                            message: "\(acceptance.block.identity) did not come here from another station",
                            advice: "see `routerctl inbox list`", exit: ExitStatus.data)
                    }
                    let block = acceptance.block
                    act(block.identity.description, reply) { custody, _, now, actions throws(DeskRefusal) in
                        _ = custody.askForRerun(block, post: post, reason: reason, at: now, &actions)
                    } then: {
                        reply.document(
                            RerunDocument(
                                id: block.identity.description, post: post, asked: block.identity.station.description))
                    }
                } catch let failure as ControlFailure {
                    reply.failed(failure)
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }

    /// The originator's part: reads the cable, which the core does not hold, and has it sent once more.
    func rerun(_ place: RecordPlace, post: String, key: String) {
        offQueue { [self] in
            do {
                let original = try archive.acceptance(place)
                loop.post { custody, now, actions in
                    custody.rerun(original, post: post, key: key, at: now, &actions)
                }
            } catch {
                loop.alarm(unreadable: error)
                loop.post { custody, _, _ in custody.rerunFailed(key) }
            }
        }
    }

    /// A cable that waits here for a post which is here now: it is read for its desk.
    func bringHome(_ place: RecordPlace, _ homecoming: Homecoming) {
        offQueue { [self] in
            do {
                let original = try archive.acceptance(place)
                let reading = try archive.reading(of: archive.intact(original))
                loop.post { custody, now, actions in
                    custody.comeHome(homecoming, original, reading, at: now, &actions)
                }
            } catch {
                loop.alarm(unreadable: error)
                loop.post { custody, _, _ in custody.homecomingFailed(homecoming) }
            }
        }
    }
}
