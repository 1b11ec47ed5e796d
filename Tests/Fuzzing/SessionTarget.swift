/// The session machine as libFuzzer calls it: a list of operations, some of which are octets of the neighbour.
///
/// Whatever comes, it must not trap, must not grow without bound, and must end at most once.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSession(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
    var rest = UnsafeBufferPointer(start: data, count: size)[...]
    var play = SessionPlay()
    while let operation = rest.popFirst() {
        let count = min(rest.count, Int(rest.popFirst() ?? 0))
        let octets = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        play.act(operation, octets)
    }
    play.end()
    return 0
}
