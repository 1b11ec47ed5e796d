extension StringProtocol {
    /// Whether the text holds another one, octet by octet in UTF-8; every text holds the empty one.
    ///
    /// The standard library's own search brings a parser of regular expressions along, which a station never needs.
    package func holds(_ part: some StringProtocol) -> Bool {
        var rest = utf8[...]
        while rest.count >= part.utf8.count {
            if rest.starts(with: part.utf8) { return true }
            guard !rest.isEmpty else { return false }
            rest = rest.dropFirst()
        }
        return false
    }
}
