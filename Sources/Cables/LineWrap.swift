/// Cuts lines at blanks to the columns that a circuit carries.
struct LineWrap {
    let columns: Int
    /// What begins each line but the first.
    var indent = ""
    /// Whether a line may begin so: one that would be read as something else may not.
    var mayBegin: (String) -> Bool = { _ in true }

    /// - Parameter first: what stands on the first line before the text.
    func lines(_ text: String, first: String = "") -> [String] {
        guard first.count + text.count > columns else { return [first + text] }
        let words = text.split(separator: " ", omittingEmptySubsequences: true).flatMap(pieces)
        var rows: [[String]] = [[]]
        var width = first.count
        for word in words {
            let isFresh = rows[rows.count - 1].isEmpty
            if !isFresh, width + 1 + word.count > columns {
                rows.append([word])
                width = indent.count + word.count
            } else {
                rows[rows.count - 1].append(word)
                width += word.count + (isFresh ? 0 : 1)
            }
        }
        settle(&rows)
        return rows.enumerated().map { ($0.offset == 0 ? first : indent) + $0.element.joined(separator: " ") }
    }

    /// Moves words down until no line begins as it may not.
    private func settle(_ rows: inout [[String]]) {
        // A row may be added behind the last one on the way.
        var index = 1
        while index < rows.count {
            while !mayBegin(indent + rows[index].joined(separator: " ")), rows[index - 1].count > 1 {
                rows[index].insert(rows[index - 1].removeLast(), at: 0)
            }
            // What became too long goes on to the next row.
            while indent.count + rows[index].joined(separator: " ").count > columns, rows[index].count > 1 {
                let word = rows[index].removeLast()
                if index + 1 < rows.count { rows[index + 1].insert(word, at: 0) } else { rows.append([word]) }
            }
            index += 1
        }
    }

    /// A word that is longer than a line is cut.
    private func pieces(_ word: Substring) -> [String] {
        let room = columns - indent.count
        guard word.count > room else { return [String(word)] }
        var rest = word
        var pieces: [String] = []
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(room)))
            rest = rest.dropFirst(room)
        }
        return pieces
    }
}
