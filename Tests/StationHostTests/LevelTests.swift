import CardCapture
import Foundation
import StationAudio
import Testing

@testable import StationCore
@testable import StationHost

/// How loud each item was, by what left the simulated card, against ffmpeg's meter on just those frames.
@Suite("Levels are those of what was sent")
struct LevelTests {
    /// What ffmpeg's ebur128 says of samples, in LUFS; nil below the gate.
    private static func ffmpeg(_ samples: ArraySlice<Float>, rate: Int = 48_000) throws -> Double? {
        let path = FileManager.default.temporaryDirectory.appending(path: "level-\(UUID().uuidString).f32")
        defer { try? FileManager.default.removeItem(at: path) }
        try samples.withUnsafeBytes { Data($0) }.write(to: path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "ffmpeg", "-hide_banner", "-nostats", "-f", "f32le", "-ar", "\(rate)", "-ac", "1", "-i",
                path.path,
            ]
            + ["-af", "ebur128=framelog=verbose", "-f", "null", "-"]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let report = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let line = try #require(report.split(separator: "\n").last { $0.contains("I:") }, "ffmpeg is needed")
        let loudness = try #require(line.split(separator: " ").compactMap { Double($0) }.first)
        return loudness > -70 ? loudness : nil
    }

    /// Compares an item with the frames of it that left the card.
    private static func compare(_ item: Playback.Item?, _ sent: ArraySlice<Float>, _ name: String) throws {
        let item = try #require(item)
        let peak = sent.map(\.magnitude).max() ?? 0
        #expect(abs((item.peakDecibels ?? -200) - decibels(amplitude: max(peak, 1e-10))) < 0.01, "\(name)")
        let (measured, expected) = (item.loudness.integrated, try ffmpeg(sent))
        #expect(
            abs((measured ?? -200) - (expected ?? -200)) <= 0.1, "\(name): \(String(describing: measured))")
    }

    /// Noise that is silent at no frame, in words of so many seconds with pauses at a tenth of it between.
    private static func write(
        _ name: String, seconds: Double, words: Double, level: Double, in bench: SoundBench
    ) throws {
        try bench.write(name, frames: Int(seconds * 48_000)) { frame in
            let isWord = Int(Double(frame) / 48_000 / words).isMultiple(of: 2)
            let noise = Double((frame &* 1_103_515_245 &+ frame &* frame &* 12_345) & 0xFFFF) / 65_536 - 0.5
            let value = (isWord ? 1 : 0.1) * level * (noise + 0.3 * sin(Double(frame) * 0.05))
            return Int16(value * 32_767) | 1
        }
    }

    @Test("several items, the volume changed in the midst, the last of them cut by a stop")
    func items() throws {
        let bench = try SoundBench()
        try Self.write("a.wav", seconds: 3, words: 0.7, level: 0.1, in: bench)
        try Self.write("b.wav", seconds: 4.25, words: 0.45, level: 0.5, in: bench)
        try Self.write("c.wav", seconds: 10, words: 1, level: 0.02, in: bench)
        let play = try bench.prepare(["a.wav", "b.wav", "c.wav"])
        bench.sound.openCard(bench.next())
        let order = bench.order(play, at: Clocks.read().monotonic + .seconds(2))
        bench.sound.play(bench.next(), order: order)
        var running: [Playback] = []
        func reach(_ seconds: Double) -> Bool {
            bench.waits {
                guard case .progress(_, let playback) = $0 else { return false }
                running.append(playback)
                return playback.position >= .seconds(seconds)
            }
        }
        #expect(reach(4))
        // The item that sounds has its levels already: they are what a power cut leaves.
        let sounding = try #require(running.last?.items.last)
        #expect(sounding.index == 1 && sounding.loudness.integrated != nil && sounding.peakDecibels != nil)
        bench.sound.renew(
            bench.next(), play: play, permit: bench.order(play, at: order.start, volumeDecibels: -15).permit)
        #expect(reach(9))
        bench.sound.stop(bench.next(), play: play, fade: .milliseconds(50))
        let playback = try bench.end().playback
        #expect(playback.items.map(\.index) == [0, 1, 2] && playback.rate == 48_000)
        let run = try #require(bench.card.settledCapture().runs.last)
        let (first, last) = (try #require(run.sounding.first), try #require(run.sounding.last))
        let (b, c) = (first + 144_000, first + 144_000 + 204_000)
        try Self.compare(playback.items.first, run.samples[first..<b], "a")
        try Self.compare(playback.items.dropFirst().first, run.samples[b..<c], "b")
        try Self.compare(playback.items.last, run.samples[c...last], "c")
    }

    @Test("T30 silence that was played is told from what was not: it has frames, and no level")
    func silence() throws {
        let bench = try SoundBench()
        try bench.write("silence.wav", frames: 96_000, value: 0)
        try Self.write("a.wav", seconds: 1, words: 2, level: 0.1, in: bench)
        try bench.write("faint.wav", frames: 48_000) { Int16($0 & 1) }
        let play = try bench.prepare(["silence.wav", "a.wav", "faint.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(1)))
        let (end, playback) = try bench.end()
        #expect(end == .completed && playback.items.map(\.framesConsumed) == [96_000, 48_000, 48_000])
        #expect(playback.items.map(\.loudness.isSilent) == [true, false, true])
        #expect(playback.items.map { $0.loudness.integrated == nil } == [true, false, true])
        #expect(playback.items.map { $0.peakDecibels == nil } == [true, false, false])
    }

    @Test("an item that a power cut ended and that goes on is measured as one")
    func resumed() throws {
        let bench = try SoundBench()
        try Self.write("a.wav", seconds: 6, words: 0.15, level: 0.2, in: bench)
        let play = try bench.prepare(["a.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(1)))
        var before = Playback()
        #expect(
            bench.waits {
                guard case .progress(_, let playback) = $0 else { return false }
                before = playback
                return playback.position >= .seconds(3)
            })
        bench.sound.stop(bench.next(), play: play, fade: .zero)
        _ = try bench.end()
        // As it comes back from the position file.
        var item = try #require(before.items.first)
        item.loudness = try #require(Loudness(json: item.loudness.json))
        var order = bench.order(try bench.prepare(["a.wav"]), at: Clocks.read().monotonic + .seconds(1))
        order.position = before.position
        bench.sound.play(bench.next(), order: order)
        let rest = try #require(try bench.end().playback.items.first)
        item.add(rest)
        #expect(item.framesConsumed == 288_000)
        let run = try #require(bench.card.settledCapture().runs.last)
        let sounding = run.sounding
        let second = try #require(zip(sounding, sounding.dropFirst()).first { $1 - $0 > 4800 }?.1)
        let first = try #require(sounding.first)
        let earlier = run.samples[first..<first + Int(before.framesConsumed)]
        try Self.compare(item, earlier + run.samples[second...(try #require(sounding.last))], "both")
    }
}
