import Custody
import Testing

@testable import Station

@Suite("What the station tells")
struct AlarmBoardTests {
    @Test("An alarm that comes again is counted, not repeated")
    func alarms() {
        let board = AlarmBoard()
        for number in 1...3 { board.raise(StationEvent(.alarm, "a", [("n", "\(number)")]), at: 10) }
        board.raise(StationEvent(.alarm, "b", []), at: 11)
        #expect(board.all.map(\.code) == ["a", "b"])
        #expect(board.all[0].count == 3)
        #expect(board.all[0].text == "n=3")
        #expect(board.all[0].since == 10)
    }
}
