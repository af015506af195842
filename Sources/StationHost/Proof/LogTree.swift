import Glibc
package import StationCore
package import StationTrust

/// The Merkle tree over one of the station's logs, made of the lines on the disk.
///
/// One thread: the fetch thread's is kept beside the log, so that a start reads only what came after the last full
/// bundle; who verifies makes one of its own that believes nothing but the lines.
///
///     STATE/proof/tree.json       which log it is of, and where in the journal its lines begin
///     STATE/proof/bundles         for each 256 of its entries the root over them, and where their lines end
///
/// What a crash leaves: fewer bundles, or a piece of one, which are made again. Damage that looks whole gives another
/// root than the store's, and then the journal is read again before anything is decided (`readAgain`).
package final class LogTree {
    /// 256 entries: what a full tile of entries has.
    struct Bundle: Hashable {
        static let byteCount = MerkleHash.byteCount + 16
        var root: MerkleHash
        /// Where the line behind them begins.
        var end: LogPosition
    }

    /// The line that begins every log but the first.
    struct FirstLine: Hashable {
        /// The how manieth of the journal it is.
        var ordinal: Int64
        var line: [UInt8]
    }

    private static let width = Int64(Tile.fullWidth)

    private let station: String
    private let logFolder: String
    private let cache: TreeCache?

    private var origin: LogOrigin?
    /// Where the line `origin.from` begins; nil for the journal's first.
    private var start: LogPosition?
    private var first: FirstLine?
    private var bundles: [Bundle] = []
    /// The tree over full bundles.
    private var edge = MerkleEdge()
    /// The leaves behind the last full bundle.
    private var tail: [MerkleHash] = []
    private var lines: LogLines
    /// The how manieth line of the journal is read next.
    private var nextLine: Int64 = 0
    /// The leaves of the bundle that was looked into last.
    private var opened: (bundle: Int64, leaves: [MerkleHash])?

    /// Makes the tree of a station's log; nothing is read yet.
    ///
    /// - Parameters:
    ///   - state: the station's folder.
    ///   - station: its id.
    ///   - isKept: whether the tree is kept beside the log; else it is made of the lines alone.
    package init(state: String, station: String, isKept: Bool) {
        self.station = station
        logFolder = state + "/log"
        lines = LogLines(logFolder)
        cache = isKept ? TreeCache(folder: state + "/proof") : nil
    }

    /// How many entries it has so far.
    package var size: Int64 { edge.size + Int64(tail.count) }

    /// Takes in the journal's lines up to a number of them.
    ///
    /// - Returns: the head over them.
    /// - Throws: `LogLeavesError` when they cannot be read.
    package func fold(_ origin: LogOrigin, lines count: Int64) throws(LogLeavesError) -> LogHead {
        // A journal whose end was cut has another tree.
        do throws(LogLeavesError) {
            if self.origin != origin || nextLine > count { try open(origin, lines: count) }
            try takeLines(to: count)
        } catch {
            // Some lines may have been taken that were not counted: it begins anew.
            self.origin = nil
            throw error
        }
        return LogHead(origin: origin, size: size, root: root())
    }

    /// The root over the first entries.
    package func root(of size: Int64) throws(LogLeavesError) -> MerkleHash {
        try MerkleProof.root(of: size) { (level, index) throws(LogLeavesError) in
            try node(level, index)
        }
    }

    private func root() -> MerkleHash {
        var whole = edge
        for leaf in tail { whole.append(leaf) }
        return whole.root()
    }

    // MARK: Reading

    /// Begins with a log, from what was kept of its tree.
    private func open(_ origin: LogOrigin, lines count: Int64) throws(LogLeavesError) {
        self.origin = origin
        (bundles, edge, tail, opened, first, start) = ([], MerkleEdge(), [], nil, nil, nil)
        let kept = cache?.read(origin, logFolder)
        if origin.number > 1 {
            if let kept {
                (start, first) = (kept.start, kept.first)
            } else {
                try findStart(of: origin, lines: count)
            }
        }
        if kept == nil { cache?.begin(origin, start: start, first: first) }
        bundles = kept?.bundles ?? []
        // More than the journal has: an old image of it, with a newer tree beside it.
        while !bundles.isEmpty, line(behind: Int64(bundles.count)) > count { bundles.removeLast() }
        for bundle in bundles { edge.append(perfect: bundle.root, level: Tile.height) }
        cache?.truncate(to: bundles.count)
        lines = LogLines(logFolder, at: bundles.last?.end ?? start)
        nextLine = line(behind: Int64(bundles.count))
        if bundles.isEmpty, let first { append(MerkleHash.leaf(first.line)) }
    }

    /// The how manieth line of the journal comes behind that of the last entry of so many full bundles.
    private func line(behind bundles: Int64) -> Int64 {
        let (from, count) = (origin?.from ?? 0, bundles * Self.width)
        // The first line comes out of its turn.
        guard let first, bundles > 0 else { return from + count }
        return from + count - 1 <= first.ordinal ? from + count - 1 : from + count
    }

    private func takeLines(to count: Int64) throws(LogLeavesError) {
        let known = bundles.count
        // Whatever ends this: a bundle that is not kept would shift those behind it.
        defer { cache?.append(bundles[known...]) }
        while nextLine < count {
            if nextLine == first?.ordinal {
                guard try read(1, { _ in }) == 1 else { throw Self.lacking }
                continue
            }
            let stop = first.map { $0.ordinal > nextLine ? min(count, $0.ordinal) : count } ?? count
            let wanted = min(stop - nextLine, Self.width - Int64(tail.count))
            guard try read(wanted, { [self] line in tail.append(MerkleHash.leaf(Self.leaf(line))) }) == wanted
            else { throw Self.lacking }
            closeBundle()
        }
        closeBundle()
    }

    private func append(_ leaf: MerkleHash) {
        tail.append(leaf)
        closeBundle()
    }

    private func closeBundle() {
        guard tail.count == Tile.fullWidth, let end = lines.position else { return }
        let bundle = Bundle(root: MerkleHash.root(of: tail), end: end)
        bundles.append(bundle)
        edge.append(perfect: bundle.root, level: Tile.height)
        tail = []
    }

    private func read(
        _ count: Int64, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(LogLeavesError) -> Int64 {
        let done = try Self.telling { () throws(SystemError) in try lines.read(count, body) }
        nextLine += done
        return done
    }

    /// A longer line is damage; what a bundle can hold of it stands for it.
    private static func leaf(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: line.prefix(EntryBundle.mostEntryBytes))
    }

    private static let lacking = LogLeavesError("the log has fewer lines than were written")

    private static func telling<Result>(
        _ body: () throws(SystemError) -> Result
    ) throws(LogLeavesError) -> Result {
        do throws(SystemError) { return try body() } catch { throw LogLeavesError("\(error)") }
    }

    // MARK: Where a later log begins

    /// Looks in the journal for the line that begins a log, and for where the lines behind it begin.
    private func findStart(of origin: LogOrigin, lines count: Int64) throws(LogLeavesError) {
        var all = LogLines(logFolder)
        _ = try Self.telling { () throws(SystemError) in try all.read(origin.from) { _ in } }
        start = all.position
        var ordinal = origin.from
        let rest = count - origin.from
        _ = try Self.telling { () throws(SystemError) in
            try all.read(rest) { [self] line in
                defer { ordinal += 1 }
                guard first == nil, begins(origin, line) else { return }
                first = FirstLine(ordinal: ordinal, line: Array(Self.leaf(line)))
            }
        }
        guard first != nil else {
            throw LogLeavesError("the entry that begins \(origin.name(of: station)) is lost")
        }
    }

    private func begins(_ origin: LogOrigin, _ line: UnsafeRawBufferPointer) -> Bool {
        guard line.count < 4096, let entry = try? JSONParser.parse(Array(line), limits: .init(bytes: 4096))
        else { return false }
        return LogOrigin(begunBy: entry) == origin
    }
}

extension LogTree: LogLeaves {
    /// A node over entries that were taken in.
    package func node(_ level: Int, _ index: Int64) throws(LogLeavesError) -> MerkleHash {
        if level > Tile.height {
            let left = try node(level - 1, 2 * index)
            return MerkleHash.node(left, try node(level - 1, 2 * index + 1))
        }
        let bundle = (index << Int64(level)) >> Int64(Tile.height)
        if level == Tile.height, bundle < Int64(bundles.count) { return bundles[Int(bundle)].root }
        let leaves = try leaves(of: bundle)
        let begin = Int((index << Int64(level)) & (Self.width - 1))
        let end = begin + (1 << level)
        guard end <= leaves.count else { throw LogLeavesError("the log has no such entries") }
        return MerkleHash.root(of: leaves[begin..<end])
    }

    /// Entries as they stand in the segments.
    package func entries(_ tile: Tile) throws(LogLeavesError) -> [UInt8] {
        var entries: [[UInt8]] = []
        try readBundle(tile.index) { entries.append(Array($0)) }
        guard entries.count >= tile.width else { throw LogLeavesError("the log has no such entries") }
        return EntryBundle.bytes(entries.prefix(tile.width))
    }

    /// Believes nothing that is kept beside the journal.
    package func readAgain() throws(LogLeavesError) {
        guard let origin else { return }
        let count = nextLine
        cache?.forget()
        try open(origin, lines: count)
        try takeLines(to: count)
    }

    private func leaves(of bundle: Int64) throws(LogLeavesError) -> [MerkleHash] {
        if bundle == Int64(bundles.count) { return tail }
        if let opened, opened.bundle == bundle { return opened.leaves }
        var leaves: [MerkleHash] = []
        try readBundle(bundle) { leaves.append(MerkleHash.leaf($0)) }
        opened = (bundle, leaves)
        return leaves
    }

    /// Reads a bundle's lines where they stand, as far as they have been taken in.
    private func readBundle(
        _ bundle: Int64, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(LogLeavesError) {
        guard 0...Int64(bundles.count) ~= bundle else { throw LogLeavesError("the log has no such entries") }
        var count = min(Self.width, size - bundle * Self.width)
        var at = line(behind: bundle)
        var reader = LogLines(logFolder, at: bundle == 0 ? start : bundles[Int(bundle) - 1].end)
        if bundle == 0, let first {
            first.line.withUnsafeBytes(body)
            count -= 1
        }
        while count > 0 {
            let isFirst = at == first?.ordinal
            let stop = first.map { $0.ordinal > at ? min(count, $0.ordinal - at) : count } ?? count
            let wanted = isFirst ? 1 : stop
            let done = try Self.telling { () throws(SystemError) in
                try reader.read(wanted) { if !isFirst { body(Self.leaf($0)) } }
            }
            guard done == wanted else { throw Self.lacking }
            at += wanted
            if !isFirst { count -= wanted }
        }
    }
}
