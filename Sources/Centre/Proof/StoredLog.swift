import Glibc
import StationCore
package import StationHost
package import StationTrust

/// One log of a station as it lies in the store's folder: a signed head, tiles, and bundles of entries.
///
/// Nothing is believed here; whoever reads compares the hashes with a head that a trusted key has signed.
package struct StoredLog: Hashable, Sendable {
    /// Whose it is.
    package let station: String
    /// The how manieth log of the station, from 1.
    package let number: Int64
    /// Where it lies.
    package let folder: String

    /// A log of a station; its number is that of its folder, the first one's is the station's own.
    package init(station: String, number: Int64, in proofs: ProofFolder) {
        (self.station, self.number) = (station, number)
        folder = proofs.folder(of: station) + (number == 1 ? "" : "/\(number)")
    }

    /// What its head says it is: `loa/STATION`, `loa/STATION/2`.
    package var origin: String { LogOrigin.name(number, of: station) }

    /// A head of more entries is none: a trillion is more than a station writes in any time.
    static let mostEntries: Int64 = 1 << 40

    /// Where a tile lies.
    package func path(of tile: Tile) -> String { folder + "/" + tile.path }

    // MARK: Head

    /// The file of the head, as the station has put it there.
    ///
    /// - Throws: `SystemError`; ENOENT where there is none.
    package func readCheckpoint() throws(SystemError) -> [UInt8] {
        var file = StoredFile()
        try file.read(folder + "/" + LogUpload.checkpoint, limit: SignedNote.mostBytes)
        return Array(file.bytes)
    }

    // MARK: Entries

    /// Why entries cannot be read.
    package enum Failure: Error, Hashable, Sendable {
        /// The bundle is not there.
        case missing(Tile)
        /// The file is no bundle of as many entries as its name says.
        case malformed(Tile)
        /// It is there and cannot be read.
        case unreadable(SystemError)
    }

    /// Reads the entries behind a tree's edge, one bundle at a time, and hashes them.
    ///
    /// Memory does not grow with the log. Whether the entries are those of a head is known at the end only: the
    /// edge's root must be the head's. What the body has been given is worth nothing before.
    ///
    /// - Parameters:
    ///   - edge: the tree of the entries that are not read: the empty one for all.
    ///   - end: how many entries are to be read with those; what is behind is not looked at.
    ///   - size: how many entries the log has, which says what its last bundle is called; nil for those alone.
    ///   - body: gets each entry's position and bytes, which are gone when it returns.
    /// - Returns: the edge of the tree of the first `end` entries.
    /// - Throws: `Failure`, or what the body throws.
    package func readEntries(
        from edge: MerkleEdge = MerkleEdge(), to end: Int64, of size: Int64? = nil,
        _ body: (Int64, UnsafeRawBufferPointer) throws -> Void
    ) throws -> MerkleEdge {
        var (edge, file) = (edge, StoredFile())
        let (width, size) = (Int64(Tile.fullWidth), size ?? end)
        while edge.size < end {
            let index = edge.size / width
            let tile = Tile(.entries, index, width: Int(min(size - index * width, width)))
            let entries = try read(tile, &file)
            try file.bytes.withUnsafeBytes { bytes in
                let wanted = entries.prefix(Int(min(end - index * width, width)))
                for range in wanted.dropFirst(Int(edge.size - index * width)) {
                    let entry = UnsafeRawBufferPointer(rebasing: bytes[range])
                    try body(edge.size, entry)
                    edge.append(MerkleHash.leaf(entry))
                }
            }
        }
        return edge
    }

    /// Reads a bundle: where its entries lie in the file's bytes.
    ///
    /// Where a partial one is gone the full one takes its place: a store may clear partial tiles away then.
    func read(_ tile: Tile, _ file: inout StoredFile) throws(Failure) -> [Range<Int>] {
        let isFull: Bool
        do throws(SystemError) {
            isFull = try read(tile, &file, limit: EntryBundle.mostBytes(of: tile.width))
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR: throw .missing(tile)
            case EFBIG, EINVAL, ELOOP: throw .malformed(tile)
            default: throw .unreadable(error)
            }
        }
        let width = isFull ? Tile.fullWidth : tile.width
        let entries = file.bytes.withUnsafeBytes { EntryBundle.entries(in: $0, atMost: width) }
        guard let entries, entries.count == width else { throw .malformed(tile) }
        return Array(entries.prefix(tile.width))
    }

    /// The leaves of a bundle; nil unless it is there and whole.
    func leaves(of tile: Tile, _ file: inout StoredFile) -> [MerkleHash]? {
        guard let entries = try? read(tile, &file) else { return nil }
        return file.bytes.withUnsafeBytes { bytes in
            entries.map { MerkleHash.leaf(UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        }
    }

    /// Reads a tile, or the full one in place of a partial one; says whether it was that.
    func read(_ tile: Tile, _ file: inout StoredFile, limit: Int) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try file.read(path(of: tile), limit: limit)
            return !tile.isPartial
        } catch {
            guard error.code == ENOENT, tile.isPartial else { throw error }
            let full = Tile(tile.kind, tile.index)
            try file.read(path(of: full), limit: limit / tile.width * Tile.fullWidth)
            return true
        }
    }
}

extension EntryBundle {
    /// No bundle of so many entries is longer, in bytes.
    static func mostBytes(of width: Int) -> Int { width * (2 + mostEntryBytes) }
}

/// A file of the store in a buffer that serves the next one too.
struct StoredFile {
    private var buffer: [UInt8] = []
    private var count = 0

    /// What the file holds.
    var bytes: ArraySlice<UInt8> { buffer[..<count] }

    /// Reads a whole file of at most so many bytes, which is neither a link nor anything but a file.
    ///
    /// - Throws: `SystemError`; EFBIG for a longer one, EINVAL or ELOOP for what is no file.
    mutating func read(_ path: String, limit: Int) throws(SystemError) {
        count = 0
        let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
        var information = stat()
        _ = try system("fstat \(path)") { fstat(file.number, &information) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(call: "read \(path)", code: EINVAL)
        }
        guard information.st_size <= limit else { throw SystemError(call: "read \(path)", code: EFBIG) }
        let size = Int(information.st_size)
        if buffer.count < size { buffer = [UInt8](repeating: 0, count: size) }
        while count < size {
            let done = count
            let read = try system("read \(path)") {
                buffer.withUnsafeMutableBytes {
                    Glibc.read(file.number, $0.baseAddress?.advanced(by: done), size - done)
                }
            }
            guard read > 0 else { break }
            count += read
        }
    }
}

extension StoredFile {
    /// A file as it looks without being read.
    struct Outside: Hashable {
        /// Which file of its file system it is.
        var number: UInt64
        /// Its length, in bytes.
        var size: Int64
        /// When anything about it changed last, in nanoseconds since 1970 by the store's clock.
        var changed: Int64
    }

    /// How a file looks; nil where there is no file.
    static func outside(of path: String) -> Outside? {
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        return Outside(
            number: UInt64(information.st_ino), size: Int64(information.st_size),
            changed: information.st_ctim.nanoseconds)
    }
}

extension timespec {
    /// The time in nanoseconds since 1970.
    fileprivate var nanoseconds: Int64 { Int64(tv_sec) * 1_000_000_000 + Int64(tv_nsec) }
}

extension SystemError {
    /// Whether there is no such file.
    var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}
