import CLinux
import CardCapture
import Foundation
import ScratchFolders
import StationAudio
import Synchronization
import Testing

@testable import StationCore
@testable import StationHost

/// The sound path below the executor: real files, the real decode thread, the simulated card.
@Suite("The sound path plays what was preflighted, where and when it was ordered")
struct SoundOutputTests {
    @Test("T4 a play takes over from another at its own start, without a missing or extra frame")
    func takeOver() throws {
        let bench = try SoundBench()
        let (first, second, start) = try bench.succession(first: 48_000 * 6, after: .milliseconds(2500))
        let takeOver = start + .milliseconds(2500)
        let ends = try bench.wait(for: 2)
        #expect(ends[first]?.0 == .replaced)
        #expect(ends[second]?.0 == .completed)
        #expect(ends[second]?.1.framesConsumed == 48_000)
        let run = try #require(bench.card.settledCapture().runs.last)
        let firstFrame = try #require(run.sounding.first)
        let lastFrame = try #require(run.sounding.last)
        #expect(abs(run.instant(ofFrame: firstFrame) - Double(bench.monotonic(start))) < 100_000)
        let seconds = (firstFrame...lastFrame).filter { run[$0] > 0.18 }
        #expect(seconds.count == 48_000, "all of the second and nothing else is that loud")
        #expect(
            abs(run.instant(ofFrame: try #require(seconds.first)) - Double(bench.monotonic(takeOver)))
                < 100_000)
        let early = try #require(ends[first]?.1)
        #expect(abs(early.framesConsumed - 120_000) < 48, "\(early.framesConsumed)")
    }

    @Test("what was to give way to an order that is stopped before its start goes on to its end")
    func takeOverThatIsStopped() throws {
        let bench = try SoundBench()
        let second = try bench.succession(first: 48_000 * 4, after: .seconds(3)).second
        #expect(bench.waits { if case .progress = $0 { true } else { false } })
        bench.sound.stop(bench.next(), play: second, fade: .zero)
        var ends: [(end: PlayEnd, playback: Playback)] = []
        #expect(
            bench.waits {
                if case .completed(_, .played(let end, let playback)) = $0 { ends.append((end, playback)) }
                return ends.count == 2
            })
        #expect(ends.map(\.end) == [.stopped, .completed])
        let frames = ends.last?.playback.framesConsumed ?? 0
        #expect(frames == 192_000)
    }

    @Test("T13 T39 a call of the card that does not return is told to the watchdog, and so is its return")
    func stuckCall() throws {
        let bench = try SoundBench()
        try bench.write("item.wav", frames: 48_000 * 20, value: 1000)
        let play = try bench.prepare(["item.wav"])
        func pulses(_ expected: String?) -> Bool {
            (0..<40).contains { _ in
                usleep(100_000)
                return bench.sound.stalledThread() == expected
            }
        }
        _ = bench.sound.stalledThread()
        // Threads that have nothing to do are alive.
        for _ in 0..<4 {
            usleep(100_000)
            #expect(bench.sound.stalledThread() == nil)
        }
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic))
        #expect(bench.waits { if case .progress = $0 { true } else { false } })
        bench.card.isBlocked = true
        #expect(bench.waits { $0.isLost(.deviceStalled) })
        #expect(pulses("audio"))
        // It stays told, although the card counts as lost.
        for _ in 0..<4 {
            usleep(100_000)
            #expect(bench.sound.stalledThread() == "audio")
        }
        bench.card.isBlocked = false
        #expect(pulses(nil))
    }

    @Test("items of three formats and rates follow each other to the frame")
    func gapless() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 44_100, rate: 44_100, value: 1000)
        try bench.write("b.wav", frames: 22_050, rate: 22_050, value: 1000)
        try bench.write("c.wav", frames: 48_000, value: 1000)
        let play = try bench.prepare(["a.wav", "b.wav", "missing.wav", "c.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(2)))
        let end = try #require(try bench.wait(for: 1)[play])
        #expect(end.0 == .completed)
        #expect(end.1.framesPlanned == 144_000)
        #expect(end.1.framesConsumed == 144_000)
        #expect(end.1.items.map(\.index) == [0, 1, 3])
        let run = try #require(bench.card.settledCapture().runs.last)
        let sounding = run.sounding
        #expect(abs(sounding.count - 144_000) < 100, "the ends of a resampled file ring for some frames")
        #expect(try #require(sounding.last) - (try #require(sounding.first)) < 144_100)
    }

    @Test("what ffmpeg decodes stands between others without a missing or extra frame")
    func outsideDecoder() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 48_000, value: 1000)
        try bench.encode("b.m4a", seconds: 2)
        let frames = try #require(try bench.content(["b.m4a"]).items.first).frames
        let play = try bench.prepare(["a.wav", "b.m4a", "a.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(2)))
        let end = try #require(try bench.wait(for: 1)[play])
        #expect(end.0 == .completed)
        #expect(abs(frames - 96_000) <= 2048)
        #expect(end.1.framesPlanned == Int64(96_000 + frames))
        #expect(end.1.framesConsumed == end.1.framesPlanned)
        #expect(end.1.items.map(\.index) == [0, 1, 2])
        #expect(bench.decoders == [])
        let run = try #require(bench.card.settledCapture().runs.last)
        let span = try #require(run.sounding.last) - (try #require(run.sounding.first)) + 1
        #expect(abs(span - 96_000 - frames) < 100, "\(span)")
    }

    @Test("what takes over does so on time while the next item's decoder, in another process, gives nothing")
    func hangingNextItem() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 48_000 * 5 / 2, value: 1000)
        try bench.encode("b.m4a", seconds: 60)
        let first = try bench.prepare(["a.wav", "b.m4a"])
        try bench.write("second.wav", frames: 48_000, value: 2000)
        let second = try bench.prepare(["second.wav"])
        bench.sound.openCard(bench.next())
        let start = Clocks.read().monotonic + .seconds(1)
        bench.sound.play(bench.next(), order: bench.order(first, at: start))
        // Before it has its program the thread that starts it waits for it.
        func program(_ process: pid_t) -> String? {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")
        }
        #expect(
            bench.waits(until: {
                bench.decoders.contains { program($0)?.hasSuffix("/ffmpeg") ?? false }
            }))
        let decoder = try #require(bench.decoders.first)
        kill(decoder, SIGSTOP)
        // The decoding has come to the end of the first item by now, and the sound has not.
        #expect(bench.waits(until: { Clocks.read().monotonic - start > .milliseconds(1200) }))
        #expect(bench.decoders == [decoder])
        let takeOver = Clocks.read().monotonic + .milliseconds(700)
        bench.sound.play(bench.next(), order: bench.order(second, at: takeOver))
        let ends = try bench.wait(for: 2)
        #expect(ends[first]?.0 == .replaced)
        #expect(ends[second]?.0 == .completed)
        let run = try #require(bench.card.settledCapture().runs.last)
        let frame = try #require(run.sounding.first { run[$0] > 0.18 })
        #expect(abs(run.instant(ofFrame: frame) - Double(bench.monotonic(takeOver))) < 1_000_000)
    }

    @Test("a stop is silence at the card within 200 ms though the decode thread is held by something else")
    func stopWhileHeld() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 48_000 * 6, value: 1000)
        let content = try bench.content(["a.wav"])
        let plays = Atomic(false)
        let isFree = DispatchSemaphore(value: 0)
        let thread = try DecodeThread(settings: bench.settings) { event in
            guard case .progress = event else { return }
            plays.store(true, ordering: .releasing)
            _ = isFree.wait(timeout: .now() + 5)
        }
        let play = PlayID(1)
        let order = bench.order(play, at: Clocks.read().monotonic + .seconds(1))
        thread.put(.play(bench.next(), order, content))
        #expect(bench.waits(until: { plays.load(ordering: .acquiring) }))
        let asked = bench.monotonic(Clocks.read().monotonic)
        thread.stop(play, fade: .milliseconds(50))
        usleep(600_000)
        isFree.signal()
        let run = try #require(bench.card.settledCapture().runs.last)
        let silent = run.instant(ofFrame: try #require(run.sounding.last))
        #expect(silent - Double(asked) < 200_000_000, "\((silent - Double(asked)) / 1e6) ms")
        thread.put(.end)
    }

    @Test(
        "a decoder in another process that hangs while it plays keeps the thread from nothing, and what follows plays"
    )
    func hangingDecoder() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 48_000 * 5, value: 1000)
        try bench.encode("b.m4a", seconds: 60)
        let play = try bench.prepare(["b.m4a", "a.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(1)))
        #expect(bench.waits { if case .progress = $0 { true } else { false } })
        let decoder = try #require(bench.decoders.first)
        #expect(bench.decoders.count == 1)
        kill(decoder, SIGSTOP)
        _ = bench.sound.stalledThread()
        var stalled: [String] = []
        while bench.decoders == [decoder] {
            usleep(500_000)
            stalled += [bench.sound.stalledThread()].compactMap(\.self)
        }
        #expect(stalled == [])
        let end = try #require(try bench.wait(for: 1)[play])
        #expect(end.0 == .completed)
        #expect(end.1.items.map(\.index) == [0, 1])
        #expect(end.1.framesConsumed < 48_000 * 30)
    }

    @Test("T22 a file that was written to after its preflight does not sound, and while it sounds it is told")
    func changedContent() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 48_000 * 2, value: 1000)
        try bench.write("b.wav", frames: 48_000, value: 1000)
        func touch() throws {
            usleep(20_000)
            let file = try FileHandle(forUpdating: bench.folder.appending(path: "a.wav"))
            var before = stat()
            try #require(fstat(file.fileDescriptor, &before) == 0)
            try file.write(contentsOf: Data("RIFF".utf8))
            // Who writes may hide it in the file's own time, but not in the inode's.
            try #require(futimens(file.fileDescriptor, [before.st_atim, before.st_mtim]) == 0)
            try file.close()
        }
        bench.sound.openCard(bench.next())
        let stale = try bench.prepare(["a.wav", "b.wav"])
        try touch()
        bench.sound.play(bench.next(), order: bench.order(stale, at: Clocks.read().monotonic + .seconds(1)))
        #expect(
            bench.waits {
                if case .completed(_, .played(let end, _)) = $0 { end == .contentChanged } else { false }
            })
        let play = try bench.prepare(["a.wav", "b.wav"])
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(1)))
        #expect(bench.waits { if case .progress = $0 { true } else { false } })
        try touch()
        let end = try #require(try bench.wait(for: 1)[play])
        #expect(end.0 == .completed)
        #expect(end.1.items.map(\.isChanged) == [true, false])
    }

    @Test(
        "a file that is replaced, or gets other rights, while it plays is what it was", arguments: [0, 1, 2])
    func replacedFile(how: Int) throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 144_000, value: 1000)
        try bench.write("new.wav", frames: 9_600, value: 2000)
        let path = bench.folder.appending(path: "a.wav").path
        let play = try bench.prepare(["a.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(1)))
        #expect(bench.waits { if case .progress = $0 { true } else { false } })
        switch how {
        case 0: try #require(rename(bench.folder.appending(path: "new.wav").path, path) == 0)
        case 1: try #require(unlink(path) == 0)
        default: try #require(chmod(path, 0o600) == 0)
        }
        let end = try #require(try bench.wait(for: 1)[play])
        #expect(end.0 == .completed && end.1.framesConsumed == 144_000)
        #expect(end.1.items.map(\.isChanged) == [false])
    }

    @Test("a file that is cut while it plays claims no more frames than the card took")
    func cutWhilePlaying() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 48_000 * 15, value: 1000)
        let play = try bench.prepare(["a.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(1)))
        #expect(bench.waits { if case .progress = $0 { true } else { false } })
        try #require(truncate(bench.folder.appending(path: "a.wav").path, 48_000 * 2 * 6) == 0)
        let end = try #require(try bench.wait(for: 1)[play])
        #expect(end.1.framesConsumed < 48_000 * 8 && end.1.framesConsumed > 48_000)
        #expect(end.1.items.map(\.framesConsumed) == [end.1.framesConsumed])
        #expect(end.1.items.map(\.isChanged) == [true])
    }

    @Test("a frame's position gives that frame again, at every rate")
    func positions() {
        for rate in [8_000, 11_025, 44_100, 48_000, 96_000, 192_000] {
            for frame in (0..<rate).map({ $0 }) + [rate * 21_600 - 1, rate * 86_400 + 1] {
                let position = Feed.position(ofFrame: frame, rate: rate)
                guard Feed.frame(at: position, rate: rate) != frame else { continue }
                Issue.record("\(frame) at \(rate) becomes \(Feed.frame(at: position, rate: rate))")
                return
            }
        }
    }

    @Test("I5 while it plays, what the items have sounded is what the card has consumed of all")
    func itemsSoFar() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 72_000, value: 1000)
        try bench.write("b.wav", frames: 144_000, value: 1000)
        let play = try bench.prepare(["a.wav", "b.wav"])
        bench.sound.openCard(bench.next())
        bench.sound.play(bench.next(), order: bench.order(play, at: Clocks.read().monotonic + .seconds(1)))
        var found: [Int64] = []
        #expect(
            bench.waits {
                guard case .progress(_, let playback) = $0, playback.items.count == 2 else { return false }
                found = playback.items.map(\.framesConsumed) + [playback.framesConsumed]
                return found[2] > 96_000
            })
        #expect(found[0] == 72_000 && found[1] > 0 && found[0] + found[1] == found[2], "\(found)")
    }

    @Test("what goes on at a recorded position sums up to the programme, to the frame")
    func goesOn() throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 48_000, value: 1000)
        bench.sound.openCard(bench.next())
        let play = try bench.prepare(["a.wav"])
        var order = bench.order(play, at: Clocks.read().monotonic + .seconds(2))
        order.position = Feed.position(ofFrame: 12_345, rate: 48_000)
        bench.sound.play(bench.next(), order: order)
        let end = try #require(try bench.wait(for: 1)[play])
        #expect(end.0 == .completed && end.1.framesPlanned == 48_000)
        #expect(end.1.framesConsumed == 48_000 - 12_345)
        #expect(end.1.items.map(\.framesConsumed) == [48_000 - 12_345])
        #expect(end.1.position == .seconds(1))
        #expect(try #require(bench.card.capture().runs.last).sounding.count == 48_000 - 12_345)
    }

    @Test("T39 on the way to a place deep in a long file the decode thread goes on with everything else")
    func longWay() throws {
        let bench = try SoundBench()
        let play = try bench.longPlay(minutes: 12)
        let events = Mutex<[Event]>([])
        let thread = try DecodeThread(settings: bench.settings) { event in
            events.withLock { $0.append(event) }
        }
        defer { thread.put(.end) }
        let before = thread.pulse.rounds
        var order = bench.order(PlayID(1), at: Clocks.read().monotonic + .milliseconds(100))
        order.position = .seconds(11 * 60)
        thread.put(.openCard)
        thread.put(.play(bench.next(), order, play))
        #expect(
            bench.waits(until: {
                events.withLock { $0.contains { if case .progress = $0 { true } else { false } } }
            }))
        // Eighty steps lie before the place.
        #expect(thread.pulse.rounds - before > 70)
    }

    @Test("who takes over does not wait for a play that is still on its way to its place")
    func takeOverFromTheWay() throws {
        let bench = try SoundBench()
        let long = try bench.longPlay(minutes: 3)
        try bench.write("short.wav", frames: 48_000, value: 1000)
        let short = try bench.content(["short.wav"])
        let events = Mutex<[Event]>([])
        let thread = try DecodeThread(settings: bench.settings) { event in
            events.withLock { $0.append(event) }
        }
        defer { thread.put(.end) }
        let now = Clocks.read().monotonic
        var order = bench.order(PlayID(1), at: now + .milliseconds(100))
        order.position = .seconds(2 * 60)
        thread.put(.openCard)
        thread.put(.play(EffectID(1), order, long))
        thread.put(.play(EffectID(2), bench.order(PlayID(2), at: now + .milliseconds(1400)), short))
        func ends() -> [PlayEnd] {
            events.withLock {
                $0.compactMap { if case .completed(_, .played(let end, _)) = $0 { end } else { nil } }
            }
        }
        #expect(bench.waits(until: { ends().count == 2 }))
        #expect(ends() == [.replaced, .completed])
        let sounded = events.withLock {
            $0.contains { if case .progress(PlayID(1), _) = $0 { true } else { false } }
        }
        #expect(!sounded)
    }

    @Test(
        "a lower ceiling that comes while a play waits for its card holds from the first sample",
        arguments: [false, true])
    func lowerCeiling(isDecoded: Bool) throws {
        let bench = try SoundBench()
        try bench.write("a.wav", frames: 96_000, value: 4000)
        let play = try bench.prepare(["a.wav"])
        if isDecoded {
            bench.sound.openCard(bench.next())
            usleep(1_000_000)
        }
        // Gone before the start: what is decoded by then was made for the order's own ceiling.
        bench.card.unplug()
        var order = bench.order(play, at: Clocks.read().monotonic + .milliseconds(500))
        bench.sound.play(bench.next(), order: order)
        usleep(700_000)
        order.permit = bench.order(play, at: order.start, volumeDecibels: -20).permit
        bench.sound.renew(bench.next(), play: play, permit: order.permit)
        usleep(1_000_000)
        bench.card.replug()
        _ = try bench.wait(for: 1)
        let run = try #require(bench.card.capture().runs.last)
        let loudest = run.sounding.map { abs(run[$0]) }.max() ?? 0
        #expect(loudest > 0.04 && loudest <= 0.1, "\(loudest)")
    }
}

/// Files, a card and a sound path for one test.
final class SoundBench {
    let card = SimulatedCardFolder()
    let settings: CardSettings
    let folder: URL
    let mailbox: Mailbox<Event>
    let sound: SoundOutput
    private var lastID: UInt64 = 0
    private var lastPlay: UInt64 = 0
    private var ends: [PlayID: (PlayEnd, Playback)] = [:]
    private var orders: [EffectID: PlayID] = [:]

    init() throws {
        _ = SimulatedCardConfiguration.path
        folder = FileManager.default.temporaryDirectory.appending(path: "sound-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        mailbox = try Mailbox()
        settings = CardSettings(device: card.device(), rate: 48_000, channels: 1)
        sound = try SoundOutput(
            card: settings,
            content: ContentItem.contentFolder(of: folder.path),
            handed: HandedFiles(), targetLoudness: -16, mailbox: mailbox)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func next() -> EffectID {
        lastID += 1
        return EffectID(lastID)
    }

    func monotonic(_ instant: MonotonicInstant) -> Int64 { Feed.monotonic(instant) }

    /// Writes a mono WAV of one constant, so faint that it gets the most loudness gain, four times.
    func write(_ name: String, frames: Int, rate: Int = 48_000, value: Int16) throws {
        try write(name, frames: frames, rate: rate) { _ in value }
    }

    /// Writes a mono WAV.
    func write(_ name: String, frames: Int, rate: Int = 48_000, value: (Int) -> Int16) throws {
        func little(_ number: some FixedWidthInteger) -> Data {
            withUnsafeBytes(of: number.littleEndian) { Data($0) }
        }
        var data = Data("RIFF".utf8) + little(UInt32(36 + 2 * frames)) + Data("WAVEfmt ".utf8)
        data += little(UInt32(16)) + little(UInt16(1)) + little(UInt16(1)) + little(UInt32(rate))
        data += little(UInt32(2 * rate)) + little(UInt16(2)) + little(UInt16(16)) + Data("data".utf8)
        data += little(UInt32(2 * frames))
        for frame in 0..<frames { data += little(value(frame)) }
        try data.write(to: folder.appending(path: name))
    }

    func prepare(_ names: [String]) throws -> PlayID {
        lastPlay += 1
        let play = PlayID(lastPlay)
        let id = next()
        sound.preflight(
            id, play: play, items: names.map { .stored($0, in: folder.path) },
            urgency: .normal, scheduled: Clocks.read().wall)
        let limit = Date(timeIntervalSinceNow: 30)
        while Date() < limit {
            for event in mailbox.take() {
                if case .completed(id, .preflighted) = event { return play }
            }
            usleep(1000)
        }
        throw CocoaError(.featureUnsupported)
    }

    /// What a preflight finds of files.
    func content(_ names: [String]) throws -> PreparedContent {
        let checker = ContentChecker(
            content: ContentItem.contentFolder(of: folder.path), handed: HandedFiles(), targetLoudness: -16,
            allowance: FileAllowance(most: 100))
        var progress = ContentChecker.Progress(
            items: names.map { .stored($0, in: folder.path) },
            urgency: .normal)
        return try #require(checker.go(on: &progress, shouldContinue: { true }))
    }

    /// Encodes a hum as AAC.
    func encode(_ name: String, seconds: Int) throws {
        try write("hum.wav", frames: 48_000 * seconds) { $0 / 48 % 2 == 0 ? 1000 : -1000 }
        let ffmpeg = Process()
        ffmpeg.executableURL = URL(filePath: "/usr/bin/env")
        ffmpeg.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", "hum.wav", "-c:a", "aac", name]
        ffmpeg.currentDirectoryURL = folder
        try ffmpeg.run()
        ffmpeg.waitUntilExit()
        try #require(ffmpeg.terminationStatus == 0, "ffmpeg is needed")
    }

    /// The processes that decode a file of this bench.
    var decoders: [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { process in
            let input = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/0")
            return input?.hasPrefix(folder.path) ?? false
        }
    }

    /// A play of an MP3 into which nobody can jump.
    func longPlay(minutes: Int) throws -> PreparedContent {
        let lame = Process()
        lame.executableURL = URL(filePath: "/usr/bin/env")
        lame.arguments = ["lame", "--quiet", "-t", "-r", "-s", "8", "-m", "m", "-b", "8", "-", "long.mp3"]
        lame.currentDirectoryURL = folder
        let input = Pipe()
        lame.standardInput = input
        try lame.run()
        let minute = Data((0..<8000 * 60).flatMap { [UInt8(truncatingIfNeeded: $0 / 16), 0] })
        for _ in 0..<minutes { try input.fileHandleForWriting.write(contentsOf: minute) }
        try input.fileHandleForWriting.close()
        lame.waitUntilExit()
        try #require(lame.terminationStatus == 0, "lame is needed")
        return try content(["long.mp3"])
    }

    /// Waits until something is so.
    func waits(until isSo: () -> Bool) -> Bool {
        let limit = Date(timeIntervalSinceNow: 30)
        while Date() < limit {
            if isSo() { return true }
            usleep(2000)
        }
        return false
    }

    /// Orders two plays in two seconds' time, a faint one of so many frames and one of a second that takes over from it.
    func succession(
        first frames: Int, after delay: Duration
    ) throws -> (first: PlayID, second: PlayID, start: MonotonicInstant) {
        try write("first.wav", frames: frames, value: 1000)
        try write("second.wav", frames: 48_000, value: 2000)
        let first = try prepare(["first.wav"])
        let second = try prepare(["second.wav"])
        sound.openCard(next())
        let start = Clocks.read().monotonic + .seconds(2)
        sound.play(next(), order: order(first, at: start))
        sound.play(next(), order: order(second, at: start + delay))
        return (first, second, start)
    }

    func order(_ play: PlayID, at start: MonotonicInstant, volumeDecibels: Double = 0) -> PlayOrder {
        let guardian = Guard(rules: ContractRun.settings.rules, mute: nil, volumeDecibels: volumeDecibels)
        let now = Clocks.read()
        let wish = Guard.Wish(
            origin: .person, programmeClass: .normal, start: now.wall(of: start), hardEnd: nil,
            zone: ContractRun.settings.zone, emergenciesToday: 0)
        guard case .permitted(let permit) = guardian.judge(wish, at: now, trust: .holdover) else {
            fatalError()
        }
        return PlayOrder(
            play: play, permit: permit, start: start, latestStart: start + .seconds(5),
            lateStart: .fromPosition,
            position: .zero)
    }

    /// Waits for an event.
    func waits(for isWanted: (Event) -> Bool) -> Bool {
        let limit = Date(timeIntervalSinceNow: 30)
        while Date() < limit {
            if mailbox.take().contains(where: isWanted) { return true }
            usleep(2000)
        }
        return false
    }

    /// Waits for the next play to end.
    func end() throws -> (end: PlayEnd, playback: Playback) {
        var found: (PlayEnd, Playback)?
        _ = waits {
            if case .completed(_, .played(let end, let playback)) = $0 { found = (end, playback) }
            return found != nil
        }
        return try #require(found)
    }

    /// Waits for so many plays to end, doing something all the while.
    func wait(for count: Int) throws -> [PlayID: (PlayEnd, Playback)] {
        let limit = Date(timeIntervalSinceNow: 30)
        var ended: [(PlayEnd, Playback)] = []
        var plays: [PlayID] = []
        while ended.count < count, Date() < limit {
            for event in mailbox.take() {
                switch event {
                case .progress(let play, _): if !plays.contains(play) { plays.append(play) }
                case .completed(_, .played(let end, let playback)): ended.append((end, playback))
                default: break
                }
            }
            usleep(2000)
        }
        return Dictionary(uniqueKeysWithValues: zip(plays, ended))
    }
}

extension Event {
    /// Whether the card was lost for that reason.
    func isLost(_ reason: Reason) -> Bool {
        if case .card(.lost(_, reason, _)) = self { true } else { false }
    }
}
