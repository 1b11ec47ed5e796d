/// What a verb answers: the columns of its table and the fields of its JSON. Man pages and the schema are made of it.
struct Answer: Sendable {
    /// A column of a table, as its heading is written.
    struct Column: Sendable {
        var title: String
        var meaning: String
    }

    /// A field of a JSON object.
    struct Field: Sendable {
        var name: String
        var kind: Kind
        /// Left out where there is nothing to say.
        var isOptional: Bool
        var meaning: String
    }

    indirect enum Kind: Sendable {
        case text, time, whole, number, flag
        /// Whole numbers by a word, such as a precedence.
        case counts
        /// Numbers by a word.
        case measures
        case list(Kind)
        case object([Field])
    }

    var verbs: [String]
    /// The answer is a list of such objects, under jsonl one a line.
    var isList: Bool
    var columns: [Column]
    var fields: [Field]

    /// - Parameter columns: headings and meanings, in the order of the table; none where there is no table.
    init(
        _ verbs: [String], isList: Bool = false, columns: [(String, String)] = [], _ fields: [Field]
    ) {
        self.verbs = verbs
        self.isList = isList
        self.columns = columns.map { Column(title: $0.0, meaning: $0.1) }
        self.fields = fields
    }

    static func of(_ verb: String) -> Answer? { AnswerTable.all.first { $0.verbs.contains(verb) } }
}

/// A field; a question mark behind its name: it may be left out.
func field(_ name: String, _ kind: Answer.Kind, _ meaning: String) -> Answer.Field {
    Answer.Field(
        name: name.hasSuffix("?") ? String(name.dropLast()) : name, kind: kind, isOptional: name.hasSuffix("?"),
        meaning: meaning)
}

extension Answer.Kind {
    /// For the man page.
    var word: String {
        switch self {
        case .text: "text"
        case .time: "time (RFC 3339, UTC)"
        case .whole: "whole number"
        case .number: "number"
        case .flag: "true or false"
        case .counts: "object of whole numbers"
        case .measures: "object of numbers"
        case .list(.object): "list of objects"
        case .list(let kind): "list of \(kind.word)s"
        case .object: "object"
        }
    }

    /// The fields of the object, or of the objects in the list.
    var members: [Answer.Field] {
        switch self {
        case .object(let fields): fields
        case .list(let kind): kind.members
        case .text, .time, .whole, .number, .flag, .counts, .measures: []
        }
    }
}
