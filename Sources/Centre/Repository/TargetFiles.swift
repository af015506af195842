import Glibc
import StationHost
import StationTrust

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
            /// A file of that path below that folder.
            case file(below: String)
        }
    }

    /// Puts files there, those that are there already excepted; durable when this returns.
    ///
    /// - Throws: when one cannot be written, or is not any more what it was when it was looked at.
    func put(_ files: [Wanted], progress: (Progress) -> Void = { _ in }) throws(CentreError) {
        let missing = files.filter { !isThere($0) }
        var state = Progress(stage: .copying, done: 0, total: missing.reduce(0) { $0 + $1.length })
        var folders: Set<String> = []
        for file in missing {
            progress(state)
            let path = folder.target(file.path, hash: file.sha256)
            try attempt { () throws(SystemError) in
                try DurableFile.makeDirectory(
                    DurableFile.directory(of: path), mode: RepositoryFolder.folderMode)
                try write(file, to: path)
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
    }

    /// Whether it is there: it was renamed when it was whole, so its length tells.
    private func isThere(_ file: Wanted) -> Bool {
        var information = stat()
        return stat(folder.target(file.path, hash: file.sha256), &information) == 0
            && Int64(information.st_size) == file.length
    }

    private func write(_ file: Wanted, to path: String) throws(SystemError) {
        let temporary = path + ".new"
        let target = try Descriptor.open(
            temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: RepositoryFolder.fileMode)
        var hash = SHA256()
        switch file.source {
        case .bytes(let bytes):
            hash.update(bytes[...])
            try write(bytes, target.number)
        case .file(let folder):
            let source = try ContentFile.open(file.path, below: folder)
            let piece = 1 << 20
            var offset: off_t = 0
            var bytes = [UInt8](repeating: 0, count: piece)
            while true {
                let number = source.number
                let count = try system("read \(file.path)") { pread(number, &bytes, piece, offset) }
                if count == 0 { break }
                hash.update(bytes[..<count])
                try write(Array(bytes[..<count]), target.number)
                offset += off_t(count)
            }
        }
        guard hash.finish().description == file.sha256 else {
            unlink(temporary)
            // What was decoded and measured is not what would be signed.
            throw SystemError(call: "read \(file.path)", code: ESTALE)
        }
        if let error = calls.sync(target.number) { throw error }
        _ = try system("rename \(path)") { rename(temporary, path) }
    }

    private func write(_ bytes: [UInt8], _ descriptor: Int32) throws(SystemError) {
        if let error = bytes.withUnsafeBytes({ calls.write(descriptor, $0) }) { throw error }
    }

    /// The bytes of a file that the repository offers.
    ///
    /// - Throws: when it is not there, or not what was signed.
    func read(_ path: String, _ target: JSON, limit: Int) throws(CentreError) -> [UInt8] {
        let hash = target.sha256 ?? ""
        return try attempt { () throws(SystemError) in
            let bytes = try readFile(folder.target(path, hash: hash), limit: limit)
            guard SHA256.hash(bytes).description == hash else {
                throw SystemError(call: "read \(path)", code: EILSEQ)
            }
            return bytes
        }
    }
}
