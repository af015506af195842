import TerminalText

/// What the service supervisor says of the daemon, and what that means.
struct ServiceFacts: Sendable {
    /// What could be learnt of it.
    enum Unit: Sendable {
        /// This machine does not run systemd.
        case noSystemd
        /// systemd did not answer in time.
        case unfinished
        /// The unit's properties, as `systemctl show` names them.
        case known([String: String])
    }

    var unit: Unit
    /// Whether a daemon answers, however it was started.
    var isAnswering: Bool
    /// The version of this command; and of the daemon that answers.
    var installed: String
    var running: String?
    /// Whether the daemon's program was replaced on the disk since it started; nil where that is not known.
    var isProgramReplaced: Bool?
    /// The user whose login the daemon ends with; nil where it does not.
    var endsWithLoginOf: String?

    var findings: [Finding] {
        var found: [Finding] = []
        switch unit {
        case .noSystemd: found.append(noSystemd)
        case .unfinished: found.append(.unfinished(.service, Phrase(same: "systemctl show loaphuongd")))
        case .known(let properties): found += judge(properties)
        }
        if let upgrade { found.append(upgrade) }
        if let user = endsWithLoginOf {
            found.append(
                .warning(
                    .service,
                    Phrase(
                        vi: "loaphuongd tắt khi \(user) đăng xuất",
                        en: "the daemon ends when \(user) logs out"),
                    Phrase(same: "loginctl enable-linger \(user)")))
        }
        return found
    }

    private var noSystemd: Finding {
        .warning(
            .service,
            Phrase(
                vi: "máy này không chạy systemd: không ai khởi động lại loaphuongd khi nó dừng",
                en: "this machine does not run systemd: nobody starts the daemon again when it ends"),
            Phrase(
                vi: "Trên máy phát thật, cài dịch vụ systemd/loaphuongd.service.",
                en: "On a real station install the service systemd/loaphuongd.service."))
    }

    private func judge(_ unit: [String: String]) -> [Finding] {
        guard unit["LoadState"] != "not-found" else { return [notInstalled] }
        var found: [Finding] = []
        let state = unit["ActiveState"] ?? ""
        if state != "active", state != "reloading" { found.append(inactive(unit)) }
        if unit["LoadState"] == "masked" || !["enabled", "enabled-runtime"].contains(unit["UnitFileState"]) {
            found.append(notEnabled(unit))
        }
        if unit["NeedDaemonReload"] == "yes" {
            found.append(
                .warning(
                    .service,
                    Phrase(
                        vi: "tệp dịch vụ đã đổi mà systemd chưa đọc lại",
                        en: "the unit's file was changed and systemd has not read it"),
                    Phrase(same: "systemctl daemon-reload && systemctl restart loaphuongd")))
        }
        if ["0", "infinity"].contains(unit["WatchdogUSec"]) {
            found.append(
                .warning(
                    .service,
                    Phrase(
                        vi: "watchdog tắt: loaphuongd bị treo sẽ không được khởi động lại",
                        en: "the watchdog is off: a daemon that hangs is not restarted"),
                    Phrase(
                        vi: "Đặt WatchdogSec=10 trong tệp dịch vụ, rồi systemctl daemon-reload.",
                        en: "Set WatchdogSec=10 in the unit, then systemctl daemon-reload.")))
        }
        if let restarts = unit["NRestarts"].flatMap({ Int($0) }), restarts > 0 {
            found.append(restarted(restarts))
        }
        guard found.isEmpty else { return found }
        return [
            .ok(
                .service,
                Phrase(
                    vi: "đang chạy, tự chạy khi khởi động, watchdog bật",
                    en: "active, enabled, watchdog on"))
        ]
    }

    private var notInstalled: Finding {
        let message = Phrase(
            vi: "systemd không có dịch vụ loaphuongd", en: "systemd has no service loaphuongd")
        let advice = Phrase(
            vi: "Cài systemd/loaphuongd.service, rồi systemctl enable --now loaphuongd.",
            en: "Install systemd/loaphuongd.service, then systemctl enable --now loaphuongd.")
        return isAnswering ? .warning(.service, message, advice) : .fault(.service, message, advice)
    }

    private func inactive(_ unit: [String: String]) -> Finding {
        let state = [unit["ActiveState"], unit["SubState"], unit["Result"]].compactMap(\.self)
            .joined(separator: ", ")
        if unit["ActiveState"] == "failed" || unit["ActiveState"] == "activating" {
            return .fault(
                .service,
                Phrase(vi: "không chạy được (\(state))", en: "does not run (\(state))"),
                Phrase(
                    vi: "Xem vì sao: journalctl -u loaphuongd -b -n 50; sửa rồi systemctl restart loaphuongd",
                    en:
                        "See why: journalctl -u loaphuongd -b -n 50; mend it, then systemctl restart loaphuongd"
                ))
        }
        let message = Phrase(vi: "đang tắt (\(state))", en: "is not running (\(state))")
        let advice = Phrase(same: "systemctl start loaphuongd")
        return isAnswering ? .warning(.service, message, advice) : .fault(.service, message, advice)
    }

    private func notEnabled(_ unit: [String: String]) -> Finding {
        let state = unit["UnitFileState"].flatMap { $0.isEmpty ? nil : $0 } ?? unit["LoadState"] ?? "?"
        let isMasked = state.hasPrefix("masked")
        return .fault(
            .service,
            Phrase(
                vi: "không tự chạy khi máy khởi động (\(state)): mất điện xong loa sẽ im",
                en: "does not start with the machine (\(state)): after a power cut the station is silent"),
            Phrase(
                same: isMasked
                    ? "systemctl unmask loaphuongd && systemctl enable loaphuongd"
                    : "systemctl enable loaphuongd"))
    }

    private func restarted(_ count: Int) -> Finding {
        .warning(
            .service,
            Phrase(
                vi: "đã phải khởi động lại \(count) lần",
                en: "had to be restarted \(Format.counted(count, "time"))"),
            Phrase(
                vi: "Xem vì sao: journalctl -u loaphuongd -p warning -n 50",
                en: "See why: journalctl -u loaphuongd -p warning -n 50"))
    }

    private var upgrade: Finding? {
        let advice = Phrase(
            vi: "Khi không phát và còn lâu mới đến giờ (loa status): systemctl restart loaphuongd",
            en: "When nothing plays and no slot is near (loa status): systemctl restart loaphuongd")
        if let running, running != installed {
            return .warning(
                .service,
                Phrase(
                    vi: "loaphuongd đang chạy bản \(running), máy đã cài bản \(installed)",
                    en: "the daemon runs version \(running), installed is \(installed)"), advice)
        }
        guard isProgramReplaced == true else { return nil }
        return .warning(
            .service,
            Phrase(
                vi: "tệp chương trình của loaphuongd đã được thay sau khi nó chạy",
                en: "the daemon's program was replaced since it started"), advice)
    }
}
