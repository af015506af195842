@testable import Centre
import Foundation
import ScratchFolders
import StationTrust
import Testing

/// `loa-centre report` as it is typed.
struct ReportCommandTests {
    private let store: ReportDesk

    init() throws {
        store = try ReportDesk()
        try store.station(
            "ap-1", says: [Line(kind: "boot", more: ["groups": ["xã A"]]).text, Line.outcome(1)])
    }

    private static let lines: [(words: String, status: Int32, says: String)] = [
        ("report PROOFS --from 2026-03-01 --to 2026-03-31", 0, "Of 1 slot due at 1 station,"),
        ("report PROOFS --from 2026-03-01 --to 2026-03-31 --lang vi", 0, "đúng giờ"),
        ("report PROOFS --from 2026-03-01 --to 2026-03-31 --csv", 0, "ap-1,,xã A,2026-03-02,reported,normal"),
        ("report PROOFS", 0, "No slot is proven"),
        ("report PROOFS --from 2026-03-01 --to 2026-03-31 --groups nobody", 0, "at 0 stations"),
        ("report PROOFS --from 2026-03-31 --to 2026-03-01", 64, "the first day before the last"),
        ("report PROOFS --from 2016-03-01 --to 2026-03-31", 64, "at most ten years"),
        ("report PROOFS --from 2026-02-29", 64, "2026-03-31"),
        ("report PROOFS --to tomorrow", 64, "tomorrow"),
        ("report PROOFS --json --csv", 64, "--csv"), ("report", 64, "PROOFS"),
        ("report PROOFS --stations ap-9", 1, "ap-9"), ("report PROOFS/nothing", 1, "nothing"),
        ("report PROOFS --html PROOFS/no/page.html", 1, "page.html"),
        ("report --help", 0, "--html FILE"), ("--help", 0, "report"),
    ]

    private func centre(_ line: String) throws -> (status: Int32, output: String) {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let command = (ProcessInfo.processInfo.environment["LOA_BINARIES"] ?? folder.path) + "/loa-centre"
        let words = line.replacing("PROOFS", with: store.desk.proofs.path).split(separator: " ").map(
            String.init)
        return try ProofDesk.run(command, words, ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"])
    }

    @Test("what is typed is done or refused, with the exit code and the words for it")
    func lines() throws {
        for line in Self.lines {
            let (status, output) = try centre(line.words)
            #expect(status == line.status && output.contains(line.says), "\(line.words): \(status) \(output)")
        }
    }

    @Test("JSON is one document, and a page is written beside it")
    func both() throws {
        let page = store.desk.scratch.path + "/page.html"
        let (status, output) = try centre(
            "report PROOFS --from 2026-03-01 --to 2026-03-31 --json --html \(page)")
        let json = try JSONParser.parse(Array(output.utf8), limits: .init(bytes: 1 << 20))
        #expect(status == 0 && json["stations"]?.elements?.first?["onTime"]?.integer == 1)
        #expect(try String(contentsOfFile: page, encoding: .utf8).hasSuffix("</html>\n"))
    }
}
