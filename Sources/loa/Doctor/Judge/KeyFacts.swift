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
