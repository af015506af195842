import Glibc
import StationCore
import StationTrust

/// The tree of a log as it is kept beside it, so that a start does not read the journal whole.
///
/// Fetch thread. Nothing hangs on it but time: what cannot be written is not kept, and what does not fit is forgotten.
final class TreeCache {
    /// What was kept.
    struct Kept {
        var start: LogPosition?
        var first: LogTree.FirstLine?
        var bundles: [LogTree.Bundle]
    }

    private static let headBytes = 1 << 20
    /// Of 64 million entries; a station's log of ten years is a hundredth of it.
    private static let mostBytes = (1 << 18) * LogTree.Bundle.byteCount

    private let folder: String
    private let calls: DiskCalls
    /// How many bundles are in the file; nil once one could not be written: a hole would shift those behind it.
    private var count: Int?

    init(folder: String, calls: DiskCalls = .kernel) { (self.folder, self.calls) = (folder, calls) }

    private var headPath: String { folder + "/tree.json" }
    private var bundlesPath: String { folder + "/bundles" }

    /// Reads what was kept of a log; nil when that is nothing, or of another one.
    func read(_ origin: LogOrigin, _ logFolder: String) -> Kept? {
        guard let bytes = try? readFile(headPath, limit: Self.headBytes),
            let head = try? JSONParser.parse(bytes, limits: .init(bytes: Self.headBytes)),
            head["number"]?.integer == origin.number, head["from"]?.integer == origin.from,
            let file = try? readFile(bundlesPath, limit: Self.mostBytes)
        else { return nil }
        var kept = Kept(bundles: [])
        if origin.number > 1 {
            guard let ordinal = head["first"]?.integer,
                let line = head["line"]?.text.flatMap({ Base64.bytes($0.utf8) })
            else { return nil }
            kept.first = .init(ordinal: ordinal, line: line)
            if let segment = head["segment"]?.integer, let offset = head["offset"]?.integer {
                kept.start = LogPosition(segment: segment, offset: offset)
            }
        }
        kept.bundles = Self.bundles(file, logFolder)
        return kept
    }

    /// The bundles of the file, up to the first that ends where the journal has no line's beginning.
    private static func bundles(_ bytes: [UInt8], _ logFolder: String) -> [LogTree.Bundle] {
        let size = LogTree.Bundle.byteCount
        var bundles: [LogTree.Bundle] = []
        for start in stride(from: 0, to: bytes.count - size + 1, by: size) {
            let hash = MerkleHash(bytes[start..<start + MerkleHash.byteCount])
            let numbers = bytes[(start + MerkleHash.byteCount)..<(start + size)]
            let end = LogPosition(segment: number(numbers.prefix(8)), offset: number(numbers.suffix(8)))
            guard let hash, end.segment >= bundles.last?.end.segment ?? 0 else { break }
            bundles.append(.init(root: hash, end: end))
        }
        // One that was half written when the power went is the last: it must end behind a line's end.
        while let last = bundles.last, !isLineEnd(last.end, logFolder) { bundles.removeLast() }
        return bundles
    }

    private static func isLineEnd(_ position: LogPosition, _ logFolder: String) -> Bool {
        guard position.offset > 0,
            let file = try? Descriptor.open(
                logFolder + "/" + LogReader.segmentName(firstIndex: position.segment), O_RDONLY)
        else { return false }
        var byte: UInt8 = 0
        return pread(file.number, &byte, 1, off_t(position.offset - 1)) == 1 && byte == 0x0A
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Begins to keep another log's tree.
    func begin(_ origin: LogOrigin, start: LogPosition?, first: LogTree.FirstLine?) {
        count = nil
        unlink(bundlesPath)
        let head: JSON = [
            "number": .integer(origin.number), "from": .integer(origin.from),
            "segment": start.map { .integer($0.segment) } ?? .null,
            "offset": start.map { .integer($0.offset) } ?? .null,
            "first": first.map { .integer($0.ordinal) } ?? .null,
            "line": first.map { .string(Base64.text($0.line)) } ?? .null,
        ]
        guard (try? DurableFile.makeDirectory(folder)) != nil,
            (try? DurableFile.replace(bundlesPath, with: [], calls)) != nil,
            (try? DurableFile.replace(headPath, with: head.bytes, calls)) != nil
        else { return }
        count = 0
    }

    /// Keeps only the first bundles.
    func truncate(to count: Int) {
        let bytes = off_t(count * LogTree.Bundle.byteCount)
        self.count = Glibc.truncate(bundlesPath, bytes) == 0 ? count : nil
    }

    /// Keeps more, all with one fsync: a tree that is made anew has thousands.
    func append(_ bundles: ArraySlice<LogTree.Bundle>) {
        guard !bundles.isEmpty else { return }
        guard let count, let file = try? Descriptor.open(bundlesPath, O_WRONLY | O_APPEND) else {
            self.count = nil
            return
        }
        let bytes = bundles.flatMap { bundle in
            bundle.root.bytes
                + [bundle.end.segment, bundle.end.offset].flatMap { number in
                    withUnsafeBytes(of: number.bigEndian) { Array($0) }
                }
        }
        let problem = bytes.withUnsafeBytes { calls.write(file.number, $0) } ?? calls.sync(file.number)
        self.count = problem == nil ? count + bundles.count : nil
    }

    /// Forgets everything.
    func forget() {
        count = nil
        unlink(headPath)
        unlink(bundlesPath)
    }
}
