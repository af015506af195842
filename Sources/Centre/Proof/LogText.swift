import StationCore
import StationHost
import StationTrust
import TerminalText

/// What is wrong with a log, in words, with what it makes of the log.
enum LogText {
    // MARK: Head

    static func keyUnknown(_ log: StoredLog, _ ids: [String]) -> LogFinding {
        let (list, station) = (ids.joined(separator: ", "), log.station)
        return LogFinding(
            .unknownKey, .keyUnknown, file: log.name(LogUpload.checkpoint),
            Phrase(
                vi: "ký bằng khóa lạ (\(list)); hãy hỏi khóa tại trạm (loa verify), rồi: "
                    + "loa-centre enrol PROOFS \(station) KEY",
                en: "signed by an unknown key (\(list)); ask for the key at the station (loa verify), then: "
                    + "loa-centre enrol PROOFS \(station) KEY"))
    }

    static func headMissing(_ log: StoredLog, _ remembered: Int64?) -> LogFinding {
        guard let remembered else {
            return LogFinding(
                .incomplete, .headMissing, file: log.name(LogUpload.checkpoint),
                Phrase(vi: "chưa có checkpoint", en: "there is no checkpoint yet"))
        }
        return LogFinding(
            .truncated, .headMissing, entries: 0..<remembered, file: log.name(LogUpload.checkpoint),
            Phrase(
                vi: "checkpoint đã mất; lần trước có \(remembered) mục",
                en: "the checkpoint is gone; the last one had \(counted(remembered))"))
    }

    static func headUnreadable(_ log: StoredLog, _ error: SystemError) -> LogFinding {
        LogFinding(
            .incomplete, .unreadable, file: log.name(LogUpload.checkpoint),
            Phrase(vi: "không đọc được checkpoint: \(error)", en: "the checkpoint cannot be read: \(error)"))
    }

    static func headMalformed(_ log: StoredLog) -> LogFinding {
        LogFinding(
            .tampered, .headUnreadable, file: log.name(LogUpload.checkpoint),
            Phrase(
                vi: "đây không phải checkpoint: rỗng, bị cắt hoặc là thứ khác",
                en: "this is no checkpoint: it is empty, cut, or something else"))
    }

    static func signatureBad(_ log: StoredLog, _ id: String) -> LogFinding {
        LogFinding(
            .tampered, .signatureBad, file: log.name(LogUpload.checkpoint),
            Phrase(
                vi: "chữ ký của checkpoint không phải của khóa \(id)",
                en: "the checkpoint's signature is not that of the key \(id)"))
    }

    static func headOfAnother(_ log: StoredLog, _ origin: String) -> LogFinding {
        LogFinding(
            .tampered, .headOfAnother, file: log.name(LogUpload.checkpoint),
            Phrase(
                vi: "checkpoint là của nhật ký khác: \(origin)",
                en: "the checkpoint is another log's: \(origin)"))
    }

    static func rolledBack(_ log: StoredLog, _ size: Int64, _ remembered: Int64, isThere: Bool) -> LogFinding
    {
        let range = "\(size)–\(remembered - 1)"
        return LogFinding(
            .rolledBack, .headOlder, entries: size..<remembered, file: log.name(LogUpload.checkpoint),
            isThere
                ? Phrase(
                    vi: "checkpoint cũ (\(size) mục, lần trước \(remembered)); các mục \(range) vẫn còn",
                    en:
                        "an older checkpoint (\(counted(size)), \(remembered) the last time); the entries \(range) "
                        + "are still there")
                : Phrase(
                    vi: "bản cũ (\(size) mục, lần trước \(remembered)); các mục \(range) đã mất",
                    en:
                        "an older copy (\(counted(size)), \(remembered) the last time); the entries \(range) are gone"
                ))
    }

    static func forked(_ log: StoredLog, _ known: StationMemory.Log, _ entries: Range<Int64>) -> LogFinding {
        LogFinding(
            .forked, .historiesDiffer, entries: entries, file: log.name(LogUpload.checkpoint),
            Phrase(
                vi:
                    "đã ký hai lịch sử khác nhau: checkpoint \(known.size) mục của lần trước không phải phần đầu của nhật "
                    + "ký này; khác nhau tại \(vi(entries))",
                en:
                    "two histories were signed: the last time's checkpoint of \(counted(known.size)) is not the "
                    + "beginning of this log; they differ at \(en(entries))"))
    }

    // MARK: Entries

    static func finding(_ comparison: BundleComparison, _ log: StoredLog, _ bundle: Tile) -> LogFinding? {
        let first = bundle.entries.lowerBound
        func finding(_ code: LogFinding.Code, _ entries: Range<Int64>, _ message: Phrase) -> LogFinding {
            LogFinding(.tampered, code, entries: entries, file: log.name(bundle.path), message)
        }
        func one(_ place: Int) -> Range<Int64> { first + Int64(place)..<first + Int64(place) + 1 }
        switch comparison {
        case .same: return nil
        case .edited(let place):
            let entry = first + Int64(place)
            return finding(
                .entryEdited, one(place),
                Phrase(
                    vi: "mục \(entry) không phải mục đã ký",
                    en: "entry \(entry) is not the one that was signed for"))
        case .swapped(let left, let right):
            let (left, right) = (first + Int64(left), first + Int64(right))
            return finding(
                .entriesSwapped, left..<right + 1,
                Phrase(
                    vi: "mục \(left) và mục \(right) bị đổi chỗ",
                    en: "the entries \(left) and \(right) stand in each other's place"))
        case .removed(let place):
            let entry = first + Int64(place)
            return finding(
                .entryRemoved, one(place),
                Phrase(vi: "mục \(entry) bị bỏ ra", en: "entry \(entry) was left out"))
        case .inserted(let place):
            let entry = first + Int64(place)
            return finding(
                .entryInserted, one(place),
                Phrase(
                    vi: "có mục lạ được chèn vào trước mục \(entry)",
                    en: "what was not signed for was put in before entry \(entry)"))
        case .cut(let place):
            let entries = first + Int64(place)..<bundle.entries.upperBound
            return finding(
                .bundleMalformed, entries,
                Phrase(vi: "thiếu \(vi(entries))", en: "cut off: \(en(entries)) not there"))
        }
    }

    static func malformed(_ log: StoredLog, _ bundle: Tile) -> LogFinding {
        LogFinding(
            .tampered, .bundleMalformed, entries: bundle.entries, file: log.name(bundle.path),
            Phrase(
                vi: "tệp có thừa dữ liệu sau các mục đã ký",
                en: "there is more behind the entries that were signed for"))
    }

    static func fault(_ fault: BundleScan.Fault, _ log: StoredLog) -> LogFinding {
        let (entry, entries) = (fault.position, fault.position..<fault.position + 1)
        return LogFinding(
            .malformed, fault.code, entries: entries,
            fault.code == .indexNotGrowing
                ? Phrase(
                    vi: "mục \(entry): số index không tăng", en: "entry \(entry): its index does not grow")
                : Phrase(
                    vi: "mục \(entry) không phải JSON có index",
                    en: "entry \(entry) is no JSON object with an index"))
    }

    static func beginningMissing(_ log: StoredLog) -> LogFinding {
        LogFinding(
            .malformed, .beginningMissing, entries: 0..<1,
            Phrase(
                vi: "mục đầu không nói vì sao nhật ký này bắt đầu",
                en: "its first entry does not say why this log was begun"))
    }

    static func newOrigin(_ log: StoredLog, from index: Int64, _ reason: String) -> LogFinding {
        let why = reason.isEmpty ? "" : " (\(reason))"
        let command = "loa-centre verify PROOFS --acknowledge \(log.station)"
        return LogFinding(
            .lost, .newOrigin,
            Phrase(
                vi: "trạm đã bắt đầu nhật ký mới, sau mục \(index)\(why); hãy hỏi vì sao, rồi: \(command)",
                en:
                    "the station has begun a new log, behind its entry \(index)\(why); ask why, then: \(command)"
            ))
    }

    // MARK: Tiles

    static func edited(_ log: StoredLog, _ tile: Tile) -> LogFinding {
        LogFinding(
            .tampered, .tileEdited, entries: tile.entries, file: log.name(tile.path),
            Phrase(
                vi: "hàm băm trong tệp không phải các hàm băm đã ký",
                en: "its hashes are not those that were signed for"))
    }

    static func missing(_ log: StoredLog, _ tile: Tile, _ verdict: LogVerdict) -> LogFinding {
        LogFinding(
            verdict, tile.kind == .entries ? .entriesMissing : .tileMissing, entries: tile.entries,
            file: log.name(tile.path),
            verdict == .incomplete
                ? Phrase(vi: "chưa có (\(vi(tile.entries)))", en: "not there yet (\(en(tile.entries)))")
                : Phrase(vi: "đã mất (\(vi(tile.entries)))", en: "gone (\(en(tile.entries)))"))
    }

    static func nothingFits(_ log: StoredLog, _ entries: Range<Int64>) -> LogFinding {
        LogFinding(
            .tampered, .rootDiffers, entries: entries,
            Phrase(
                vi: "\(vi(entries)): các mục và hàm băm đều không khớp với gốc đã ký",
                en: "\(en(entries)): neither entries nor hashes fit the signed root"))
    }

    static func rootDiffers(_ log: StoredLog, _ entries: Range<Int64>) -> LogFinding {
        LogFinding(
            .tampered, .rootDiffers, entries: entries, file: log.name(LogUpload.checkpoint),
            Phrase(
                vi: "các mục có ở đây không dẫn đến gốc đã ký; sai ở \(vi(entries))",
                en:
                    "the entries that are here do not lead to the signed root; the wrong ones are among \(en(entries))"
            ))
    }

    static func unsteady(_ log: StoredLog) -> LogFinding {
        LogFinding(
            .incomplete, .unreadable,
            Phrase(
                vi: "nhật ký thay đổi trong lúc được đọc; hãy chạy lại",
                en: "the log changed while it was being read; run this again"))
    }

    static func unreadable(_ log: StoredLog, _ tile: Tile, _ error: SystemError) -> LogFinding {
        LogFinding(
            .incomplete, .unreadable, entries: tile.entries, file: log.name(tile.path),
            Phrasebook.translated("\(error)"))
    }

    // MARK: Words

    private static func vi(_ entries: Range<Int64>) -> String {
        entries.count == 1
            ? "mục \(entries.lowerBound)" : "các mục \(entries.lowerBound)–\(entries.upperBound - 1)"
    }

    private static func en(_ entries: Range<Int64>) -> String {
        entries.count == 1
            ? "entry \(entries.lowerBound)" : "entries \(entries.lowerBound)–\(entries.upperBound - 1)"
    }

    private static func counted(_ count: Int64) -> String { count == 1 ? "1 entry" : "\(count) entries" }
}

extension StoredLog {
    /// What a file of the log is called below the store's folder.
    func name(_ file: String) -> String { station + (number == 1 ? "/" : "/\(number)/") + file }
}
