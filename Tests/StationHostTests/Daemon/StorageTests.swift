import ScratchFolders
import StationCore
import Testing

@testable import StationHost

/// What is measured of the disk.
struct StorageTests {
    @Test("what is half fetched is measured with the room that it has left; no folder has none of either")
    func parts() throws {
        let folder = try ScratchFolder()
        guard case .storage(let free, 0) = measuredStorage(folder.path) else {
            Issue.record("nothing is measured before the first download")
            return
        }
        #expect(free > 0)
        for (name, count) in [("a", 700), ("b.part", 1000), ("c.part", 24), ("c.part.json", 50)] {
            try folder.write("content/\(name)", [UInt8](repeating: 0, count: count))
        }
        guard case .storage(_, 1024) = measuredStorage(folder.path) else {
            Issue.record("\(measuredStorage(folder.path))")
            return
        }
        guard case .failed = measuredStorage(folder.path + "/nowhere") else {
            Issue.record("a folder that is not there has room")
            return
        }
    }
}
