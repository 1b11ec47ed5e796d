import Control

/// Invented cables of one size, and the frames that hand them in.
struct BenchCables {
    let request: ControlRequest
    private let size: Int
    private let lastStation: Int
    /// Made once: what is measured is the daemons' work, and both cores are theirs.
    private let filler: [UInt8]

    /// - Parameter lastStation: the station whose post is addressed.
    init(size: Int, lastStation: Int) {
        self.size = size
        self.lastStation = lastStation
        request = ControlRequest("submit", bodyOctets: size)
        let line = Array("THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG AND COMES BACK AGAIN.\n".utf8)
        filler = Array(repeatElement(line, count: size / line.count + 1).joined())
    }

    /// Adds the request and the body of one cable.
    func write(_ number: Int, tag: UInt32, to octets: inout [UInt8]) {
        ControlFrame(.request, tag: tag, payload: request.encoded).write(to: &octets)
        let body = cable(number)
        var offset = 0
        while offset < body.count {
            let end = min(body.count, offset + ControlClient.sliceOctets)
            ControlFrame(.body, tag: tag, payload: Array(body[offset..<end])).write(to: &octets)
            offset = end
        }
    }

    func cable(_ number: Int) -> [UInt8] {
        let text = """
            R 011200Z JAN 26
            FM \(LoopbackNetwork.post(0))
            TO \(LoopbackNetwork.post(lastStation))

            UNCLAS BENCH \(number)

            SUBJECT: BENCHMARK CABLE \(number)

            1. (U) FILLER FOLLOWS.

            """
        var octets = Array(text.utf8.prefix(size))
        octets.append(contentsOf: filler[..<(size - octets.count)])
        return octets
    }
}
