import StationCore
import StationHost
import StationTrust
package import TerminalText

/// `loa-centre refresh`: a new timestamp, and a new snapshot where the old one ends soon; for a timer.
package struct Refresh {
    private let folder: RepositoryFolder
    private let keys: KeySources
    private let surroundings: Surroundings

    /// Prepares a refresh of a repository; of the keys only `online/` is read.
    package init(_ repository: String, keys: KeySources, _ surroundings: Surroundings) {
        folder = RepositoryFolder(path: repository)
        (self.keys, self.surroundings) = (keys, surroundings)
    }

    /// Signs and switches.
    ///
    /// - Returns: what expires soon.
    package func sign() throws(CentreError) -> [Phrase] {
        let lock = try folder.lock()
        defer { _ = lock.number }
        var draft = Draft(try folder.read(), folder, keys, at: surroundings.now.seconds)
        try draft.finish()
        try draft.write(surroundings.calls)
        return draft.warnings
    }
}
