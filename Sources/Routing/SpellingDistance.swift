/// How far two words are apart: for "did you mean".
package enum SpellingDistance {
    /// Letters looked at of each word.
    private static let lettersMax = 64

    /// Letters to change, add or leave out.
    package static func between(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8.prefix(lettersMax))
        let b = Array(b.utf8.prefix(lettersMax))
        guard !a.isEmpty else { return b.count }
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var corner = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let change = corner + (letter == other ? 0 : 1)
                corner = row[j + 1]
                row[j + 1] = min(change, corner + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }

    /// Those that are near enough to be meant, nearest first.
    package static func nearest(to word: String, among words: [String], most: Int) -> [String] {
        let bound = max(2, word.utf8.count / 4)
        return
            words.map { (word: $0, distance: between(word, $0)) }
            .filter { $0.distance <= bound }
            .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
            .prefix(most).map(\.word)
    }
}
