// Who is asked for a target, in which order, and where it is on the server.

extension TUF {
    /// A role that may sign for some targets, as whoever handed them on to it says.
    struct Appointment: Sendable {
        /// What makes two appointments one, whoever made them: the role, and who may sign for it.
        ///
        /// What one trusts, the other does. The ids of keys are their hashes, so they stand for the keys.
        struct Identity: Hashable {
            let role: ExactString
            let signers: Signers
        }

        let role: String
        let signers: Signers
        let keys: ByteMap<JSON>
        /// The patterns of paths that were handed on to it; nil for the top-level role, and where hashes say which.
        var patterns: [String]?

        var identity: Identity { .init(role: ExactString(text: role), signers: signers) }
    }

    /// A search through the delegations, depth first, in the order in which each file lists them.
    struct Search: Sendable {
        /// The path looked for; nil to load the top-level targets only.
        let path: String?
        private let scalars: [Unicode.Scalar]
        private let hash: String
        /// To be asked, the last one first.
        private var stack: [Appointment] = []
        private var asked: Set<ExactString> = []

        init(path: String?, from root: Root) {
            self.path = path
            scalars = Array((path ?? "").unicodeScalars)
            hash = path.map { SHA256.hash($0.utf8).description } ?? ""
            guard let signers = root.signers(.targets) else { return }
            stack = [Appointment(role: TopLevelRole.targets.rawValue, signers: signers, keys: root.keys)]
        }

        /// The next role to ask, each once; nil when there is none, or so many were asked that somebody means harm.
        mutating func next() -> Appointment? {
            while let appointment = stack.popLast(), asked.count <= Limit.delegatedRoles {
                if asked.insert(ExactString(text: appointment.role)).inserted { return appointment }
            }
            return nil
        }

        /// Adds the roles to which a file hands the path on; behind a terminating one nobody else is asked.
        mutating func add(_ targets: Targets) {
            var added: [Appointment] = []
            for delegation in targets.delegations where delegation.includes(scalars, hash: hash) {
                added.append(
                    Appointment(
                        role: delegation.name, signers: delegation.signers, keys: targets.keys,
                        patterns: delegation.patterns))
                guard delegation.isTerminating else { continue }
                stack = []
                break
            }
            stack += added.reversed()
        }
    }

    /// Where a target is below the URL of the targets, percent-encoded.
    ///
    /// - Parameters:
    ///   - path: the target's path, as it was searched for.
    ///   - content: what was found.
    ///   - root: says whether the name begins with a hash.
    /// - Returns: the relative part of its URL.
    package static func fileName(of path: String, _ content: Content, root: Root) -> String {
        let plain = "/!$&'()*+,;=:@"
        guard root.isConsistent, let hash = content.hashes.first else {
            return quoted(path, alsoPlain: plain)
        }
        let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map(path.utf8.index(after:)) ?? path.startIndex
        let hashed = path[..<name] + hash.digits + "." + path[name...]
        return quoted(String(hashed), alsoPlain: plain)
    }
}
