import Foundation

/// A manual page in man(7), taken apart as far as tests ask.
struct ManualPage {
    /// A heading with what stands below it.
    struct Section {
        var heading: String
        var entries: [Entry] = []
        var text = ""
    }

    /// A tag with its explanation.
    struct Entry {
        var tag: String
        var text = ""
    }

    private(set) var sections: [Section] = []
    /// The whole page without its markup.
    private(set) var text = ""

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "systemd/man")

    /// Reads a page below `systemd/man`, such as `vi/loa.1`.
    init(_ path: String) throws {
        let page = try String(contentsOf: Self.folder.appending(path: path), encoding: .utf8)
        var isTag = false
        for line in page.split(separator: "\n").map(String.init) {
            let (macro, plain) = Self.plain(line)
            text += plain + "\n"
            switch macro {
            case "SH", "SS": sections.append(Section(heading: plain))
            case "TP": isTag = true
            case _ where sections.isEmpty: break
            case _ where isTag:
                sections[sections.count - 1].entries.append(Entry(tag: plain))
                isTag = false
            default: add(plain)
            }
        }
    }

    private mutating func add(_ plain: String) {
        let last = sections.count - 1
        sections[last].text += " " + plain
        if let entry = sections[last].entries.indices.last {
            sections[last].entries[entry].text += " " + plain
        }
    }

    /// A line's macro, and its words without markup.
    private static func plain(_ line: String) -> (macro: String?, text: String) {
        var line = line
        for (code, character) in [
            ("\\-", "-"), ("\\(dq", "\u{1}"), ("\\(aq", "'"), ("\\&", ""), ("\\~", " "),
        ] {
            line = line.replacing(code, with: character)
        }
        line = line.replacing("\\ ", with: "\u{2}")
        guard line.hasPrefix(".") else { return (nil, restored(line)) }
        let macro = String(line.dropFirst().prefix { $0 != " " })
        let rest = line.dropFirst(macro.count + 2)
        // Macros of one font keep the blanks between words; those of two put the words together.
        let words = Self.words(String(rest))
        let isAlternating = ["BI", "BR", "IR", "RB", "RI", "IB"].contains(macro)
        return (macro, restored(words.joined(separator: isAlternating ? "" : " ")))
    }

    private static func restored(_ text: String) -> String {
        text.replacing("\u{1}", with: "\"").replacing("\u{2}", with: " ")
    }

    private static func words(_ text: String) -> [String] {
        var (words, isQuoted) = ([""], false)
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted: words.append("")
            default: words[words.count - 1].append(character)
            }
        }
        return words
    }

    /// The options, such as `--days`, that stand in a text.
    static func options(in text: String) -> Set<String> {
        Set(text.matches(of: /(^|[^\w-])(--[a-z][a-z-]*)/).map { String($0.output.2) })
    }
}
