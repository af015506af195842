import CLinux
import Foundation
import StationCore
import StationTrust
import Testing

@testable import StationHost

/// How folders become timetables.
struct FolderThreadTests {
    private let folder: ScratchFolder
    private let mailbox: Mailbox<Event>
    private let thread: FolderThread

    init() throws {
        folder = try ScratchFolder()
        mailbox = try Mailbox()
        for name in ["a", "b"] { try Self.write(folder, name) }
        try folder.write(
            "station.json5",
            """
            { station: "s", state: "\(folder.path)/state", socket: "\(folder.path)/s",
              upstreams: [{ name: "a", url: "\(folder.path)/a" }, { name: "b", url: "\(folder.path)/b" }] }
            """)
        thread = try FolderThread(
            .read(folder.path + "/station.json5"), zones: .system, mailbox: mailbox, reloads: Mailbox())
    }

    private static func write(_ folder: ScratchFolder, _ name: String, title: String = "Tin") throws {
        try folder.write(
            "\(name)/schedule.ics",
            """
            BEGIN:VCALENDAR\r
            BEGIN:VEVENT\r
            UID:\(name)\r
            SUMMARY:\(title)\r
            DTSTART:20260101T220000Z\r
            RRULE:FREQ=DAILY\r
            ATTACH:tin.wav\r
            END:VEVENT\r
            END:VCALENDAR\r

            """)
    }

    /// What a read tells: the titles of a day if there is a timetable, who was refused, and how it completed.
    private func read() -> (titles: [String]?, refused: [String], completion: Completion?) {
        thread.readTimetable(EffectID(1))
        var titles: [String]?
        var refused: [String] = []
        let deadline = CLinux_monotonic() + 20_000_000_000
        while true {
            CLinux_wait_readable(mailbox.descriptor, max(0, deadline - CLinux_monotonic()))
            let events = mailbox.take()
            for event in events {
                switch event {
                case .timetable(let active):
                    let from = Instant(seconds: 1_800_000_000)
                    titles = active.timetable.slots(from: from, until: from + .seconds(86_400), limit: 10)
                        .map { "\($0.upstream) \($0.title)" }
                case .timetableRefused(let upstream, _): refused.append(upstream)
                case .completed(_, let completion): return (titles, refused, completion)
                default: break
                }
            }
            // It may still be readable from what was taken before.
            if events.isEmpty, CLinux_monotonic() > deadline { return (titles, refused, nil) }
        }
    }

    @Test("an unchanged folder makes no new timetable; a changed one does")
    func unchanged() throws {
        #expect(read().titles == ["a Tin", "b Tin"])
        let second = read()
        #expect(second.titles == nil && second.refused.isEmpty && second.completion == .done)
        try Self.write(folder, "b", title: "Mới")
        #expect(read().titles == ["a Tin", "b Mới"])
    }

    /// The versions of the timetable that a first read of the same folders gives.
    private func versions(groups: [String] = []) throws -> [String: Digest]? {
        let mailbox = try Mailbox<Event>()
        var configuration = try String(contentsOfFile: folder.path + "/station.json5", encoding: .utf8)
        if !groups.isEmpty { configuration.replace("state:", with: "groups: \(groups), state:") }
        try folder.write("other.json5", configuration)
        let thread = try FolderThread(
            .read(folder.path + "/other.json5"), zones: .system, mailbox: mailbox, reloads: Mailbox())
        thread.readTimetable(EffectID(1))
        while true {
            CLinux_wait_readable(mailbox.descriptor, 20_000_000_000)
            for event in mailbox.take() {
                if case .timetable(let active) = event { return active.versions }
                if case .completed = event { return nil }
            }
        }
    }

    @Test("a recording that is replaced makes no other version; a calendar, a playlist and a group do")
    func version() throws {
        try folder.write("a/tin.wav", "old")
        try folder.write("a/tin.m3u8", "tin.wav")
        let first = try #require(try versions())
        try folder.write("a/tin.wav", "another recording")
        #expect(try versions() == first)
        // It is taken all the same.
        #expect(read().titles != nil)
        try folder.write("a/tin.wav", "one more")
        #expect(read().titles != nil)
        #expect(try versions(groups: ["thon-1"]) != first)
        try folder.write("a/tin.m3u8", "tin.wav\n")
        let second = try #require(try versions())
        #expect(second["a"] != first["a"] && second["b"] == first["b"])
        try Self.write(folder, "b", title: "Mới")
        #expect(try versions()?["b"] != first["b"])
    }

    @Test("the upstream whose folder does not answer is named, not another")
    func hangs() throws {
        let mailbox = try Mailbox<Event>()
        let mayGoOn = DispatchSemaphore(value: 0)
        let hangs = DispatchSemaphore(value: 0)
        let thread = try FolderThread(
            .read(folder.path + "/station.json5"), zones: .system, mailbox: mailbox, reloads: Mailbox(),
            begins: {
                guard $0 == "b" else { return }
                hangs.signal()
                mayGoOn.wait()
            })
        thread.readTimetable(EffectID(1))
        hangs.wait()
        for number in 2..<6 as Range<UInt64> { thread.readTimetable(EffectID(number)) }
        let refused = mailbox.take().compactMap { event in
            if case .timetableRefused(let upstream, _) = event { upstream } else { nil }
        }
        #expect(refused == ["b", "b"])
        for _ in 0..<2 { mayGoOn.signal() }
    }

    @Test("at a start what is understood plays, and the calendar that is not is named with its line")
    func startsWithPart() throws {
        try folder.write("b/emergency/schedule.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        try folder.write(
            "a/schedule.ics",
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:never\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        thread.readTimetable(EffectID(1))
        var active: ActiveTimetable?
        var refused: [String] = []
        for _ in 0..<200 where active == nil || refused.isEmpty {
            usleep(20_000)
            for event in mailbox.take() {
                switch event {
                case .timetable(let timetable): active = timetable
                case .timetableRefused(let upstream, let why): refused.append("\(upstream): \(why)")
                default: break
                }
            }
        }
        let slots = active?.timetable.slots(from: .distantPast, until: .distantFuture, limit: 1)
        #expect(slots?.map(\.upstream) == ["b"])
        #expect(active?.problems.map(\.file).contains("emergency/schedule.ics") == true)
        #expect(active?.versions.keys.sorted() == ["b"], "nobody ever went by the other")
        #expect(refused.count == 1 && refused[0].hasPrefix("a: no event of schedule.ics is"), "\(refused)")
        #expect(refused.first?.contains("line 4: ") == true, "\(refused)")
    }

    @Test(
        "while one upstream cannot be taken, its last good timetable stays, and the other's changes are taken"
    )
    func lastGood() throws {
        #expect(read().titles == ["a Tin", "b Tin"])
        for damage in ["gone", "empty", "cut", "no event"] {
            switch damage {
            case "gone": try FileManager.default.removeItem(atPath: folder.path + "/b")
            case "empty":
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/b", withIntermediateDirectories: true)
            case "cut": try folder.write("b/schedule.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:b\r\nDTST")
            default: try folder.write("b/schedule.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
            }
            try Self.write(folder, "a", title: damage)
            let result = read()
            #expect(result.titles == ["a \(damage)", "b Tin"])
            #expect(result.refused == ["b"])
        }
        try Self.write(folder, "b", title: "Mới")
        let result = read()
        #expect(result.titles == ["a no event", "b Mới"])
        #expect(result.refused.isEmpty && result.completion == .done)
    }
}
