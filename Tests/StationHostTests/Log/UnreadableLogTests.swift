import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Testing

@testable import StationHost

/// What a start does with a log that the disk does not give back: nothing that would cost an entry (I3, I6).
struct UnreadableLogTests: LogTests {
    let folder: ScratchFolder

    init() throws {
        folder = try Self.logFolder()
        for first in [Int64(0), 5, 10] {
            try folder.write(name(first), Self.lines(first..<first + 5))
        }
    }

    /// Puts something in a segment's place that opens and does not read, whoever runs the test.
    private func hide(_ segment: Int64) throws {
        let path = folder.path + "/" + name(segment)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".hidden")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    private func show(_ segment: Int64) throws {
        let path = folder.path + "/" + name(segment)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".hidden", toPath: path)
    }

    @Test("a segment that cannot be read is passed over where later ones can", arguments: [0, 5] as [Int64])
    func inside(_ segment: Int64) throws {
        try hide(segment)
        let opened = open()
        #expect(opened.log.isReadable)
        #expect(opened.summary.nextIndex == 15)
        let lost = segment..<segment + 5
        #expect(opened.summary.settled.map(\.slot) == Self.slots((0..<15).filter { !lost.contains($0) }))
        #expect(opened.log.append([Self.entry(15)]) == .durable)
        #expect(try folder.read(name(10)) == Self.lines(10..<16))
    }

    @Test("where the last segment cannot be read, the rest is remembered, and the log goes on in /run alone")
    func last() throws {
        try hide(10)
        do {
            let (log, summary, _) = open()
            #expect(!log.isReadable)
            #expect(summary.nextIndex == 10)
            #expect(summary.settled.map(\.slot) == Self.slots(0..<10))
            #expect(log.append([Self.entry(10)]) == .inRun)
            try show(10)
            #expect(!log.retry())
            #expect(log.append([Self.entry(11)]) == .inRun)
        }
        for first in [Int64(0), 5, 10] {
            #expect(try folder.read(name(first)) == Self.lines(first..<first + 5))
        }
        #expect(open().summary.nextIndex == 15)
    }

    @Test("what the checkpoint knows of a last segment that cannot be read is remembered")
    func checkpoint() throws {
        do { open().log.checkpoint() }
        try hide(10)
        let opened = open()
        #expect(!opened.log.isReadable)
        #expect(opened.summary.nextIndex == 15)
        #expect(opened.summary.isSettled("xa/tin@14"))
    }

    @Test("where nobody can say which segments there are, none is written to, nor cut by a write that fails")
    func directory() throws {
        let log = folder.path + "/state/log"
        try FileManager.default.moveItem(atPath: log, toPath: log + ".hidden")
        try folder.write("state/log", "")
        let tearing = DiskCalls(
            write: { descriptor, bytes in
                _ = DiskCalls.kernel.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(7)))
                return SystemError(call: "write", code: EIO)
            }, sync: DiskCalls.kernel.sync)
        do {
            let (files, summary, _) = open(tearing)
            #expect(summary.nextIndex == 0)
            try FileManager.default.removeItem(atPath: log)
            try FileManager.default.moveItem(atPath: log + ".hidden", toPath: log)
            for index in 0..<3 as Range<Int64> {
                #expect(files.append([Self.entry(index)]) == .inRun)
            }
        }
        #expect(try folder.read(name(0)) == Self.lines(0..<5))
        #expect(open().summary.nextIndex == 15)
    }

    @Test("a segment is never begun in a file that has something in it")
    func notEmpty() throws {
        try FileManager.default.removeItem(atPath: folder.path + "/state/log")
        let (log, _, _) = open()
        try folder.write(name(0), Self.lines(0..<5))
        #expect(log.append([Self.entry(0)]) == .inRun)
        #expect(try folder.read(name(0)) == Self.lines(0..<5))
    }

    @Test("a log that cannot be read is told at the start, before there is anything to append")
    func isTold() throws {
        try hide(10)
        let mailbox = try Mailbox<Event>()
        let store = try Store.open(state: state, run: run, boot: "boot", mailbox: mailbox)
        #expect(store.recovery.durability == .inRun)
    }
}
