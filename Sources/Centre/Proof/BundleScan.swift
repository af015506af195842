import Glibc
import StationHost
import StationTrust

/// Reads bundles of a log and the tiles over them, and compares them: one part of a log, on one thread.
struct BundleScan {
    /// An entry that says less than every entry must.
    struct Fault: Hashable, Sendable {
        var position: Int64
        var code: LogFinding.Code
    }

    /// What every bundle of a part leads to, one behind the other.
    struct Outcome: Sendable {
        /// The roots of full bundles, and the leaves of a last one that is not full.
        var roots: [MerkleHash] = []
        var tail: [MerkleHash] = []
        /// Whether all were there, whole, and as the tiles over them say.
        var isWhole = true
        /// The first index, and the last; nil where there are no entries.
        var indexes: (first: Int64, last: Int64)?
        var faults: [Fault] = []
    }

    /// No more faults of a part are told.
    private static let mostFaults = 16

    private let log: StoredLog
    private let size: Int64
    private var bundle = StoredFile()
    private var tile = StoredFile()
    private var outcome = Outcome()
}

extension BundleScan {
    /// Reads the bundles of those numbers of a log of that size.
    static func scan(_ log: StoredLog, _ bundles: Range<Int64>, of size: Int64) -> Outcome {
        var scan = BundleScan(log: log, size: size)
        for index in bundles {
            guard scan.scan(index) else {
                scan.outcome.isWhole = false
                break
            }
        }
        return scan.outcome
    }

    private init(log: StoredLog, size: Int64) { (self.log, self.size) = (log, size) }

    private mutating func scan(_ index: Int64) -> Bool {
        let width = Int(min(size - index << Int64(Tile.height), Int64(Tile.fullWidth)))
        let (entries, leaves) = (
            Tile(.entries, index, width: width), Tile(.hashes(level: 0), index, width: width)
        )
        guard let ranges = try? log.read(entries, &bundle),
            let isFull = try? log.read(leaves, &tile, limit: width * MerkleHash.byteCount),
            tile.bytes.count == (isFull ? Tile.fullWidth : width) * MerkleHash.byteCount
        else { return false }
        var hashes: [MerkleHash] = []
        hashes.reserveCapacity(width)
        bundle.bytes.withUnsafeBytes { bytes in
            for (place, range) in ranges.enumerated() {
                let entry = UnsafeRawBufferPointer(rebasing: bytes[range])
                hashes.append(MerkleHash.leaf(entry))
                look(at: entry, index << Int64(Tile.height) + Int64(place))
            }
        }
        guard isSame(hashes) else { return false }
        if entries.isPartial {
            outcome.tail = hashes
        } else {
            outcome.roots.append(MerkleHash.root(of: hashes))
        }
        return true
    }

    /// Whether the tile has these hashes; a full one in place of a partial one has more behind them.
    private func isSame(_ hashes: [MerkleHash]) -> Bool {
        tile.bytes.withUnsafeBytes { bytes in
            guard var rest = bytes.baseAddress else { return hashes.isEmpty }
            for hash in hashes {
                let isSame = hash.withBytes { bytes in
                    bytes.baseAddress.map { memcmp($0, rest, bytes.count) } == 0
                }
                guard isSame else { return false }
                rest += MerkleHash.byteCount
            }
            return true
        }
    }

    private mutating func look(at entry: UnsafeRawBufferPointer, _ position: Int64) {
        guard let index = EntryScan.index(of: entry) else { return tell(.entryMalformed, position) }
        // The entry that begins a later log comes out of its turn: those behind it were written before it.
        if log.number > 1, position == 0 { return }
        if let (first, last) = outcome.indexes {
            if index <= last { tell(.indexNotGrowing, position) }
            outcome.indexes = (first, index)
        } else {
            outcome.indexes = (index, index)
        }
    }

    private mutating func tell(_ code: LogFinding.Code, _ position: Int64) {
        guard outcome.faults.count < Self.mostFaults else { return }
        outcome.faults.append(Fault(position: position, code: code))
    }
}
