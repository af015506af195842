import Foundation
import StationCore
import StationTrust
import Testing

@testable import StationHost

/// What of an upstream's folder is read.
struct ChannelFolderTests {
    private let folder: ScratchFolder
    private let calendars = ["stations/ap-3/schedule.ics", "schedule.ics"]

    init() throws { folder = try ScratchFolder() }

    private func read() throws -> ChannelFolder.Contents {
        try ChannelFolder.read(folder.path, calendars: calendars)
    }

    @Test("calendars that concern the station and playlists are read, audio files are known by name")
    func ordinary() throws {
        try folder.write("schedule.ics", "A")
        try folder.write("stations/ap-3/schedule.ics", "B")
        try folder.write("stations/ap-4/schedule.ics", "C")
        try folder.write("tin.m3u8", "D")
        try folder.write("âm thanh/tin 1.wav", "E")
        try folder.write(".hidden/tin.m3u8", "F")
        let contents = try read()
        #expect(
            contents.files.map(\.path).sorted() == ["schedule.ics", "stations/ap-3/schedule.ics", "tin.m3u8"])
        #expect(contents.audio == ["âm thanh/tin 1.wav", "stations/ap-4/schedule.ics"])
        #expect(contents.problems.isEmpty)
        #expect(contents.bytes == 5)
    }

    @Test("a link is reported and not followed, wherever it leads: to a file, a folder, itself or nowhere")
    func links() throws {
        try folder.write("schedule.ics", "A")
        try folder.write("inner/tin.wav", "A")
        let files = FileManager.default
        for (name, target) in [
            ("passwd.m3u8", "/etc/passwd"), ("etc", "/etc"), ("up", ".."), ("loop", "loop"),
            ("gone", "nowhere"),
            ("inside", "inner"),
        ] {
            try files.createSymbolicLink(atPath: folder.path + "/" + name, withDestinationPath: target)
        }
        let contents = try read()
        #expect(contents.files.map(\.path) == ["schedule.ics"])
        #expect(contents.audio == ["inner/tin.wav"])
        #expect(
            contents.problems.map(\.file).sorted() == ["etc", "gone", "inside", "loop", "passwd.m3u8", "up"])
    }

    @Test("pipes, sockets and devices are passed over without waiting for them")
    func specialFiles() throws {
        mkfifo(folder.path + "/pipe.m3u8", 0o600)
        mkfifo(folder.path + "/schedule.ics", 0o600)
        #expect(try read().files.isEmpty)
    }

    @Test("a name that is no UTF-8 is passed over, the others are read")
    func foreignNames() throws {
        try folder.write("tin.wav", "A")
        let name = Array((folder.path + "/").utf8) + [0xFF, 0xFE]
        let file = (name.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
            Glibc.open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600)
        }
        try #require(file >= 0)
        close(file)
        #expect(try read().audio == ["tin.wav"])
    }

    @Test("folders without end are read down to a bound")
    func deep() throws {
        try folder.write((0..<40).map { _ in "a" }.joined(separator: "/") + "/tin.wav", "A")
        let contents = try read()
        #expect(contents.audio.isEmpty)
        #expect(contents.problems.first?.message.contains("folders deep") == true)
    }

    @Test("a playlist larger than the bound is read one byte beyond it, so that its reader can say so")
    func large() throws {
        try folder.write("tin.m3u8", [UInt8](repeating: 0x23, count: Playlist.maximumBytes + 100))
        #expect(try read().files.first?.bytes.count == Playlist.maximumBytes + 1)
    }

    @Test("the digest tells every change that matters, and nothing else")
    func digest() throws {
        try folder.write("schedule.ics", "A")
        try folder.write("tin.wav", "A")
        let first = try read().digest
        #expect(try read().digest == first)
        try folder.write("schedule.ics", "B")
        let second = try read().digest
        #expect(second != first)
        try folder.write("tin.wav", "AB")
        let third = try read().digest
        #expect(third != second)
        // Written anew with the same size: its time tells.
        var times = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
        utimensat(AT_FDCWD, folder.path + "/tin.wav", &times, 0)
        let fourth = try read().digest
        #expect(fourth != third)
        utimensat(AT_FDCWD, folder.path + "/schedule.ics", &times, 0)
        #expect(try read().digest == fourth)
    }

    @Test("a folder that is not there is an error")
    func missing() {
        #expect(throws: SystemError.self) { try ChannelFolder.read(folder.path + "/none", calendars: []) }
    }
}
