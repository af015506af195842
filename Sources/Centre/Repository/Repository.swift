import StationCore
import StationHost
import StationTrust
import TerminalText

/// A repository with what it takes to change it: the keys, and the world around.
package struct Repository {
    let folder: RepositoryFolder
    let keys: KeySources
    let surroundings: Surroundings

    /// Names a repository; nothing is read before something is asked of it.
    package init(_ path: String, keys: KeySources, _ surroundings: Surroundings) {
        folder = RepositoryFolder(path: KeySources.withoutSlash(path))
        (self.keys, self.surroundings) = (keys, surroundings)
    }

    /// When it is judged and signed, in seconds since 1970.
    var now: Int64 { surroundings.now.seconds }
    /// What it offers.
    var files: TargetFiles { TargetFiles(folder: folder, calls: surroundings.calls) }

    /// Changes what the repository says, signs that, and switches; everybody else is kept away meanwhile.
    ///
    /// - Parameter body: changes the draft; what it throws leaves everything as it was.
    /// - Returns: what `body` returns, and what the repository says now.
    /// - Throws: what `body` throws; or when keys are missing, or something cannot be written.
    func change<Result>(
        _ body: (inout Draft) throws(CentreError) -> Result
    ) throws(CentreError) -> (result: Result, draft: Draft) {
        let lock = try folder.lock()
        defer { _ = lock.number }
        var draft = Draft(try folder.read(), self)
        let result = try body(&draft)
        try draft.finish()
        try draft.write()
        return (result, draft)
    }

    // MARK: Keys

    /// Whether as many keys of a role are here as must sign for it.
    func canSign(_ role: String, _ state: RepositoryState) throws(CentreError) -> Bool {
        guard let kind = KeySources.Kind(role: role) else { return false }
        return try state.appointment(role).held(of: try keys.keys(kind)).count
            >= state.appointment(role).threshold
    }

    /// Makes sure that so many keys are here, before anything takes long.
    ///
    /// - Throws: when there are too few for one of the roles.
    func require(_ roles: [String], _ state: RepositoryState) throws(CentreError) {
        for role in roles {
            guard let kind = KeySources.Kind(role: role) else { continue }
            try state.appointment(role).require(try keys.keys(kind), kind)
        }
    }
}
