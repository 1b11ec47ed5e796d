package import Cables

/// What tells a duplicate of a cable that reached a post here and is no longer kept: identity, content and post, in 128
/// bits (rule 5). Text of the post and identity are mixed in, so that marks of different deliveries differ.
package struct DeliveryMark: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// How a delivery ended, at an originator's station that no longer keeps the cable.
    package enum Answer: String, Sendable {
        case received, nothing
    }

    /// No post bears such a name: these marks and those of deliveries stand beside one another.
    package init(_ answer: Answer, identity: CableIdentity, content: ContentMark, post: String) {
        self.init(identity: identity, content: content, post: "\u{1}\(answer.rawValue) \(post)")
    }

    package init(identity: CableIdentity, content: ContentMark, post: String) {
        var first: UInt64 = 0xcbf2_9ce4_8422_2325
        var second: UInt64 = 0x9e37_79b9_7f4a_7c15
        func mix(_ word: UInt64) {
            first = (first ^ word) &* 0x0000_0100_0000_01b3
            first ^= first >> 29
            second = (second &+ word) &* 0xbf58_476d_1ce4_e5b9
            second ^= second >> 31
        }
        mix(identity.station.packed)
        mix(identity.start)
        mix(identity.number)
        mix(content.high)
        mix(content.low)
        var word: UInt64 = 0
        var count = 0
        for octet in post.utf8 {
            word = word << 8 | UInt64(octet)
            count += 1
            if count % 8 == 0 { mix(word) }
        }
        mix(word)
        mix(UInt64(count))
        high = first
        low = second
    }
}

/// The marks of deliveries that are no longer kept, for the duplicate window: 24 octets each, at most two thirds of the
/// table filled, so that a million take 48 MiB at most.
package struct DuplicateMarks: ~Copyable {
    private struct Place {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Hours since 1970 of the delivery; 0: the place is free.
        var hour: UInt32 = 0
        /// The segment that holds the mark, or the delivery that it stands for.
        var segment: UInt32 = 0
    }

    private static let placesMin = 1 << 10
    private static let hour: Int64 = 3_600_000

    private var places = [Place](repeating: Place(), count: placesMin)
    package private(set) var count = 0

    package init() {}

    package func contains(_ mark: DeliveryMark) -> Bool {
        let place = find(mark)
        return places[place].hour != 0
    }

    /// - Parameters:
    ///   - at: milliseconds since 1970 of the delivery.
    ///   - segment: where a restart finds it.
    package mutating func add(_ mark: DeliveryMark, at: Int64, segment: UInt32) {
        if (count + 1) * 3 > places.count * 2 { grow() }
        let place = find(mark)
        if places[place].hour == 0 { count += 1 }
        places[place] = Place(
            high: mark.high, low: mark.low, hour: UInt32(clamping: max(1, at / Self.hour)),
            segment: max(segment, places[place].segment))
    }

    /// Drops the marks of deliveries before a time: only age ends a mark (rule 11).
    package mutating func expire(before: Int64) {
        let hour = UInt32(clamping: max(0, before / Self.hour))
        guard places.contains(where: { $0.hour != 0 && $0.hour < hour }) else { return }
        rebuild(places.count) { $0.hour >= hour }
    }

    /// The marks that a segment alone holds.
    package func standing(in segment: UInt32) -> [(mark: DeliveryMark, at: Int64)] {
        places.compactMap {
            $0.hour != 0 && $0.segment == segment
                ? (DeliveryMark(high: $0.high, low: $0.low), Int64($0.hour) * Self.hour) : nil
        }
    }

    private func find(_ mark: DeliveryMark) -> Int {
        var place = Int(truncatingIfNeeded: mark.high) & (places.count - 1)
        while places[place].hour != 0, places[place].high != mark.high || places[place].low != mark.low {
            place = (place + 1) & (places.count - 1)
        }
        return place
    }

    private mutating func grow() { rebuild(places.count * 2) { _ in true } }

    private mutating func rebuild(_ size: Int, _ keeps: (Place) -> Bool) {
        let old = places
        places = [Place](repeating: Place(), count: size)
        count = 0
        for place in old where place.hour != 0 && keeps(place) {
            places[find(DeliveryMark(high: place.high, low: place.low))] = place
            count += 1
        }
    }
}
