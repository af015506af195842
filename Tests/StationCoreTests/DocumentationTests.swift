import Foundation
import StationCore
import StationTrust
import Testing

/// What people read and copy agrees with the code: the README and the example configuration.
@Suite("Documentation")
struct DocumentationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private let readme: String
    private let example: [UInt8]

    init() throws {
        readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        example = Array(try Data(contentsOf: Self.root.appending(path: "systemd/station.example.json5")))
    }

    @Test("The example configuration is one, also with its amplifier")
    func exampleIsRead() throws {
        let configuration = try Configuration.read(example)
        #expect(configuration.station == "ap-3")
        #expect(configuration.amplifier == nil)
        #expect(configuration.hours.count == 2)
        let text = String(decoding: example, as: UTF8.self)
        let uncommented = text.replacing("  // amplifier", with: "  amplifier").replacing(
            "  //   ", with: "  "
        )
        .replacing("  // },", with: "  },")
        let other = try Configuration.read(Array(uncommented.utf8))
        #expect(other.amplifier?.leadSeconds == 3)
    }

    /// Every key that has a value, with its path: `output.rate`.
    private func keys(_ json: JSON, under path: String = "") -> [String] {
        (json.members ?? []).flatMap { member in
            let inner = keys(member.value, under: path + member.name + ".")
            return inner.isEmpty ? [path + member.name] : inner
        }
    }

    @Test("The README explains every key of the configuration")
    func everyKeyIsExplained() throws {
        let text = """
            {station: "a", upstreams: [{name: "b", url: "/c", root: "/r"}], amplifier: {on: ["/d"], off: ["/d"]},
             proof: {url: "https://e.example"}}
            """
        let json = try Configuration.read(Array(text.utf8)).json
        let lists = ["upstreams", "hours"].flatMap { name in keys(json[name]?.elements?.first ?? .null) }
        let section = try #require(
            readme.split(separator: "## Configuration").last?.split(separator: "\n## ").first)
        for key in keys(json) + lists {
            let last = key.split(separator: ".").last ?? ""
            let isExplained =
                section.contains("`\(key)`") || section.contains(".\(last)`")
                || section.contains("`\(last)`") || section.contains("`\(key)[]`")
            #expect(isExplained, "\(key)")
        }
    }

    @Test("The README names every reason", arguments: Reason.allCases)
    func everyReasonIsExplained(_ reason: Reason) {
        #expect(readme.contains("`\(reason.rawValue)`"))
    }
}
