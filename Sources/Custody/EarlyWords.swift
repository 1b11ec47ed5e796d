package import Cables
import Octets

/// Receipts, acknowledgments and words of moved posts that came before it was known that their station may give them: the
/// post has moved, and the word of it, or the new network file, is under way still (rule 22).
///
/// They were taken into custody and noted, so nobody sends them again: they are heard when their station may speak. Who may
/// is known by the delivery's station and by those that it has had before: any of them may have brought it to a desk.
package struct EarlyWords: Sendable {
    package struct Word: Equatable, Sendable {
        /// Of the delivery, in the signed block.
        package var index: UInt16
        package var message: ServiceMessage
        /// Milliseconds since 1970: when it came.
        package var at: Int64
    }

    package struct Home: Equatable, Sendable {
        package var index: UInt16
        package var station: RoutingIndicator
    }

    /// Words of one cable, and homes that its deliveries had; what comes behind them is not kept: the originator's station offers again what stays without a
    /// receipt.
    package static let wordsMax = 32
    /// Cables with such words, or homes; of more the oldest lose theirs.
    package static let cablesMax = 1_024

    /// By the sequence of the cable's acceptance.
    private var kept: [UInt64: [Word]] = [:]
    private var homes: [UInt64: [Home]] = [:]

    var sequences: [UInt64] { kept.keys.sorted() }

    subscript(sequence: UInt64) -> [Word] { kept[sequence] ?? [] }

    func homes(of sequence: UInt64) -> [Home] { homes[sequence] ?? [] }

    func wasHome(_ station: RoutingIndicator, _ index: UInt16, of sequence: UInt64) -> Bool {
        !homes.isEmpty && homes[sequence]?.contains(Home(index: index, station: station)) == true
    }

    /// The delivery has left this station for another one.
    mutating func left(_ home: Home, of sequence: UInt64) {
        let known = homes[sequence] ?? []
        guard !known.contains(home), known.count < Self.wordsMax else { return }
        homes[sequence] = known + [home]
        if homes.count > Self.cablesMax, let oldest = homes.keys.min() { homes[oldest] = nil }
    }

    /// - Returns: whether it is kept.
    mutating func keep(_ word: Word, of sequence: UInt64) -> Bool {
        let words = kept[sequence] ?? []
        if words.contains(where: { $0.message == word.message }) { return true }
        guard words.count < Self.wordsMax else { return false }
        kept[sequence] = words + [word]
        if kept.count > Self.cablesMax, let oldest = kept.keys.min() { kept[oldest] = nil }
        return kept[sequence] != nil
    }

    /// What a station said of a delivery; what says how it ended first, since behind a move others speak for it.
    mutating func take(_ station: RoutingIndicator, _ index: UInt16, of sequence: UInt64) -> Word? {
        guard var words = kept[sequence] else { return nil }
        let said = words.indices.filter { words[$0].index == index && words[$0].message.station == station }
        guard let first = said.first(where: { words[$0].message.isOutcome }) ?? said.first else { return nil }
        let word = words.remove(at: first)
        kept[sequence] = words.isEmpty ? nil : words
        return word
    }

    mutating func forget(_ sequence: UInt64) {
        kept[sequence] = nil
        homes[sequence] = nil
    }
}

extension JournalRecord {
    /// The early words of a cable whose segment goes, and the homes of its deliveries, said again.
    package struct StandingWords: Equatable, Sendable {
        /// Of the cable's acceptance.
        package var sequence: UInt64
        package var words: [EarlyWords.Word]
        package var homes: [EarlyWords.Home]

        func write(to writer: inout OctetWriter) {
            writer.varint(sequence)
            writer.list(words) { writer, word in
                writer.u16(word.index)
                writer.bytes(word.message.encoded)
                writer.u64(UInt64(bitPattern: word.at))
            }
            writer.list(homes) { writer, home in
                writer.u16(home.index)
                writer.indicator(home.station)
            }
        }

        init(sequence: UInt64, words: [EarlyWords.Word], homes: [EarlyWords.Home]) {
            self.sequence = sequence
            self.words = words
            self.homes = homes
        }

        init(from reader: inout OctetReader) throws(OctetFault) {
            sequence = try reader.varint()
            words = try reader.list(bound: EarlyWords.wordsMax) { reader throws(OctetFault) in
                EarlyWords.Word(
                    index: try reader.u16(),
                    message: try ServiceMessage(decoding: try reader.bytes(bound: ServiceMessage.octetsMax)),
                    at: Int64(bitPattern: try reader.u64()))
            }
            homes = try reader.list(bound: EarlyWords.wordsMax) { reader throws(OctetFault) in
                EarlyWords.Home(index: try reader.u16(), station: try reader.indicator())
            }
        }
    }
}
