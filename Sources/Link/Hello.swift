package import Cables
package import Custody
package import Octets

/// The first frame on a session, both ways.
package struct Hello: Equatable, Sendable {
    package struct Remembered: Equatable, Sendable {
        package var start: UInt64
        package var channels: ChannelRanges

        package init(start: UInt64, channels: ChannelRanges) {
            self.start = start
            self.channels = channels
        }
    }

    package var version: UInt8
    package var network: String
    package var station: RoutingIndicator
    /// 40 random bits of this start of the daemon: another start with one certificate is another daemon (rule 22).
    package var start: UInt64
    package var epoch: JournalEpoch
    /// Of the network file; with different versions the gate of both sides applies (rule 27).
    package var networkVersion: UInt64
    package var networkHash: Digest
    /// Octets that may come before the first `window` frame.
    package var window: UInt32
    /// The lowest channel number that the next offer of this start may bear: what is below and never came is unused.
    package var nextChannel: UInt64
    /// The neighbour's journal as it is remembered here (rule 9); nil: nothing is.
    package var rememberedEpoch: JournalEpoch?
    package var remembered: [Remembered]
    /// What the station's orders keep from the link.
    package var notice = LinkNotice()

    package init(
        version: UInt8 = Frame.wireVersion, network: String, station: RoutingIndicator, start: UInt64,
        epoch: JournalEpoch, networkVersion: UInt64, networkHash: Digest, window: UInt32, nextChannel: UInt64,
        rememberedEpoch: JournalEpoch?, remembered: [Remembered]
    ) {
        self.version = version
        self.network = network
        self.station = station
        self.start = start
        self.epoch = epoch
        self.networkVersion = networkVersion
        self.networkHash = networkHash
        self.window = window
        self.nextChannel = nextChannel
        self.rememberedEpoch = rememberedEpoch
        self.remembered = remembered
    }

    func write(to writer: inout OctetWriter) {
        writer.u8(version)
        writer.string(network)
        writer.indicator(station)
        writer.u64(start)
        writer.epoch(epoch)
        writer.varint(networkVersion)
        writer.digest(networkHash)
        writer.u32(window)
        writer.varint(nextChannel)
        writer.optional(rememberedEpoch) { $0.epoch($1) }
        writer.list(remembered) { writer, item in
            writer.u64(item.start)
            writer.list(item.channels.ranges) { $0.channels($1) }
        }
        // Last, and only where there is something to say.
        if notice != LinkNotice() { notice.write(to: &writer) }
    }

    init(from reader: inout OctetReader) throws(OctetFault) {
        version = try reader.u8()
        // The rest of a newer hello may look otherwise: the session says "other version" before it looks.
        guard version == Frame.wireVersion else {
            throw .unknownValue(offset: reader.offset - 1, value: UInt64(version))
        }
        network = try reader.string(bound: 256)
        station = try reader.indicator()
        start = try reader.u64()
        epoch = try reader.epoch()
        networkVersion = try reader.varint()
        networkHash = try reader.digest()
        window = try reader.u32()
        nextChannel = try reader.varint()
        rememberedEpoch = try reader.optional { reader throws(OctetFault) in try reader.epoch() }
        remembered = try reader.list(bound: TakenMemory.startsMax) { reader throws(OctetFault) in
            Remembered(
                start: try reader.u64(),
                channels: ChannelRanges(
                    try reader.list(bound: TakenMemory.rangesMax) { reader throws(OctetFault) in
                        try reader.channels()
                    }))
        }
        if reader.remaining > 0 { notice = try LinkNotice(from: &reader) }
    }
}
