import Glibc
import StationCore
import StationHost
import StationTrust

/// A folder with a repository that somebody handed over as a descriptor.
///
/// Fetch thread. The descriptor stands for the folder wherever it is mounted: the daemon sees no other user's mounts.
final class ImportedFolder {
    private let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    private var path: String { "/proc/self/fd/\(descriptor.number)/" }

    /// Where the repository is while this object lives.
    var url: String { "file://" + path }

    /// The upstream whose root lies in the repository.
    ///
    /// - Throws: `Repository.Problem`, for a person.
    func owner(among upstreams: [Configuration.Upstream]) throws(Repository.Problem) -> String {
        for upstream in upstreams {
            guard let root = try? readFile(upstream.root, limit: TUF.Limit.rootBytes),
                let version = try? TUF.Client(root: root).rootVersion
            else { continue }
            let role = "\(version)." + TUF.TopLevelRole.root.rawValue
            do throws(SystemError) {
                let found = try readFile(
                    path + "metadata/" + TUF.fileName(of: role), limit: TUF.Limit.rootBytes)
                if found == root { return upstream.name }
            } catch {
                guard error.code == EACCES else { continue }
                throw Repository.Problem(description: ImportedFolder.forbidden)
            }
        }
        let names = upstreams.map(\.name).joined(separator: ", ")
        throw Repository.Problem(description: "it is the repository of none of the upstreams \(names)")
    }

    /// What is said of files that only their owner may read, as a desktop mounts sticks.
    static let forbidden = "loaphuongd may not read it: mount it so that everybody may"
}
