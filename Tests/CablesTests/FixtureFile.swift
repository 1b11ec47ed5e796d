import Cables
import Foundation

/// The cables of Tests/Fixtures.
func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent("Fixtures/cables/\(name)")))
}

func read(_ text: String) -> CableReading { CableParser.parse(Array(text.utf8), receiptYear: 2_008) }

/// A cable with one text, everything else in order.
func cable(text: String) -> CableReading {
    read(
        "R 061011Z MAY 08\nFM FOREIGN OFFICE CAPITAL\nTO EMBASSY NORTHLAND\n\nUNCLAS CAPITAL 000001\n\nSUBJECT: X\n\n1. \(text)\n"
    )
}
