import StationCore
import StationHost
import TerminalText

/// What was found of the configuration file, and what that means.
struct ConfigurationFacts: Sendable {
    /// What reading it came to.
    enum Content: Sendable {
        /// Whether secrets stand in the file itself.
        case read(hasSecrets: Bool)
        /// What is wrong, a line each: file, line, column, key.
        case refused([String])
        case missing
        case hidden
    }

    var path: String
    var content: Content
    /// Who may read it; nil where that is not known.
    var mode: FileMode?
    /// What keeps the daemon's user from it.
    var obstacle: Obstacle?
    var account: String
    /// The file as it is.
    var file: ConfigurationFile?
    /// The file as the daemon read it; nil where that is not known.
    var read: (path: String, modified: Int64)?

    var findings: [Finding] {
        var found: [Finding] = []
        switch content {
        case .read: break
        case .refused(let lines): found += lines.map(refusal)
        case .missing: return [missing]
        case .hidden: return [.hidden(.configuration, Phrase(same: path))]
        }
        if case .read(true) = content, let mode, mode.isWorldReadable { found.append(openSecrets) }
        if let obstacle, let finding = unreadable(obstacle) { found.append(finding) }
        if let change { found.append(change) }
        guard found.isEmpty else { return found }
        return [.ok(.configuration, Phrase(vi: "\(path): đúng", en: "\(path): valid"))]
    }

    private func refusal(_ line: String) -> Finding {
        .fault(
            .configuration, Phrasebook.translated(line),
            Phrase(
                vi: "Sửa chỗ đó, kiểm tra bằng loaphuongd --config \(path) --check-config, rồi"
                    + " systemctl reload-or-restart loaphuongd.",
                en: "Mend it there, check with loaphuongd --config \(path) --check-config, then"
                    + " systemctl reload-or-restart loaphuongd."))
    }

    private var missing: Finding {
        .fault(
            .configuration, Phrase(vi: "không có tệp \(path)", en: "there is no file \(path)"),
            Phrase(
                vi: "sudo loaphuong-setup sẽ hỏi và viết tệp đó; hoặc chỉ tệp khác bằng --config.",
                en: "sudo loaphuong-setup asks and writes it; or name another file with --config."))
    }

    private var openSecrets: Finding {
        .fault(
            .configuration,
            Phrase(
                vi: "\(path) chứa mật khẩu mà ai cũng đọc được",
                en: "\(path) holds passwords and everybody may read it"),
            Phrase(same: "chgrp \(account) \(path) && chmod 640 \(path)"))
    }

    private func unreadable(_ obstacle: Obstacle) -> Finding? {
        guard case .forbidden(let place) = obstacle else { return nil }
        return .fault(
            .configuration,
            Phrase(
                vi: "\(place): người dùng \(account) của loaphuongd không đọc được",
                en: "\(place): the daemon's user \(account) may not read it"),
            Phrase(same: "chgrp \(account) \(place) && chmod g+rX \(place)"))
    }

    private var change: Finding? {
        guard let read, let file else { return nil }
        guard read.path == file.path else {
            return .warning(
                .configuration,
                Phrase(
                    vi: "loaphuongd đang dùng tệp khác: \(read.path)",
                    en: "the daemon goes by another file: \(read.path)"),
                Phrase(same: "loa doctor --config \(read.path)"))
        }
        guard read.modified != file.modified.nanoseconds else { return nil }
        return .warning(
            .configuration,
            Phrase(
                vi: "\(path) đã được sửa sau khi loaphuongd đọc: các thay đổi chưa có hiệu lực",
                en: "\(path) was edited after the daemon read it: the changes are not in force"),
            Phrase(
                vi:
                    "systemctl reload loaphuongd (nếu loa log báo cần khởi động lại: systemctl restart loaphuongd)",
                en:
                    "systemctl reload loaphuongd (where loa log then asks for it: systemctl restart loaphuongd)"
            ))
    }
}
