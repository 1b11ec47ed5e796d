extension AddressLines {
    /// One addressee as it is written: `RUEHEL/AMEMBASSY ELBONIA NIACT IMMEDIATE 0842`.
    struct Entry {
        var addressee: Cable.Addressee
        /// `RI/XMT POST`: exempt although it stands among others.
        var isExempt = false
        /// `ALL POSTS, XMT, POST`: the exempt behind it.
        var exemptBehind: Range<Int>?
        var isMisspelt = false

        private let octets: CableOctets

        init(_ octets: CableOctets, _ range: Range<Int>) {
            self.octets = octets
            addressee = Cable.Addressee(
                post: "", indicator: nil, deliveredByOtherMeans: false, precedence: .routine, niact: false,
                sequence: nil, ownPrecedence: nil)
            var rest = octets.skipBlanks(range)
            splitExempt(&rest)
            prefixes(&rest)
            tail(&rest)
            addressee.post = octets.capitals(rest)
        }

        private mutating func splitExempt(_ rest: inout Range<Int>) {
            var place = rest.lowerBound
            while let comma = octets.first(UInt8(ascii: ","), in: place..<rest.upperBound) {
                place = comma + 1
                let after = octets.skipBlanks(place..<rest.upperBound)
                guard octets.begins(after, "XMT") else { continue }
                var name = after.lowerBound + 3
                guard name == rest.upperBound || !octets[name].isLetter else { continue }
                while name < rest.upperBound, octets[name].isBlank || [0x2C, 0x2F].contains(octets[name]) { name += 1 }
                if name < rest.upperBound { exemptBehind = name..<rest.upperBound }
                rest = rest.lowerBound..<comma
                return
            }
        }

        /// `RI/`, `ZEN/`, both, or `XMT ` behind them.
        private mutating func prefixes(_ rest: inout Range<Int>) {
            for _ in 0..<3 {
                var slash = rest.lowerBound
                while slash < rest.upperBound, octets[slash].isLetter { slash += 1 }
                let word = rest.lowerBound..<slash
                guard slash < rest.upperBound, !word.isEmpty else { return }
                if octets.equals(word, "XMT"), octets[slash].isBlank || octets[slash] == UInt8(ascii: "/") {
                    isExempt = true
                    rest = octets.skipBlanks(slash + 1..<rest.upperBound)
                    continue
                }
                guard octets[slash] == UInt8(ascii: "/") else { return }
                let after = octets.skipBlanks(slash + 1..<rest.upperBound)
                guard !after.isEmpty else { return }
                if octets.equals(word, "ZEN") {
                    addressee.deliveredByOtherMeans = true
                } else if addressee.indicator == nil, isIndicator(word), let written = RoutingIndicator(octets, word) {
                    addressee.indicator = written
                } else {
                    return
                }
                rest = after
            }
        }

        private func isIndicator(_ word: Range<Int>) -> Bool {
            let letter = octets[word.lowerBound].capital
            return letter == UInt8(ascii: "R") || letter == UInt8(ascii: "Q")
        }

        /// The precedence word and the continuity number, each once, in either order.
        private mutating func tail(_ rest: inout Range<Int>) {
            rest = octets.trimmed(rest)
            for _ in 0..<2 {
                let word = lastWord(rest)
                guard !word.isEmpty else { return }
                let before = octets.trimmed(rest.lowerBound..<word.lowerBound)
                if octets[word.lowerBound].isDigit {
                    guard addressee.sequence == nil, word.count >= 4, octets.all(word, { $0.isDigit }),
                        !isGroupWord(before)
                    else { return }
                    addressee.sequence = octets.text(word)
                    rest = before
                } else {
                    guard addressee.ownPrecedence == nil, takePrecedence(word) else { return }
                    rest = before
                    let niact = lastWord(before)
                    if !addressee.niact, addressee.ownPrecedence == .immediate, octets.equals(niact, "NIACT") {
                        addressee.niact = true
                        rest = octets.trimmed(before.lowerBound..<niact.lowerBound)
                    }
                }
            }
        }

        private mutating func takePrecedence(_ word: Range<Int>) -> Bool {
            guard word.count >= 3 else { return false }
            if octets.equals(word, "NIACT") {
                addressee.ownPrecedence = .immediate
                addressee.niact = true
            } else {
                guard let precedence = Precedence(octets, word) else { return false }
                addressee.ownPrecedence = precedence
                isMisspelt = octets.equals(word, "PIORITY")
            }
            addressee.precedence = addressee.ownPrecedence ?? .routine
            return true
        }

        private func lastWord(_ range: Range<Int>) -> Range<Int> {
            var start = range.upperBound
            while start > range.lowerBound, !octets[start - 1].isBlank { start -= 1 }
            return start..<range.upperBound
        }

        /// `AIG 8788`: the number names the group.
        private func isGroupWord(_ range: Range<Int>) -> Bool {
            octets.equals(range, "AIG") || octets.equals(range, "CAD")
        }
    }
}
