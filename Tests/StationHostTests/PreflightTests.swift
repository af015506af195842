import Foundation
import ScratchFolders
import StationAudio
import StationCore
import Synchronization
import Testing

@testable import StationHost

/// Which content is looked at first, and how much of it stays open.
@Suite("Preflight")
struct PreflightTests {
    private let folder: ScratchFolder
    private let handed = HandedFiles()
    private let due = Instant(seconds: 1_800_000_000)

    init() throws { folder = try ScratchFolder() }

    private func checker(most files: Int = 100) -> ContentChecker {
        ContentChecker(
            content: ContentItem.contentFolder(of: folder.path), handed: handed, targetLoudness: -16,
            allowance: FileAllowance(most: files))
    }

    private func items(_ names: [String]) -> [ContentItem] {
        names.map { .stored($0, in: folder.path) }
    }

    /// A thread with a long and a short recording to look at, and what comes of its checks.
    private func started() throws -> (PreflightThread, Done) {
        try write("long.wav", seconds: 20 * 60)
        try write("short.wav", seconds: 1)
        let done = Done()
        return (try PreflightThread(checker()) { _, play, content in done.add(play, content) }, done)
    }

    /// Writes a mono WAV of a low hum.
    private func write(_ name: String, seconds: Int, rate: Int = 8000) throws {
        func little(_ number: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }
        let count = seconds * rate
        var bytes = Array("RIFF".utf8) + little(UInt32(36 + 2 * count)) + Array("WAVEfmt ".utf8)
        bytes += little(UInt32(16)) + little(UInt16(1)) + little(UInt16(1)) + little(UInt32(rate))
        bytes += little(UInt32(2 * rate)) + little(UInt16(2)) + little(UInt16(16))
        bytes += Array("data".utf8) + little(UInt32(2 * count))
        bytes += [UInt8](repeating: 7, count: 2 * count)
        try folder.write(name, bytes)
    }

    /// What the thread did, in its order.
    private final class Done: Sendable {
        let plays = Mutex<[(play: PlayID, reports: [ItemReport])]>([])

        /// Nil, which a check that was discarded gives, is no report.
        func add(_ play: PlayID, _ content: PreparedContent?) {
            plays.withLock { $0.append((play, content?.reports ?? [])) }
        }

        func wait(for count: Int) -> [(play: PlayID, reports: [ItemReport])] {
            let limit = Date(timeIntervalSinceNow: 60)
            while Date() < limit {
                let plays = plays.withLock { $0 }
                if plays.count >= count { return plays }
                usleep(2000)
            }
            return plays.withLock { $0 }
        }
    }

    @Test(
        "an emergency does not wait for a long bulletin, nor for what a person plays; all are done in the end"
    )
    func urgency() throws {
        // Some work, so that all is asked for while the first is under way.
        try write("long.wav", seconds: 20 * 60)
        try write("short.wav", seconds: 1)
        let done = Done()
        let thread = try PreflightThread(checker()) { _, play, content in
            done.add(play, content)
        }
        let long = items(["short.wav", "long.wav"])
        thread.check(EffectID(1), PlayID(1), long, .early, scheduled: due)
        thread.check(EffectID(2), PlayID(2), long, .normal, scheduled: due)
        usleep(50_000)
        let token = handed.put(try Descriptor.open(folder.path + "/long.wav", O_RDONLY))
        thread.check(
            EffectID(3), PlayID(3), [ContentItem(source: .handedOver(token: token, name: "theirs"))], .person,
            scheduled: due)
        usleep(50_000)
        thread.check(EffectID(4), PlayID(4), items(["short.wav"]), .emergency, scheduled: due)
        let found = done.wait(for: 4)
        #expect(found.map(\.play.number) == [4, 3, 2, 1])
        // What stood back lost nothing: no item twice, and a descriptor that can be taken but once is still there.
        #expect(found.map { $0.reports.map(\.isPlayable) } == [[true], [true], [true, true], [true, true]])
    }

    @Test(
        "attack list, ../../etc/passwd, absolute path, NUL: no file but one of the folder is opened",
        arguments: [
            "../x.wav", "/etc/passwd", "a/../../x.wav", "link.wav", "..", "a", "", "x.wav\u{0}",
            // To Swift a slash with an accent behind it is another character, to the kernel it is a slash.
            "../\u{301}x.wav", "a/../\u{301}x.wav",
        ])
    func outside(path: String) throws {
        let outer = try ScratchFolder()
        for name in ["x.wav", "\u{301}x.wav", "folder/y.wav", "folder/a/z.wav"] { try outer.write(name, "x") }
        #expect(symlink("../x.wav", outer.path + "/folder/link.wav") == 0)
        let folder = outer.path + "/folder"
        #expect(throws: SystemError.self) { _ = try ContentFile.open(path, below: folder) }
        #expect(throws: Never.self) { _ = try ContentFile.open("a/z.wav", below: folder) }
    }

    @Test("a check that nobody waits for any more ends at once, though nothing more urgent comes")
    func discarded() throws {
        let (thread, done) = try started()
        // Some hours of work, of a class that goes before the bulletin.
        let hours = items(Array(repeating: "long.wav", count: 500))
        thread.check(EffectID(1), PlayID(1), hours, .person, scheduled: due)
        thread.check(EffectID(2), PlayID(2), hours, .person, scheduled: due)
        thread.check(EffectID(3), PlayID(3), items(["short.wav"]), .normal, scheduled: due)
        usleep(50_000)
        #expect(done.plays.withLock { $0.isEmpty })
        thread.discard(PlayID(2))
        thread.discard(PlayID(1))
        let found = done.wait(for: 3)
        #expect(found.map(\.play.number).sorted() == [1, 2, 3], "each completes once")
        #expect(found.last?.play == PlayID(3))
        #expect(found.map(\.reports.count).sorted() == [0, 0, 1])
    }

    @Test("of two that are as urgent, the one that is due first goes first")
    func dueFirst() throws {
        let (thread, done) = try started()
        let first = items(["long.wav", "long.wav"])
        thread.check(EffectID(1), PlayID(1), first, .normal, scheduled: due)
        usleep(20_000)
        let short = items(["short.wav"])
        thread.check(EffectID(2), PlayID(2), short, .normal, scheduled: due + .seconds(9))
        thread.check(EffectID(3), PlayID(3), short, .normal, scheduled: due + .seconds(5))
        #expect(done.wait(for: 3).map(\.play.number) == [1, 3, 2])
    }

    @Test("what is written to while it is read is no content; nor is a file that changed since")
    func changed() throws {
        try write("a.wav", seconds: 1)
        let checker = checker()
        var progress = ContentChecker.Progress(items: items(["a.wav"]), urgency: .normal)
        let content = checker.go(on: &progress, shouldContinue: { true })
        #expect(content?.isUnchanged == true)
        var asked = 0
        var other = ContentChecker.Progress(items: items(["a.wav"]), urgency: .normal)
        let path = folder.path + "/a.wav"
        let changing = checker.go(on: &other) {
            asked += 1
            guard asked == 3 else { return true }
            usleep(20_000)
            let file = fopen(path, "r+")
            fwrite("RIFF", 1, 4, file)
            fclose(file)
            return true
        }
        #expect(changing?.reports.first?.problem == .bad("changes while it is read"))
        #expect(changing?.reports.first?.sha256 == nil && changing?.items.isEmpty == true)
        #expect(content?.isUnchanged == false)
    }

    @Test("a check that stands back goes on with the item at which it was, not with the first")
    func goesOn() throws {
        try write("a.wav", seconds: 1)
        try write("b.wav", seconds: 1)
        var progress = ContentChecker.Progress(items: items(["a.wav", "b.wav"]), urgency: .normal)
        var asked = 0
        func pieces(_ most: Int) -> () -> Bool {
            asked = 0
            return {
                asked += 1
                return asked <= most
            }
        }
        let checker = checker()
        #expect(checker.go(on: &progress, shouldContinue: pieces(.max)) != nil)
        let whole = asked
        progress = ContentChecker.Progress(items: items(["a.wav", "b.wav"]), urgency: .normal)
        #expect(checker.go(on: &progress, shouldContinue: pieces(whole - 1)) == nil)
        #expect(asked == whole)
        #expect(checker.go(on: &progress, shouldContinue: pieces(.max))?.items.count == 2)
        #expect(asked == whole / 2)
    }

    @Test(
        "T33 files beyond what may be open are a problem that is told, and are played when others are closed")
    func allowance() throws {
        let names = (0..<5).map { "\($0).wav" }
        for name in names { try write(name, seconds: 1) }
        let checker = checker(most: 6)
        var (ordinary, isPlayable) = try look(checker, names, .normal)
        #expect(isPlayable == [true, true, true, false, false])
        #expect(ordinary?.reports.last?.problem == .bad("keep more than 3 files open: Too many open files"))
        #expect(try look(checker, names, .person).isPlayable == Array(repeating: false, count: 5))
        // An emergency has a share that nobody else takes.
        #expect(try look(checker, names, .emergency).isPlayable == [true, true, true, false, false])
        ordinary = nil
        #expect(try look(checker, Array(names.suffix(2)), .normal).isPlayable == [true, true])
    }

    private func look(
        _ checker: ContentChecker, _ names: [String], _ urgency: Urgency
    ) throws -> (content: PreparedContent?, isPlayable: [Bool]) {
        var progress = ContentChecker.Progress(items: items(names), urgency: urgency)
        let content = try #require(checker.go(on: &progress, shouldContinue: { true }))
        return (content, content.reports.map(\.isPlayable))
    }
}
