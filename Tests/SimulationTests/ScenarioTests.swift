import Simulation
import Testing

@Suite("Rare courses of events, on purpose")
struct ScenarioTests {
    @Test("Every rule holds, and everything comes to its end", arguments: Scenario.allCases)
    func plays(scenario: Scenario) { #expect(scenario.play() == .right) }

    @Test(
        "A mistake is found where it shows",
        arguments: [
            (.wayBack, .relayDiscardsDuplicate), (.unsyncedTail, .skipStartupSync), (.failedPages, .believeFailedPages),
            (.unsyncedTail, .tellBeforeSync), (.lostDisk, .forgetFolderSync),
            (.ungatedWay, .alternateUngated), (.cancelFirst, .orderLeavesNoMark), (.comesHome, .homecomingForgotten),
            (.cancelFirst, .cancelledTooEarly),
            (.limitedLink, .linkOrderForgotten), (.limitedLink, .limitNotAnnounced), (.limitedLink, .noticeUnheeded),
            (.custodianGone, .overdueNotOffered), (.custodianGone, .signStays),
        ] as [(Scenario, Mutation)])
    func finds(scenario: Scenario, mutation: Mutation) { #expect(scenario.play(mutation: mutation) != .right) }
}
