package import StationTrust

/// What an upload reads of a log: its tree and its entries, at positions of the log, not of the journal.
package protocol LogLeaves: AnyObject {
    /// The hash of the perfect subtree of 2^level leaves that begins at leaf index × 2^level.
    func node(_ level: Int, _ index: Int64) throws(LogLeavesError) -> MerkleHash
    /// The bytes of a tile of entries.
    func entries(_ tile: Tile) throws(LogLeavesError) -> [UInt8]
    /// Forgets what was kept of the tree, and makes it anew of the entries.
    func readAgain() throws(LogLeavesError)
}

/// Why entries cannot be read, for a person.
package struct LogLeavesError: Error, Hashable, CustomStringConvertible {
    package let description: String

    /// Says why.
    package init(_ description: String) { self.description = description }
}

/// One upload of a log to its store, as decisions: whoever drives it carries out one request after the other.
///
/// The store's own head is read first. Only when it is found to be a prefix, a head is signed, and put last: what it
/// covers is there then. A full tile never changes, so it is put once; each full bundle of entries gets a head of its
/// own, so that an upload that is cut goes on behind the last one (T29). Whatever else is found at the store contradicts
/// this journal: then nothing is signed, and a new origin is to begin.
package struct LogUpload {
    /// What to do next.
    package enum Step: Equatable {
        /// Read a file of the store, below the station's folder.
        case get(path: String)
        /// Put a file there.
        case put(path: String, bytes: [UInt8])
        /// Nothing more.
        case ended(LogUploadEnd)
    }

    /// What came of a step.
    package enum Answer: Hashable {
        /// The file that was read.
        case bytes([UInt8])
        /// There is no such file.
        case missing
        /// The file is at the store.
        case put
        /// Neither; why, for a person.
        case failed(String)
        /// Neither, yet: something more urgent needed the network.
        case gaveWay
    }

    /// What is to be done, and with what.
    package struct Order: Hashable, Sendable {
        package var station: String
        /// What is to be at the store.
        package var head: LogHead
        /// Whether it ends behind the last full bundle, where it comes past one: a request costs more than a delay.
        package var isSparing: Bool

        package init(station: String, head: LogHead, isSparing: Bool) {
            (self.station, self.head, self.isSparing) = (station, head, isSparing)
        }
    }

    private enum Stage {
        case readHead
        case putting([Step], head: LogHead)
        case probe(number: Int64)
    }

    private let order: Order
    private let key: SecretKey
    private let leaves: any LogLeaves
    private var stage = Stage.readHead
    private var hasPutFullBundle = false

    /// More numbers are not looked at for a new origin.
    private static let mostProbes: Int64 = 64
    /// What a head is called at the store.
    package static let checkpoint = "checkpoint"

    /// Begins an upload; `leaves` has all entries that the head is over.
    package init(_ order: Order, key: SecretKey, leaves: any LogLeaves) {
        (self.order, self.key, self.leaves) = (order, key, leaves)
    }

    /// The first step.
    package mutating func start() -> Step { readHead() }

    /// The next step.
    package mutating func resume(with answer: Answer) -> Step {
        switch answer {
        case .failed(let why): return .ended(.failed(why))
        case .gaveWay: return .ended(.gaveWay)
        case .bytes, .missing, .put: break
        }
        do throws(LogLeavesError) {
            switch (stage, answer) {
            case (.readHead, .missing): return try extend(from: 0)
            case (.readHead, .bytes(let bytes)): return try compare(bytes)
            case (.putting(let rest, let head), .put): return try putNext(rest, head)
            case (.probe(let number), .missing): return .ended(.refused(next: number))
            case (.probe(let number), .bytes): return probe(number + 1)
            default: return .ended(.failed("the store gave no answer to the question"))
            }
        } catch { return .ended(.failed(error.description)) }
    }

    private mutating func readHead() -> Step {
        stage = .readHead
        return .get(path: order.head.origin.folder + Self.checkpoint)
    }

    // MARK: The store's own head

    private mutating func compare(_ bytes: [UInt8]) throws(LogLeavesError) -> Step {
        guard let note = SignedNote(bytes), let found = Checkpoint(text: note.text) else {
            return .ended(.failed("what the store has as checkpoint is none"))
        }
        let name = LogOrigin.keyName(of: order.station)
        guard let own = NoteKey(name, key.publicBytes) else { return .ended(.failed("the key is none")) }
        // Another board has written there.
        guard note.names(own) else { return probe(order.head.origin.number + 1) }
        guard note.isSigned(by: own), found.origin == order.head.origin.name(of: order.station) else {
            return .ended(.failed("the store's checkpoint was changed by somebody"))
        }
        guard try isPrefix(found) else { return probe(order.head.origin.number + 1) }
        return try extend(from: found.size)
    }

    private func isPrefix(_ found: Checkpoint) throws(LogLeavesError) -> Bool {
        guard found.size <= order.head.size else { return false }
        if try root(of: found.size) == found.root { return true }
        // What is kept of the tree beside the journal may be damaged; the journal itself is asked before it is left.
        try leaves.readAgain()
        return try root(of: found.size) == found.root
    }

    private func root(of size: Int64) throws(LogLeavesError) -> MerkleHash {
        try MerkleProof.root(of: size) { (level, index) throws(LogLeavesError) in
            try leaves.node(level, index)
        }
    }

    // MARK: Putting

    /// Puts what is between a head that the store has and the next one.
    private mutating func extend(from old: Int64) throws(LogLeavesError) -> Step {
        guard !isEnough(old) else { return .ended(.done(size: old)) }
        let width = Int64(Tile.fullWidth)
        let size = min((old / width + 1) * width, order.head.size)
        let head = LogHead(origin: order.head.origin, size: size, root: try root(of: size))
        guard size < order.head.size || head.root == order.head.root else {
            return .ended(.failed("the journal is not what was written to it"))
        }
        hasPutFullBundle = hasPutFullBundle || size.isMultiple(of: width)
        var puts: [Step] = []
        for tile in Tile.added(.entries, from: old, to: size) {
            puts.append(put(tile.path, try leaves.entries(tile)))
        }
        for level in Tile.levels {
            for tile in Tile.added(.hashes(level: level), from: old, to: size) {
                puts.append(put(tile.path, try hashes(tile, level)))
            }
        }
        puts.append(put(Self.checkpoint, signed(head)))
        return try putNext(puts, head)
    }

    /// Whether so many entries at the store are what is wanted.
    private func isEnough(_ size: Int64) -> Bool {
        let rest = order.head.size - size
        return rest <= 0 || order.isSparing && hasPutFullBundle && rest < Tile.fullWidth
    }

    private func put(_ path: String, _ bytes: [UInt8]) -> Step {
        .put(path: order.head.origin.folder + path, bytes: bytes)
    }

    private mutating func putNext(_ steps: [Step], _ head: LogHead) throws(LogLeavesError) -> Step {
        guard let first = steps.first else {
            return isEnough(head.size) ? .ended(.done(size: head.size)) : readHead()
        }
        stage = .putting(Array(steps.dropFirst()), head: head)
        return first
    }

    private func hashes(_ tile: Tile, _ level: Int) throws(LogLeavesError) -> [UInt8] {
        var bytes: [UInt8] = []
        for place in 0..<Int64(tile.width) {
            let index = tile.index << Int64(Tile.height) + place
            bytes += try leaves.node(level * Tile.height, index).bytes
        }
        return bytes
    }

    private func signed(_ head: LogHead) -> [UInt8] {
        let text = Checkpoint(
            origin: head.origin.name(of: order.station), size: head.size, root: head.root
        ).text
        return SignedNote(text, signedBy: key, named: LogOrigin.keyName(of: order.station)).bytes
    }

    // MARK: A new origin

    /// Looks whether a log of that number is there already.
    private mutating func probe(_ number: Int64) -> Step {
        guard number <= min(order.head.origin.number + Self.mostProbes, LogOrigin.most) else {
            return .ended(.failed("the store has too many logs of this station"))
        }
        stage = .probe(number: number)
        return .get(path: LogOrigin(number: number, from: 0).folder + Self.checkpoint)
    }
}

/// How an upload ended.
package enum LogUploadEnd: Hashable, Sendable {
    /// So many entries are at the store, covered by a head.
    case done(size: Int64)
    /// The store's head is none of this log: nothing was signed.
    ///
    /// The log of number `next` does not exist yet.
    case refused(next: Int64)
    /// Later again; why, for a person.
    case failed(String)
    /// Later again: something more urgent needed the network, which says nothing about the store.
    case gaveWay
}
