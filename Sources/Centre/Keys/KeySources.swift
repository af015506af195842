import Glibc
import StationHost
package import StationTrust
import TerminalText

/// Where the centre's secret keys come from: folders with a folder for each kind, and whatever was handed over.
package struct KeySources {
    /// The kinds of keys, each a folder, so that root and emergency keys can live elsewhere.
    package enum Kind: String, Sendable, CaseIterable {
        /// Appoints everybody.
        case root
        /// Signs the programmes.
        case targets
        /// Signs emergencies.
        case emergency
        /// Signs snapshots and timestamps; the one that a machine may use by itself.
        case online

        /// Whose keys sign for that role; nil for a role of somebody else.
        init?(role: String) {
            switch TUF.TopLevelRole(rawValue: role) {
            case .snapshot, .timestamp: self = .online
            case .root: self = .root
            case .targets: self = .targets
            case nil:
                guard role == Role.emergency else { return nil }
                self = .emergency
            }
        }
    }

    /// The ending of a secret key's file.
    static let suffix = ".pem"
    private static let publicSuffix = ".pub.pem"
    /// The longest file of keys, in bytes.
    private static let mostBytes = 64 << 10
    /// Files of keys that only their owner may read.
    private static let secretMode: mode_t = 0o600

    /// Folders that hold `root/`, `targets/`, `emergency/`, `online/`, or some of them.
    package var folders: [String]
    /// Keys of any kind that came otherwise.
    package var given: [SecretKey]

    /// Makes sources.
    package init(folders: [String], given: [SecretKey] = []) {
        self.folders = folders.map(Self.withoutSlash)
        self.given = given
    }

    /// A folder's path without the `/` that a shell completes it with.
    static func withoutSlash(_ path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    /// The keys of a kind, with those of no known kind; each key once.
    ///
    /// - Throws: when a folder is not there, a file is no key, or others than its owner may read it.
    package func keys(_ kind: Kind) throws(CentreError) -> [SecretKey] {
        var keys = given
        for path in try files(kind) { keys += try Self.read(path) }
        // One key in two files, or handed over besides, is still one who signs.
        var seen: Set<String> = []
        return keys.filter { key in TUF.keyID(of: key.json).map { seen.insert($0).inserted } ?? false }
    }

    /// The files of the secret keys of a kind, in order.
    func files(_ kind: Kind) throws(CentreError) -> [String] {
        var files: [String] = []
        for folder in folders {
            let path = "\(folder)/\(kind.rawValue)"
            let names: [String]
            do throws(SystemError) { names = try namesInDirectory(path) } catch {
                guard error.code == ENOENT else { throw CentreError(error) }
                guard access(folder, F_OK) == 0 else {
                    throw CentreError(
                        .configuration,
                        Phrase(
                            vi: "--keys \(folder): không có thư mục này",
                            en: "--keys \(folder): there is no such folder"))
                }
                continue
            }
            files += names.sorted().filter { $0.hasSuffix(Self.suffix) && !$0.hasSuffix(Self.publicSuffix) }
                .map { "\(path)/\($0)" }
        }
        return files
    }

    /// Takes the file of a secret key away, and that of its public half.
    static func remove(_ path: String) {
        unlink(path)
        unlink(publicHalf(of: path))
    }

    private static func read(_ path: String) throws(CentreError) -> [SecretKey] {
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & 0o077 == 0 else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "\(path): người khác cũng đọc được khóa này; chạy: chmod 600 \(path)",
                    en: "\(path): others may read this key; run: chmod 600 \(path)"))
        }
        let bytes = try attempt { () throws(SystemError) in try readFile(path, limit: mostBytes) }
        guard let keys = KeyFile.secrets(String(decoding: bytes, as: UTF8.self)) else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "\(path): không phải khóa bí mật Ed25519 dạng PEM (PKCS#8)",
                    en: "\(path): no secret Ed25519 key in PEM (PKCS#8)"))
        }
        return keys
    }

    /// The keys that stand one behind the other in an open file or pipe, which nobody need put on a disk.
    ///
    /// - Throws: when it cannot be read, or holds anything else.
    package static func keys(fromDescriptor number: Int32) throws(CentreError) -> [SecretKey] {
        var bytes = [UInt8](repeating: 0, count: mostBytes)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(number, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw CentreError(SystemError(call: "read \(number)", code: errno)) }
            if got == 0 { break }
            count += got
        }
        guard let keys = KeyFile.secrets(String(decoding: bytes.prefix(count), as: UTF8.self)) else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "--keys-fd \(number): cần một hay nhiều khóa bí mật Ed25519 dạng PEM nối nhau",
                    en: "--keys-fd \(number): expected secret Ed25519 keys in PEM, one behind the other"))
        }
        return keys
    }

    /// Makes the folders, so that keys can be made in them.
    ///
    /// - Throws: when one is inside of that folder, which goes out of the house with all that is in it.
    func prepare(outside folder: String) throws(CentreError) {
        let served = try Self.resolved(folder)
        for path in folders {
            guard !(try Self.resolved(path).starts(with: served)) else {
                throw CentreError(
                    .refused,
                    Phrase(
                        vi:
                            "--keys \(path) nằm trong \(folder), nơi người khác đọc được mọi tệp: chọn thư mục khác",
                        en: "--keys \(path) is inside \(folder), all of which others read: choose another"))
            }
        }
        for path in folders {
            try attempt { () throws(SystemError) in try DurableFile.makeDirectory(path, mode: 0o700) }
        }
    }

    /// The names on the way from `/` to where a path leads, however it is written; what is not there yet may be its end.
    private static func resolved(_ path: String) throws(CentreError) -> [Substring] {
        try attempt { () throws(SystemError) in
            var found = try path.hasPrefix("/") ? "/" : real(".") ?? "/"
            for part in path.split(separator: "/") where part != "." {
                // What was found has no links any more, so the name before is the folder above.
                let next = part == ".." ? DurableFile.directory(of: found) : "\(found)/\(part)"
                found = try real(next) ?? next
            }
            return found.split(separator: "/")
        }
    }

    /// The path without links, `.` and `..`; nil where nothing is there.
    private static func real(_ path: String) throws(SystemError) -> String? {
        guard let real = realpath(path, nil) else {
            let code = errno
            var information = stat()
            // A link to nowhere may lead somewhere in a moment.
            guard lstat(path, &information) != 0 else {
                throw SystemError(call: "realpath \(path)", code: code)
            }
            return nil
        }
        defer { free(real) }
        // Safety: realpath returns a text that ends with a NUL, and is freed behind the copy.
        return String(cString: real)
    }

    /// Makes a new key and keeps it in the first folder: the secret half for its owner only, the public half beside.
    ///
    /// - Throws: when the machine has no randomness, or the files cannot be written.
    func make(_ kind: Kind, _ surroundings: Surroundings) throws(CentreError) -> SecretKey {
        guard let folder = folders.first, let seed = surroundings.random(32), let key = SecretKey(seed: seed)
        else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "không tạo được khóa: thiếu --keys DIR hoặc số ngẫu nhiên",
                    en: "no key can be made: --keys DIR or random numbers are missing"))
        }
        let path = Self.path(of: TUF.keyID(of: key.json) ?? "", kind, in: folder)
        try attempt { () throws(SystemError) in
            let above = DurableFile.directory(of: path)
            try DurableFile.makeDirectory(above, mode: 0o700)
            try DurableFile.replace(
                path + Self.suffix, with: Array(KeyFile.secret(seed: seed).utf8), mode: Self.secretMode,
                surroundings.calls)
            try DurableFile.replace(
                path + Self.publicSuffix, with: Array(KeyFile.public(key).utf8), mode: 0o644,
                surroundings.calls)
        }
        return key
    }

    /// Where a key that is made lies, without the ending of its file.
    private static func path(of id: String, _ kind: Kind, in folder: String) -> String {
        "\(folder)/\(kind.rawValue)/\(id.prefix(16))"
    }

    /// The file of a secret key that was made here; nil where nobody has made it, or somewhere else.
    package func file(of id: String, _ kind: Kind) -> String? {
        folders.map { Self.path(of: id, kind, in: $0) + Self.suffix }.first { access($0, F_OK) == 0 }
    }

    /// Where the public half of the key in a file lies that was made here.
    package static func publicHalf(of file: String) -> String { file.dropLast(suffix.count) + publicSuffix }
}
