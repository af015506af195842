import Glibc
package import StationHost
package import StationTrust
import TerminalText

/// What the centre knows of a station: which keys it trusts, and which heads it has seen.
///
/// A rolled-back head is valid in itself (SECURITY.md section 5): only who remembers a later one can tell.
package struct StationMemory: Hashable, Sendable {
    /// A log whose every entry was found to be as its head says.
    package struct Log: Hashable, Sendable {
        /// Which log.
        package var origin: String
        /// The tree of its entries.
        package var edge: MerkleEdge
        /// Its root.
        package var root: MerkleHash
        /// The `index` of its last entry; -1 where it has none.
        package var lastIndex: Int64
        /// What its full files looked like from outside when they were read; empty where nobody knows.
        package var files: String
        /// Whether somebody has looked into why it was begun; the first log of a station needs nobody.
        package var isAcknowledged: Bool

        /// How many entries it has.
        package var size: Int64 { edge.size }
    }

    /// The keys whose heads are believed, in the order in which they were enrolled.
    package var keys: [NoteKey] = []
    /// The logs that were seen, each once.
    package var logs: [Log] = []

    /// What the name of its file ends in.
    static let ending = ".json"
    /// No station has more keys: a board each.
    static let mostKeys = 64
    /// A log takes half a kilobyte.
    fileprivate static let mostBytes = 4 << 20

    /// Knows nothing.
    package init() {}

    /// What is known of that log.
    package subscript(origin: String) -> Log? { logs.first { $0.origin == origin } }

    /// Keeps what was found of a log, in place of what was known.
    package mutating func remember(_ log: Log) {
        if let place = logs.firstIndex(where: { $0.origin == log.origin }) {
            logs[place] = log
        } else {
            logs.append(log)
        }
    }
}

extension StationMemory {
    // MARK: As a file

    /// What the file says.
    var json: JSON {
        [
            "keys": .array(keys.map { .string($0.text) }),
            "logs": .array(logs.map(\.json)),
        ]
    }

    /// Reads what a file says; nil if it is no memory.
    init?(json: JSON) {
        guard let keys = json["keys"]?.elements, let logs = json["logs"]?.elements else { return nil }
        for key in keys {
            guard let key = key.text.flatMap({ NoteKey(text: $0) }) else { return nil }
            self.keys.append(key)
        }
        for log in logs {
            guard let log = Log(json: log) else { return nil }
            self.logs.append(log)
        }
    }
}

extension StationMemory.Log {
    fileprivate var json: JSON {
        [
            "origin": .string(origin), "size": .integer(size), "root": .string(Base64.text(root.bytes)),
            "edge": .array(edge.subtrees.map { .string(Base64.text($0.bytes)) }),
            "lastIndex": .integer(lastIndex), "files": .string(files),
            "acknowledged": .bool(isAcknowledged),
        ]
    }

    fileprivate init?(json: JSON) {
        func hash(_ json: JSON?) -> MerkleHash? {
            json?.text.flatMap { Base64.bytes($0.utf8) }.flatMap { MerkleHash($0) }
        }
        guard let origin = json["origin"]?.text, let size = json["size"]?.integer,
            let subtrees = json["edge"]?.elements, let root = hash(json["root"]),
            let edge = MerkleEdge(size: size, subtrees: subtrees.compactMap(hash)),
            edge.root() == root, let lastIndex = json["lastIndex"]?.integer,
            let isAcknowledged = json["acknowledged"]?.bool
        else { return nil }
        self.init(
            origin: origin, edge: edge, root: root, lastIndex: lastIndex, files: json["files"]?.text ?? "",
            isAcknowledged: isAcknowledged)
    }
}

extension ProofFolder {
    /// Keeps other commands away from the memory for as long as the descriptor lives: what they read, they write.
    func lockMemory() throws(CentreError) -> Descriptor {
        let folder = try attempt { () throws(SystemError) in
            try DurableFile.makeDirectory(memory)
            return try Descriptor.open(memory, O_RDONLY | O_DIRECTORY)
        }
        try FolderLock.take(folder, memory)
        return folder
    }

    private func file(of station: String) -> String { memory + "/" + station + StationMemory.ending }

    /// What is known of a station: nothing, where it was never seen.
    ///
    /// - Throws: `CentreError` where there is a memory and it cannot be read: forgetting a head would let a station
    ///   roll back, so nobody goes on without it.
    package func memory(of station: String) throws(CentreError) -> StationMemory {
        let (path, limit) = (file(of: station), StationMemory.mostBytes)
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try readFile(path, limit: limit) } catch {
            if error.code == ENOENT { return StationMemory() }
            throw CentreError(error)
        }
        guard let json = try? JSONParser.parse(bytes, limits: JSONParser.Limits(bytes: limit)),
            let memory = StationMemory(json: json)
        else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "\(path): tệp hỏng; hãy khôi phục từ bản sao lưu",
                    en: "\(path): the file is broken; restore it from a backup"))
        }
        return memory
    }

    /// Keeps what is known of a station, so that after a power cut it is there as it was or as it is now.
    package func keep(
        _ memory: StationMemory, of station: String, _ calls: DiskCalls
    ) throws(CentreError) {
        let path = file(of: station)
        try attempt { () throws(SystemError) in
            try DurableFile.replace(path, with: memory.json.bytes + [0x0A], calls)
        }
    }
}
