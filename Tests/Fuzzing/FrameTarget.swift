import Link
import Octets

/// The frame decoder as libFuzzer calls it: what it takes it must write again as it came, however the octets are cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrames(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
    let octets = Array(UnsafeBufferPointer(start: data, count: size))
    let whole = frames(of: octets, cut: size + 1)
    precondition(whole == frames(of: octets, cut: 3), "the frames depend on how the octets came")
    for frame in whole {
        let encoded = frame.encoded
        do throws(OctetFault) {
            let again = try Frame(decoding: Array(encoded.dropFirst(Frame.headerOctets)))
            precondition(again == frame, "a frame reads otherwise")
        } catch {
            preconditionFailure("a frame that was read cannot be read again: \(error)")
        }
    }
    return 0
}

private func frames(of octets: [UInt8], cut: Int) -> [Frame] {
    var decoder = FrameDecoder()
    var found: [Frame] = []
    var start = 0
    while start < octets.count {
        let end = min(octets.count, start + cut)
        octets[start..<end].withUnsafeBytes { decoder.append($0) }
        start = end
        do throws(LinkFault) {
            while let next = try decoder.next() { found.append(next.frame) }
        } catch {
            return found
        }
    }
    return found
}
