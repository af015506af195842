// The client workflow: which file is needed next, what was got, and what may be believed.

extension TUF {
    /// The client workflow of section 5 of the specification as a value: it says what it needs, is given it, and says
    /// what may be believed.
    ///
    /// A *refresh* brings the top-level metadata up to date; after it any number of *searches* find targets. Each
    /// goes on until its step says `refreshed`, `found`, `noSuchTarget` or `refused`:
    ///
    ///     var step = client.refresh(at: now)
    ///     while true {
    ///         keep(step.changes)
    ///         switch step.next {
    ///         case .read(let role, _): step = client.resume(with: kept(role))
    ///         case .fetch(let request): step = client.resume(with: fetched(request))
    ///         default: return step.next
    ///         }
    ///     }
    package struct Client: Sendable {
        /// The newest root that is trusted.
        package private(set) var root: Root
        /// Its version.
        package var rootVersion: Int64 { root.header.version }
        /// The timestamp of the last refresh, once it got so far.
        package private(set) var timestamp: Timestamp?
        /// The snapshot of the last refresh, once it got so far.
        package private(set) var snapshot: Snapshot?

        private var start: Int64 = 0
        private var firstRoot: Root
        private var verified: [Appointment.Identity: Targets] = [:]
        private var phase = Phase.idle
        private var changes: [Change] = []

        private enum Phase {
            case idle
            case newerRoot(left: Int)
            case keptTimestamp
            case newTimestamp(kept: Timestamp?)
            case keptSnapshot
            case newSnapshot(kept: Snapshot?)
            case keptTargets(Search, Appointment, Listing)
            case newTargets(Search, Appointment, Listing)
        }

        /// Starts from a root that is trusted: the one that the station was given, or the newest that was kept.
        ///
        /// - Throws: why it is none.
        package init(root bytes: [UInt8]) throws(Refusal) {
            root = try Root(try Document(bytes, of: TopLevelRole.root.rawValue))
            firstRoot = root
        }

        /// Begins to bring the metadata up to date.
        ///
        /// - Parameter start: the time at which everything of this cycle is judged, in seconds since 1970.
        /// - Returns: what it needs first.
        package mutating func refresh(at start: Int64) -> Step {
            self.start = start
            firstRoot = root
            (timestamp, snapshot, verified) = (nil, nil, [:])
            return step(.success(askForRoot(left: Limit.rootRotations)))
        }

        /// When the first of all that is believed expires, in seconds since 1970; nil before a refresh.
        package var expires: Int64? {
            guard let timestamp, let snapshot else { return nil }
            let targets = verified.values.map(\.header.expires).min() ?? .max
            return min(root.header.expires, timestamp.header.expires, snapshot.header.expires, targets)
        }

        /// The version of the top-level targets, after a refresh.
        package var targetsVersion: Int64? { snapshot?.listing(of: TopLevelRole.targets.rawValue)?.version }

        /// The timestamp that was kept, if the keys of the believed root signed it, expired or not.
        package func kept(timestamp bytes: [UInt8]) -> Timestamp? {
            believed(.bytes(bytes), of: .timestamp) { document throws(Refusal) in try Timestamp(document) }
        }

        /// Begins to look for a target, after a refresh.
        ///
        /// - Parameter path: the target's path.
        /// - Returns: what it needs first, or what is known already.
        package mutating func search(for path: String) -> Step {
            guard TUF.isSound(path: path) else { return step(.failure(Refusal(path, .badPath))) }
            guard snapshot != nil else { return step(.failure(Refusal(path, .notListed))) }
            return step(Result { () throws(Refusal) in try go(on: TUF.Search(path: path, from: root)) })
        }

        /// Goes on with what the last step asked for.
        package mutating func resume(with answer: Answer) -> Step {
            step(Result { () throws(Refusal) in try take(answer) })
        }

        private mutating func step(_ result: Result<Next, Refusal>) -> Step {
            let next: Next
            switch result {
            case .success(let wanted): next = wanted
            case .failure(let refusal): (next, phase) = (.refused(refusal), .idle)
            }
            defer { changes = [] }
            return Step(changes: changes, next: next)
        }

        private mutating func take(_ answer: Answer) throws(Refusal) -> Next {
            switch phase {
            case .idle: throw Refusal("client", .malformed("a question"))
            case .newerRoot(let left):
                if answer == .missing { return try endRoots() }
                try takeRoot(try bytes(answer, of: .root))
                return left > 1 ? askForRoot(left: left - 1) : try endRoots()
            case .keptTimestamp:
                let kept = believed(answer, of: .timestamp) { document throws(Refusal) in
                    try Timestamp(document)
                }
                phase = .newTimestamp(kept: kept)
                return fetch(TopLevelRole.timestamp.rawValue, version: nil, limit: Limit.timestampBytes)
            case .newTimestamp(let kept):
                try takeTimestamp(try bytes(answer, of: .timestamp), kept)
                phase = .keptSnapshot
                return .read(role: TopLevelRole.snapshot.rawValue, limit: Limit.snapshotBytes)
            case .keptSnapshot: return try takeKeptSnapshot(answer)
            case .newSnapshot(let kept):
                try takeSnapshot(try bytes(answer, of: .snapshot), kept)
                return try go(on: TUF.Search(path: nil, from: root))
            case .keptTargets(let search, let appointment, let listing):
                if case .bytes(let kept) = answer, let targets = try? read(kept, appointment, listing) {
                    return try visit(targets, appointment, search)
                }
                let limit = try self.limit(listing, of: appointment.role)
                phase = .newTargets(search, appointment, listing)
                return fetch(appointment.role, version: listing.version, limit: limit)
            case .newTargets(let search, let appointment, let listing):
                let bytes = try bytes(answer, of: appointment.role)
                let targets = try read(bytes, appointment, listing)
                changes.append(.store(role: appointment.role, bytes: bytes))
                return try visit(targets, appointment, search)
            }
        }

        // MARK: Asking

        private mutating func askForRoot(left: Int) -> Next {
            phase = .newerRoot(left: left)
            let name = "\(root.header.version + 1).\(TUF.fileName(of: TopLevelRole.root.rawValue))"
            return .fetch(.init(role: TopLevelRole.root.rawValue, fileName: name, limit: Limit.rootBytes))
        }

        private func fetch(_ role: String, version: Int64?, limit: Int) -> Next {
            let prefix = root.isConsistent ? version.map { "\($0)." } ?? "" : ""
            return .fetch(.init(role: role, fileName: prefix + TUF.fileName(of: role), limit: limit))
        }

        /// How many bytes to take of a file that is listed; no promise makes it more than any file may have.
        private func limit(_ listing: Listing, of role: String) throws(Refusal) -> Int {
            let limit = Limit.bytes(of: role)
            guard let length = listing.content.length else { return limit }
            guard length <= Int64(limit) else { throw Refusal(role, .tooLong(limit: limit)) }
            return Int(length)
        }

        private func bytes(_ answer: Answer, of role: TopLevelRole) throws(Refusal) -> [UInt8] {
            try bytes(answer, of: role.rawValue)
        }

        private func bytes(_ answer: Answer, of role: String) throws(Refusal) -> [UInt8] {
            switch answer {
            case .bytes(let bytes): return bytes
            case .missing: throw Refusal(role, .notThere)
            case .tooLong: throw Refusal(role, .tooLong(limit: Limit.bytes(of: role)))
            case .unreachable: throw Refusal(role, .unreachable)
            }
        }

        /// What was kept, if the present root still vouches for it; a damaged file is as good as none.
        private func believed<Metadata>(
            _ answer: Answer, of role: TopLevelRole, _ read: (Document) throws(Refusal) -> Metadata
        ) -> Metadata? {
            guard case .bytes(let bytes) = answer,
                let document = try? Document(bytes, of: role.rawValue),
                (try? root.check(document, as: role)) != nil
            else { return nil }
            return try? read(document)
        }
    }
}

// MARK: Top-level metadata

extension TUF.Client {
    /// Sections 5.3.4 to 5.3.8.
    private mutating func takeRoot(_ bytes: [UInt8]) throws(TUF.Refusal) {
        let document = try TUF.Document(bytes, of: TUF.TopLevelRole.root.rawValue)
        try root.check(document, as: .root)
        let newer = try TUF.Root(document)
        let expected = root.header.version + 1
        guard newer.header.version == expected else {
            throw TUF.Refusal(
                document.role, .wrongVersion(expected: expected, found: newer.header.version))
        }
        root = newer
        changes.append(.store(role: document.role, bytes: bytes))
    }

    /// Sections 5.3.10 and 5.3.11: whoever got hold of the keys may have signed versions that can never be reached
    /// again, so with the keys goes what they signed.
    private mutating func endRoots() throws(TUF.Refusal) -> TUF.Next {
        try root.header.checkExpiry(at: start, of: TUF.TopLevelRole.root.rawValue)
        if root.hasOtherKeys(.timestamp, than: firstRoot) || root.hasOtherKeys(.snapshot, than: firstRoot) {
            changes.append(.remove(role: TUF.TopLevelRole.timestamp.rawValue))
            changes.append(.remove(role: TUF.TopLevelRole.snapshot.rawValue))
        }
        phase = .keptTimestamp
        return .read(role: TUF.TopLevelRole.timestamp.rawValue, limit: TUF.Limit.timestampBytes)
    }

    /// Section 5.4; one that has expired still keeps an older one out.
    private mutating func takeTimestamp(_ bytes: [UInt8], _ kept: TUF.Timestamp?) throws(TUF.Refusal) {
        let document = try TUF.Document(bytes, of: TUF.TopLevelRole.timestamp.rawValue)
        try root.check(document, as: .timestamp)
        let newer = try TUF.Timestamp(document)
        if let kept {
            guard newer.header.version >= kept.header.version else {
                throw TUF.Refusal(
                    document.role, .rolledBack(from: kept.header.version, to: newer.header.version))
            }
            if newer.header.version == kept.header.version {
                try kept.header.checkExpiry(at: start, of: document.role)
                timestamp = kept
                return
            }
            guard newer.snapshot.version >= kept.snapshot.version else {
                throw TUF.Refusal(document.role, .listsOlder(name: "snapshot.json"))
            }
        }
        try newer.header.checkExpiry(at: start, of: document.role)
        timestamp = newer
        changes.append(.store(role: document.role, bytes: bytes))
    }

    /// Takes the snapshot that was kept if it is the one that the timestamp names; else it is what no newer one may
    /// fall behind, also when it has expired.
    private mutating func takeKeptSnapshot(_ answer: TUF.Answer) throws(TUF.Refusal) -> TUF.Next {
        let role = TUF.TopLevelRole.snapshot
        guard let listing = timestamp?.snapshot else { throw TUF.Refusal(role.rawValue, .notListed) }
        let kept = believed(answer, of: role) { document throws(TUF.Refusal) in try TUF.Snapshot(document) }
        if let kept, case .bytes(let bytes) = answer, kept.header.version == listing.version,
            (try? listing.content.check(bytes, of: role.rawValue)) != nil, kept.header.expires > start
        {
            snapshot = kept
            return try go(on: TUF.Search(path: nil, from: root))
        }
        let limit = try limit(listing, of: role.rawValue)
        phase = .newSnapshot(kept: kept)
        return fetch(role.rawValue, version: listing.version, limit: limit)
    }

    /// Section 5.5.
    private mutating func takeSnapshot(_ bytes: [UInt8], _ kept: TUF.Snapshot?) throws(TUF.Refusal) {
        let role = TUF.TopLevelRole.snapshot.rawValue
        guard let listing = timestamp?.snapshot else { throw TUF.Refusal(role, .notListed) }
        try listing.content.check(bytes, of: role)
        let document = try TUF.Document(bytes, of: role)
        try root.check(document, as: .snapshot)
        let newer = try TUF.Snapshot(document)
        guard newer.header.version == listing.version else {
            throw TUF.Refusal(
                role, .wrongVersion(expected: listing.version, found: newer.header.version))
        }
        if let kept { try newer.checkNoneIsOlder(than: kept) }
        try newer.header.checkExpiry(at: start, of: role)
        snapshot = newer
        changes.append(.store(role: role, bytes: bytes))
    }
}

// MARK: Targets

extension TUF.Client {
    /// Goes on to the next role that may know the target; section 5.6.7.
    private mutating func go(on search: TUF.Search) throws(TUF.Refusal) -> TUF.Next {
        var search = search
        guard let appointment = search.next() else {
            phase = .idle
            return .noSuchTarget
        }
        if let targets = verified[appointment.identity] { return try visit(targets, appointment, search) }
        guard let listing = snapshot?.listing(of: appointment.role) else {
            throw TUF.Refusal(appointment.role, .notListed)
        }
        phase = .keptTargets(search, appointment, listing)
        return .read(role: appointment.role, limit: TUF.Limit.targetsBytes)
    }

    /// Reads a role's file and checks it against whoever appointed the role; sections 5.6.2 to 5.6.5.
    private func read(
        _ bytes: [UInt8], _ appointment: TUF.Appointment, _ listing: TUF.Listing
    ) throws(TUF.Refusal) -> TUF.Targets {
        try listing.content.check(bytes, of: appointment.role)
        let document = try TUF.Document(bytes, of: appointment.role)
        try document.check(appointment.signers, keys: appointment.keys)
        let targets = try TUF.Targets(document)
        guard targets.header.version == listing.version else {
            throw TUF.Refusal(
                appointment.role, .wrongVersion(expected: listing.version, found: targets.header.version))
        }
        try targets.header.checkExpiry(at: start, of: appointment.role)
        return targets
    }

    private mutating func visit(
        _ targets: TUF.Targets, _ appointment: TUF.Appointment, _ search: TUF.Search
    ) throws(TUF.Refusal) -> TUF.Next {
        verified[appointment.identity] = targets
        guard let path = search.path else {
            phase = .idle
            return .refreshed
        }
        if var target = targets.targets[path] {
            phase = .idle
            target.signer = TUF.Signer(
                role: appointment.role, expires: targets.header.expires, issued: targets.issued,
                patterns: appointment.patterns)
            return .found(target)
        }
        var search = search
        search.add(targets)
        return try go(on: search)
    }
}
