// What targets roles say: files, and to whom they hand paths on.

extension TUF {
    /// A file that a repository offers.
    package struct Target: Hashable, Sendable {
        /// What it is; always with a length and a hash.
        package let content: Content
        /// What the publisher says of it, if anything.
        package let custom: JSON?
        /// Who signed for it; nil before it was found by a search.
        package internal(set) var signer: Signer?

        init(_ json: JSON, _ subject: String) throws(Refusal) {
            let fields = Fields(json, subject)
            content = try Content(fields)
            guard content.length != nil else { throw fields.malformed("length") }
            guard !content.hashes.isEmpty else { throw fields.malformed("hashes") }
            custom = fields.optional("custom")
            if let custom, custom.members == nil { throw fields.malformed("custom") }
        }
    }

    /// The role that signed for a target, and what it was trusted with.
    package struct Signer: Hashable, Sendable {
        /// Its name.
        package let role: String
        /// When its signature ends, in seconds since 1970.
        package let expires: Int64
        /// When it says that it signed (`x-loa-issued`), as it stands there.
        package let issued: String?
        /// The patterns of the paths that it may sign for; nil for the top-level role, and where hashes say which.
        package let patterns: [String]?
    }

    /// The files that one role answers for, and the roles to which it hands paths on.
    package struct Targets: Sendable {
        /// Version and expiry.
        package let header: Header
        /// When it says that it was signed (`x-loa-issued`).
        let issued: String?
        /// Files by their paths.
        package let targets: ByteMap<Target>
        /// Keys by their ids.
        let keys: ByteMap<JSON>
        /// In order: who comes first is believed first.
        let delegations: [Delegation]
        /// The names of the roles to which it hands paths on.
        package var delegates: [String] { delegations.map(\.name) }

        init(_ document: Document) throws(Refusal) {
            let fields = Fields(document.signed, document.role)
            header = try Header(fields, type: .targets)
            issued = fields.optional("x-loa-issued")?.text
            targets = try fields.byName("targets") { member throws(Refusal) in
                try Target(member.value, document.role)
            }
            guard fields.optional("delegations") != nil else {
                (keys, delegations) = (ByteMap(), [])
                return
            }
            let listed = Fields(try fields.object("delegations"), document.role)
            keys = try TUF.keys(listed)
            delegations = try Self.delegations(listed)
        }

        /// Reads the file of a role to which a targets role hands paths on, as the client would.
        ///
        /// - Parameters:
        ///   - bytes: the file.
        ///   - role: the role's name.
        ///   - delegator: the signed part of whoever hands paths on.
        /// - Returns: what the file says, and the paths of it that were not handed on: nobody takes these from it.
        /// - Throws: when fewer of the role's keys signed it than must, or it is no such file.
        package static func delegated(
            _ bytes: [UInt8], to role: String, by delegator: JSON
        ) throws(Refusal) -> (targets: Targets, strangers: [String]) {
            let listed = Fields(try Fields(delegator, role).object("delegations"), role)
            guard let delegation = try delegations(listed).first(where: { $0.name.hasSameBytes(as: role) })
            else { throw listed.malformed("roles") }
            let document = try Document(bytes, of: role)
            try document.check(delegation.signers, keys: TUF.keys(listed))
            let targets = try Targets(document)
            let strangers = targets.targets.entries.map(\.name).filter { path in
                !delegation.includes(
                    Array(path.unicodeScalars), hash: SHA256.hash(path.utf8).description)
            }
            return (targets, strangers)
        }

        private static func delegations(_ fields: Fields) throws(Refusal) -> [Delegation] {
            var delegations: [Delegation] = []
            var names: Set<ExactString> = []
            for element in try fields.array("roles") {
                let delegation = try Delegation(Fields(element, fields.subject))
                guard names.insert(ExactString(text: delegation.name)).inserted,
                    names.count <= Limit.delegations
                else { throw fields.malformed("roles") }
                delegations.append(delegation)
            }
            return delegations
        }
    }

    /// Paths that one role hands on to another.
    struct Delegation: Sendable {
        /// Which paths.
        enum Paths: Sendable {
            case patterns([PathPattern])
            /// What the hexadecimal SHA-256 of a path may begin with.
            case hashPrefixes([String])
        }

        let name: String
        let signers: Signers
        let paths: Paths
        /// Whether nobody after it is asked for its paths, even if it does not have them.
        let isTerminating: Bool

        init(_ fields: Fields) throws(Refusal) {
            name = try fields.text("name")
            // The name of a top-level role would let a delegate answer for it.
            guard !name.isEmpty, TopLevelRole(rawValue: name) == nil,
                TUF.quoted(name).utf8.count <= Limit.quotedRoleBytes
            else { throw fields.malformed("name") }
            signers = try Signers(fields)
            isTerminating = try fields.flag("terminating")
            switch (fields.optional("paths"), fields.optional("path_hash_prefixes")) {
            case (.some, nil):
                let patterns = try fields.texts("paths")
                guard patterns.allSatisfy({ $0.utf8.count <= Limit.pathBytes }) else {
                    throw fields.malformed("paths")
                }
                paths = .patterns(patterns.map(PathPattern.init))
            case (nil, .some): paths = .hashPrefixes(try fields.texts("path_hash_prefixes"))
            default: throw fields.malformed("paths")
            }
        }

        /// The patterns of its paths; nil where hashes say which.
        var patterns: [String]? {
            if case .patterns(let patterns) = paths { patterns.map(\.text) } else { nil }
        }

        /// Whether the path is among them.
        ///
        /// - Parameters:
        ///   - path: of a target.
        ///   - hash: the hexadecimal SHA-256 of it.
        /// - Returns: whether it is.
        func includes(_ path: [Unicode.Scalar], hash: String) -> Bool {
            switch paths {
            case .patterns(let patterns): patterns.contains { $0.matches(path) }
            case .hashPrefixes(let prefixes): prefixes.contains { hash.utf8.starts(with: $0.utf8) }
            }
        }
    }
}
