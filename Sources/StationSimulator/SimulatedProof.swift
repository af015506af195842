import StationCore
import StationTrust

/// The store of several stations' logs, as a web server has it: files, and failures before and after the effect.
package final class SimulatedProofStore {
    /// How it answers.
    package enum Behaviour: Hashable, Sendable, CaseIterable {
        case sound
        /// Fails, and has nothing of what was put.
        case refuses
        /// Fails, and has it all the same.
        case takesButFails
    }

    /// How it answers now.
    package var behaviour = Behaviour.sound
    /// The files, by their path below all stations' folders.
    package private(set) var files: [String: [UInt8]] = [:]
    /// How often it was asked, and how many bytes were put.
    package private(set) var requests = 0
    package private(set) var putBytes = 0
    /// Is told of each file that is there from now on.
    package var watcher: ((_ path: String, _ bytes: [UInt8]) -> Void)?

    /// Makes an empty store.
    package init() {}

    func get(_ path: String) -> LogUpload.Answer {
        requests += 1
        guard behaviour == .sound else { return .failed("the store fails") }
        return files[path].map { .bytes($0) } ?? .missing
    }

    /// - Returns: whether it says that it has it.
    func put(_ path: String, _ bytes: [UInt8]) -> Bool {
        requests += 1
        guard behaviour != .refuses else { return false }
        files[path] = bytes
        putBytes += bytes.count
        watcher?(path, bytes)
        return behaviour == .sound
    }

    /// Loses everything.
    package func clear() { files = [:] }
}

/// What a station keeps beside its log to sign it with.
struct SimulatedProofFolder: Sendable {
    /// The key of each board that the disk was in, by the board.
    var seeds: [String: [UInt8]] = [:]
    /// The last head that the store took, signed, and when.
    var head: (bytes: [UInt8], at: Instant)?

    /// The board's key; made at first start.
    mutating func key(of board: String) -> SecretKey? {
        // No chance here: what another board, or another life of a disk, would draw is drawn from what it is called.
        let seed = seeds[board] ?? SHA256.hash(board.utf8).bytes
        seeds[board] = seed
        return SecretKey(seed: seed)
    }
}

/// The tree over a simulated log; everything of it is at hand.
final class SimulatedTree: LogLeaves {
    private var origin: LogOrigin?
    private var lines: [[UInt8]] = []
    private var levels: [[MerkleHash]] = [[]]
    private var taken = 0

    /// Takes in the log's entries up to a number of them.
    func fold(_ origin: LogOrigin, _ entries: [Entry], count: Int) throws(LogLeavesError) -> LogHead {
        if self.origin != origin || taken > count { try begin(origin, entries) }
        for place in taken..<count where !isFirst(entries[place]) { append(entries[place].line) }
        taken = count
        let root = try MerkleProof.root(of: Int64(lines.count)) {
            (level, index) throws(LogLeavesError) in try node(level, index)
        }
        return LogHead(origin: origin, size: Int64(lines.count), root: root)
    }

    private func begin(_ origin: LogOrigin, _ entries: [Entry]) throws(LogLeavesError) {
        (self.origin, lines, levels, taken) = (origin, [], [[]], Int(origin.from))
        guard origin.number > 1 else { return }
        guard let first = entries.first(where: { LogOrigin(begunBy: $0.json) == origin }) else {
            self.origin = nil
            throw LogLeavesError("the entry that begins the log is lost")
        }
        append(first.line)
    }

    private func isFirst(_ entry: Entry) -> Bool {
        entry.kind == .fault && origin?.number ?? 1 > 1 && LogOrigin(begunBy: entry.json) == origin
    }

    private func append(_ line: [UInt8]) {
        lines.append(line)
        var hash = MerkleHash.leaf(line)
        var level = 0
        while true {
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
            guard levels[level].count.isMultiple(of: 2) else { return }
            hash = MerkleHash.node(levels[level][levels[level].count - 2], hash)
            level += 1
        }
    }

    func node(_ level: Int, _ index: Int64) throws(LogLeavesError) -> MerkleHash {
        guard level < levels.count, index < levels[level].count else {
            throw LogLeavesError("the log has no such entries")
        }
        return levels[level][Int(index)]
    }

    func entries(_ tile: Tile) throws(LogLeavesError) -> [UInt8] {
        let begin = Int(tile.index) * Tile.fullWidth
        guard begin + tile.width <= lines.count else { throw LogLeavesError("the log has no such entries") }
        return EntryBundle.bytes(lines[begin..<begin + tile.width])
    }

    func readAgain() {}
}

// MARK: - The effects

extension World {
    /// Who keeps the logs, what is kept beside them here, and the tree of this run.
    struct Proof {
        var store: SimulatedProofStore
        var folder = SimulatedProofFolder()
        var tree = SimulatedTree()
    }

    /// A disk as it was once; nothing of what is only in memory.
    struct DiskImage {
        var store: SimulatedStore.Image
        var folder: SimulatedProofFolder?
        var stored: [String: Int64]
        var adopted: [RemoteFile.Kind: SignedTimetable]
    }

    /// Tells the station its key, and what it knew of its store.
    func openProof() {
        guard var proof, let key = proof.folder.key(of: board),
            let note = NoteKey(LogOrigin.keyName(of: settings.station), key.publicBytes)
        else { return }
        proof.tree = SimulatedTree()
        self.proof = proof
        let kept = proof.folder.head.flatMap { head in SignedNote(head.bytes).map { ($0, head.at) } }
        let isOwn = kept?.0.isSigned(by: note) ?? false
        send(
            .fetched(
                .proofOpened(
                    ProofOpening(
                        key: note.text, head: kept.flatMap { Checkpoint(text: $0.0.text) },
                        uploadedAt: isOwn ? kept?.1 : nil))))
    }

    func fold(_ id: EffectID, _ origin: LogOrigin, _ lines: Int64) {
        guard let proof else { return send(.completed(id, .done)) }
        do throws(LogLeavesError) {
            let head = try proof.tree.fold(origin, store.entries, count: Int(min(lines, store.lines)))
            send(.completed(id, .folded(head)))
        } catch { send(.completed(id, .failed(error.description))) }
    }

    func upload(_ id: EffectID, _ order: LogUpload.Order) {
        guard var proof, let key = proof.folder.key(of: board) else {
            return send(.completed(id, .failed("there is no store")))
        }
        self.proof = proof
        var upload = LogUpload(order, key: key, leaves: proof.tree)
        let first = upload.start()
        send(.upload(id, upload, first), after: latencies.download)
    }

    /// Carries out a step of an upload, which a crash may come before or after.
    func carryOut(_ step: LogUpload.Step, of upload: LogUpload, _ id: EffectID) {
        guard let store = proof?.store else { return }
        var upload = upload
        let folder = settings.station + "/"
        let answer: LogUpload.Answer
        switch step {
        case .ended(let end): return send(.completed(id, .uploaded(end)))
        case .get(let path): answer = hasNetwork ? store.get(folder + path) : .failed("no way there")
        case .put(let path, let bytes):
            let isThere = hasNetwork && store.put(folder + path, bytes)
            answer = isThere ? .put : .failed("the store fails")
            if isThere, path.hasSuffix(LogUpload.checkpoint) { proof?.folder.head = (bytes, now.wall) }
        }
        let next = upload.resume(with: answer)
        send(.upload(id, upload, next), after: latencies.download)
    }

    func uploadStatus(_ id: EffectID, _ status: JSON) {
        guard let store = proof?.store, hasNetwork, store.put(settings.station + "/status.json", status.bytes)
        else { return send(.completed(id, .failed("the store fails"))) }
        send(.completed(id, .done))
    }

    // MARK: Disks

    func saveImage() {
        savedImage = DiskImage(store: store.image, folder: proof?.folder, stored: stored, adopted: adopted)
    }

    /// Puts another disk in while the power is off; an empty one where there is no image.
    func replaceDisk(by image: DiskImage?, board: String) {
        self.board = board
        store.restore(image?.store)
        proof?.folder = image?.folder ?? SimulatedProofFolder()
        if let image { (stored, adopted) = (image.stored, image.adopted) }
    }
}
