import Glibc
import StationHost
import StationTrust
import TerminalText

/// A change of a repository on its way: new files of metadata, signed, and none of them believed before the last.
///
/// What is signed anew lists what it lists, so the order is: targets and emergency, snapshot, timestamp.
struct Draft {
    /// What the repository will say.
    private(set) var state: RepositoryState
    private let repository: Repository
    /// When the timestamp before this change says that it was signed, in seconds since 1970.
    private let issuedBefore: Int64?
    /// So far two centres' clocks may be apart, in seconds.
    private static let clockTolerance: Int64 = 300
    /// New files in the order in which they are written; the timestamp is the last.
    private var files: [(name: String, bytes: [UInt8])] = []

    init(_ state: RepositoryState, _ repository: Repository) {
        (self.state, self.repository) = (state, repository)
        issuedBefore = state.timestamp["x-loa-issued"]?.text.flatMap(UTCTime.seconds)
    }

    private var folder: RepositoryFolder { repository.folder }
    private var now: Int64 { repository.now }
    /// What the repository has to offer before anything that names it is believed.
    var wanted: [TargetFiles.Wanted] = []
    /// The roles that are signed anew.
    private(set) var revised: [String] = []
    /// The root before the one that is added.
    private var previous: JSON?
    /// Whether stations that still have that root believe everything too.
    private var isForBoth = true
    /// Paths of other centres' roles, to be looked for when the change is looked at.
    private var probes: [(path: String, role: String)] = []
    /// Those that stations take from another role.
    private(set) var eclipsed: [String] = []

    // MARK: Signing

    /// Signs a new version of the targets or of the emergency role, and has the snapshot list it.
    ///
    /// - Parameters:
    ///   - role: which.
    ///   - signed: what it says; version and expiry are set here.
    ///   - expires: in seconds since 1970; nil for the role's full life.
    /// - Throws: when too few of its keys are there, or the file becomes too long.
    mutating func revise(_ role: String, _ signed: JSON, expires: Int64? = nil) throws(CentreError) {
        let body = signed.with("version", .integer(signed.version + 1))
            .with("expires", .string(UTCTime.text(expires ?? now + Role.lifetime(of: role))))
        if role == Role.emergency { state.emergency = body } else { state.targets = body }
        let bytes = try sign(body, role)
        files.append(("\(body.version).\(TUF.fileName(of: role))", bytes))
        list(role, version: body.version, bytes)
        revised.append(role)
    }

    /// Has the next snapshot list a file of a role.
    mutating func list(_ role: String, version: Int64, _ bytes: [UInt8]) {
        let meta = (state.snapshot["meta"] ?? [:]).with("\(role).json", Self.listing(version, bytes))
        state.snapshot = state.snapshot.with("meta", meta)
    }

    /// Adds a root that was signed already; what it changes for other roles is signed for both, the old and the new.
    mutating func add(root: JSON, _ bytes: [UInt8]) {
        if root.version > 1 { previous = state.root }
        state.root = root
        files.append(("\(root.version).\(TUF.fileName(of: Role.root))", bytes))
        revised.append(Role.root)
    }

    /// Adds a file of another centre's role, which has signed it itself.
    mutating func add(_ role: String, version: Int64, _ bytes: [UInt8]) {
        files.append(("\(version).\(TUF.fileName(of: role))", bytes))
        list(role, version: version, bytes)
        revised.append(role)
    }

    /// Adds a file of another centre's role that the snapshot lists already, where it is not here as it was signed.
    mutating func mend(_ role: String, version: Int64, _ bytes: [UInt8]) {
        let name = "\(version).\(TUF.fileName(of: role))"
        guard (try? readFile(folder.metadata(name), limit: TUF.Limit.targetsBytes)) != bytes else { return }
        files.append((name, bytes))
    }

    /// Finds out which of these paths stations take from another role than that one.
    mutating func look(for paths: [String], of role: String) { probes += paths.map { ($0, role) } }

    /// Signs a new snapshot where there is reason to, and a new timestamp: the last thing before `write`.
    mutating func finish() throws(CentreError) {
        let isDue = state.snapshot.expires - now < Role.notice(of: Role.snapshot)
        let hasOtherKeys =
            previous.map { $0["roles"]?[Role.snapshot] != state.root["roles"]?[Role.snapshot] } ?? false
        if revised.contains(where: { $0 != Role.root }) || isDue || hasOtherKeys {
            state.snapshot = state.snapshot.with("version", .integer(state.snapshot.version + 1))
                .with("expires", .string(UTCTime.text(now + Role.lifetime(of: Role.snapshot))))
                .with("x-loa-issued", .string(UTCTime.text(now)))
            let bytes = try sign(state.snapshot, Role.snapshot)
            files.append(("\(state.snapshot.version).\(TUF.fileName(of: Role.snapshot))", bytes))
            state.timestamp = state.timestamp.with(
                "meta", ["snapshot.json": Self.listing(state.snapshot.version, bytes)])
            revised.append(Role.snapshot)
        }
        state.timestamp = state.timestamp.with("version", .integer(state.timestamp.version + 1))
            .with("expires", .string(UTCTime.text(now + Role.lifetime(of: Role.timestamp))))
            .with("x-loa-issued", .string(UTCTime.text(now)))
        files.append((RepositoryFolder.timestampFile, try sign(state.timestamp, Role.timestamp)))
        revised.append(Role.timestamp)
        try check()
    }

    private static func listing(_ version: Int64, _ bytes: [UInt8]) -> JSON {
        [
            "hashes": ["sha256": .string("\(SHA256.hash(bytes))")], "length": .integer(Int64(bytes.count)),
            "version": .integer(version),
        ]
    }

    private mutating func sign(_ signed: JSON, _ role: String) throws(CentreError) -> [UInt8] {
        let appointment = try state.appointment(role)
        guard let kind = KeySources.Kind(role: role) else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "vai trò \(role) do trung tâm khác ký", en: "the role \(role) is another centre's"))
        }
        let held = try repository.keys.keys(kind)
        if let earlier = Appointment(previous?["roles"]?[role], role: role), earlier.threshold > 0 {
            if let bytes = try? Self.sign(signed, [appointment, earlier], held, kind) { return bytes }
            isForBoth = false
        }
        return try Self.sign(signed, [appointment], held, kind)
    }

    /// Signs for all appointments with those of the keys that they name, and as many as must.
    ///
    /// - Throws: when too few of the keys are there, or the file becomes longer than any client reads.
    static func sign(
        _ signed: JSON, _ appointments: [Appointment], _ keys: [SecretKey], _ kind: KeySources.Kind
    ) throws(CentreError) -> [UInt8] {
        var signing: [String: SecretKey] = [:]
        for appointment in appointments {
            try appointment.require(keys, kind)
            signing.merge(appointment.held(of: keys)) { first, _ in first }
        }
        let role = appointments.first?.role ?? kind.rawValue
        let bytes: [UInt8]
        do throws(CanonicalFormError) {
            bytes = try TUF.file(signed, signedBy: signing.sorted { $0.key < $1.key }.map(\.value))
        } catch {
            throw CentreError(.refused, Phrase(same: "\(role): \(error)"))
        }
        let limit = TUF.Limit.bytes(of: role)
        guard bytes.count <= limit else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(role).json dài \(bytes.count) byte, trạm chỉ đọc đến \(limit): bớt tệp, "
                        + "hoặc chia thư mục cho vai trò khác (loa-centre delegate)",
                    en:
                        "\(role).json has \(bytes.count) bytes and stations read \(limit): publish fewer files, "
                        + "or hand folders on to other roles (loa-centre delegate)"))
        }
        return bytes
    }

    /// Reads the repository as a station would once the change is made, before anything of it is.
    private mutating func check() throws(CentreError) {
        let drafts = Dictionary(files.map { ($0.name, $0.bytes) }) { _, last in last }
        var reader = try RepositoryReader(anchor: state.anchor, folder: folder, drafts: drafts)
        // At the beginning of time, too: a role that has expired, and whose keys are elsewhere, is warned of.
        let read = try reader.state(at: 0)
        guard read.timestamp == state.timestamp, read.targets == state.targets, read.root == state.root else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "\(folder.path): trạm sẽ không thấy thay đổi này",
                    en: "\(folder.path): stations would not see this change"))
        }
        try probe(&reader)
    }

    private mutating func probe(_ reader: inout RepositoryReader) throws(CentreError) {
        var lost: [String] = []
        for (path, role) in probes {
            let signer = try reader.signer(of: path)
            if signer == nil { lost.append(path) } else if signer != role { eclipsed.append(path) }
        }
        guard !lost.isEmpty else { return }
        let names = TargetFiles.names(lost)
        throw CentreError(
            .refused,
            Phrase(
                vi: "\(names): một vai trò đứng trước giữ riêng các đường dẫn đó mà không có tệp, "
                    + "không trạm nào nhận được",
                en: "\(names): a role before it has these paths for itself alone, and not the files, "
                    + "so no station would get them"))
    }

    // MARK: Writing

    /// Writes the files and the metadata, the timestamp last: with its rename stations see all of the change, before it none.
    ///
    /// A new root comes after it, if what is signed suits the old one too: there is no moment without a timestamp that
    /// the newest root believes.
    func write() throws(CentreError) {
        let calls = repository.surroundings.calls
        try repository.files.put(wanted)
        DurableFile.removeUnfinished(in: folder.metadata)
        let root = files.filter { $0.name.hasSuffix(".\(TUF.fileName(of: Role.root))") }
        let others = files.filter { file in !root.contains { $0.name == file.name } }
        for (name, bytes) in previous != nil && isForBoth ? others + root : root + others {
            try attempt { () throws(SystemError) in
                let path = folder.metadata(name)
                let before = FileTime(of: path)
                try DurableFile.replace(path, with: bytes, mode: RepositoryFolder.fileMode, calls)
                FileTime(of: path)?.advance(path, past: before)
            }
        }
    }

    // MARK: Until when

    /// What the repository says, by role; without an emergency, which is meant to end: stations then have none.
    private var lasting: [(role: String, signed: JSON)] {
        var roles = [(Role.timestamp, state.timestamp), (Role.snapshot, state.snapshot)]
        if let emergency = state.emergency, !emergency.isEmergencyInForce {
            roles.append((Role.emergency, emergency))
        }
        return roles + folder.delegated(state) + [(Role.targets, state.targets), (Role.root, state.root)]
    }

    /// Until when each of its files is believed.
    var validity: [Validity] {
        lasting.map {
            .init(file: "\($0.role).json", until: repository.surroundings.phrase($0.signed.expires))
        }
    }

    /// What expires soon.
    var warnings: [Phrase] { clockWarnings + lossWarnings + expiryWarnings }

    /// Whether this machine's clock is to be doubted.
    ///
    /// By one that is slow everything ends too soon, an alert before it begins; one that was fast silences stations that
    /// have no other clock. Which of the two it is nobody here can know.
    var clockWarnings: [Phrase] {
        guard let issuedBefore, issuedBefore > now + Self.clockTolerance else { return [] }
        let (here, before) = (
            repository.surroundings.phrase(now), repository.surroundings.phrase(issuedBefore)
        )
        return [
            Phrase(
                vi: "đồng hồ máy này (\(here[.vietnamese])) chậm hơn lần ký trước (\(before[.vietnamese])): "
                    + "một trong hai giờ đó sai; nếu là giờ máy này thì chỉnh lại rồi chạy lại lệnh",
                en: "this machine's clock (\(here[.english])) is behind the last signature "
                    + "(\(before[.english])): one of them is wrong; if it is the clock, set it and run this again"
            )
        ]
    }

    /// What other centres signed for and the disk has lost: only they, or who took it from them, have it.
    private var lossWarnings: [Phrase] {
        folder.delegated(state).compactMap { role, signed in
            let lost = Leftovers.names(of: signed).filter { access("\(folder.targets)/\($0)", F_OK) != 0 }
            guard !lost.isEmpty else { return nil }
            let names = TargetFiles.names(lost.sorted())
            return Phrase(
                vi: "targets/ thiếu tệp của \(role): \(names): chạy lại loa-centre delegate",
                en: "of \(role) there are files missing in targets/: \(names): run loa-centre delegate again")
        }
    }

    private var expiryWarnings: [Phrase] {
        lasting.reversed().compactMap { role, signed in
            let rest = signed.expires - now
            guard rest < Role.notice(of: role) else { return nil }
            let date = repository.surroundings.phrase(signed.expires)
            let (vi, en) = rest > 0 ? ("hết hạn", "expires") : ("ĐÃ hết hạn", "HAS EXPIRED,")
            return Phrase(
                vi: "\(role).json \(vi) \(date[.vietnamese]): \(Self.remedy(role)[.vietnamese])",
                en: "\(role).json \(en) \(date[.english]): \(Self.remedy(role)[.english])")
        }
    }

    private static func remedy(_ role: String) -> Phrase {
        switch role {
        case Role.root:
            Phrase(vi: "ký mới bằng loa-centre key renew", en: "sign a new one: loa-centre key renew")
        case Role.snapshot, Role.timestamp:
            Phrase(vi: "chạy loa-centre refresh", en: "run loa-centre refresh")
        case Role.emergency:
            Phrase(
                vi: "chạy loa-centre publish với khóa emergency/",
                en: "run loa-centre publish with the keys of emergency/")
        case Role.targets: Phrase(vi: "chạy loa-centre publish", en: "run loa-centre publish")
        default:
            Phrase(
                vi: "trung tâm kia ký lại (loa-centre sign), rồi chạy loa-centre delegate",
                en: "the other centre signs anew (loa-centre sign), then run loa-centre delegate")
        }
    }
}

/// When a file was changed last, as a web server tells it: in whole seconds.
private struct FileTime {
    private let seconds: time_t

    init?(of path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        seconds = information.st_mtim.tv_sec
    }

    /// Gives a file that replaced another within one second a time of its own.
    ///
    /// Servers make the entity tag of a file's time and length: a station that had asked in between would hear that
    /// nothing is new, and miss an alert.
    func advance(_ path: String, past before: FileTime?) {
        guard let before, seconds <= before.seconds else { return }
        let time = timespec(tv_sec: before.seconds + 1, tv_nsec: 0)
        // Where it cannot be set, nothing is worse than before.
        _ = utimensat(AT_FDCWD, path, [time, time], 0)
    }
}
