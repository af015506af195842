import StationTrust

// Where in a log's tiles the hashes of its tree are.

extension Tile.Kind {
    /// How far above the entries: bundles and the leaves' hashes are both at 0.
    var level: Int {
        switch self {
        case .entries: 0
        case .hashes(let level): level
        }
    }
}

extension Checkpoint {
    /// How many hashes a level of tiles has.
    func count(at level: Int) -> Int64 { size >> Int64(Tile.height * level) }

    /// The tile over a full one, and the place of the full one's root in it.
    func parent(of tile: Tile) -> (tile: Tile, place: Int) {
        let (level, index) = (tile.kind.level + 1, tile.index >> Int64(Tile.height))
        let width = min(count(at: level) - index << Int64(Tile.height), Int64(Tile.fullWidth))
        return (Tile(.hashes(level: level), index, width: Int(width)), Int(tile.index & 255))
    }
}

extension MerkleEdge {
    /// Those of its subtrees that a partial tile of a level stands for.
    func subtrees(of level: Int) -> [MerkleHash] {
        let above = (size >> Int64(Tile.height * (level + 1))).nonzeroBitCount
        let count = (size >> Int64(Tile.height * level) & 255).nonzeroBitCount
        return Array(subtrees.dropFirst(above).prefix(count))
    }
}

extension StoredLog {
    /// The hashes of a tile; nil if it is not there, or has fewer.
    func hashes(of tile: Tile, _ file: inout StoredFile) -> [MerkleHash]? {
        let count = tile.width * MerkleHash.byteCount
        guard let isFull = try? read(tile, &file, limit: count),
            file.bytes.count == (isFull ? Tile.fullWidth * MerkleHash.byteCount : count)
        else { return nil }
        return (0..<tile.width).compactMap { place in
            MerkleHash(file.bytes[place * MerkleHash.byteCount..<(place + 1) * MerkleHash.byteCount])
        }
    }
}

extension StoredLog {
    /// Why a tree has no such node in its tiles.
    struct MissingNode: Error {}

    /// The hash of the perfect subtree of 2^level leaves that begins at leaf index × 2^level.
    func node(_ level: Int, _ index: Int64, under head: Checkpoint) throws -> MerkleHash {
        let (tileLevel, inner) = (level / Tile.height, Int64(level % Tile.height))
        let first = index << inner
        let tileIndex = first >> Int64(Tile.height)
        let width = min(head.count(at: tileLevel) - tileIndex << Int64(Tile.height), Int64(Tile.fullWidth))
        var file = StoredFile()
        guard width > 0,
            let hashes = hashes(of: Tile(.hashes(level: tileLevel), tileIndex, width: Int(width)), &file)
        else { throw MissingNode() }
        let place = Int(first & 255)
        guard place + 1 << Int(inner) <= hashes.count else { throw MissingNode() }
        return MerkleHash.root(of: Array(hashes[place..<place + 1 << Int(inner)]))
    }
}
