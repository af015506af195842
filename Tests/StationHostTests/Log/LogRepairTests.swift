import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Synchronization
import Testing

@testable import StationHost

/// What a start makes of a log that a crash, a bad disk or a hand left (T35).
struct LogRepairTests: LogTests {
    let folder: ScratchFolder

    init() throws { folder = try Self.logFolder() }

    private func write(_ range: Range<Int64>, segment: Int64? = nil) throws {
        try folder.write(name(segment ?? range.lowerBound), Self.lines(range))
    }

    /// The indices in the log as anybody reads it.
    private func indices() throws -> [Int64] {
        try LogReader.entries(state: state).map { $0["index"]?.integer ?? -1 }
    }

    /// Opens, appends the next entry, and looks whether the log is a gapless run afterwards, and after another start.
    private func expectSound(next: Int64, torn: Int64 = 0) throws {
        let opened = open()
        #expect(opened.summary.nextIndex == next)
        #expect(opened.tornBytes == torn)
        #expect(opened.log.append([Self.entry(next)]) == .durable)
        #expect(try indices() == Array(0...next))
        #expect(open().summary.nextIndex == next + 1)
        #expect(open().tornBytes == 0)
    }

    @Test("T35: a last line that is torn at any byte is cut, and the log goes on in its place")
    func tornTail() throws {
        let last = Self.entry(3).terminatedLine
        for cut in 0..<last.count {
            try folder.write(name(0), Self.lines(0..<3) + last.prefix(cut))
            try expectSound(next: 3, torn: Int64(cut))
        }
        try folder.write(name(0), Self.lines(0..<3) + last)
        try expectSound(next: 4)
    }

    @Test("T35: a tail of zeros or of another file's bytes is cut")
    func foreignTail() throws {
        for tail in [
            [UInt8](repeating: 0, count: 4096), Array("\u{7f}ELF\n\n{}\n".utf8), [0x0A], [0xFF, 0x0A],
        ] {
            try folder.write(name(0), Self.lines(0..<3) + tail)
            try expectSound(next: 3, torn: Int64(tail.count))
        }
    }

    @Test(
        "T35: a record of the position that is empty, torn, of zeros or another's is none, and the log stands"
    )
    func brokenPosition() throws {
        let loudness = try #require(Loudness(json: [2, -2312, 7, -1600, 5]))
        var measured = Playback.Item(index: 0, framesConsumed: 9, peakDecibels: -3, loudness: loudness)
        measured.isChanged = true
        let record = PositionRecord(
            slot: "xa/tin@1", position: .seconds(9), framesConsumed: 9, framesPlanned: 99,
            rate: 44_100, wall: Instant(seconds: 2), startedAt: Instant(seconds: 1),
            startErrorMicroseconds: -7.5,
            startMethod: "delay-fit", volumeDecibels: -6.5, xruns: 2, isUnproven: true,
            items: [.init(measured, path: "a.mp3", sha256: SHA256.hash("a".utf8), language: "km")])
        let file = PositionFile(state: state, calls: .kernel)
        try write(0..<3)
        #expect(file.read() == nil)
        try file.replace(record)
        #expect(file.read() == record)
        let whole = try folder.read("state/position.json")
        let zeros = [UInt8](repeating: 0, count: whole.count)
        for bytes in [[], zeros, Array("{}".utf8), Array(whole.dropLast(1)), Array(whole.prefix(9))] {
            try folder.write("state/position.json", bytes)
            #expect(file.read() == nil)
        }
        try expectSound(next: 3)
    }

    @Test("T33: a log whose clock went to 1970, to 2099 and back is whole, in the order of its numbers")
    func wildClock() throws {
        let years: [Int64] = [1_800_000_000, 7, 4_070_908_800, 8, 1_800_000_001]
        do {
            let (log, _, _) = open()
            for (index, seconds) in years.enumerated() {
                let entry = Self.entry(Int64(index), wall: Instant(seconds: seconds))
                #expect(log.append([entry]) == .durable)
                if index == 2 { log.checkpoint() }
            }
        }
        #expect(open().summary.settled.map(\.slot) == Self.slots(0..<5))
        try expectSound(next: 5)
    }

    @Test("T40: a full segment is closed and never touched again, also by the starts that follow")
    func segmentsStay() throws {
        let title = String(repeating: "đêm ấy ", count: 6000)
        var next: Int64 = 0
        func fill(_ count: Int64) {
            let (log, summary, _) = open()
            #expect(summary.nextIndex == next)
            for index in next..<next + count {
                #expect(log.append([Self.entry(index, title: title)]) == .durable)
            }
            log.checkpoint()
            next += count
        }
        fill(30)
        let night = try folder.read(name(0))
        #expect(night.count >= LogFiles.segmentBytes)
        for _ in 0..<3 { fill(30) }
        #expect(try folder.read(name(0)) == night)
        #expect(try indices() == Array(0..<next))
    }

    /// What may have become of the line of entry 3.
    static let damage: [[UInt8]] = [
        [], [0, 0, 0, 0x0A], entry(3).line.dropLast(9) + [0x0A], [UInt8](repeating: 0, count: 200),
        entry(7).terminatedLine, entry(9_000_000_000).terminatedLine, Array("{\"index\":3}\n".utf8),
    ]

    @Test(
        "damage in the last segment costs what is damaged, and nothing that stands behind it",
        arguments: damage)
    func damageInTail(_ bad: [UInt8]) throws {
        // Without a line's end, damage takes the next line with it.
        let lost: Range<Int64> = bad.isEmpty || bad.last == 0x0A ? 3..<4 : 3..<5
        let whole = Self.lines(0..<3) + bad + Self.lines(4..<7)
        let kept = (0..<7).filter { !lost.contains($0) }
        try folder.write(name(0), whole + [0, 0])
        do {
            let opened = open()
            #expect(opened.summary.nextIndex == 7)
            #expect(opened.summary.settled.map(\.slot) == Self.slots(kept))
            #expect(opened.tornBytes == 2)
            #expect(opened.log.append([Self.entry(7)]) == .durable)
        }
        #expect(try folder.read(name(0)) == whole + Self.lines(7..<8))
        #expect(open().summary.nextIndex == 8)
    }

    @Test("a last entry whose index damage made huge is cut")
    func hugeLastIndex() throws {
        let bad = Self.entry(9_000_000_000).terminatedLine
        try folder.write(name(0), Self.lines(0..<3) + bad)
        try expectSound(next: 3, torn: Int64(bad.count))
    }

    @Test("an entry that stands twice counts once, and what follows it is kept")
    func duplicates() throws {
        try folder.write(name(0), Self.lines(0..<3) + Self.lines(1..<3) + Self.lines(3..<5))
        let opened = open()
        #expect(opened.summary.nextIndex == 5)
        #expect(opened.tornBytes == 0)
        #expect(opened.summary.settled.count == 5)
    }

    @Test("an empty segment, as a crash leaves it, is gone on with")
    func emptySegment() throws {
        try folder.write(name(0), [])
        try expectSound(next: 0)
    }

    @Test("an empty segment behind a full one is gone on with")
    func emptySecondSegment() throws {
        try write(0..<3)
        try folder.write(name(3), [])
        try expectSound(next: 3)
        #expect(try folder.read(name(3)) == Self.lines(3..<4))
    }

    /// What may become of a checkpoint.
    enum Checkpoint: CaseIterable {
        case missing, empty, garbage, older, ofAnotherLog, beyondTheLog, offsetInsideALine, segmentGone
    }

    @Test("a checkpoint that does not fit is passed over", arguments: Checkpoint.allCases)
    func checkpoints(_ kind: Checkpoint) throws {
        try write(0..<5)
        do {
            let (log, _, _) = open()
            if kind == .older {
                log.checkpoint()
            }
            _ = log.append([Self.entry(5), Self.entry(6)])
            if kind != .older { log.checkpoint() }
        }
        let path = "state/log/" + LogReader.checkpointName
        let text = String(decoding: (try? folder.read(path)) ?? [], as: UTF8.self)
        switch kind {
        case .missing: try FileManager.default.removeItem(atPath: folder.path + "/" + path)
        case .empty: try folder.write(path, "")
        case .garbage: try folder.write(path, "{\"segment\":7}")
        case .older: break
        case .ofAnotherLog:
            try folder.write(path, text.replacingOccurrences(of: "\"nextIndex\":7", with: "\"nextIndex\":9"))
        case .beyondTheLog:
            try folder.write(path, text.replacingOccurrences(of: "\"offset\":", with: "\"offset\":9"))
        case .offsetInsideALine:
            let offset = Self.lines(0..<7).count
            try folder.write(
                path, text.replacingOccurrences(of: "\"offset\":\(offset)", with: "\"offset\":\(offset - 7)"))
        case .segmentGone: try folder.write(path, text.replacingOccurrences(of: "0.jsonl", with: "1.jsonl"))
        }
        let summary = open().summary
        #expect(summary.nextIndex == 7)
        #expect(summary.settled.map(\.slot) == Self.slots(0..<7))
        try expectSound(next: 7)
    }

    @Test("a start from a checkpoint remembers what one from the beginning does")
    func checkpointIsTheSame() throws {
        try write(0..<5)
        do { open().log.checkpoint() }
        let quick = open().summary
        try FileManager.default.removeItem(atPath: state + "/log/" + LogReader.checkpointName)
        #expect(open().summary == quick)
    }

    @Test("what /run kept is appended at the next start, each entry once")
    func leftovers() throws {
        try write(0..<5)
        try folder.write("run/log.jsonl", Self.lines(3..<8) + Self.lines(5..<7) + Array("{\"index\":8".utf8))
        let opened = open()
        #expect(opened.summary.nextIndex == 8)
        #expect(try indices() == Array(0..<8))
        #expect(!FileManager.default.fileExists(atPath: run + "/log.jsonl"))
    }

    @Test("what /run kept and does not follow the log goes behind a gap, in a segment of its own")
    func leftoversBehindGap() throws {
        try write(0..<5)
        try folder.write("run/log.jsonl", Self.lines(9..<12))
        #expect(open().summary.nextIndex == 12)
        #expect(try indices() == Array(0..<5) + Array(9..<12))
        #expect(open().summary.nextIndex == 12)
    }

    @Test("damage before the last segment loses what is damaged and nothing else")
    func damageInside() throws {
        try folder.write(name(0), Self.lines(0..<2) + [0, 0, 0, 0x0A] + Self.lines(3..<5))
        try folder.write(name(5), Self.lines(5..<7) + [0, 0, 0])
        try write(10..<12)
        let opened = open()
        #expect(opened.summary.nextIndex == 12)
        #expect(opened.summary.settled.map(\.slot) == Self.slots([0, 1, 3, 4, 5, 6, 10, 11]))
        #expect(opened.log.append([Self.entry(12)]) == .durable)
        #expect(open().summary.nextIndex == 13)
    }

    @Test("an index that damage made huge does not carry the numbers away")
    func hugeIndex() throws {
        try folder.write(
            name(0), Self.lines(0..<2) + Self.lines(9_000_000_000..<9_000_000_001) + Self.lines(3..<5))
        try write(5..<7)
        #expect(open().summary.nextIndex == 7)
    }

    @Test("T36: a disk that cannot be written keeps its log, and goes on in /run until it can")
    func unwritable() throws {
        try write(0..<5)
        let refusing = DiskCalls(
            write: { _, _ in SystemError(call: "write", code: EROFS) },
            sync: { _ in SystemError(call: "fsync", code: EROFS) })
        do {
            let (log, summary, _) = open(refusing)
            #expect(summary.nextIndex == 5)
            #expect(log.append([Self.entry(5)]) == .inRun)
            #expect(log.append([Self.entry(6)]) == .inRun)
        }
        try expectSound(next: 7)
    }

    @Test(
        "I11: no more entries wait for a disk than there is room for; the log goes on behind the gap, and says where"
    )
    func backlog() throws {
        try write(0..<5)
        let isBroken = Mutex(true)
        let calls = DiskCalls(
            write: { descriptor, bytes in
                isBroken.withLock { $0 }
                    ? SystemError(call: "write", code: EIO) : DiskCalls.kernel.write(descriptor, bytes)
            }, sync: DiskCalls.kernel.sync)
        do {
            let (log, _, _) = LogFiles.open(
                state: state, run: RunLog(directory: folder.path + "/nowhere"), calls: calls, mostBacklog: 3)
            for index in 5..<12 as Range<Int64> {
                #expect(log.append([Self.entry(index)]) == .inMemory)
            }
            isBroken.withLock { $0 = false }
            #expect(log.append([Self.entry(12)]) == .durable)
            #expect(log.append([Self.entry(13)]) == .durable)
        }
        #expect(try indices() == Array(0..<8) + [12, 13])
        #expect(try folder.read(name(12)) == Self.lines(12..<14))
        #expect(open().summary.nextIndex == 14)
        #expect(open().tornBytes == 0)
    }

    @Test("T36: where even the directory cannot be made, the log begins in /run, and moves when it can")
    func unmakable() throws {
        // A file in its place: refused whoever runs the test.
        try folder.write("state", "")
        do {
            let (log, summary, _) = open()
            #expect(summary.nextIndex == 0)
            #expect(log.append([Self.entry(0)]) == .inRun)
            try FileManager.default.removeItem(atPath: state)
            #expect(log.retry())
            #expect(!log.hasBacklog)
        }
        try expectSound(next: 1)
    }

    @Test("a start takes time in proportion to the log, with or without a checkpoint")
    func startIsLinear() throws {
        func measure(_ count: Int64) throws -> (seconds: Double, summary: LogSummary) {
            let folder = try ScratchFolder()
            for start in stride(from: 0, to: count, by: 5000) {
                try folder.write(
                    "log/" + LogReader.segmentName(firstIndex: start), Self.lines(start..<start + 5000))
            }
            let began = Self.threadSeconds
            let found = try LogReader.read(folder.path + "/log")
            return (Self.threadSeconds - began, found.summary)
        }
        let (small, _) = try measure(5000)
        let (large, summary) = try measure(40_000)
        #expect(summary.nextIndex == 40_000)
        // Eight times the entries; a quadratic start would take 64 times as long.
        #expect(large < small * 32)
    }

    /// What this thread has computed: other tests beside it do not count.
    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
