/// A value of a settings file, with the line on which it stands.
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
        package var line: Int
        package var value: JSON5Value
    }

    package var content: Content
    package var line: Int

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
