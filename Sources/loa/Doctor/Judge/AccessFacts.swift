import StationTrust
import TerminalText

/// What was found of keys and certificates, and what that means.
struct KeyFacts: Sendable {
    /// A certificate that ends sooner should be renewed, in seconds.
    private static let notice: Int64 = 30 * 86_400

    /// The file of the key that signs the log.
    enum SigningKey: Hashable, Sendable {
        case there(FileMode)
        case missing
        case hidden
    }

    /// A file that the configuration names for TLS.
    struct NamedFile: Hashable, Sendable {
        /// The key of the configuration.
        var key: String
        var path: String
        /// What keeps the daemon's user from it.
        var obstacle: Obstacle?
        var mode: FileMode?
        /// Whether it must stay secret.
        var isSecret: Bool
        /// When the certificate in it ends, in seconds since 1970; nil where it holds none, or nobody could look.
        var expires: Int64?
        /// Whether it was read and holds no certificate.
        var isBroken = false
    }

    var signingPath: String
    var signing: SigningKey
    var isAnswering: Bool
    /// The user that the daemon runs as; nil where nobody knows.
    var account: Account?
    var files: [NamedFile]
    var now: Int64

    private var user: String { account?.name ?? Account.service }

    var findings: [Finding] {
        let found = signingFindings + files.flatMap(judge)
        guard found.isEmpty else { return found }
        let names = files.map(\.key).joined(separator: ", ")
        let more = names.isEmpty ? "" : ", \(names)"
        return [
            .ok(
                .keys,
                Phrase(vi: "khóa ký nhật ký\(more): tốt", en: "the key that signs the log\(more): fine"))
        ]
    }

    private var signingFindings: [Finding] {
        switch signing {
        case .hidden:
            return [.hidden(.keys, Phrase(vi: "khóa ký nhật ký", en: "the key that signs the log"))]
        case .missing:
            let message = Phrase(
                vi: "chưa có khóa ký nhật ký \(signingPath)",
                en: "there is no key that signs the log: \(signingPath)")
            guard isAnswering else {
                return [
                    .warning(
                        .keys, message,
                        Phrase(
                            vi: "loaphuongd tạo khóa khi chạy lần đầu: systemctl start loaphuongd",
                            en: "The daemon makes it when it first starts: systemctl start loaphuongd"))
                ]
            }
            return [
                .fault(
                    .keys, message,
                    Phrase(
                        vi: "Xem mục Đĩa và Quyền ở đây, rồi systemctl restart loaphuongd.",
                        en: "See Disk and Permissions here, then systemctl restart loaphuongd."))
            ]
        case .there(let mode):
            var found: [Finding] = []
            if mode.mode & 0o077 != 0 {
                found.append(
                    .fault(
                        .keys,
                        Phrase(
                            vi: "người khác đọc được khóa ký nhật ký \(signingPath)",
                            en: "others may read the key that signs the log: \(signingPath)"),
                        Phrase(same: "chmod 600 \(signingPath)")))
            }
            if let account, mode.owner != account.uid {
                found.append(
                    .fault(
                        .keys,
                        Phrase(
                            vi: "khóa ký nhật ký \(signingPath) không thuộc người dùng \(user)",
                            en: "the key that signs the log is not \(user)'s: \(signingPath)"),
                        Phrase(same: "chown \(user): \(signingPath)")))
            }
            return found
        }
    }

    private func judge(_ file: NamedFile) -> [Finding] {
        var found: [Finding] = []
        switch file.obstacle {
        case .missing(let path):
            return [
                .fault(
                    .keys,
                    Phrase(vi: "\(file.key): không có \(path)", en: "\(file.key): there is no \(path)"),
                    Phrase(
                        vi: "Đặt tệp vào đó, hoặc sửa network.\(file.key) trong cấu hình.",
                        en: "Put the file there, or mend network.\(file.key) in the configuration."))
            ]
        case .forbidden(let path):
            found.append(
                .fault(
                    .keys,
                    Phrase(
                        vi: "\(file.key): người dùng \(user) không đọc được \(path)",
                        en: "\(file.key): the daemon's user \(user) may not read \(path)"),
                    Phrase(same: "chgrp \(user) \(path) && chmod g+rX \(path)")))
        case .hidden: return [.hidden(.keys, Phrase(same: "\(file.key) \(file.path)"))]
        case nil: break
        }
        if file.isSecret, file.mode?.isWorldReadable == true {
            found.append(
                .fault(
                    .keys,
                    Phrase(
                        vi: "\(file.key): ai cũng đọc được \(file.path)",
                        en: "\(file.key): everybody may read \(file.path)"),
                    Phrase(same: "chgrp \(user) \(file.path) && chmod 640 \(file.path)")))
        }
        if file.isBroken {
            found.append(
                .fault(
                    .keys,
                    Phrase(
                        vi: "\(file.key): \(file.path) không chứa chứng chỉ (PEM)",
                        en: "\(file.key): \(file.path) holds no certificate (PEM)"),
                    Phrase(
                        vi: "Lấy lại tệp chứng chỉ dạng PEM.", en: "Get the certificate again, in PEM.")))
        }
        if let expires = file.expires, expires - now < Self.notice { found.append(ending(file, expires)) }
        return found
    }

    private func ending(_ file: NamedFile, _ expires: Int64) -> Finding {
        let day = UTCTime.text(expires).prefix(10)
        let advice = Phrase(
            vi: "Xin trung tâm chứng chỉ mới, đặt vào \(file.path), rồi systemctl restart loaphuongd.",
            en: "Ask the centre for a new one, put it at \(file.path), then systemctl restart loaphuongd.")
        return expires <= now
            ? .fault(
                .keys,
                Phrase(
                    vi: "\(file.key): chứng chỉ đã hết hạn từ \(day)",
                    en: "\(file.key): the certificate ended \(day)"),
                advice)
            : .warning(
                .keys,
                Phrase(
                    vi: "\(file.key): chứng chỉ sắp hết hạn: \(day)",
                    en: "\(file.key): the certificate ends soon: \(day)"),
                advice)
    }
}

/// What was found of users, groups and the station's folder, and what that means.
struct PermissionFacts: Sendable {
    /// The user that the daemon runs as, or would; nil where there is none.
    var account: Account?
    var isAnswering: Bool
    /// The number of the group `audio`; nil where there is none.
    var audio: UInt32?
    var state: String
    /// The state's folder; nil where it is not there or nobody could look.
    var folder: FileMode?
    /// Who asks.
    var user: String
    /// What the daemon lets them do; nil where it has told that it lets them do nothing.
    var rights: Rights?

    /// What somebody may do.
    struct Rights: Hashable, Sendable {
        var mayRead: Bool
        var mayAct: Bool
    }

    var findings: [Finding] {
        var found: [Finding] = []
        if let account { found += judge(account) } else { found.append(noAccount) }
        if rights?.mayRead == false {
            found.append(
                .warning(
                    .permissions,
                    Phrase(vi: "\(user) không được hỏi loaphuongd", en: "\(user) may not ask the daemon"),
                    Phrase(same: "sudo usermod -aG loaphuong \(user)")))
        }
        guard found.isEmpty else { return found }
        let daemon = Phrase(
            vi: "loaphuongd chạy bằng người dùng \(account?.name ?? "?")",
            en: "the daemon runs as \(account?.name ?? "?")")
        guard let rights else { return [.ok(.permissions, daemon)] }
        let right =
            rights.mayAct
            ? Phrase(vi: "được hỏi và điều khiển", en: "may ask and act")
            : Phrase(
                vi: "chỉ được hỏi; muốn điều khiển cần nhóm loaphuong-operators",
                en: "may ask only; to act takes the group loaphuong-operators")
        return [
            .ok(
                .permissions,
                Phrase(
                    vi: "\(daemon[.vietnamese]); \(user) \(right[.vietnamese])",
                    en: "\(daemon[.english]); \(user) \(right[.english])"))
        ]
    }

    private var noAccount: Finding {
        .fault(
            .permissions,
            Phrase(
                vi: "máy này không có người dùng \(Account.service)",
                en: "there is no user \(Account.service)"),
            Phrase(
                same:
                    "install -D -m 644 systemd/loaphuong.sysusers /etc/sysusers.d/loaphuong.conf && systemd-sysusers"
            ))
    }

    private func judge(_ account: Account) -> [Finding] {
        var found: [Finding] = []
        if account.uid == 0, isAnswering {
            found.append(
                .warning(
                    .permissions,
                    Phrase(vi: "loaphuongd đang chạy bằng root", en: "the daemon runs as root"),
                    Phrase(
                        vi: "Chạy nó bằng dịch vụ loaphuongd, với người dùng \(Account.service).",
                        en: "Run it as the service loaphuongd, as the user \(Account.service).")))
        }
        if account.uid != 0, let audio, !account.groups.contains(audio) {
            found.append(
                .fault(
                    .permissions,
                    Phrase(
                        vi: "người dùng \(account.name) không thuộc nhóm audio: không mở được card",
                        en: "the user \(account.name) is not in the group audio: it cannot open the card"),
                    Phrase(same: "usermod -aG audio \(account.name) && systemctl restart loaphuongd")))
        }
        if let folder, !folder.permits(.write, to: account) || !folder.permits(.execute, to: account) {
            found.append(
                .fault(
                    .permissions,
                    Phrase(
                        vi: "người dùng \(account.name) không ghi được vào \(state)",
                        en: "the user \(account.name) may not write to \(state)"),
                    Phrase(same: "chown -R \(account.name): \(state)")))
        }
        return found
    }
}

/// What was found of a program or device that the configuration names, and what that means.
struct WiringFacts: Sendable {
    /// A program or device, and what keeps the daemon's user from it.
    struct Part: Hashable, Sendable {
        /// The key of the configuration.
        var key: String
        var path: String
        var obstacle: Obstacle?
        /// The group that the device is of, where it is one.
        var group: String?
        var isProgram: Bool
    }

    var check: Check
    /// Nothing where the configuration names none.
    var parts: [Part]
    /// The user that the daemon runs as.
    var user: String

    var findings: [Finding] {
        guard !parts.isEmpty else { return [.ok(check, none)] }
        let found = parts.compactMap(judge)
        guard found.isEmpty else { return found }
        let names = parts.map { "\($0.key) \($0.path)" }.joined(separator: ", ")
        return [.ok(check, Phrase(vi: "dùng được: \(names)", en: "usable: \(names)"))]
    }

    private var none: Phrase {
        check == .amplifier
            ? Phrase(vi: "không cấu hình: luôn bật", en: "not configured: always on")
            : Phrase(vi: "không cấu hình", en: "not configured")
    }

    private func judge(_ part: Part) -> Finding? {
        switch part.obstacle {
        case nil: return nil
        case .hidden: return .hidden(check, Phrase(same: "\(part.key) \(part.path)"))
        case .missing(let path):
            let package = path.hasSuffix("/gpioset") || path.hasSuffix("/gpioget") ? "gpiod" : nil
            let advice =
                package.map { Phrase(same: "apt-get install \($0)") }
                ?? (part.isProgram
                    ? Phrase(
                        vi: "Cài chương trình đó, hoặc sửa \(part.key) trong cấu hình.",
                        en: "Install that program, or mend \(part.key) in the configuration.")
                    : Phrase(
                        vi:
                            "Cắm thiết bị, hoặc sửa \(part.key) trong cấu hình (ls -l /dev/input/by-path, gpiodetect).",
                        en:
                            "Plug the device in, or mend \(part.key) in the configuration (ls -l /dev/input/by-path,"
                            + " gpiodetect)."))
            return .fault(
                check, Phrase(vi: "\(part.key): không có \(path)", en: "\(part.key): there is no \(path)"),
                advice)
        case .forbidden(let path):
            let message = Phrase(
                vi: "\(part.key): người dùng \(user) không dùng được \(path)",
                en: "\(part.key): the daemon's user \(user) may not use \(path)")
            let advice =
                part.isProgram
                ? Phrase(same: "chmod a+rx \(path)")
                : part.group.map { Phrase(same: "usermod -aG \($0) \(user) && systemctl restart loaphuongd") }
                    ?? Phrase(same: "chmod g+rw \(path)")
            return .fault(check, message, advice)
        }
    }
}
