import Foundation

/// Holds a document against the part of JSON schema that `docs/routerctl.schema.json` uses.
struct SchemaCheck {
    private let definitions: [String: Any]

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent("docs/routerctl.schema.json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        definitions = object?["$defs"] as? [String: Any] ?? [:]
    }

    /// What is wrong with the answer of a verb; empty: nothing.
    func problems(of verb: String, _ document: Any?) -> [String] {
        guard let schema = definitions[verb] as? [String: Any] else { return ["\(verb) is not in the schema"] }
        return problems(document, schema, verb)
    }

    /// Of one line of a list.
    func problems(ofLine verb: String, _ document: Any?) -> [String] {
        guard let schema = definitions[verb] as? [String: Any], let items = schema["items"] as? [String: Any] else {
            return ["\(verb) is no list in the schema"]
        }
        return problems(document, items, verb)
    }

    private func problems(_ value: Any?, _ schema: [String: Any], _ path: String) -> [String] {
        switch schema["type"] as? String {
        case "object":
            guard let object = value as? [String: Any] else { return ["\(path) is no object"] }
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            var found = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
                "\(path).\($0) is missing"
            }
            for (key, member) in object {
                if let inner = properties[key] {
                    found += problems(member, inner, "\(path).\(key)")
                } else if let others = schema["additionalProperties"] as? [String: Any] {
                    found += problems(member, others, "\(path).\(key)")
                } else {
                    found.append("\(path).\(key) is not in the schema")
                }
            }
            return found
        case "array":
            guard let list = value as? [Any], let items = schema["items"] as? [String: Any] else {
                return ["\(path) is no list"]
            }
            return list.enumerated().flatMap { problems($0.element, items, "\(path)[\($0.offset)]") }
        case "string":
            guard let text = value as? String else { return ["\(path) is no text"] }
            guard schema["format"] != nil else { return [] }
            let isTime = text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/) != nil
            return isTime ? [] : ["\(path) is no time: \(text)"]
        case "boolean": return isTruth(value) ? [] : ["\(path) is neither true nor false"]
        case "integer":
            guard !isTruth(value), let number = value as? NSNumber, number.doubleValue == number.doubleValue.rounded()
            else {
                return ["\(path) is no whole number"]
            }
            return []
        case "number": return !isTruth(value) && value is NSNumber ? [] : ["\(path) is no number"]
        default: return ["\(path) has no type in the schema"]
        }
    }

    private func isTruth(_ value: Any?) -> Bool {
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    }
}
