import Foundation
import Testing

/// The style of the project, as tests: each failure names file, line and what to do instead.
@Suite("Style")
struct StyleTests {
    @Test("The sources are found")
    func sourcesAreFound() {
        #expect(Source.all.filter(\.isShipped).count > 50)
        #expect(Source.all.contains { $0.path == "Package.swift" })
    }

    @Test("Every file keeps every rule", arguments: Rule.all)
    func everyFileKeeps(_ rule: Rule) {
        let findings = Source.all.flatMap(rule.findings)
        #expect(findings.isEmpty, "\(findings.map { "\n\($0)" }.joined())")
    }

    /// How many lines of each target switch a check of the compiler off, or use what it does not promise.
    ///
    /// A number here changes only together with the code, so that a reviewer sees it.
    static let unsafeLines = [
        "Centre": 1,
        "StationAudio": 9,
        "StationFetch": 3,
        "StationHost": 2,
    ]

    @Test("Each target has as many unsafe places as this list says")
    func unsafePlacesAreCounted() {
        let shipped = Source.all.filter { $0.isShipped && $0.isSwift }
        for target in Set(shipped.map(\.target)).sorted() {
            let places = shipped.filter { $0.target == target }
                .flatMap { source in Rule.unsafeLines(source).map { "\(source.path):\($0)" } }
            let expected = Self.unsafeLines[target] ?? 0
            #expect(
                places.count == expected,
                "\(target): do without, or correct the number in StyleTests.unsafeLines: \(places)")
        }
    }

    @Test("Nothing but what belongs there lies at the top")
    func topLevel() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Source.root.path)
        let expected: Set = ["Package.swift", "Sources", "Tests", "Playlists", "systemd", "README.md"]
        let found = Set(names.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" })
        #expect(found == expected)
    }
}

extension Rule: CustomTestStringConvertible {
    var testDescription: String { name }
}
