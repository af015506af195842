import TerminalText

/// What was found of users, groups and the station's folder, and what that means.
struct PermissionFacts: Sendable {
    /// The user that the daemon runs as, or would; nil where there is none.
    var account: Account?
    var isAnswering: Bool
    /// The number of the group `audio`; nil where there is none.
    var audio: UInt32?
    var state: String
    /// The state's folder and those in it, as far as somebody could look.
    var folders: [Folder]
    /// Who asks.
    var user: String
    /// What the daemon lets them do; nil where it has told that it lets them do nothing.
    var rights: Rights?

    /// A folder that the daemon writes to.
    struct Folder: Hashable, Sendable {
        var path: String
        var mode: FileMode
    }

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
        let closed = folders.first { folder in
            !folder.mode.permits(.write, to: account) || !folder.mode.permits(.execute, to: account)
        }
        if let closed {
            found.append(
                .fault(
                    .permissions,
                    Phrase(
                        vi: "người dùng \(account.name) không ghi được vào \(closed.path)",
                        en: "the user \(account.name) may not write to \(closed.path)"),
                    Phrase(same: "chown -R \(account.name): \(state)")))
        }
        return found
    }
}
