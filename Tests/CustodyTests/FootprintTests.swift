import Cables
import Custody
import Testing

@Suite("What a queued cable costs")
struct FootprintTests {
    @Test("An entry takes 120 octets and a transmission 32: a million must fit a small machine")
    func sizes() {
        #expect(MemoryLayout<CustodyEntry>.stride == 120)
        #expect(MemoryLayout<Transmission>.stride == 32)
    }

    @Test("Times before and after 1970 and the letters of an indicator are kept whole")
    func packing() {
        for value in [0, 1, -1, 1_700_000_000_123, -86_400_000, (1 << 47) - 1, -(1 << 47)] as [Int64] {
            #expect(Packed48(value).value == value)
        }
        #expect(Packed48(.max).value == (1 << 47) - 1)
        #expect(Packed40(0xAB_CDEF_0123).value == 0xAB_CDEF_0123)
        for name in ["RUEH", "RUEHC", "AAAAAAAA", "ZZZZZZZZ", "RUEHXM"] {
            let delivery = CustodyDelivery(
                index: 1, role: .info, precedence: .flash, niact: true, state: .inTransit, why: .none,
                lateAfterNotice: false, post: 1, office: 2, station: indicator(name), transmission: 3, link: 4,
                since: 1_700_000_000_123, at: -5)
            #expect(delivery.station == indicator(name))
            #expect(delivery.since == 1_700_000_000_123)
            #expect(delivery.at == -5)
        }
    }

    @Test("A transmission keeps its number, channel, precedence and state apart")
    func transmission() {
        var sent = Transmission(
            number: CustodyNumber(sequence: 1 << 40, part: 7), isService: true, link: 3, precedence: .critic)
        sent.state = .held
        sent.channel = 1 << 45
        sent.suspectedDuplicate = true
        #expect(sent.number == CustodyNumber(sequence: 1 << 40, part: 7))
        #expect(sent.precedence == .critic)
        #expect(sent.state == .held)
        #expect(sent.channel == 1 << 45)
        #expect(sent.isService && sent.suspectedDuplicate)
        sent.suspectedDuplicate = false
        sent.state = .sending
        #expect(sent.precedence == .critic && sent.state == .sending && sent.isService)
    }
}
