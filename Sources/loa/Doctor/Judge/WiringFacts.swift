import TerminalText

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
