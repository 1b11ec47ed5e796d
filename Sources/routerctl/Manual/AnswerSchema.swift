/// The answers of all verbs as one JSON schema (2020-12): `$defs` has one for each verb.
enum AnswerSchema {
    static var text: String {
        var lines = ["{", "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\","]
        lines.append("  \"title\": \"Answers of routerctl under -o json\",")
        lines.append("  \"$defs\": {")
        let verbs = AnswerTable.all.flatMap { answer in answer.verbs.map { ($0, answer) } }.sorted { $0.0 < $1.0 }
        for (index, (verb, answer)) in verbs.enumerated() {
            let object = schema(.object(answer.fields), indent: "    ")
            let whole =
                answer.isList
                ? "{ \"type\": \"array\", \"items\": \(object) }" : object
            lines.append("    \"\(verb)\": \(whole)\(index == verbs.count - 1 ? "" : ",")")
        }
        lines += ["  }", "}"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func schema(_ kind: Answer.Kind, indent: String) -> String {
        switch kind {
        case .text: return "{ \"type\": \"string\" }"
        case .time: return "{ \"type\": \"string\", \"format\": \"date-time\" }"
        case .whole: return "{ \"type\": \"integer\" }"
        case .number: return "{ \"type\": \"number\" }"
        case .flag: return "{ \"type\": \"boolean\" }"
        case .counts: return "{ \"type\": \"object\", \"additionalProperties\": { \"type\": \"integer\" } }"
        case .measures: return "{ \"type\": \"object\", \"additionalProperties\": { \"type\": \"number\" } }"
        case .list(let element):
            return "{ \"type\": \"array\", \"items\": \(schema(element, indent: indent)) }"
        case .object(let fields):
            let inner = indent + "  "
            let properties = fields.map { "\(inner)  \"\($0.name)\": \(schema($0.kind, indent: inner))" }
            let required = fields.filter { !$0.isOptional }.map { "\"\($0.name)\"" }.joined(separator: ", ")
            return """
                {
                \(inner)"type": "object",
                \(inner)"required": [\(required)],
                \(inner)"additionalProperties": false,
                \(inner)"properties": {
                \(properties.joined(separator: ",\n"))
                \(inner)}
                \(indent)}
                """
        }
    }
}
