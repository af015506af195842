import StationTrust
import TerminalText

/// What was found of one upstream, and what that means.
struct UpstreamFacts: Sendable {
    /// What asking its server came to.
    enum Probe: Hashable, Sendable {
        /// It gave a timestamp, after so many milliseconds.
        case answered(milliseconds: Int64)
        case failed(String)
        /// There was no time to hear it out.
        case cut
        /// The daemon has heard of it lately: nobody asked.
        case unneeded(lastContact: String)
        /// It could not be asked, and why.
        case impossible(Phrase)
    }

    /// A file of metadata that the station keeps.
    struct Metadata: Hashable, Sendable {
        /// Of which role.
        var role: String
        /// When it ends, in seconds since 1970.
        var expires: Int64
    }

    /// What is wrong with the root that the station was handed.
    enum Root: Hashable, Sendable {
        case good(expires: Int64)
        case missing
        case hidden
        case broken(String)
        /// The daemon's user may not read it.
        case unreadable
    }

    /// What a poll has to be judged by, from `status`; nil where no daemon answers.
    struct Standing: Hashable, Sendable {
        var isStale: Bool
        var error: String?
        var lastContact: String?
    }

    var name: String
    var url: String
    var rootPath: String
    var root: Root
    var standing: Standing?
    var probe: Probe
    var metadata: [Metadata]
    /// Whether the folder of metadata could be looked at.
    var isMetadataHidden: Bool
    /// The user that the daemon runs as.
    var account: String
    /// In seconds since 1970.
    var now: Int64

    /// Before the end of a role its centre should have signed anew: a timestamp is signed each day, a root is made by hand.
    private static let notice: [String: Int64] = [
        "timestamp": 2 * 86_400, "snapshot": 5 * 86_400, "targets": 60 * 86_400, "root": 60 * 86_400,
    ]

    var findings: [Finding] {
        var found: [Finding] = []
        if let finding = rootFinding { found.append(finding) }
        if let finding = contact { found.append(finding) }
        found += metadata.compactMap { expiry($0.role, $0.expires) }
        // The root that was handed over goes with the first contact; afterwards the kept one counts.
        if case .good(let expires) = root, !metadata.contains(where: { $0.role == "root" }),
            let finding = expiry("root", expires)
        {
            found.append(finding)
        }
        if isMetadataHidden { found.append(.hidden(.upstream, line("metadata", "metadata"))) }
        guard found.isEmpty else { return found }
        return [good]
    }

    private func line(_ vi: String, _ en: String) -> Phrase {
        Phrase(vi: "\(name): \(vi)", en: "\(name): \(en)")
    }

    // MARK: The root

    private var rootFinding: Finding? {
        let again = Phrase(
            vi: "Lấy lại 1.root.json từ trung tâm qua đường tin cậy, đặt vào \(rootPath).",
            en: "Get 1.root.json from the centre again over a trusted way, and put it at \(rootPath).")
        switch root {
        case .good: return nil
        case .missing:
            return .fault(
                .upstream, line("không có tệp khóa gốc \(rootPath)", "there is no root \(rootPath)"), again)
        case .broken(let why):
            let reason = Phrasebook.translated(why)
            return .fault(
                .upstream,
                line(
                    "\(rootPath) hỏng: \(reason[.vietnamese])", "\(rootPath) is no root: \(reason[.english])"),
                again
            )
        case .hidden: return .hidden(.upstream, line(rootPath, rootPath))
        case .unreadable:
            return .fault(
                .upstream,
                line(
                    "người dùng \(account) không đọc được \(rootPath)",
                    "the daemon's user \(account) may not read \(rootPath)"),
                Phrase(same: "chmod a+r \(rootPath)"))
        }
    }

    // MARK: The server

    private var contact: Finding? {
        switch probe {
        case .failed(let why):
            let reason = Phrasebook.translated(why)
            return .fault(.upstream, line(reason[.vietnamese], reason[.english]), Self.advice(why, url))
        case .cut:
            return .warning(
                .upstream,
                line(
                    "chưa trả lời trong thời gian kiểm tra: \(url)",
                    "no answer in the time of this check: \(url)"),
                Phrase(
                    vi: "Mạng chậm? Hỏi lại và chờ: loa sync",
                    en: "A slow network? Ask again and wait: loa sync"))
        case .impossible(let why):
            return .warning(
                .upstream,
                line(
                    "chưa thử liên lạc: \(why[.vietnamese])", "was not asked: \(why[.english])"),
                Phrase(vi: "Chạy sudo loa doctor, hoặc loa sync.", en: "Run sudo loa doctor, or loa sync."))
        case .answered, .unneeded:
            guard let standing else { return nil }
            if let error = standing.error {
                let reason = Phrasebook.translated(error)
                return .fault(.upstream, line(reason[.vietnamese], reason[.english]), Self.advice(error, url))
            }
            guard standing.isStale else { return nil }
            return .warning(
                .upstream,
                line(
                    "máy chủ trả lời, mà loaphuongd lâu rồi chưa hỏi được",
                    "it answers, and the daemon had none for long"),
                Phrase(same: "loa sync"))
        }
    }

    /// What to do about a transfer that failed, in libcurl's words or in the station's.
    static func advice(_ why: String, _ url: String) -> Phrase {
        let host =
            url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first.map(String.init)
            ?? url
        func says(_ words: String...) -> Bool { words.contains { why.contains($0) } }
        if says("resolve proxy", "proxy") {
            return Phrase(
                vi: "Kiểm tra network.proxy trong cấu hình.", en: "Check network.proxy in the configuration.")
        }
        if says("resolve host") {
            return Phrase(
                vi:
                    "Kiểm tra mạng và DNS: ping -c 3 1.1.1.1; getent hosts \(host); SIM còn dung lượng không?",
                en: "Check network and DNS: ping -c 3 1.1.1.1; getent hosts \(host); is the SIM paid for?")
        }
        if says("connect to server", "Timeout was reached") {
            return Phrase(
                vi: "Kiểm tra mạng (ping -c 3 1.1.1.1) rồi hỏi trung tâm máy chủ \(host) có chạy không.",
                en: "Check the network (ping -c 3 1.1.1.1), then ask the centre whether \(host) runs.")
        }
        if says("local SSL certificate", "SSL Client Certificate") {
            return Phrase(
                vi: "Kiểm tra network.clientCertificate và clientKey: còn hạn, đúng cặp, đọc được.",
                en: "Check network.clientCertificate and clientKey: in time, of one pair, readable.")
        }
        if says("SSL", "certificate") {
            return Phrase(
                vi: "Kiểm tra giờ máy (date), gói ca-certificates hoặc network.caFile, rồi báo trung tâm xem"
                    + " chứng chỉ của \(host).",
                en:
                    "Check the clock (date), the package ca-certificates or network.caFile, then have the centre look"
                    + " at the certificate of \(host).")
        }
        if says("log in") {
            return Phrase(
                vi: "Mạng này đòi đăng nhập: mở một trang web từ mạng đó và đăng nhập, hoặc dùng mạng khác.",
                en: "This network wants a login: open a web page from it and log in, or use another.")
        }
        if says("not on the server", "the server said 4") {
            return Phrase(
                vi: "Kiểm tra địa chỉ url trong cấu hình; nếu đúng, báo trung tâm (loa-centre publish).",
                en: "Check url in the configuration; if it is right tell the centre (loa-centre publish).")
        }
        if says("expired") {
            return Phrase(
                vi: "Báo trung tâm chạy loa-centre refresh; và kiểm tra giờ máy (date).",
                en: "Have the centre run loa-centre refresh; and check the clock (date).")
        }
        return Phrase(
            vi: "Thử lại bằng loa sync; nếu vẫn vậy, đọc dòng này cho trung tâm.",
            en: "Try again with loa sync; if it stays so, read this line to the centre.")
    }

    // MARK: Ends

    private func expiry(_ role: String, _ expires: Int64) -> Finding? {
        let left = expires - now
        guard left < Self.notice[role] ?? 0 else { return nil }
        let day = UTCTime.text(expires).prefix(10)
        let advice =
            role == "root" || role == "targets"
            ? Phrase(
                vi: "Báo trung tâm ký lại: loa-centre \(role == "root" ? "key renew" : "publish")",
                en: "Have the centre sign anew: loa-centre \(role == "root" ? "key renew" : "publish")")
            : Phrase(
                vi: "Báo trung tâm chạy loa-centre refresh (hằng ngày, trong crontab).",
                en: "Have the centre run loa-centre refresh (each day, in its crontab).")
        if left <= 0 {
            return .fault(
                .upstream,
                line(
                    "\(role) đã hết hạn từ \(day): lịch mới không được tin",
                    "\(role) ended \(day): nothing new is believed"),
                advice)
        }
        return .warning(.upstream, line("\(role) sắp hết hạn: \(day)", "\(role) ends soon: \(day)"), advice)
    }

    private var good: Finding {
        let first = metadata.min { $0.expires < $1.expires }
        let day = first.map { "\($0.role) \(UTCTime.text($0.expires).prefix(10))" }
        func text(_ language: Language) -> String {
            var parts: [String] = []
            switch probe {
            case .answered(let time):
                parts.append(
                    language == .vietnamese ? "trả lời sau \(time) ms" : "answers after \(time) ms")
            case .unneeded(let contact):
                parts.append(Catalogue.contact(Format(language: language).time(contact))[language])
            default: break
            }
            if let day {
                parts.append(language == .vietnamese ? "hạn gần nhất: \(day)" : "first end: \(day)")
            }
            return "\(name): " + parts.joined(separator: ", ")
        }
        return .ok(.upstream, Phrase(vi: text(.vietnamese), en: text(.english)))
    }
}
