import StationHost
import StationTrust

/// A log as a station's uploads leave it at the store: bundles, tiles, and a head.
struct TileWriter {
    let origin: String
    private let folder: String
    private let key: SecretKey
    private(set) var size: Int64 = 0
    private(set) var rootText = ""

    init(origin: String, folder: String, key: SecretKey) {
        (self.origin, self.folder, self.key) = (origin, folder, key)
    }

    /// Writes all of it; a line without its hash is hashed here.
    mutating func write(_ lines: [(line: [UInt8], hash: MerkleHash?)]) throws {
        let leaves = lines.map { $0.hash ?? MerkleHash.leaf($0.line) }
        size = Int64(lines.count)
        var (level, edge) = (leaves, MerkleEdge())
        for leaf in leaves { edge.append(leaf) }
        for tile in Tile.added(.entries, from: 0, to: size) {
            let start = Int(tile.index) * Tile.fullWidth
            let bundle = EntryBundle.bytes(lines[start..<start + tile.width].lazy.map(\.line))
            try save(bundle, "\(folder)/\(tile.path)")
        }
        for number in Tile.levels where !level.isEmpty {
            for tile in Tile.added(.hashes(level: number), from: 0, to: size) {
                let start = Int(tile.index) * Tile.fullWidth
                let bytes = level[start..<start + tile.width].flatMap(\.bytes)
                try save(bytes, "\(folder)/\(tile.path)")
            }
            level = (0..<level.count / Tile.fullWidth).map { group in
                var edge = MerkleEdge()
                for hash in level[group * Tile.fullWidth..<(group + 1) * Tile.fullWidth] {
                    edge.append(hash)
                }
                return edge.root()
            }
        }
        let head = Checkpoint(origin: origin, size: size, root: edge.root())
        rootText = Base64.text(head.root.bytes)
        let name = origin.split(separator: "/").prefix(2).joined(separator: "/")
        try save(SignedNote(head.text, signedBy: key, named: name).bytes, "\(folder)/checkpoint")
    }

    /// The bytes of a file, if it is there.
    static func read(_ path: String) -> [UInt8]? { try? readFile(path, limit: 1 << 26) }
}
