import Centre
import Foundation
import StationCore
import StationHost
import StationTrust
import Synchronization
import TerminalText
import Testing

/// What is refused, warned of, shown and signed when a folder is published.
struct PublicationTests {
    private let desk: Desk

    init() throws {
        desk = try Desk()
        try desk.writeChannel()
        try desk.make()
    }

    /// What makes a folder unfit, and where that is told.
    struct Flaw: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let place: String
        let make: @Sendable (Desk) throws -> Void

        init(_ name: String, _ place: String, _ make: @escaping @Sendable (Desk) throws -> Void) {
            (testDescription, self.place, self.make) = (name, place, make)
        }
    }

    static let flaws = [
        Flaw("an event that is not understood whole", "schedule.ics:11") {
            try $0.write(
                "channel/schedule.ics", Desk.calendar([Desk.event("a", "A", "tin.m3u8", "EXRULE:FREQ=DAILY")])
            )
        },
        Flaw("a rule that is none", "schedule.ics:8") {
            let event = Desk.event("a", "A", "tin.m3u8").replacing("FREQ=DAILY", with: "FREQ=OFTEN")
            try $0.write("channel/schedule.ics", Desk.calendar([event]))
        },
        Flaw("no calendar", "schedule.ics") { try $0.remove("channel/schedule.ics") },
        Flaw("a calendar without events that does not say so", "groups/a/schedule.ics:1") {
            try $0.write("channel/groups/a/schedule.ics", Desk.calendar([]))
        },
        Flaw("a recording that is not there", "tin.m3u8:3") { try $0.remove("channel/âm/tin.wav") },
        Flaw("a playlist that is not there", "schedule.ics:10") { try $0.remove("channel/tin.m3u8") },
        Flaw("a path out of the channel", "tin.m3u8:2") {
            try $0.write("channel/tin.m3u8", "âm/tin.wav\n../../etc/passwd\n")
        },
        Flaw("a stream that is not https", "tin.m3u8:1") {
            try $0.write("channel/tin.m3u8", "http://radio.example.vn/live\n")
        },
        Flaw("a playlist in another encoding", "tin.m3u8:1") {
            try $0.write("channel/tin.m3u8", [0xE2, 0x6D, 0x2F, 0x74, 0x0A])
        },
        Flaw("a name percent-encoded in another form of Unicode", "schedule.ics:10") {
            try $0.write("channel/schedule.ics", Desk.calendar([Desk.event("a", "A", "a%CC%82m/tin.wav")]))
        },
        Flaw("a name whose accent a folded line parts from its letter", "schedule.ics:10") {
            try $0.write(
                "channel/schedule.ics", Desk.calendar([Desk.event("a", "A", "a\r\n \u{302}m/tin.wav")]))
        },
        Flaw("two names that differ in Unicode's form only", "âm/tin.wav") {
            try $0.write("channel/a\u{302}m/tin.wav", Desk.tone(seconds: 1))
        },
        Flaw("a control character in a name", "a\u{7}.wav") {
            try $0.write("channel/a\u{7}.wav", Desk.tone(seconds: 1))
        },
        Flaw("a name that is too long with its hash", String(repeating: "x", count: 191)) {
            try $0.write("channel/" + String(repeating: "x", count: 191), "x")
        },
        Flaw("a link", "passwd") {
            try FileManager.default.createSymbolicLink(
                atPath: $0.channel + "/passwd", withDestinationPath: "/etc/passwd")
        },
        Flaw("a pipe", "pipe") { mkfifo($0.channel + "/pipe", 0o600) },
        Flaw("a web page that is called sound", "âm/tin.wav") {
            try $0.write("channel/âm/tin.wav", "<html>404</html>")
        },
        Flaw("a recording without sound behind its header", "âm/tin.wav") {
            try $0.write("channel/âm/tin.wav", Desk.wav([]))
        },
        Flaw("an empty recording", "âm/tin.wav") { try $0.write("channel/âm/tin.wav", "") },
        Flaw("rubbish that says it is AAC", "âm/tin.wav") {
            try $0.write(
                "channel/âm/tin.wav", [0, 0, 0, 32] + Array("ftypM4A ".utf8) + Array(repeating: 0, count: 99))
        },
        Flaw("an emergency that plays what is not its own", "emergency/schedule.ics:10") {
            try $0.write(
                "channel/emergency/schedule.ics",
                Desk.calendar([Desk.event("e", "E", "../tin.m3u8", "PRIORITY:1")]))
        },
    ]

    @Test("what no station could take is refused with its place, and nothing is signed", arguments: flaws)
    func refused(flaw: Flaw) throws {
        try flaw.make(desk)
        let before = desk.names("")
        let error = try #require(desk.refusal { try desk.publish() })
        #expect(error.kind == .refused)
        let places = error.problems.filter { $0.severity == .error }.map { problem in
            problem.file + (problem.line.map { ":\($0)" } ?? "")
        }
        #expect(places.contains { $0.utf8.elementsEqual(flaw.place.utf8) }, "\(places)")
        #expect(desk.names("") == before)
    }

    /// What is published, and told of.
    static let doubts: [(String, @Sendable (Desk) throws -> Void, String)] = [
        (
            "11 s of silence inside",
            {
                let tone = (0..<8000).map { 0.2 * sin(Double($0) / 3) }
                try $0.write("channel/âm/tin.wav", Desk.wav(tone + Array(repeating: 0, count: 88_000) + tone))
            }, "11 s of silence from 0:01 on"
        ),
        ("clipping", { try $0.write("channel/âm/tin.wav", Desk.tone(seconds: 2, level: 2)) }, "clipped"),
        (
            "a recording that is cut off",
            { try $0.write("channel/âm/tin.wav", Desk.tone(seconds: 2).dropLast(9000)) }, "cut off"
        ),
        ("a whisper", { try $0.write("channel/âm/tin.wav", Desk.tone(seconds: 2, level: 0.01)) }, "too soft"),
        (
            "nothing to hear", { try $0.write("channel/âm/tin.wav", Desk.tone(seconds: 2, level: 0)) },
            "silent"
        ),
        (
            "a slot shorter than its content",
            {
                try $0.write(
                    "channel/schedule.ics",
                    Desk.calendar([Desk.event("tin", "Tin", "tin.m3u8", "DURATION:PT1S")]))
            }, "takes 0:02 and has 0:01"
        ),
        (
            "a recording that nobody plays", { try $0.write("channel/x.wav", Desk.tone(seconds: 1)) },
            "no programme refers"
        ),
        (
            "a relay",
            {
                try $0.write(
                    "channel/schedule.ics",
                    Desk.calendar([Desk.event("a", "A", "https://a.vn/x", "DURATION:PT9M")]))
            }, "a relay"
        ),
        (
            "a recording that only ffmpeg decodes",
            {
                let (wave, aac) = ($0.channel + "/âm/tin.wav", $0.channel + "/tin.m4a")
                let encoded = try run("ffmpeg", "-nostdin", "-v", "error", "-i", wave, "-c:a", "aac", aac)
                try #require(encoded.status == 0, "\(encoded.output)")
                try #require(rename(aac, wave) == 0)
            }, "only at stations with ffmpeg"
        ),
        ("a calendar that nobody reads", { try $0.write("channel/old.ics", "x") }, "no station reads it"),
    ]

    @Test("what may not sound as meant is told of, and published", arguments: doubts.map(\.0))
    func warned(name: String) throws {
        let doubt = try #require(Self.doubts.first { $0.0 == name })
        #expect(try desk.prepare().problems.isEmpty)
        try doubt.1(desk)
        let publication = try desk.prepare()
        #expect(
            publication.problems.contains {
                $0.message[.english].contains(doubt.2) && $0.severity == .warning
            },
            "\(publication.problems)")
        _ = try publication.publish()
        // Known from the first time, without decoding it again.
        #expect(try desk.prepare().problems == publication.problems)
    }

    @Test("a second publication of the same folder changes nothing but time")
    func twice() throws {
        try desk.publish()
        let before = desk.names("")
        let timestamp = try desk.read("repo/metadata/timestamp.json")
        desk.now = desk.now + .seconds(60)
        #expect(try desk.prepare().isUnchanged)
        try desk.publish()
        #expect(desk.names("") == before)
        #expect(try desk.read("repo/metadata/timestamp.json") != timestamp)
        // Near the snapshot's end it is signed too, and nothing else is.
        desk.now = desk.now + .seconds(21 * 86_400)
        try desk.publish()
        #expect(
            Set(desk.names("")).subtracting(before) == ["metadata/3.snapshot.json"])
    }

    @Test("what sounds otherwise within 7 days is shown for all, groups and stations, each change once")
    func differences() throws {
        try desk.publish()
        #expect(try desk.prepare().differences.isEmpty)
        try desk.write(
            "channel/groups/g/schedule.ics",
            Desk.calendar([
                Desk.event("g", "Nhóm", "../../tin.m3u8").replacing("RRULE:FREQ=DAILY\r\n", with: "")
                    .replacing("20260101T", with: "20261125T")
            ]))
        try desk.write(
            "channel/stations/s/schedule.ics",
            Desk.calendar([
                Desk.event("tin", "Tin ấp", "../../tin.m3u8").replacing("T050000", with: "T053000")
            ]))
        let publication = try desk.prepare()
        let group = publication.differences.filter { $0.audience == .group("g") }
        #expect(group.map(\.at) == ["2026-11-25T05:00:00+07:00"])
        #expect(group.map(\.kind) == [.added])
        let station = publication.differences.filter { $0.audience == .station("s") }
        #expect(station.count == 14)
        // A station's own file takes the place of what is for all under that UID; a group's new UID does not.
        #expect(station.allSatisfy { $0.isReplacement == ($0.kind == .added) })
        #expect(group.allSatisfy { !$0.isReplacement })
        #expect(Set(station.map(\.kind)) == [.added, .removed])
        #expect(publication.differences.allSatisfy { $0.audience != .all })
        _ = try publication.publish()
        // Another recording under the old name changes every slot, for all and said once.
        try desk.write("channel/âm/tin.wav", Desk.tone(seconds: 3))
        let changed = try desk.prepare().differences
        #expect(changed.filter { $0.audience == .all }.map(\.kind) == Array(repeating: .changed, count: 7))
        #expect(changed.filter { $0.audience == .group("g") }.map(\.at) == ["2026-11-25T05:00:00+07:00"])
    }

    @Test("what a recording measures is in the signed description")
    func measured() throws {
        try desk.publish()
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        let loa = try #require(try eyes.custom("âm/tin.wav")?["loa"])
        #expect(loa["durationMilliseconds"]?.integer == 2000)
        #expect(loa["truePeakDecibels"]?.text == "-12.0")
        let loudness = try #require(loa["loudnessLufs"]?.text.flatMap(Double.init))
        // A sine of amplitude a has 20 lg a − 3.01 − 0.69 LUFS, and the filter is almost flat at 440 Hz.
        #expect(abs(loudness - -15.7) < 0.5)
    }

    @Test("what is not referred to any more stays for a week, then goes; roots stay for ever")
    func leftovers() throws {
        try desk.publish()
        let old = desk.names("targets").filter { $0.hasSuffix("tin.wav") }
        try desk.write("channel/âm/tin.wav", Desk.tone(seconds: 3))
        try desk.publish()
        #expect(desk.names("targets").filter { $0.hasSuffix("tin.wav") }.count == 2)
        desk.now = desk.now + .seconds(6 * 86_400)
        try desk.publish()
        #expect(desk.names("targets").contains(old[0]))
        desk.now = desk.now + .seconds(2 * 86_400)
        try desk.publish()
        #expect(!desk.names("targets").contains(old[0]))
        #expect(!desk.names("metadata").contains("1.targets.json"))
        #expect(desk.names("metadata").contains("1.root.json"))
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read("âm/tin.wav") != nil)
    }

    @Test("after a power cut at any write of a publication stations read the old state or the new one, whole")
    func powerCut() throws {
        try desk.publish()
        let paths = ["schedule.ics", "tin.m3u8", "âm/tin.wav", "âm/hai.wav"]
        let old = try seen(paths)
        try desk.write("channel/tin.m3u8", "âm/tin.wav\nâm/hai.wav\n")
        try desk.write("channel/âm/tin.wav", Desk.tone(seconds: 3))
        try desk.write("channel/âm/hai.wav", Desk.tone(seconds: 1))
        var new: [[UInt8]?]?
        var cuts = 0
        let files = FileManager.default
        try files.copyItem(atPath: desk.repository, toPath: desk.path + "/before")
        for place in 0..<200 {
            try files.removeItem(atPath: desk.repository)
            try files.copyItem(atPath: desk.path + "/before", toPath: desk.repository)
            let left = CallsLeft(place)
            desk.calls = left.calls
            let error = desk.refusal { try desk.publish() }
            desk.calls = .kernel
            let found = try seen(paths)
            if error == nil {
                new = found
                break
            }
            cuts += 1
            // The last calls only make the rename durable that has been done.
            #expect(found == old || found[3] != nil && found != old, "after \(place) calls")
        }
        #expect(cuts > 15)
        #expect(new?[3] != nil && new?[2]?.count == 16_000 * 3 + 44)
        try desk.publish()
        #expect(try seen(paths) == new)
    }

    /// A disk that takes so many calls and then no more; what is written last is cut in the middle.
    private final class CallsLeft: Sendable {
        private let left: Mutex<Int>

        init(_ count: Int) { left = Mutex(count) }

        private func take() -> Bool {
            left.withLock { left in
                left -= 1
                return left >= 0
            }
        }

        var calls: DiskCalls {
            DiskCalls(
                write: { [self] descriptor, bytes in
                    guard take() else {
                        _ = DiskCalls.kernel.write(
                            descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]))
                        return SystemError(call: "write", code: EIO)
                    }
                    return DiskCalls.kernel.write(descriptor, bytes)
                },
                sync: { [self] _ in take() ? nil : SystemError(call: "fsync", code: EIO) })
        }
    }

    /// What a station that sees the repository for the first time reads.
    private func seen(_ paths: [String]) throws -> [[UInt8]?] {
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        return try paths.map { try eyes.read($0) }
    }

    /// What becomes of files on a bad disk, as the name says.
    static let damages: [(String, @Sendable (Desk, String) throws -> Void)] = [
        ("missing", { try $0.remove($1) }),
        ("of the same length", { try $0.write($1, try $0.read($1).map { $0 ^ 1 }) }),
        ("cut", { try $0.write($1, try $0.read($1).dropLast()) }),
    ]

    @Test(
        "what a disk has lost of the repository is put right, and changes nothing on air",
        arguments: damages.map(\.0))
    func mended(how: String) throws {
        try desk.publish()
        let damage = try #require(Self.damages.first { $0.0 == how }?.1)
        for name in desk.names("targets") where name.contains(".") {
            try damage(desk, "repo/targets/" + name)
        }
        #expect(try desk.refresh().isEmpty)
        let publication = try desk.prepare()
        #expect(publication.differences.isEmpty && publication.isUnchanged)
        let said = try publication.publish().map { $0[.english] }
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("3 files of the repository, damaged or missing, put right: ") == true)
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        for path in ["schedule.ics", "tin.m3u8", "âm/tin.wav"] { #expect(try eyes.read(path) != nil) }
        #expect(try desk.publish().isEmpty)
    }

    @Test("keys that are not there are missed before anything is decoded, and by a trial not at all")
    func keysFirst() throws {
        try desk.write("channel/âm/tin.wav", "<html>")
        func refusal(_ folder: String, isTrial: Bool = false) -> CentreError? {
            desk.refusal {
                _ = try Publication(
                    of: desk.channel, into: desk.repository, keys: KeySources(folders: [folder]),
                    try desk.surroundings, isTrial: isTrial)
            }
        }
        let nowhere = try #require(refusal(desk.path + "/nowhere"))
        #expect(nowhere.kind == .configuration && nowhere.message[.english].contains("no such folder"))
        let wrong = try #require(refusal(desk.folder + "/online"))
        #expect(wrong.kind == .configuration)
        #expect(wrong.message[.english].contains("timestamp needs 1 key and has 0"))
        #expect(refusal(desk.path + "/nowhere", isTrial: true)?.kind == .refused)
        #expect(refusal(desk.folder)?.kind == .refused)
    }

    @Test("a full disk is told with the file that did not fit, and nothing half written stays")
    func fullDisk() throws {
        let before = desk.names("")
        desk.calls = DiskCalls(
            write: { _, _ in SystemError(call: "write", code: ENOSPC) }, sync: DiskCalls.kernel.sync)
        let publishing = try #require(desk.refusal { try desk.publish() }).message[.english]
        #expect(publishing.hasPrefix("write ") && publishing.hasSuffix(": No space left on device"))
        #expect(publishing.contains("tin") || publishing.contains("schedule.ics"))
        let refreshing = try #require(desk.refusal { try desk.refresh() }).message[.english]
        #expect(refreshing == "write \(desk.repository)/metadata/timestamp.json: No space left on device")
        #expect(desk.names("").filter { !before.contains($0) && $0.contains(".new") }.isEmpty)
        desk.calls = .kernel
        try desk.publish()
    }

    @Test("the kernel's own word for a full disk names no file that it does not know")
    func fullDevice() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        let error = [1].withUnsafeBytes { DiskCalls.kernel.write(descriptor, $0) }
        #expect(error?.description == "write: No space left on device")
    }

    @Test("what a killed command has left half written goes with the next one, unless somebody writes it")
    func unfinished() throws {
        let left = ["metadata/9.targets.json.new", "targets/.aa.new", "targets/âm/.bb.new"]
        for name in left { try desk.write("repo/" + name, "half") }
        let held = open(desk.repository + "/targets/âm/.bb.new", O_RDONLY)
        flock(held, LOCK_EX)
        try desk.publish()
        #expect(left.filter(desk.names("").contains) == ["targets/âm/.bb.new"])
        close(held)
        try desk.write("repo/metadata/timestamp.json.new", "half")
        try desk.refresh()
        #expect(!desk.names("metadata").contains("timestamp.json.new"))
        try desk.publish()
        #expect(!desk.names("").contains { $0.hasSuffix(".new") })
    }

    @Test("a name as long as names can be is published")
    func longName() throws {
        let name = String(repeating: "x", count: 186) + ".wav"
        try desk.write("channel/" + name, Desk.tone(seconds: 1))
        try desk.write("channel/tin.m3u8", name + "\n")
        try desk.publish()
        #expect(desk.names("targets").contains { $0.hasSuffix("." + name) })
    }

    @Test("that a timetable may be empty on purpose is said where it is empty, not where it is broken")
    func emptyTimetable() throws {
        func said() throws -> [String] {
            try #require(desk.refusal { try desk.publish() }).problems.filter { $0.severity == .error }.map {
                $0.message[.english]
            }
        }
        try desk.write("channel/schedule.ics", Desk.calendar([]))
        #expect(try said().map { $0.contains("X-LOA-EMPTY:TRUE") } == [true])
        try desk.write(
            "channel/schedule.ics",
            Desk.calendar([Desk.event("a", "A", "tin.m3u8").replacing("UID:a\r\n", with: "")]))
        #expect(try said() == ["an event without UID"])
    }

    @Test("a group or station that the channel has no calendar for is told of, and what is for all is shown")
    func previewed() throws {
        func preview(_ station: String?, _ groups: [String] = []) throws -> Preview {
            try Preview(of: desk.channel, station: station, groups: groups, days: 1, try desk.surroundings)
        }
        try desk.write(
            "channel/stations/ap-3/schedule.ics", Desk.calendar([Desk.event("a", "A", "../../tin.m3u8")]))
        #expect(try preview("ap-3").problems.isEmpty)
        let unknown = try preview("ap-4", ["g"])
        #expect(unknown.problems.map(\.file) == ["groups/g/schedule.ics", "stations/ap-4/schedule.ics"])
        #expect(unknown.problems.allSatisfy { $0.severity == .warning })
        #expect(unknown.problems.allSatisfy { $0.message[.english].contains("the station ap-3") })
        #expect(unknown.entries.count == 1)
    }

    @Test("a repository that has changed while somebody was asked is not published over")
    func raced() throws {
        let first = try desk.prepare()
        try desk.publish()
        try desk.write("channel/âm/tin.wav", Desk.tone(seconds: 3))
        #expect(desk.refusal { _ = try first.publish() }?.kind == .refused)
    }

    @Test("a file that changes after it was looked at is not published")
    func changedMeanwhile() throws {
        let publication = try desk.prepare()
        try desk.write("channel/âm/tin.wav", Desk.tone(seconds: 2, level: 0.3))
        #expect(desk.refusal { _ = try publication.publish() } != nil)
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read("schedule.ics") == nil)
    }

    @Test("the example channel is published without an error or a warning")
    func example() throws {
        let playlists = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Playlists").path
        let publication = try Publication(
            of: playlists, into: desk.repository, keys: desk.keys, try desk.surroundings)
        #expect(publication.problems.isEmpty, "\(publication.problems)")
        #expect(!publication.differences.isEmpty)
    }
}

extension Desk {
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}
