/// A body that is too large for memory, on its way to the service's sink. Used on one queue, where it may wait for the
/// disk.
final class ControlUpload: @unchecked Sendable {
    // Unchecked: all of it belongs to the connection's own queue.
    private let service: any ControlService
    private let expected: Int
    private var sink: (any BodySink)?

    init(_ service: any ControlService, octets: Int) {
        self.service = service
        expected = octets
    }

    /// - Returns: why the body is not wanted.
    func begin() -> ControlFailure? {
        do throws(ControlFailure) {
            sink = try service.bodySink(octets: expected)
            return nil
        } catch {
            return error
        }
    }

    /// - Returns: why the body goes no further; nil also where it had failed before.
    func append(_ octets: [UInt8]) -> ControlFailure? {
        guard let sink else { return nil }
        do throws(ControlFailure) {
            try octets.withUnsafeBufferPointer { (octets) throws(ControlFailure) in
                try sink.append(UnsafeRawBufferPointer(octets))
            }
            return nil
        } catch {
            abandon()
            return error
        }
    }

    /// - Returns: nil where it had failed before.
    func finish() throws(ControlFailure) -> (name: String, hold: any Sendable)? {
        guard let sink else { return nil }
        self.sink = nil
        return try sink.finish()
    }

    func abandon() {
        sink?.abandon()
        sink = nil
    }
}
