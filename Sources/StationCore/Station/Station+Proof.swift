import StationTrust

// The log as the centre is to have it: its tree, its upload, and what is told beside it.

extension Station {
    /// The name of the log that entries go to.
    private var originName: String { log.origin.name(of: settings.station) }

    /// Does what is due for the log's proof.
    mutating func followProof() {
        let soon = now.wall + .seconds(60)
        let isQuiet = !playouts.contains { $0.holdsLoudspeaker || $0.slot.scheduled <= soon }
        let actions = proof.act(
            at: now, origin: (log.origin, originName), isQuiet: isQuiet, isTimeKnown: trust != .untrusted)
        for action in actions {
            switch action {
            case .fold(let lines): emit(.foldLog(log.origin, lines: lines), for: .logFold)
            case .tellStatus: emit(.uploadStatus(statusForCentre), for: .statusUpload)
            case .upload(let head, let isSparing):
                let order = LogUpload.Order(station: settings.station, head: head, isSparing: isSparing)
                emit(.uploadLog(order), for: .logUpload)
            }
        }
    }

    /// The tree over the log was made, or could not be.
    mutating func folded(_ completion: Completion) {
        switch completion {
        case .folded(let head):
            proof.folded(head)
            if !proof.isFailing { clear(.proof) }
        case .failed(let why):
            proof.folded(nil)
            if proof.isUnreadable { raise(.proof, "the log cannot be read for its store: \(why)") }
        default: break
        }
    }

    /// An upload of the log ended.
    mutating func uploaded(_ completion: Completion) {
        switch completion {
        case .uploaded(.done(let size)):
            proof.uploaded(size, of: originName, at: now)
            clear(.proof)
        case .uploaded(.refused(let number)): beginOrigin(number)
        case .uploaded(.failed(let why)), .failed(let why):
            proof.failed(at: now.monotonic)
            if proof.isFailing { raise(.proof, "the log cannot be sent: \(why)") }
        default: proof.gaveWay(at: now.monotonic)
        }
    }

    /// Begins another log: what the store has of the one before is not what the journal says.
    ///
    /// Who has signed that cannot be told here: an earlier life of this station whose disk was lost, or another board with
    /// a copy of its card. Nothing that contradicts it is ever signed (I6).
    mutating func beginOrigin(_ number: Int64) {
        let from = proof.covered(log.origin, named: originName)
        guard proof.mayBeginOrigin(at: now.monotonic) else { return }
        let origin = LogOrigin(number: number, from: from)
        append(
            .fault,
            [
                .init("code", .string(Faults.Code.proof.name)), .init("state", "raised"),
                .init(
                    "message",
                    "the store's log is not one of this disk: a new one begins, and what is missing is lost"),
                .init("origin", .string(origin.name(of: settings.station))), .init("from", .integer(from)),
            ])
    }

    /// Gives the log to somebody who takes it along: from a hamlet without a network it comes to the centre no other way.
    mutating func exportLog(_ id: CommandID, _ person: Person) {
        guard let head = proof.head, head.origin == log.origin else {
            return refuse("export", id, person, "the log's tree is not made yet: ask again in a minute")
        }
        note("export", person, accepted: true)
        let order = LogUpload.Order(station: settings.station, head: head, isSparing: false)
        emit(.exportLog(id, order, status: statusForCentre), for: .export)
    }

    // MARK: For people

    /// The head over the log as it was made last, and the key that signs such heads.
    package var provenHead: (head: LogHead?, key: String?) { (proof.head, proof.key) }

    /// What `status` says of the log.
    var proofJSON: JSON {
        [
            "origin": .string(originName), "size": .integer(proof.head?.size ?? 0),
            "uploaded": .integer(proof.uploaded(of: originName)),
            "rootHash": proof.head.map { .string(Base64.text($0.root.bytes)) } ?? .null,
            "key": proof.key.map { .string($0) } ?? .null,
        ]
    }

    /// What the centre is told beside the log, so that it sees which stations are alive.
    ///
    /// It is signed as canonical JSON, which has no fractions.
    var statusForCentre: JSON {
        let next = nextSlots(limit: 1, until: now.wall + .seconds(86_400 * 366)).first
        return [
            "_type": "loa-status", "station": .string(settings.station), "name": .string(settings.name),
            "time": .string(text(now.wall)), "version": .string(settings.version), "state": .string(state),
            "groups": .array(settings.groups.map { .string($0) }),
            "uploadSeconds": .integer(settings.proofInterval?.components.seconds ?? 0),
            "clock": [
                "trust": .string(trust.rawValue),
                "errorMicroseconds": now.isSynchronised ? .integer(now.errorMicroseconds) : .null,
            ],
            "faults": .array(faults.all.flatMap(json)),
            "next": next.map { .object(members(of: $0)) } ?? .null,
            "upstreams": .array(settings.upstreams.map(json)),
            "proof": proofJSON,
            "storage": ["freeBytes": .integer(freeBytes ?? 0), "contentBytes": .integer(pull.contentBytes)],
        ]
    }
}
