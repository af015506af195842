import Glibc
import StationHost
import StationTrust
import TerminalText

/// A TUF repository on disk, as a web server serves it: `metadata/` and `targets/`.
struct RepositoryFolder {
    let path: String

    /// The first root, which goes to the stations.
    static let firstRoot = "1.root.json"
    static let timestampFile = "timestamp.json"
    /// Web servers run as somebody else.
    static let fileMode: mode_t = 0o644
    static let folderMode: mode_t = 0o755

    var metadata: String { path + "/metadata" }
    var targets: String { path + "/targets" }

    /// A file of metadata.
    func metadata(_ name: String) -> String { metadata + "/" + name }

    /// Where a target lies: `dir/HASH.name`.
    func target(_ path: String, hash: String) -> String { targets + "/" + Self.name(of: path, hash: hash) }

    /// The same below `targets/`.
    static func name(of path: String, hash: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "\(hash).\(path)" }
        return "\(path[..<slash])/\(hash).\(path[path.utf8.index(after: slash)...])"
    }

    /// Keeps every other command away from the repository for as long as the descriptor lives.
    func lock() throws(CentreError) -> Descriptor {
        let folder: Descriptor
        do throws(SystemError) { folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY) } catch {
            throw error.code == ENOENT ? missing : CentreError(error)
        }
        try FolderLock.take(folder, path)
        return folder
    }

    private var missing: CentreError {
        if access(path + "/schedule.ics", F_OK) == 0 {
            return CentreError(
                .configuration,
                Phrase(
                    vi: "\(path) là thư mục chương trình, không phải kho: loa-centre publish PLAYLISTS REPO",
                    en: "\(path) is a channel's folder, no repository: loa-centre publish PLAYLISTS REPO"))
        }
        return CentreError(
            .configuration,
            Phrase(
                vi: "\(path) không phải kho TUF; tạo bằng: loa-centre init \(path) --keys DIR",
                en: "\(path) is no TUF repository; make one: loa-centre init \(path) --keys DIR"))
    }

    /// The signed part of a file of metadata, whoever signed it; nil where there is none.
    func signed(_ name: String, of role: String) -> JSON? {
        guard let bytes = try? readFile(metadata(name), limit: TUF.Limit.bytes(of: role)) else { return nil }
        return try? TUF.Document(bytes, of: role).signed
    }

    /// What the roles of other centres say, by role: for what is told of them, not for what is signed.
    func delegated(_ state: RepositoryState) -> [(role: String, signed: JSON)] {
        state.targets.delegates.compactMap { $0["name"]?.text }.filter { KeySources.Kind(role: $0) == nil }
            .compactMap { role in
                guard let version = state.snapshot["meta"]?["\(role).json"]?.version else { return nil }
                return signed("\(version).\(TUF.fileName(of: role))", of: role).map { (role, $0) }
            }
    }

    /// Reads what the repository says now, and checks every signature of it from its first root on.
    ///
    /// Whoever may write to the web server's disk and has no key must not get anything signed.
    func read() throws(CentreError) -> RepositoryState {
        let anchor: [UInt8]
        do throws(SystemError) {
            anchor = try readFile(metadata(Self.firstRoot), limit: TUF.Limit.rootBytes)
        } catch {
            throw error.code == ENOENT ? missing : CentreError(error)
        }
        var reader = try RepositoryReader(anchor: anchor, folder: self)
        // At the beginning of time nothing has expired: what has is to be signed anew, not refused.
        return try reader.state(at: 0)
    }
}

/// Reads a repository the way that a station does, out of a folder and of what is about to be put there.
struct RepositoryReader {
    private let folder: RepositoryFolder
    private let drafts: [String: [UInt8]]
    private var client: TUF.Client
    private var files: [String: [UInt8]] = [:]

    init(
        anchor: [UInt8], folder: RepositoryFolder, drafts: [String: [UInt8]] = [:]
    ) throws(CentreError) {
        (self.folder, self.drafts) = (folder, drafts)
        files[Role.root] = anchor
        do throws(TUF.Refusal) { client = try TUF.Client(root: anchor) } catch {
            throw Self.error(error, folder)
        }
    }

    /// What the repository says, believed at an instant in seconds since 1970.
    mutating func state(at seconds: Int64) throws(CentreError) -> RepositoryState {
        _ = try run(client.refresh(at: seconds))
        // Not for what it finds: the search has the emergency role read, unless that has expired.
        _ = try? run(client.search(for: Role.emergencyFolder + "schedule.ics"))
        func signed(_ role: String) throws(CentreError) -> JSON {
            guard let bytes = files[role] else {
                throw Self.error(TUF.Refusal(role, .notThere), folder)
            }
            do throws(TUF.Refusal) { return try TUF.Document(bytes, of: role).signed } catch {
                throw Self.error(error, folder)
            }
        }
        return RepositoryState(
            anchor: files[Self.anchorName] ?? [], root: try signed(Role.root),
            timestamp: try signed(Role.timestamp), snapshot: try signed(Role.snapshot),
            targets: try signed(Role.targets), emergency: try? signed(Role.emergency))
    }

    /// Which role's file stations take for that path; nil where nobody has one.
    mutating func signer(of path: String) throws(CentreError) -> String? {
        guard case .found(let target) = try run(client.search(for: path)) else { return nil }
        return target.signer?.role
    }

    private static let anchorName = "anchor"

    private mutating func run(_ first: TUF.Step) throws(CentreError) -> TUF.Next {
        if files[Self.anchorName] == nil { files[Self.anchorName] = files[Role.root] }
        var step = first
        while true {
            for case .store(let role, let bytes) in step.changes { files[role] = bytes }
            switch step.next {
            case .read: step = client.resume(with: .missing)
            case .fetch(let request): step = client.resume(with: answer(request))
            case .refreshed, .found, .noSuchTarget: return step.next
            case .refused(let refusal): throw Self.error(refusal, folder)
            }
        }
    }

    private func answer(_ request: TUF.Request) -> TUF.Answer {
        if let draft = drafts[request.fileName] { return .bytes(draft) }
        do throws(SystemError) {
            return .bytes(try readFile(folder.metadata(request.fileName), limit: request.limit))
        } catch {
            return error.code == ENOENT ? .missing : error.code == EFBIG ? .tooLong : .unreachable
        }
    }

    private static func error(_ refusal: TUF.Refusal, _ folder: RepositoryFolder) -> CentreError {
        let what =
            refusal.reason == .notThere
            ? Phrase(vi: "thiếu \(refusal.subject).json", en: "\(refusal.subject).json is missing")
            : Phrasebook.translated("\(refusal)")
        return CentreError(
            .configuration,
            Phrase(
                vi:
                    "\(folder.metadata): kho không dùng được: \(what[.vietnamese]): chép lại thư mục này từ bản "
                    + "sao lưu của kho; trạm vẫn phát theo những gì đã có",
                en:
                    "\(folder.metadata): the repository cannot be used: \(what[.english]): put this folder back "
                    + "from a copy of the repository; stations go on with what they have"))
    }
}

/// What the files of a repository say: the signed part of each.
struct RepositoryState {
    /// The first root's file, as the stations have it.
    let anchor: [UInt8]
    var root: JSON
    var timestamp: JSON
    var snapshot: JSON
    var targets: JSON
    /// Nil where another tool made the repository without that role.
    var emergency: JSON?

    /// Who signs for a role.
    func appointment(_ role: String) throws(CentreError) -> Appointment {
        let delegation = targets.delegates.first {
            $0["name"]?.text?.utf8.elementsEqual(role.utf8) == true
        }
        guard let appointment = Appointment(root["roles"]?[role] ?? delegation, role: role) else {
            throw CentreError(
                .configuration,
                Phrase(vi: "kho không có vai trò \(role)", en: "the repository has no role \(role)"))
        }
        return appointment
    }

    /// What the targets role and the emergency role offer, by path.
    var offers: [(path: String, target: JSON)] {
        [targets, emergency ?? .null].flatMap { $0["targets"]?.members ?? [] }.map { ($0.name, $0.value) }
    }
}

extension JSON {
    /// The SHA-256 of a target's or a file's description, in lower-case hexadecimal digits, however it is written there.
    var sha256: String? { self["hashes"]?["sha256"]?.text.flatMap(Digest.init(text:))?.description }
}
