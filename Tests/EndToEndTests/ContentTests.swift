import Foundation
import StationTrust
import Testing

/// Files that are not there, or are not what they say.
@Suite("What cannot be played is left out, and named", .ownThreads, .serialized, .timeLimit(.minutes(3)))
struct ContentTests {
    /// Starts a station with a slot that plays a playlist of those lines.
    private func start(_ broadcast: Broadcast, _ list: String) throws {
        try Data("#EXTM3U\n\(list)".utf8).write(to: broadcast.file("list.m3u8"))
        try broadcast.schedule(in: 3, attach: "list.m3u8")
        try broadcast.start()
    }

    /// That the bad item is a fault which names it.
    private func expectFault(_ broadcast: Broadcast, _ words: String) async throws {
        let fault = try await broadcast.entry("fault") {
            $0["code"]?.text == "content" && $0["state"]?.text == "raised"
        }
        #expect(fault["message"]?.text?.contains(words) == true, "\(fault)")
    }

    @Test(
        "T18 after a bad item the next one plays, and fault and outcome say what was wrong",
        arguments: ["missing.mp3", "empty.wav", "garbage.wav", "page.mp3"])
    func badItem(name: String) async throws {
        let broadcast = try Broadcast()
        try broadcast.write("item.wav", seconds: 1)
        let page = Data(String(repeating: "<html><body>404 Not Found</body></html>\n", count: 200).utf8)
        let garbage = Data((0..<20_000).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 2_654_435_761) >> 11) })
        switch name {
        case "empty.wav": try Data().write(to: broadcast.file(name))
        case "garbage.wav": try garbage.write(to: broadcast.file(name))
        case "page.mp3": try page.write(to: broadcast.file(name))
        default: break
        }
        try start(broadcast, "#EXTINF:1,A\n\(name)\n#EXTINF:1,B\nitem.wav\n")
        try await expectFault(broadcast, name)
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "partial", "\(outcome)")
        #expect(
            outcome["reason"]?.text == (name == "missing.mp3" ? "no-content" : "bad-content"), "\(outcome)")
        let stretch = try #require(broadcast.heard().last)
        #expect(stretch.sounding >= 48_000 && stretch.sounding <= 48_000 + 4_800)
        #expect(outcome["items"]?.elements?.last?["framesConsumed"]?.integer == 48_000)
    }

    @Test(
        "T18 of what is cut off, or says that it lasts an hour, what there is plays, then the next, or its fallback"
    )
    func wrongLength() async throws {
        let broadcast = try Broadcast()
        try broadcast.write("item.wav", seconds: 1)
        let whole = try Data(contentsOf: broadcast.file("item.wav"))
        try whole.prefix(44 + 2 * 24_000).write(to: broadcast.file("cut.wav"))
        try start(
            broadcast,
            "#EXTINF:4320,A\ncut.wav\n#EXTINF:4320,B\nitem.wav\n#LOA-FALLBACK:item.wav\ngone.wav\n")
        try await expectFault(broadcast, "cut.wav: is cut off")
        let outcome = try await broadcast.outcome()
        #expect(outcome["framesConsumed"]?.integer == 120_000, "\(outcome)")
        let stretch = try #require(broadcast.heard().last)
        #expect(stretch.sounding == 120_000 && stretch.frames.count == 120_000)
    }

    @Test(
        "T18 of a cut file plays what there is, then the next item, and fault and outcome say what was wrong",
        arguments: ["cut.wav", "cut.mp3", "cut.flac", "cut.opus"])
    func cutItem(name: String) async throws {
        let broadcast = try Broadcast()
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.write("whole.wav", seconds: 4) { 0.03 * sin(2 * .pi * 441 * $0) }
        switch name {
        case "cut.mp3": try broadcast.run("lame", "--quiet", "-b", "64", "whole.wav", name)
        case "cut.flac": try broadcast.run("sox", "whole.wav", name)
        case "cut.opus": try broadcast.run("opusenc", "--quiet", "whole.wav", name)
        default: try FileManager.default.copyItem(at: broadcast.file("whole.wav"), to: broadcast.file(name))
        }
        let whole = try Data(contentsOf: broadcast.file(name))
        try whole.prefix(whole.count / 2).write(to: broadcast.file(name))
        try start(broadcast, "#EXTINF:4,A\n\(name)\n#EXTINF:1,B\nitem.wav\n")
        try await expectFault(broadcast, "\(name): is cut off")
        let outcome = try await broadcast.outcome()
        #expect(
            outcome["result"]?.text == "partial" && outcome["reason"]?.text == "bad-content", "\(outcome)")
        // Half of the bytes, more or less half of the sound; an Ogg page holds a second, and a cut one nothing.
        let frames = outcome["items"]?.elements?.map { $0["framesConsumed"]?.integer ?? 0 } ?? []
        #expect(frames.count == 2 && (40_000...125_000).contains(frames[0]) && frames.last == 48_000)
        #expect(outcome["framesConsumed"]?.integer == outcome["framesPlanned"]?.integer)
        let heard = try #require(broadcast.heard().last)
        #expect(heard.sounding > 40_000 + 48_000)
    }

    @Test(
        "T18 a slot of which nothing can be played is missed after its lateness, with the reason",
        arguments: [("missing.wav", "no-content"), ("page.mp3", "bad-content")])
    func nothing(name: String, reason: String) async throws {
        let broadcast = try Broadcast()
        if name == "page.mp3" { try Data("<html></html>".utf8).write(to: broadcast.file(name)) }
        try broadcast.schedule(in: 3, attach: name, more: ["X-LOA-LATE:PT5S"])
        try broadcast.start()
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "missed" && outcome["reason"]?.text == reason, "\(outcome)")
        let after = Double(try broadcast.instant(of: outcome) - broadcast.instant) / 1e9
        #expect(after >= 5, "\(after) s: it might have arrived yet")
        #expect(broadcast.heard().isEmpty)
    }
}
