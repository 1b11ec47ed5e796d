/// Where something stands in a settings file.
package struct JSON5Place: Sendable, Hashable {
    /// From 1.
    package var line: Int
    /// From 1, in octets of the line.
    package var column: Int
}

/// A value of a settings file, with the place where it stands.
package struct JSON5Value: Sendable, Equatable {
    package indirect enum Content: Sendable, Equatable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case list([JSON5Value])
        case object([Member])
    }

    package struct Member: Sendable, Equatable {
        package var key: String
        /// Of the key.
        package var place: JSON5Place
        package var value: JSON5Value

        package var line: Int { place.line }
    }

    package var content: Content
    package var place: JSON5Place

    package var line: Int { place.line }

    package var kind: String {
        switch content {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
