import Foundation
import Testing

@testable import TerminalText

/// Widths agree with those of `wcwidth` of PyPI, which terminals agree with best.
struct WidthTests {
    /// What `wcswidth` says of each text.
    private func expected(_ texts: [String]) throws -> [Int] {
        let program = """
            import json, sys, wcwidth
            print(json.dumps([wcwidth.wcswidth(text) for text in json.load(sys.stdin)]))
            """
        let input = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        let output = try Tool.run(["python3", "-c", program], input: input).output
        return try JSONDecoder().decode([Int].self, from: Data(output.utf8))
    }

    private func check(_ texts: [String]) throws {
        let widths = try expected(texts)
        try #require(widths.count == texts.count)
        for (text, width) in zip(texts, widths) where TextWidth.columns(text) != width {
            let scalars = text.unicodeScalars.map { String($0.value, radix: 16) }
            Issue.record("\(text) \(scalars): \(TextWidth.columns(text)), wcwidth says \(width)")
        }
    }

    @Test("every scalar by itself, and behind a letter")
    func scalars() throws {
        let scalars = (0x20...0x1FFFF).compactMap(Unicode.Scalar.init).filter {
            ![.unassigned, .control, .privateUse, .surrogate].contains($0.properties.generalCategory)
        }
        #expect(scalars.count > 60_000)
        try check(scalars.map { String($0) })
        try check(scalars.map { "a\($0)" })
    }

    static let texts = [
        "Bản tin sáng", "Bản tin sáng".decomposedStringWithCanonicalMapping, "Đặng Ngữ", "ấp 3 · 5 giờ",
        "ក្រ", "កា", "ខ្មែរ", "ព្រះរាជាណាចក្រកម្ពុជា", "ព័ត៌មាន​ពេល​ព្រឹក", "ស្ត្រី", "កម្មវិធីផ្សាយ", "ដំណឹងអំពីទឹកប្រៃ",
        "早 😀", "👩‍👩‍👧", "🇻🇳🇰🇭", "🇻🇳🇰", "1️⃣", "❤️", "❤", "👍🏽", "⚠️ ngập", "한국어", "각", "ｆｕｌｌ", "ﾊﾝｶｸ", "ไทย กำ",
        "ꨀꨆꨵ", "Hmoob", "a\u{200B}b", "\u{AD}", "✓✗·│…", "",
    ]

    @Test("texts in the languages of Vietnam, pictures, and what is wide", arguments: texts)
    func text(text: String) throws { try check([text]) }

    @Test("words of all of these in any order")
    func mixed() throws {
        var numbers = SystemRandomNumberGenerator()
        // Syllables, not torn ones: what stands between two scripts is no text.
        let parts = Self.texts.flatMap { $0.split(separator: " ").map(String.init) }
        try check(
            (0..<2000).map { _ in
                (0..<5).compactMap { _ in parts.randomElement(using: &numbers) }.joined(separator: " ")
            })
    }

    @Test("the column that may be cut gives way until the lines fit, and is never cut to nothing")
    func fitting() {
        let rows = [["1", "Bản tin sáng của xã", "xa/sang"], ["2", "Tin", "xa/chieu@05:00"]]
        #expect(TextWidth.table(rows, cutting: 1, to: nil) == TextWidth.table(rows))
        #expect(TextWidth.table(rows, cutting: 1, to: 38) == TextWidth.table(rows))
        #expect(
            TextWidth.table(rows, cutting: 1, to: 36)
                == ["1  Bản tin sáng của…  xa/sang", "2  Tin                xa/chieu@05:00"])
        #expect(TextWidth.table(rows, cutting: 1, to: 10)[0].contains("Bản tin sáng củ…"))
    }

    static let cuts: [(String, Int, String)] = [
        ("Bản tin sáng", 12, "Bản tin sáng"), ("Bản tin sáng", 11, "Bản tin sá…"),
        ("Bản tin sáng", 5, "Bản…"),
        ("Ba\u{309}n tin", 4, "Ba\u{309}n…"), ("早早早", 4, "早…"), ("早早早", 5, "早早…"), ("ab", 1, "…"),
        ("ab", 0, ""),
        // A subscript consonant stays with the one that it stands below.
        ("កខ្មគ", 3, "ក…"), ("🇻🇳🇰🇭", 5, "🇻🇳…"), ("🇻🇳🇰🇭", 4, "…"),
    ]

    @Test("a text is cut to its width between whole letters", arguments: cuts)
    func cut(text: String, width: Int, expected: String) {
        let found = TextWidth.cut(text, to: width)
        #expect(found == expected)
        #expect(TextWidth.columns(found) <= width)
    }
}
