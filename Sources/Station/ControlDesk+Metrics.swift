import Control

extension ControlDesk {
    /// `metrics`: the same text as `/metrics`.
    func metrics(_ request: ControlRequest, _ reply: ControlReply) {
        SnapshotDesk(desk: self).metrics(request["openMetrics"] == nil ? .plain : .openMetrics) { octets in
            reply.octets { offset in Array(octets.dropFirst(offset).prefix(256 << 10)) }
        }
    }
}
