import Foundation
import StationCore
import StationTrust

extension ContentItem {
    /// A file of a folder as an item of signed content: it is in the folder's `content`, under its hash, too.
    ///
    /// One that is not there has the hash of nothing.
    static func stored(_ name: String, in folder: String) -> ContentItem {
        let bytes = [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))) ?? Data())
        let content = TUF.Content(length: Int64(bytes.count), sha256: SHA256.hash(bytes))
        mkdir(contentFolder(of: folder), 0o755)
        // One file with two names: what a test writes to the one is in the other.
        if let stored = content.storeName {
            link("\(folder)/\(name)", "\(contentFolder(of: folder))/\(stored)")
        }
        return ContentItem(source: .target(upstream: "commune", path: name, content))
    }

    /// Where the stored files of a test's folder are.
    static func contentFolder(of folder: String) -> String { folder + "/content" }
}
