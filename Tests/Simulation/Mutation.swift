/// A mistake made on purpose, to see that the checkers find it. Each is made in the simulated loop, driver or disk: the
/// real core and journal have no place for it.
package enum Mutation: String, CaseIterable, Sendable {
    /// Answers go out when they are decided, not when their records are synced (rule 6).
    case tellBeforeSync
    /// A repeated offer is acknowledged though its first copy is not yet synced (rule 6).
    case answerUnsyncedDuplicate
    /// Pages of a failed sync are believed when they are read back (rule 7).
    case believeFailedPages
    /// A failed sync is taken for a good one (rule 7).
    case ignoreFailedSync
    /// What was replayed is not synced at the start (rule 8).
    case skipStartupSync
    /// The names of new files are not synced.
    case forgetFolderSync
    /// A damaged tail is cut off and its sequences are used again (rule 9).
    case cutTailSilently
    /// A body is removed when the neighbour's note comes, before the note is on the disk (rule 12).
    case freeOnUnsyncedNote
    /// What was delivered is forgotten at a start: duplicates are not known any more (rule 11).
    case dropDuplicateMarks
    /// A relay takes a second arrival of a cable for a duplicate, and only acknowledges it (rule 5).
    case relayDiscardsDuplicate
    /// A custody note ends the newest arrival of the cable, not the one that was offered (rule 5).
    case noteEndsLaterArrival
    /// What was sent first over a lost session goes behind what came later.
    case orderBrokenByLinkChange
    /// The last delivery is made again behind a replay.
    case deliverAgainAfterReplay
    /// The first number behind a start is that of the last delivery before it.
    case arrivalNumbersReused
    /// Links are used for what they are not cleared for.
    case gateOpen
    /// The clearance of a link is not looked at where it is the alternate.
    case alternateUngated
    /// A delivery that a neighbour may have is called cancelled when that is ordered, not when an outcome comes (rule 21).
    case cancelledTooEarly
    /// An order that comes before its cable leaves no mark (rule 21).
    case orderLeavesNoMark
    /// An offer says nothing of a delivery whose post has moved (rule 22).
    case movedMarkLost
    /// A cable that waits at the station to which its post moves stays there (rule 22).
    case homecomingForgotten
    /// A notice says that a life is over when it has just begun (rule 20).
    case noticeTooEarly
    /// An order to raise is recorded as one to cancel.
    case raiseTakenForCancel
    /// A relay alters an octet of a body.
    case alteredOctet
    /// The neighbour's custody note is shown as the addressee's receipt.
    case noteTakenForReceipt
    /// At a start the audit goes on from its newest signed head, without what came behind it (rule 25).
    case auditForgetsTail
    /// A neighbour's custody note is kept with the cables of the next one (rule 25).
    case noteOfAnotherOffer
    /// The originator's "no receipt here" is taken for the opposite, and the sign of a suspected duplicate stays (rule 11).
    case signStays
    /// What is long without a receipt is not offered again by its originator's station (rule 10).
    case overdueNotOffered
    /// A cable that an addressee asks for once more is never sent.
    case rerunForgotten
    /// A rerun does not name the cable that it repeats.
    case rerunUnnamed
    /// A relay that is asked by a tracer says "delivered" of what it passed on.
    case tracerTellsTales
    /// With little room FLASH is refused, too.
    case reserveRefusesFlash
    /// What is refused for want of room stays refused when there is room again.
    case reserveStays
    /// An interrupted body is gone on with one octet too far (rule 18).
    case resumeAtWrongOffset
    /// A lower transfer goes on before what interrupts it (rule 17).
    case lowerGoesOn
    /// More is put under way than the link was measured to carry (rule 17).
    case boundIgnored
    /// Carrying forward says of what was passed on that it waits.
    case carryForgetsPassed
    /// Carrying forward leaves out the marks of deliveries (rule 11).
    case carryForgetsMarks
    /// A cleaned segment goes though something in it is still needed.
    case removeUncarried
    /// A segment goes before what was carried from it is synced.
    case removeBeforeSync
    /// Every start of the daemon has the same 40 bits (rule 1).
    case startBitsReused
    /// What people acknowledged is forgotten at a start.
    case acknowledgmentForgotten
    /// A receipt is shown as the acknowledgment of a person.
    case receiptTakenForAcknowledgment
    /// A reply is handed in without the cable that it answers.
    case replyWithoutLink
    /// An operator's order for a link is forgotten at a start.
    case linkOrderForgotten
    /// A neighbour is not told that a link is limited or drained (rule 17).
    case limitNotAnnounced
    /// What a neighbour says of its limits is not heeded.
    case noticeUnheeded
    /// Somebody counts as told before anything was said to him.
    case reminderNotSaid
}
