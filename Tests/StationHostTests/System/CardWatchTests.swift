import CLinux
import Foundation
import ScratchFolders
import Testing

@testable import StationHost

/// What the kernel tells of a folder of device nodes.
struct CardWatchTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func tells(_ watch: CardWatch) -> Bool {
        CLinux_wait_readable(watch.descriptor, 0)
        return watch.take()
    }

    @Test("cards that come, go, or may be opened from now on are told; those that are opened are not")
    func nodes() throws {
        let snd = folder.path + "/snd"
        try FileManager.default.createDirectory(atPath: snd, withIntermediateDirectories: false)
        let watch = try CardWatch(folder: snd)
        #expect(!tells(watch))
        try Data("x".utf8).write(to: URL(fileURLWithPath: snd + "/pcmC1D0p"))
        #expect(tells(watch) && !tells(watch))
        chmod(snd + "/pcmC1D0p", 0o660)
        #expect(tells(watch) && !tells(watch))
        _ = try Data(contentsOf: URL(fileURLWithPath: snd + "/pcmC1D0p"))
        #expect(!tells(watch))
        unlink(snd + "/pcmC1D0p")
        #expect(tells(watch) && !tells(watch))
    }

    @Test(
        "the first card makes the folder, and the last one takes it away; what else is beside it is nothing")
    func firstCard() throws {
        let snd = folder.path + "/snd"
        let watch = try CardWatch(folder: snd)
        try Data().write(to: URL(fileURLWithPath: folder.path + "/ttyUSB0"))
        #expect(!tells(watch))
        for _ in 1...2 {
            try FileManager.default.createDirectory(atPath: snd, withIntermediateDirectories: false)
            #expect(tells(watch))
            _ = tells(watch)
            try Data().write(to: URL(fileURLWithPath: snd + "/controlC0"))
            #expect(tells(watch) && !tells(watch))
            try FileManager.default.removeItem(atPath: snd)
            #expect(tells(watch))
            _ = tells(watch)
        }
    }
}
