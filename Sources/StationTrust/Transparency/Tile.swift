/// A tile of a log: up to 256 hashes of one level, or the entries under them (C2SP tlog-tiles).
package struct Tile: Hashable, Sendable {
    /// What it holds.
    package enum Kind: Hashable, Sendable {
        /// The entries themselves.
        case entries
        /// Hashes of perfect subtrees of 256^level leaves.
        case hashes(level: Int)
    }

    /// The levels of the tree that one tile stands for.
    package static let height = 8
    /// How many hashes, or entries, a full tile has.
    package static let fullWidth = 1 << height
    /// What a tree of any size has, above its entries.
    package static let levels = 0..<8

    /// What it holds.
    package let kind: Kind
    /// The how manieth of its level.
    package let index: Int64
    /// How many hashes, or entries, it has: 1 to 256.
    package let width: Int

    /// Makes the name of a tile.
    package init(_ kind: Kind, _ index: Int64, width: Int = fullWidth) {
        (self.kind, self.index, self.width) = (kind, index, width)
    }

    /// Whether a larger tree may replace it.
    package var isPartial: Bool { width < Self.fullWidth }

    /// Its path below the log's: `tile/0/x001/234`, `tile/entries/000.p/7`.
    package var path: String {
        var (groups, rest) = ([Self.digits(index % 1000)], index / 1000)
        while rest > 0 {
            groups.append("x" + Self.digits(rest % 1000))
            rest /= 1000
        }
        let place = groups.reversed().joined(separator: "/")
        let folder: String
        switch kind {
        case .entries: folder = "entries"
        case .hashes(let level): folder = "\(level)"
        }
        return "tile/\(folder)/\(place)" + (isPartial ? ".p/\(width)" : "")
    }

    private static func digits(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.count) + text
    }

    /// The tiles of a kind that a tree of `size` has and one of `old` had not, in order; the last may be partial.
    package static func added(_ kind: Kind, from old: Int64, to size: Int64) -> [Tile] {
        let level: Int
        switch kind {
        case .entries: level = 0
        case .hashes(let number): level = number
        }
        let bits = Int64(level * height)
        let (before, now) = (old >> bits, size >> bits)
        guard now > before else { return [] }
        return (before >> Int64(height)...(now - 1) >> Int64(height)).map { index in
            Tile(kind, index, width: Int(min(now - index << Int64(height), Int64(fullWidth))))
        }
    }
}
