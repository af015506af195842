import Centre
import StationTrust
import TerminalText

/// What the commands say.
enum DeskText {
    static func made(_ root: String, keys: String) -> [Phrase] {
        [
            Phrase(
                vi: "Đã tạo kho. Chép \(root) vào mỗi trạm (upstreams.root).",
                en: "The repository is made. Copy \(root) to every station (upstreams.root)."),
            Phrase(
                vi: "Cất \(keys)/root ở nơi khác, không nối mạng; sao lưu cả \(keys).",
                en: "Keep \(keys)/root elsewhere, off the network; back up all of \(keys)."),
        ]
    }

    static let published = Phrase(vi: "Đã đưa lên.", en: "Published.")
    static let renewed = Phrase(
        vi: "Không có gì mới; đã gia hạn.", en: "Nothing is new; its time was renewed.")
    static let question = Phrase(vi: "Đưa lên? [c/K]", en: "Publish? [y/N]")
    static let declined = Phrase(vi: "không đưa lên", en: "not published")
    static let noTerminal = Phrase(
        vi: "không có ai để hỏi: thêm --yes, hoặc xem trước bằng --dry-run",
        en: "there is nobody to ask: add --yes, or look first with --dry-run")

    static func inForce(until end: String) -> Phrase {
        Phrase(vi: "Tin khẩn cấp có hiệu lực đến \(end).", en: "The emergency is in force until \(end).")
    }
    static func cancelled(_ count: Int) -> Phrase {
        count == 0
            ? Phrase(vi: "Không có tin khẩn cấp nào.", en: "There was no emergency.")
            : Phrase(vi: "Đã hủy \(count) tin khẩn cấp.", en: "Cancelled: \(count).")
    }
    static let cancelledByMessage = Phrase(
        vi: "Đã hủy theo bản tin CAP.", en: "Cancelled by the CAP message.")

    static func stage(_ stage: Progress.Stage) -> Phrase {
        switch stage {
        case .checking: Phrase(vi: "Kiểm tra", en: "Checking")
        case .copying: Phrase(vi: "Chép", en: "Copying")
        }
    }

    static let incomplete = Phrase(
        vi: "thư mục có lỗi: publish sẽ từ chối", en: "the folder has errors: publish would refuse it")
    static func keys(of role: String, _ ids: [String]) -> Phrase {
        let list = ids.joined(separator: " ")
        return Phrase(vi: "Khóa của \(role): \(list)", en: "Keys of \(role): \(list)")
    }

    // MARK: Looking ahead

    static func preview(_ entries: [Preview.Entry], _ language: Language) -> [Phrase] {
        guard !entries.isEmpty else { return [Phrase(vi: "Không phát gì.", en: "Nothing will be on air.")] }
        let format = Format(language: language)
        let rows = entries.map { entry in
            let kind =
                entry.programmeClass == "normal"
                ? "" : Phrasebook.programmeClass(entry.programmeClass)[language]
            return [format.time(entry.at), entry.title, kind, entry.items.joined(separator: ", ")]
        }
        return TextWidth.table(rows).map { Phrase(same: $0) }
    }

    // MARK: Problems

    /// The most warnings that are shown; `--json` has them all.
    private static let mostWarnings = 50

    /// Problems, one a line: the warnings, and below them, where they are seen, all errors.
    static func lines(_ problems: [ChannelProblem]) -> [Phrase] {
        let warnings = problems.filter { $0.severity == .warning }
        var lines = warnings.prefix(mostWarnings).map(line)
        if warnings.count > mostWarnings {
            let rest = warnings.count - mostWarnings
            lines.append(Phrase(vi: "và \(rest) lưu ý nữa", en: "and \(rest) more warnings"))
        }
        return lines + problems.filter { $0.severity == .error }.map(line)
    }

    /// A problem on one line: where, how much it matters, what.
    private static func line(_ problem: ChannelProblem) -> Phrase {
        let place = problem.file + (problem.line.map { ":\($0)" } ?? "")
        let word =
            problem.severity == .error
            ? Phrase(vi: "lỗi", en: "error") : Phrase(vi: "lưu ý", en: "warning")
        return Phrase(
            vi: "\(place): \(word[.vietnamese]): \(problem.message[.vietnamese])",
            en: "\(place): \(word[.english]): \(problem.message[.english])")
    }

    // MARK: What changes on air

    /// The most lines that are shown of one audience.
    private static let mostLines = 40

    static func differences(_ differences: [AirDifference], _ language: Language) -> [Phrase] {
        guard !differences.isEmpty else {
            return [
                Phrase(
                    vi: "7 ngày tới: phát như cũ.", en: "The next 7 days sound as before.")
            ]
        }
        var lines = [Phrase(vi: "Thay đổi trong 7 ngày tới:", en: "What changes on air in the next 7 days:")]
        var audiences: [Audience] = []
        for difference in differences where !audiences.contains(difference.audience) {
            audiences.append(difference.audience)
        }
        let format = Format(language: language)
        for audience in audiences {
            let own = differences.filter { $0.audience == audience }
            lines.append(name(audience))
            let rows = own.prefix(mostLines).map { row($0, format, language) }
            lines += TextWidth.table(rows).map { Phrase(same: "  " + $0) }
            if own.count > mostLines {
                let rest = own.count - mostLines
                lines.append(Phrase(vi: "  và \(rest) thay đổi nữa", en: "  and \(rest) more"))
            }
        }
        return lines
    }

    private static func row(
        _ difference: AirDifference, _ format: Format, _ language: Language
    ) -> [String] {
        let sign =
            switch difference.kind {
            case .added: "+"
            case .removed: "−"
            case .changed: "~"
            }
        let before = difference.before.map {
            Phrase(vi: "(trước: \(format.time($0)))", en: "(was: \(format.time($0)))")[language]
        }
        let kind =
            difference.programmeClass == "normal"
            ? "" : Phrasebook.programmeClass(difference.programmeClass)[language]
        return [sign, format.time(difference.at), difference.title, kind, before ?? ""]
    }

    static func name(_ audience: Audience) -> Phrase {
        switch audience {
        case .all: Phrase(vi: "Mọi trạm:", en: "All stations:")
        case .group(let name): Phrase(vi: "Nhóm \(name):", en: "Group \(name):")
        case .station(let name): Phrase(vi: "Trạm \(name):", en: "Station \(name):")
        }
    }

    /// A publication as `--json` prints it.
    static func json(_ publication: Publication) -> String {
        let problems = publication.problems.map { problem -> JSON in
            [
                "severity": problem.severity == .error ? "error" : "warning", "file": .string(problem.file),
                "line": problem.line.map { .integer(Int64($0)) } ?? .null,
                "message": .string(problem.message[.english]),
            ]
        }
        let json: JSON = [
            "isUnchanged": .bool(publication.isUnchanged),
            "changes": .array(publication.differences.map(\.json)), "problems": .array(problems),
        ]
        return json.description + "\n"
    }
}
