// Files in the style of the programs that editors use: Google Calendar, Thunderbird, Outlook.

import Foundation
import StationCore
import Testing

@Suite("Calendar programs")
struct TimetableProgramTests {
    private func compile(_ name: String, audio: Set<String>, playlists: [String: String] = [:]) throws
        -> Timetable
    {
        var files = playlists
        files["schedule.ics"] = try String(contentsOf: fixtures.appending(path: name), encoding: .utf8)
        let result = try Timetable.compile(files, languages: ["vi", "km"], audio: audio)
        #expect(result.problems.map(\.description) == [] && result.refused.isEmpty)
        return result.timetable
    }

    @Test(
        "a file of Google Calendar: HTML description, UTC end, exception, moved instance, own attachment ignored"
    )
    func google() throws {
        let timetable = try compile(
            "google.ics", audio: ["tin/a.mp3"],
            playlists: ["tin/bulletin.m3u8": "#EXTINF:30,Tin\r\na.mp3\r\n"])
        let zone = "Asia/Ho_Chi_Minh"
        #expect(
            try timetable.times(from: "20260101", until: "20260122", zone: zone) == [
                "20260105T050000", "20260106T050000", "20260107T050000", "20260108T050000", "20260112T050000",
                "20260113T050000", "20260114T051500", "20260115T050000", "20260116T050000", "20260119T050000",
                "20260120T050000", "20260121T050000", "20260121T060000",
            ])
        #expect(
            try timetable.times(from: "20260330", until: "20270101", zone: zone).last == "20260331T050000")
        let first = try #require(timetable.next(after: instant("2026-01-05T04:00:00+07:00")))
        #expect(first.id == "xa/3k2v7c9mq1t4r8d5b6n0@google.com@2026-01-05T05:00:00+07:00")
        #expect(first.title == "Bản tin sáng, tiếng Việt" && first.programmeClass == .priority)
        #expect(first.late == .within(.seconds(300)))
        #expect(first.hardEnd == (try instant("2026-01-05T05:30:00+07:00")))
        #expect(
            timetable.entries(of: first).map(\.entry) == [
                .init(source: .file("tin/a.mp3"), title: "Tin")
            ])
        let moved = try #require(timetable.next(after: instant("2026-01-14T04:00:00+07:00")))
        #expect(moved.id == "xa/3k2v7c9mq1t4r8d5b6n0@google.com@2026-01-14T05:00:00+07:00")
        #expect(timetable.slot(id: moved.id) == moved)
    }

    @Test(
        "a file of Thunderbird: its own TZID, languages, categories, a cancelled instance, COUNT and EXDATE")
    func thunderbird() throws {
        let timetable = try compile(
            "thunderbird.ics", audio: ["km/nông vụ.opus", "nông vụ.mp3", "chime.wav"])
        #expect(
            try timetable.times(from: "20260101", until: "20270101", zone: "Asia/Ho_Chi_Minh")
                == ["20260108T170000", "20260110T170000", "20260116T170000"])
        let slot = try #require(timetable.next(after: .distantPast))
        #expect(slot.programmeClass == .priority && slot.late == .join)
        #expect(slot.categories == ["farming", "Việc làm"])
        #expect(
            slot.contents == [
                ContentVariant(language: nil, reference: .file("chime.wav")),
                ContentVariant(language: "vi", reference: .file("nông vụ.mp3")),
                ContentVariant(language: "km", reference: .file("km/nông vụ.opus")),
            ])
    }

    @Test(
        "a file of Outlook: Windows' zone names, a customised zone with one offset, PRIORITY:5 that it always writes"
    )
    func outlook() throws {
        let timetable = try compile("outlook.ics", audio: ["hop.mp3"])
        #expect(
            try timetable.times(from: "20260101", until: "20270101", zone: "Asia/Ho_Chi_Minh")
                == ["20260106T183000", "20260107T113000", "20260203T183000", "20260303T183000"])
        let slots = timetable.slots(from: .distantPast, until: .distantFuture, limit: 2)
        #expect(slots[0].programmeClass == .priority && slots[0].title == "Họp dân")
        #expect(slots[1].hardEnd == (try instant("2026-01-07T11:50:00+07:00")))
    }
}
