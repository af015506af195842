import Foundation
import ScratchFolders
import StationCore
import Testing

@testable import StationHost

/// What is measured of the disk.
struct StorageTests {
    @Test("what is half fetched is measured with the room that it has left; no folder has none of either")
    func parts() throws {
        let folder = try ScratchFolder()
        guard case .storage(let free, 0, isReadOnly: false) = measuredStorage(folder.path) else {
            Issue.record("nothing is measured before the first download")
            return
        }
        #expect(free > 0)
        for (name, count) in [("a", 700), ("b.part", 1000), ("c.part", 24), ("c.part.json", 50)] {
            try folder.write("content/\(name)", [UInt8](repeating: 0, count: count))
        }
        guard case .storage(_, 1024, _) = measuredStorage(folder.path) else {
            Issue.record("\(measuredStorage(folder.path))")
            return
        }
        guard case .failed = measuredStorage(folder.path + "/nowhere") else {
            Issue.record("a folder that is not there has room")
            return
        }
    }

    @Test("T36: a disk that is mounted read-only is told as one, though nobody has written to it")
    func readOnly() throws {
        let folder = try ScratchFolder()
        func run(_ words: String...) throws -> Int32 {
            let process = try Process.run(URL(fileURLWithPath: "/usr/bin/env"), arguments: words)
            process.waitUntilExit()
            return process.terminationStatus
        }
        try #require(try run("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder.path) == 0)
        defer { _ = try? run("umount", folder.path) }
        func isReadOnly() -> Bool? {
            if case .storage(_, _, let isReadOnly) = measuredStorage(folder.path) { isReadOnly } else { nil }
        }
        #expect(isReadOnly() == false)
        try #require(try run("mount", "-o", "remount,ro", folder.path) == 0)
        #expect(isReadOnly() == true)
    }
}
