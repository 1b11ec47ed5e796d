import Cables
import Control
import Custody
import Settings

/// Corrected copies.
extension ControlDesk {
    /// `submit --corrects ID`: the first cable must have been sent here, by the same originator.
    func findCorrected(
        _ id: String, of cable: SubmittedCable, _ request: ControlRequest, _ caller: ControlCaller,
        _ reply: ControlReply
    ) {
        find(id, acting: true, reply) { custody, slot in
            custody.place(of: slot)
        } then: { [self] place in
            offQueue { [self] in
                defer { loop.wake() }
                do throws(ControlFailure) {
                    let first = try stored(place).block
                    guard first.identity.station == facts.settings.station, first.from == cable.reading.cable.from
                    else {
                        throw ControlFailure(
                            code: "NOT_ITS_ORIGINATOR",
                            message: "\(first.identity) was sent by \(first.from) at \(first.identity.station)",
                            advice: "only its originator corrects a cable, at the station that sent it",
                            exit: ExitStatus.data)
                    }
                    var submitting = Submitting(request: request, caller: caller)
                    submitting.corrects = first.identity
                    // A corrected reply answers what the first one answered.
                    submitting.answers = first.answers
                    try accept(cable, submitting, reply)
                } catch {
                    reply.failed(error)
                }
            }
        }
    }
}
