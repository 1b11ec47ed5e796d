import Foundation
import Testing

/// Rules that the compiler does not hold.
@Suite("The tree is tidy")
struct TidyTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(_ folder: String) -> [(path: String, text: String)] {
        let base = root.appendingPathComponent(folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            (try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)).map {
                ("\(folder)/\(name)", $0)
            }
        }
    }

    private static func imports(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), place <= 1, place + 1 < words.count else { return nil }
            return words[place + 1]
        }
    }

    @Test(
        "A pure module imports only pure modules",
        arguments: [
            ("Octets", []), ("Cables", ["Octets"]), ("Routing", ["Cables"]), ("Settings", ["Cables", "Routing"]),
            ("Custody", ["Octets", "Cables", "Routing"]), ("Link", ["Octets", "Cables", "Custody"]),
        ] as [(String, [String])])
    func pure(module: String, allowed: [String]) {
        let files = Self.files("Sources/\(module)")
        #expect(!files.isEmpty)
        for file in files {
            #expect(Set(Self.imports(file.text)).subtracting(allowed) == [], "\(file.path)")
        }
    }

    @Test("The journal touches the system only in FileStorage, and OpenSSL is touched only in Transport")
    func edges() {
        for file in Self.files("Sources/Journal") where !file.path.contains("FileStorage") {
            #expect(!Self.imports(file.text).contains("Glibc"), "\(file.path)")
            #expect(!Self.imports(file.text).contains("Foundation"), "\(file.path)")
        }
        for file in Self.files("Sources") where !file.path.hasPrefix("Sources/Transport") {
            #expect(!Self.imports(file.text).contains("COpenSSL"), "\(file.path)")
        }
    }

    @Test("Pure code asks for no time and no randomness, and prints nothing")
    func noEffects() {
        let banned = [".random(", "print(", "Date(", "clock_gettime", "SystemRandomNumberGenerator", "ContinuousClock"]
        for module in ["Octets", "Cables", "Routing", "Settings", "Custody", "Link"] {
            for file in Self.files("Sources/\(module)") {
                for word in banned { #expect(!file.text.contains(word), "\(file.path): \(word)") }
            }
        }
    }

    @Test("Nothing is unfinished, trapped on others' data, or named for nothing")
    func names() {
        let unfinished = ["TO" + "DO", "FIX" + "ME", "try" + "!", "fatal" + "Error("]
        for file in Self.files("Sources") {
            for word in unfinished { #expect(!file.text.contains(word), "\(file.path): \(word)") }
            let name = file.path.split(separator: "/").last ?? ""
            for word in ["Manager", "Helper", "Util"] { #expect(!name.contains(word), "\(file.path)") }
            #expect(
                file.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 500, "\(file.path) is long")
        }
    }

    @Test("Nothing reads the folders of another checkout")
    func standsAlone() {
        for file in Self.files("Sources") + Self.files("Tests") {
            #expect(!file.text.contains("../" + "shared"), "\(file.path)")
        }
    }
}
