import Synchronization
import Testing

@testable import Custody
@testable import Station

@Suite("Surveys are made seldom where they take long")
struct SurveyShelfTests {
    @Test("A survey is used again for a thousand times as long as it took")
    func rest() {
        let clock = Made()
        let shelf = SurveyShelf(clock: { clock.nanoseconds.load(ordering: .relaxed) })
        func ask() -> Int {
            let survey = shelf.survey {
                var survey = ServiceSurvey()
                survey.suspenses = clock.surveys.wrappingAdd(1, ordering: .relaxed).newValue
                clock.nanoseconds.wrappingAdd(50, ordering: .relaxed)
                return survey
            }
            return survey.suspenses
        }
        #expect(ask() == 1)
        clock.nanoseconds.wrappingAdd(50 * SurveyShelf.restFactor - 1, ordering: .relaxed)
        #expect(ask() == 1)
        clock.nanoseconds.wrappingAdd(1, ordering: .relaxed)
        #expect(ask() == 2)
    }

    private final class Made: Sendable {
        let nanoseconds = Atomic<UInt64>(7)
        let surveys = Atomic<Int>(0)
    }
}
