import Centre
import StationTrust
import TerminalText

/// How many logs have which verdict.
struct VerdictTally {
    private(set) var stations = 0
    private(set) var logs: [LogVerdict: Int] = [:]
    private(set) var entriesRead: Int64 = 0

    mutating func count(_ result: StationResult) {
        stations += 1
        for log in result.logs {
            logs[log.verdict, default: 0] += 1
            entriesRead += log.entriesRead
        }
    }

    var isWell: Bool { logs.keys.allSatisfy(\.isWell) }
    var all: Int { logs.values.reduce(0, +) }
    var wrong: Int { logs.filter { !$0.key.isWell }.values.reduce(0, +) }
}

/// What the commands about proofs say.
struct ProofText {
    let language: Language

    // MARK: Keys and folders

    /// What became of a key; nil where it is trusted no more.
    static func enrolled(_ station: String, _ key: NoteKey, isNew: Bool?) -> [Phrase] {
        let first =
            switch isNew {
            case true?:
                Phrase(
                    vi: "\(station): từ nay tin khóa này.", en: "\(station): this key is trusted from now on."
                )
            case false?:
                Phrase(
                    vi: "\(station): khóa này đã được tin.", en: "\(station): this key was trusted already.")
            case nil:
                Phrase(
                    vi: "\(station): không tin khóa này nữa.", en: "\(station): this key is trusted no more.")
            }
        return [
            first,
            Phrase(
                vi: "Vân tay, so với trạm (loa verify): \(key.fingerprint)",
                en: "Fingerprint, to compare with the station's (loa verify): \(key.fingerprint)"),
        ]
    }

    static func noFolder(_ path: String) -> Phrase {
        Phrase(vi: "\(path): không có thư mục này", en: "\(path): there is no such folder")
    }

    // MARK: Verify

    func progress(_ progress: Verification.Progress) -> String {
        progress.entries == 0 ? progress.station : "\(progress.station) (\(progress.entries))"
    }

    /// What there is to say of a station: nothing where all of it is sound.
    func lines(_ result: StationResult) -> [String] {
        result.logs.filter { $0.verdict != .sound }.flatMap { log in
            let size = log.size.map { " · \(entries($0))" } ?? ""
            return ["\(log.origin): \(Self.verdict(log.verdict)[language])\(size)"]
                + log.findings.map { finding in
                    "    \(finding.file.map { "\($0): " } ?? "")\(finding.message[language])"
                }
        }
    }

    func summary(_ tally: VerdictTally) -> [Phrase] {
        let counts = LogVerdict.allCases.compactMap { verdict in tally.logs[verdict].map { (verdict, $0) } }
        func text(_ language: Language) -> String {
            counts.map { "\(Self.verdict($0)[language]) \($1)" }.joined(separator: ", ")
        }
        let (stations, logs) = (tally.stations, tally.all)
        return [
            Phrase(
                vi: "\(stations) trạm, \(logs) nhật ký, đọc \(tally.entriesRead) mục: \(text(.vietnamese))",
                en: "\(Format.counted(stations, "station")), \(Format.counted(logs, "log")), "
                    + "\(tally.entriesRead) entries read: \(text(.english))")
        ]
    }

    static func noStations(_ proofs: String) -> Phrase {
        Phrase(
            vi: "\(proofs): không có trạm nào, hoặc người dùng này không đọc được",
            en: "\(proofs): there is no station, or none that this user may read")
    }

    static func notWell(_ tally: VerdictTally) -> Phrase {
        Phrase(
            vi: "\(tally.wrong) trong \(tally.all) nhật ký không ổn",
            en:
                "\(tally.wrong) of \(Format.counted(tally.all, "log")) \(tally.wrong == 1 ? "is" : "are") not sound"
        )
    }

    private func entries(_ count: Int64) -> String {
        Phrase(vi: "\(count) mục", en: count == 1 ? "1 entry" : "\(count) entries")[language]
    }

    static func verdict(_ verdict: LogVerdict) -> Phrase {
        switch verdict {
        case .sound: Phrase(vi: "nguyên vẹn", en: "sound")
        case .new: Phrase(vi: "mới, nguyên vẹn", en: "new, sound")
        case .lost: Phrase(vi: "BẮT ĐẦU LẠI", en: "BEGUN ANEW")
        case .incomplete: Phrase(vi: "chưa đủ", en: "incomplete")
        case .malformed: Phrase(vi: "SAI DẠNG", en: "MALFORMED")
        case .truncated: Phrase(vi: "BỊ CẮT", en: "TRUNCATED")
        case .tampered: Phrase(vi: "BỊ SỬA", en: "TAMPERED WITH")
        case .rolledBack: Phrase(vi: "BỊ ĐẶT LÙI", en: "ROLLED BACK")
        case .forked: Phrase(vi: "RẼ NHÁNH", en: "FORKED")
        case .unknownKey: Phrase(vi: "KHÓA LẠ", en: "UNKNOWN KEY")
        }
    }

    /// One station of `verify --json`.
    ///
    /// `station`, `verdict` (as `LogVerdict` lists them, the worst of its logs'), `logs`: of each `origin`, `verdict`, `size`
    /// and `rootHash` of the signed head (null where none is believed), `rememberedSize` (null before the first time),
    /// `entriesRead`, and `findings`: `verdict`, `code` (as `LogFinding.Code`), `firstEntry` and `lastEntry` (positions,
    /// null where it is about none), `file` (below PROOFS, or null), `message` (English).
    static func json(_ result: StationResult) -> JSON {
        [
            "station": .string(result.station), "verdict": .string(result.verdict.rawValue),
            "logs": .array(
                result.logs.map { log in
                    [
                        "origin": .string(log.origin), "verdict": .string(log.verdict.rawValue),
                        "size": number(log.size), "rootHash": log.root.map { .string($0) } ?? .null,
                        "rememberedSize": number(log.rememberedSize),
                        "entriesRead": .integer(log.entriesRead),
                        "findings": .array(log.findings.map(json)),
                    ]
                }),
        ]
    }

    private static func json(_ finding: LogFinding) -> JSON {
        [
            "verdict": .string(finding.verdict.rawValue), "code": .string(finding.code.rawValue),
            "firstEntry": number(finding.entries?.lowerBound),
            "lastEntry": number(finding.entries.map { $0.upperBound - 1 }),
            "file": finding.file.map { .string($0) } ?? .null, "message": .string(finding.message[.english]),
        ]
    }

    /// All of `verify --json`: `sound` (whether all is well), `stations`, `logs`, `entriesRead`.
    static func json(_ tally: VerdictTally, _ stations: [JSON]) -> JSON {
        [
            "sound": .bool(tally.isWell), "logs": .integer(Int64(tally.all)),
            "entriesRead": .integer(tally.entriesRead), "stations": .array(stations),
        ]
    }

    private static func number(_ number: Int64?) -> JSON { number.map { .integer($0) } ?? .null }
}
