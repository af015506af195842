// What root, timestamp and snapshot say.

extension TUF {
    /// What every kind of metadata begins with.
    package struct Header: Hashable, Sendable {
        /// Counts up from 1 with every change.
        package let version: Int64
        /// When it is no longer to be trusted, in seconds since 1970.
        package let expires: Int64

        init(_ fields: Fields, type: TopLevelRole) throws(Refusal) {
            let found = try fields.text("_type")
            guard found.hasSameBytes(as: type.rawValue) else {
                throw Refusal(fields.subject, .wrongType(found))
            }
            let specification = try fields.text("spec_version")
            guard Self.isKnown(specification) else {
                throw Refusal(fields.subject, .wrongSpecification(specification))
            }
            version = try fields.version()
            guard let expires = UTCTime.seconds(try fields.text("expires")) else {
                throw fields.malformed("expires")
            }
            self.expires = expires
        }

        /// Whether it is `1.0` or `1.0.` and a number.
        private static func isKnown(_ specification: String) -> Bool {
            let parts = specification.utf8.split(
                separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.count == 2 || parts.count == 3, parts[0].elementsEqual("1".utf8),
                parts[1].elementsEqual("0".utf8)
            else { return false }
            return parts.count == 2
                || !parts[2].isEmpty && parts[2].allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        }

        func checkExpiry(at start: Int64, of role: String) throws(Refusal) {
            guard expires > start else { throw Refusal(role, .expired(at: expires)) }
        }
    }

    /// Who may sign what: the file that a station is given on the way to the pole, and its successors.
    package struct Root: Sendable {
        /// Version and expiry.
        package let header: Header
        /// Whether files other than the timestamp are named with their version or hash.
        package let isConsistent: Bool
        /// The whole signed part.
        package let signed: JSON
        /// Keys by their ids.
        let keys: ByteMap<JSON>
        private let roles: [TopLevelRole: Signers]

        /// Reads a root whose signatures its predecessor has checked, and checks its own.
        init(_ document: Document) throws(Refusal) {
            let fields = Fields(document.signed, document.role)
            signed = document.signed
            header = try Header(fields, type: .root)
            isConsistent = try fields.flag("consistent_snapshot")
            keys = try TUF.keys(fields)
            let listed = Fields(try fields.object("roles"), document.role)
            var roles: [TopLevelRole: Signers] = [:]
            for role in TopLevelRole.allCases {
                roles[role] = try Signers(Fields(try listed.object(role.rawValue), document.role))
            }
            self.roles = roles
            try check(document, as: .root)
        }

        /// The keys of a role.
        package func signers(_ role: TopLevelRole) -> Signers? { roles[role] }

        func check(_ document: Document, as role: TopLevelRole) throws(Refusal) {
            guard let signers = roles[role] else { throw Refusal(document.role, .malformed("roles")) }
            try document.check(signers, keys: keys)
        }

        /// Whether other keys sign for the role than in an earlier root.
        func hasOtherKeys(_ role: TopLevelRole, than earlier: Root) -> Bool {
            Set(roles[role]?.keyIDs ?? []) != Set(earlier.roles[role]?.keyIDs ?? [])
        }
    }

    /// A file of metadata, as the timestamp or the snapshot lists it.
    package struct Listing: Hashable, Sendable {
        /// The version that it must have.
        package let version: Int64
        /// What it must be, as far as it is said.
        package let content: Content

        init(_ json: JSON, _ subject: String) throws(Refusal) {
            let fields = Fields(json, subject)
            version = try fields.version()
            content = try Content(fields)
        }
    }

    /// Which snapshot is the newest.
    package struct Timestamp: Sendable {
        /// Version and expiry.
        package let header: Header
        /// The whole signed part, with fields that TUF does not know.
        package let signed: JSON
        /// The snapshot that it names.
        package let snapshot: Listing

        init(_ document: Document) throws(Refusal) {
            let fields = Fields(document.signed, document.role)
            signed = document.signed
            header = try Header(fields, type: .timestamp)
            let meta = Fields(try fields.object("meta"), document.role)
            snapshot = try Listing(try meta.object("snapshot.json"), document.role)
        }
    }

    /// Which versions of all targets roles belong together.
    package struct Snapshot: Sendable {
        /// Version and expiry.
        package let header: Header
        private let listings: ByteMap<Listing>

        init(_ document: Document) throws(Refusal) {
            let fields = Fields(document.signed, document.role)
            header = try Header(fields, type: .snapshot)
            listings = try fields.byName("meta") { member throws(Refusal) in
                try Listing(member.value, document.role)
            }
        }

        /// How it lists that role, if it does.
        package func listing(of role: String) -> Listing? { listings[role + ".json"] }

        /// Checks that nothing that an earlier snapshot lists is gone or older.
        func checkNoneIsOlder(than earlier: Snapshot) throws(Refusal) {
            for (name, listing) in earlier.listings.entries {
                guard let now = listings[name], now.version >= listing.version else {
                    throw Refusal(TopLevelRole.snapshot.rawValue, .listsOlder(name: name))
                }
            }
        }
    }
}
