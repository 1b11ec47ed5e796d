import Octets
import Testing

@Suite("Packing of fields into octets")
struct PackingTests {
    @Test(
        "What is written is read in the same order", arguments: [0, 1, 127, 128, 300, UInt64(UInt32.max), UInt64.max])
    func roundTrip(number: UInt64) throws {
        var writer = OctetWriter()
        writer.varint(number)
        writer.u16(7)
        writer.string("CÂBLE")
        writer.bytes([1, 2, 3])
        writer.optional(nil as String?) { $0.string($1) }
        writer.list([4, 5] as [UInt64]) { $0.u64($1) }
        var reader = OctetReader(writer.octets)
        #expect(try reader.varint() == number)
        #expect(try reader.u16() == 7)
        #expect(try reader.string() == "CÂBLE")
        #expect(try reader.bytes() == [1, 2, 3])
        #expect(try reader.optional { reader throws(OctetFault) in try reader.string() } == nil)
        #expect(try reader.list(bound: 2) { reader throws(OctetFault) in try reader.u64() } == [4, 5])
        try reader.finish()
    }

    @Test("Octets that end inside a field are an error at every length")
    func truncation() throws {
        var writer = OctetWriter()
        writer.u32(9)
        writer.string("RUEHC")
        writer.u64(1)
        for length in 0..<writer.octets.count {
            var reader = OctetReader(writer.octets[..<length])
            #expect(throws: OctetFault.self) {
                _ = try reader.u32()
                _ = try reader.string()
                _ = try reader.u64()
            }
        }
    }

    @Test("A count above its bound is refused before memory is reserved")
    func bound() {
        var writer = OctetWriter()
        writer.varint(1 << 40)
        var reader = OctetReader(writer.octets)
        #expect(throws: OctetFault.aboveBound(offset: 0, value: 1 << 40, bound: 8)) { try reader.count(bound: 8) }
    }

    @Test("A number of more than ten octets is refused")
    func overlong() {
        var reader = OctetReader([UInt8](repeating: 0xFF, count: 11))
        #expect(throws: OctetFault.overlongNumber(offset: 0)) { try reader.varint() }
    }

    @Test("A digest reads back from its text")
    func digest() throws {
        let digest = Digest(1, 2, 3, .max)
        #expect(Digest(hexadecimal: digest.description) == digest)
        #expect(Digest(digest.octets) == digest)
        #expect(Digest(hexadecimal: "00") == nil)
    }
}
