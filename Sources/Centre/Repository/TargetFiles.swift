import Glibc
import StationHost
import StationTrust
import TerminalText

/// The files that a repository offers, as they lie below `targets/`: each under its hash, whole, and never changed.
struct TargetFiles {
    let folder: RepositoryFolder
    let calls: DiskCalls

    /// A file that is to be there.
    struct Wanted {
        let path: String
        let length: Int64
        let sha256: String
        /// Where it comes from.
        let source: Source

        enum Source {
            case bytes([UInt8])
            /// The file of that name below that folder.
            case file(String, below: String)
        }
    }

    /// Puts files there, those that are there already excepted; durable when this returns.
    ///
    /// - Parameters:
    ///   - files: what is to be there.
    ///   - isThorough: whether what is there is read, and written again where a disk or a hand has damaged it.
    ///   - progress: told before each file.
    /// - Returns: those that were not there, or not whole.
    /// - Throws: when one cannot be written, or is not any more what it was when it was looked at.
    @discardableResult
    func put(
        _ files: [Wanted], isThorough: Bool = false, progress: (Progress) -> Void = { _ in }
    ) throws(CentreError) -> [Wanted] {
        let missing = isThorough ? damaged(files, progress) : files.filter { !isThere($0) }
        var state = Progress(stage: .copying, done: 0, total: missing.reduce(0) { $0 + $1.length })
        var folders: Set<String> = []
        for file in missing {
            progress(state)
            let path = folder.target(file.path, hash: file.sha256)
            do throws(SystemError) {
                try DurableFile.makeDirectory(
                    DurableFile.directory(of: path), mode: RepositoryFolder.folderMode)
                try write(file, to: path)
            } catch {
                throw error.code == ESTALE ? Self.changed(file.path) : CentreError(error)
            }
            var above = DurableFile.directory(of: path)
            while above.utf8.count >= folder.targets.utf8.count, folders.insert(above).inserted {
                above = DurableFile.directory(of: above)
            }
            state.done += file.length
        }
        // The names of all of them at once, and of the folders that are new themselves.
        for path in folders.sorted() {
            try attempt { () throws(SystemError) in try DurableFile.syncDirectory(of: path + "/.", calls) }
        }
        if !missing.isEmpty { progress(state) }
        return missing
    }

    /// The most files that are named.
    private static let mostNames = 10

    /// Paths one behind the other, so many of them.
    static func names(_ paths: [String]) -> String {
        paths.prefix(mostNames).joined(separator: ", ") + (paths.count > mostNames ? ", …" : "")
    }

    private static func changed(_ path: String) -> CentreError {
        CentreError(
            .refused,
            Phrase(
                vi: "\(path): tệp không còn đúng như đã ký (khác độ dài hoặc mã băm)",
                en: "\(path): the file is not what is signed (another length, or another hash)"))
    }

    /// Those that are not there, or are not what they were when they were put there.
    private func damaged(_ files: [Wanted], _ progress: (Progress) -> Void) -> [Wanted] {
        var state = Progress(stage: .comparing, done: 0, total: files.reduce(0) { $0 + $1.length })
        return files.filter { file in
            progress(state)
            state.done += file.length
            return !isThere(file) || !isSound(file.path, sha256: file.sha256)
        }
    }

    /// Whether a file that the repository offers is what was signed.
    func isSound(_ path: String, sha256: String) -> Bool {
        let name = RepositoryFolder.name(of: path, hash: sha256)
        guard let file = try? ContentFile.open(name, below: folder.targets) else { return false }
        return (try? ContentFile.hash(file.number, path).description) == sha256
    }

    /// Whether it is there: it was renamed when it was whole, so its length tells, if nobody has touched it since.
    func isThere(_ file: Wanted) -> Bool {
        var information = stat()
        return stat(folder.target(file.path, hash: file.sha256), &information) == 0
            && Int64(information.st_size) == file.length
    }

    private func write(_ file: Wanted, to path: String) throws(SystemError) {
        // Not the target's name with more behind it, which may be as long as names can be.
        let temporary = "\(DurableFile.directory(of: path))/.\(file.sha256)\(Self.unfinished)"
        let target = try Self.own(temporary)
        defer { _ = target.number }
        do throws(SystemError) {
            try copy(file, target.number)
            if let error = calls.sync(target.number) { throw error.about(path) }
            _ = try system("rename \(path)") { rename(temporary, path) }
        } catch {
            // On a full disk it would keep the room that is missing.
            unlink(temporary)
            throw error
        }
    }

    private func copy(_ file: Wanted, _ target: Int32) throws(SystemError) {
        var hash = SHA256()
        var offset: off_t = 0
        switch file.source {
        case .bytes(let bytes):
            hash.update(bytes[...])
            try write(bytes, target, file.path)
            offset = off_t(bytes.count)
        case .file(let name, let folder):
            let source = try ContentFile.open(name, below: folder)
            let piece = 1 << 20
            var bytes = [UInt8](repeating: 0, count: piece)
            // What is longer than it should be is not read to its end.
            while offset <= file.length {
                let number = source.number
                let count = try system("read \(file.path)") { pread(number, &bytes, piece, offset) }
                if count == 0 { break }
                hash.update(bytes[..<count])
                try write(Array(bytes[..<count]), target, file.path)
                offset += off_t(count)
            }
        }
        guard Int64(offset) == file.length, hash.finish().description == file.sha256 else {
            // What was decoded and measured, or signed by somebody else, is not what is here.
            throw SystemError(call: "read \(file.path)", code: ESTALE)
        }
    }

    private func write(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) throws(SystemError) {
        if let error = bytes.withUnsafeBytes({ calls.write(descriptor, $0) }) { throw error.about(path) }
    }

    // MARK: What is not whole

    private static let unfinished = ".new"

    /// Whether a name is that of a file that is being copied: hidden, which no target's is.
    static func isUnfinished(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(unfinished) }

    /// Opens an empty file that nobody else writes, or removes as left over, while it is open.
    private static func own(_ path: String) throws(SystemError) -> Descriptor {
        // Whoever had it has renamed or removed it when this one gets it; nobody is so often unlucky.
        for _ in 0..<16 {
            let file = try Descriptor.open(path, O_WRONLY | O_CREAT, mode: RepositoryFolder.fileMode)
            let number = file.number
            _ = try system("lock \(path)") { flock(number, LOCK_EX) }
            var (held, named) = (stat(), stat())
            guard fstat(number, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino else {
                continue
            }
            _ = try system("truncate \(path)") { ftruncate(number, 0) }
            return file
        }
        throw SystemError(call: "lock \(path)", code: EBUSY)
    }

    /// Removes what copies have left that were killed; those under way stay.
    func removeUnfinished() { removeUnfinished(folder.targets) }

    private func removeUnfinished(_ path: String) {
        for name in (try? namesInDirectory(path)) ?? [] {
            let inner = path + "/" + name
            var information = stat()
            guard lstat(inner, &information) == 0 else { continue }
            if information.st_mode & S_IFMT == S_IFDIR { removeUnfinished(inner) }
            guard Self.isUnfinished(name), let file = try? Descriptor.open(inner, O_RDONLY | O_NONBLOCK),
                flock(file.number, LOCK_EX | LOCK_NB) == 0
            else { continue }
            unlink(inner)
        }
    }

    /// The bytes of a file that the repository offers; nil where it is not there, or not what was signed.
    func read(_ path: String, _ target: JSON, limit: Int) -> [UInt8]? {
        let hash = target.sha256 ?? ""
        guard let bytes = try? readFile(folder.target(path, hash: hash), limit: limit),
            SHA256.hash(bytes).description == hash
        else { return nil }
        return bytes
    }
}
