/// JSON as the interface promises it: sorted keys, slashes plain, what is nil left out.
///
/// Foundation's encoder does the same, but brings as much resident memory as 20,000 queued cables.
package struct JSONText: Sendable {
    package init() {}

    package func octets(_ value: some Encodable) -> [UInt8] {
        let root = JSONNode()
        do {
            try root.set(value, path: [])
        } catch {
            preconditionFailure("rows are plain values: \(error)")
        }
        var octets: [UInt8] = []
        root.write(to: &octets)
        return octets
    }
}

/// One value of a document while it is made; containers of the encoder fill it.
private final class JSONNode {
    private enum Content {
        case null
        /// A number or a truth value, as it is written.
        case plain(String)
        case text(String)
        case list([JSONNode])
        case object([(key: String, value: JSONNode)])
    }

    private var content = Content.null

    func set(_ value: some Encodable, path: [any CodingKey]) throws {
        switch value {
        case let text as String: content = .text(text)
        case let number as Double:
            guard number.isFinite else {
                throw EncodingError.invalidValue(
                    number, EncodingError.Context(codingPath: path, debugDescription: "JSON has no such number"))
            }
            content = .plain("\(number)")
        case let number as any FixedWidthInteger: content = .plain("\(number)")
        case let truth as Bool: content = .plain(truth ? "true" : "false")
        default: try value.encode(to: JSONEncoding(self, path))
        }
    }

    func becomeObject() { if case .object = content {} else { content = .object([]) } }

    func becomeList() { if case .list = content {} else { content = .list([]) } }

    func child(_ key: String) -> JSONNode {
        let child = JSONNode()
        if case .object(var members) = content {
            content = .null
            members.append((key, child))
            content = .object(members)
        }
        return child
    }

    func child() -> JSONNode {
        let child = JSONNode()
        if case .list(var items) = content {
            content = .null
            items.append(child)
            content = .list(items)
        }
        return child
    }

    var count: Int {
        switch content {
        case .list(let items): items.count
        case .null, .plain, .text, .object: 0
        }
    }

    // MARK: Writing

    func write(to octets: inout [UInt8]) {
        switch content {
        case .null: octets.append(contentsOf: "null".utf8)
        case .plain(let text): octets.append(contentsOf: text.utf8)
        case .text(let text): Self.write(text, to: &octets)
        case .list(let items):
            octets.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                item.write(to: &octets)
            }
            octets.append(UInt8(ascii: "]"))
        case .object(let members):
            octets.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &octets)
                octets.append(UInt8(ascii: ":"))
                member.value.write(to: &octets)
            }
            octets.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to octets: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        octets.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): octets.append(contentsOf: [UInt8(ascii: "\\"), octet])
            case UInt8(ascii: "\n"): octets.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): octets.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): octets.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                octets.append(contentsOf: "\\u00".utf8)
                octets.append(contentsOf: [digits[Int(octet >> 4)], digits[Int(octet & 15)]])
            default: octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }
}

/// Hands out containers that fill one node.
private struct JSONEncoding: Encoder {
    let node: JSONNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ node: JSONNode, _ path: [any CodingKey]) {
        self.node = node
        codingPath = path
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(Members(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeList()
        return Items(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node, codingPath: codingPath) }

    struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: JSONNode
        let codingPath: [any CodingKey]

        func encodeNil(forKey key: Key) { _ = node.child(key.stringValue) }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            try node.child(key.stringValue).set(value, path: codingPath + [key])
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            JSONEncoding(node.child(key.stringValue), codingPath + [key]).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            JSONEncoding(node.child(key.stringValue), codingPath + [key]).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { JSONEncoding(node.child("super"), codingPath) }

        func superEncoder(forKey key: Key) -> any Encoder { JSONEncoding(node.child(key.stringValue), codingPath) }
    }

    struct Items: UnkeyedEncodingContainer {
        let node: JSONNode
        let codingPath: [any CodingKey]
        var count: Int { node.count }

        func encodeNil() { _ = node.child() }

        func encode<Value: Encodable>(_ value: Value) throws { try node.child().set(value, path: codingPath) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            JSONEncoding(node.child(), codingPath).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            JSONEncoding(node.child(), codingPath).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { JSONEncoding(node.child(), codingPath) }
    }

    struct Single: SingleValueEncodingContainer {
        let node: JSONNode
        let codingPath: [any CodingKey]

        func encodeNil() {}

        func encode<Value: Encodable>(_ value: Value) throws { try node.set(value, path: codingPath) }
    }
}
