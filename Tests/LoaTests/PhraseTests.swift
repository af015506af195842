import Foundation
import Testing

/// Every text for a person stands in the sources in both languages, and each in its own.
struct PhraseTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    /// The Swift files below a folder of the sources.
    private func files(_ folder: String) throws -> [URL] {
        let all = FileManager.default.enumerator(
            at: Self.sources.appending(path: folder), includingPropertiesForKeys: nil)
        return (all?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    }

    /// Texts that are the same in both languages because they are no words: codes, commands, figures.
    private func hasWords(_ text: String) -> Bool {
        let plain = text.replacing("{}", with: "")
        return plain.split(separator: " ").count {
            $0.contains { $0.isLetter } && $0.allSatisfy { $0.isLetter || ".,:;?!".contains($0) }
        } > 1
    }

    private static let letters = Set(
        "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
    )

    @Test(
        "each Phrase has Vietnamese with its accents and English without",
        arguments: ["loa", "loa-centre", "TerminalText", "Centre"])
    func phrases(folder: String) throws {
        var count = 0
        for file in try files(folder) {
            for (vietnamese, english) in PhraseLiterals(try String(contentsOf: file, encoding: .utf8)).found {
                count += 1
                let place = "\(file.lastPathComponent): \(vietnamese) | \(english)"
                #expect(vietnamese.isEmpty == english.isEmpty, "\(place)")
                let own = english.replacing("Loa Phường", with: "")
                #expect(!own.contains { Self.letters.contains($0) }, "\(place)")
                guard hasWords(english) else { continue }
                #expect(vietnamese != english, "\(place)")
                #expect(vietnamese.contains { Self.letters.contains($0) }, "\(place)")
                #expect(vietnamese == vietnamese.precomposedStringWithCanonicalMapping, "\(place)")
            }
        }
        #expect(count > 20)
    }

    @Test("a message of the phrasebook has the places of its English in its Vietnamese")
    func places() throws {
        var count = 0
        for file in try files("TerminalText") where file.lastPathComponent.hasPrefix("Phrasebook+") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for entry in text.split(separator: ".init(").dropFirst() {
                let literals = Literals(String(entry)).found
                guard literals.count >= 2 else { continue }
                let (english, vietnamese) = (literals[0], literals[1...].joined())
                func places(_ text: String) -> Set<String> {
                    Set(text.matches(of: /\{[1-9]\}/).map { String($0.output) })
                }
                #expect(places(vietnamese).isSubset(of: places(english)), "\(english)")
                #expect(!vietnamese.isEmpty && vietnamese != english, "\(english)")
                count += 1
            }
        }
        #expect(count > 300)
    }
}

/// The Vietnamese and English of each `Phrase(vi:en:)` of a source, without what is put into them.
private struct PhraseLiterals {
    private(set) var found: [(vietnamese: String, english: String)] = []

    init(_ text: String) {
        for piece in text.ranges(of: "Phrase(") {
            let inside = Self.balanced(text[piece.upperBound...])
            guard let vi = Self.label("vi:", in: inside), let en = Self.label("en:", in: inside), vi < en
            else { continue }
            let vietnamese = Literals(String(inside[vi..<en])).found.joined()
            let english = Literals(String(inside[en...])).found.joined()
            found.append((vietnamese, english))
        }
    }

    /// Up to the parenthesis that closes.
    private static func balanced(_ text: Substring) -> Substring {
        var (depth, isQuoted, isEscaped) = (1, false, false)
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
                // What is put into a text is not looked into.
                continue
            }
            switch character {
            case "\\": isEscaped = isQuoted
            case "\"": isQuoted.toggle()
            case "(" where !isQuoted: depth += 1
            case ")" where !isQuoted:
                depth -= 1
                if depth == 0 { return text[..<index] }
            default: break
            }
        }
        return text
    }

    private static func label(_ label: String, in text: Substring) -> Substring.Index? {
        text.ranges(of: label).first { range in
            let before = text[..<range.lowerBound].last { !$0.isWhitespace }
            return before == nil || before == ","
        }?.lowerBound
    }
}
