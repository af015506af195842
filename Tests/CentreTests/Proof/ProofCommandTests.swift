@testable import Centre
import Foundation
import ScratchFolders
import StationTrust
import Testing

/// The commands about proofs: their words, exit codes, and both languages.
struct ProofCommandTests {
    /// One line after the other, about one station of 600 entries; the second word of a line says what is done before it.
    static let lines: [(words: String, status: Int32, says: String)] = [
        ("verify DIR/none", 78, "there is no such folder"), ("verify", 64, "PROOFS"),
        ("verify DIR/proofs", 1, "signed by an unknown key (loa/ap-3+"),
        ("enrol DIR/proofs ap-4 KEY", 1, "that of loa/ap-3, and not of loa/ap-4"),
        ("enrol DIR/proofs ap-3 nonsense", 1, "loa verify"), ("enrol DIR/proofs ap-3", 64, "KEY"),
        ("enrol DIR/proofs ap-3 KEY --lang vi", 0, "từ nay tin khóa này"),
        ("enrol DIR/proofs ap-3 KEY", 0, "Fingerprint"),
        ("verify DIR/proofs", 0, "loa/ap-3: new, sound · 600 entries"),
        ("verify DIR/proofs", 0, "1 station, 1 log, 88 entries read: sound 1"),
        ("verify DIR/proofs --all --lang vi", 0, "1 trạm, 1 nhật ký, đọc 600 mục: nguyên vẹn 1"),
        (
            "verify DIR/proofs --json", 0,
            #"{"sound":true,"logs":1,"entriesRead":88,"stations":[{"station":"ap-3","#
        ),
        ("verify DIR/proofs --acknowledge ap-4", 1, "no station called ap-4"),
        ("prove DIR/proofs ap-3 SLOT --out DIR/p.tlog-proof", 0, "loa-centre check"),
        ("prove DIR/proofs ap-3 SLOT", 0, "c2sp.org/tlog-proof@v1"),
        ("prove DIR/proofs ap-3 xa/nothing@2026-11-23T05:00:00+07:00", 1, "no log has an outcome"),
        ("check DIR/p.tlog-proof --key KEY", 0, "TRUE: entry 300 of the 600 that the station has signed."),
        ("check DIR/p.tlog-proof --key DIR/key --lang vi", 0, "ĐÚNG: mục 300"),
        ("check DIR/p.tlog-proof --key KEY --json", 0, #""position":300"#),
        ("check DIR/p.tlog-proof", 64, "--key"), ("check DIR/key --key KEY", 1, "this is no proof"),
        ("check DIR/p.tlog-proof --key OTHER", 1, "WRONG: no checkpoint signed by the key"),
        ("status DIR/proofs", 1, "SILENT"), ("status DIR/proofs --json", 1, #""state":"silent""#),
        ("status DIR/proofs --lang vi", 1, "chưa từng báo về"),
        ("verify DIR/proofs --memory DIR/auditor", 1, "unknown key"),
        ("enrol DIR/proofs ap-3 KEY --memory DIR/auditor", 0, "trusted from now on"),
        ("verify DIR/proofs --memory DIR/auditor", 0, "new, sound"), ("TAMPER", 0, ""),
        ("verify DIR/proofs", 1, "ap-3/tile/entries/001: entry 300 is not the one that was signed for"),
        ("verify DIR/proofs --lang vi", 1, "BỊ SỬA"),
        (
            "verify DIR/proofs --json", 1,
            #""code":"entry-edited","firstEntry":300,"lastEntry":300,"file":"ap-3/tile/entries/001""#
        ),
        ("verify DIR/proofs --memory DIR/auditor", 1, "1 of 1 log is not sound"),
        ("enrol DIR/proofs ap-3 KEY --remove", 0, "trusted no more"), ("verify DIR/proofs", 1, "UNKNOWN KEY"),
        ("verify --help", 0, "--acknowledge"), ("check --help --lang vi", 0, "khóa công khai"),
        ("help", 0, "enrol"),
    ]

    @Test("What is typed is done or refused, with the exit code and the words for it")
    func lines() throws {
        let desk = try ProofDesk()
        let station = try desk.station()
        station.write(600)
        try station.upload()
        let key = try station.noteKey.text
        try desk.scratch.write("key", key + "\n")
        let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        let command = (ProcessInfo.processInfo.environment["LOA_BINARIES"] ?? binaries) + "/loa-centre"
        for line in Self.lines {
            if line.words == "TAMPER" {
                try desk.changeEntries(station.file("tile/entries/001")) { $0[44][200] ^= 1 }
                continue
            }
            let words = try line.words.split(separator: " ").map { word -> String in
                switch word {
                case "KEY": key
                case "OTHER": try desk.station(board: 9).noteKey.text
                case "SLOT": "xa/tin-300@2026-11-23T05:00:00+07:00"
                default: String(word).replacing("DIR", with: desk.scratch.path)
                }
            }
            let (status, output) = try ProofDesk.run(command, words, ["LC_ALL": "C.UTF-8"])
            #expect(status == line.status, "\(line.words): \(output)")
            #expect(output.contains(line.says) || line.says.isEmpty, "\(line.words): \(output)")
        }
    }
}
