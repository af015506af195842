import Centre
import StationTrust
import TerminalText

/// What the commands say.
enum DeskText {
    static func made(_ made: NewRepository.Made, keys: String) -> [Phrase] {
        var lines = [
            Phrase(
                vi: "Đã tạo kho. Chép \(made.root) vào mỗi trạm (upstreams.root).",
                en: "The repository is made. Copy \(made.root) to every station (upstreams.root)."),
            Phrase(
                vi: "Cất \(keys)/root ở nơi khác, không nối mạng; sao lưu cả \(keys).",
                en: "Keep \(keys)/root elsewhere, off the network; back up all of \(keys)."),
        ]
        if !made.reused.isEmpty {
            let reused = made.reused.joined(separator: ", ")
            lines.append(
                Phrase(vi: "Dùng lại khóa đã có: \(reused)", en: "Keys that were there are used: \(reused)"))
        }
        return lines
    }

    static let published = Phrase(vi: "Đã đưa lên.", en: "Published.")
    static let renewed = Phrase(
        vi: "Không có gì mới; đã gia hạn.", en: "Nothing is new; its time was renewed.")
    static let question = Phrase(vi: "Đưa lên? [c/K]", en: "Publish? [y/N]")
    static let declined = Phrase(vi: "không đưa lên", en: "not published")
    static let noTerminal = Phrase(
        vi: "không có ai để hỏi: thêm --yes, hoặc xem trước bằng --dry-run",
        en: "there is nobody to ask: add --yes, or look first with --dry-run")

    /// Until when everything is believed, where nothing need be done before.
    static func validity(_ validity: [Validity], _ language: Language) -> [Phrase] {
        [Phrase(vi: "Đã ký lại. Trạm tin:", en: "Signed anew. Stations believe:")]
            + TextWidth.table(
                validity.map {
                    ["  " + $0.file, Phrase(vi: "đến", en: "until")[language], $0.until[language]]
                }
            ).map { Phrase(same: $0) }
    }

    /// What an alert has become: for whom, until when, and what stations need for it.
    static func given(_ receipt: AlertReceipt) -> [Phrase] {
        guard let end = receipt.until else {
            return [Phrase(vi: "Đã hủy theo bản tin CAP.", en: "Cancelled by the CAP message.")]
        }
        let names = receipt.audience.names()
        var lines = [
            Phrase(
                vi: "Tin khẩn cấp cho \(names[.vietnamese]) có hiệu lực đến \(end[.vietnamese]).",
                en: "The emergency for \(names[.english]) is in force until \(end[.english])."),
            Phrase(
                vi:
                    "Chỉ trạm có \"emergency\" trong classes của nguồn này coi đây là tin khẩn cấp; trạm khác phát ở mức thấp hơn.",
                en:
                    "It is an emergency on stations that have \"emergency\" in this upstream's classes; others lower it."
            ),
        ]
        if !receipt.areas.isEmpty {
            let areas = receipt.areas.joined(separator: ", ")
            lines.append(
                Phrase(
                    vi: "Khu vực trong bản tin CAP (\(areas)) không chọn trạm: dùng --groups, --stations.",
                    en:
                        "The areas of the CAP message (\(areas)) choose no stations: --groups and --stations do."
                ))
        }
        return lines
    }

    static func warning(_ warning: Phrase) -> Phrase {
        Phrase(vi: "lưu ý: \(warning[.vietnamese])", en: "warning: \(warning[.english])")
    }

    /// What was signed for another centre, and what goes there.
    static func signed(_ receipt: Handover.Receipt) -> [Phrase] {
        var lines = [
            Phrase(
                vi: (receipt.isUnchanged ? "Không có gì mới" : "Đã ký")
                    + ": \(receipt.file), phiên bản \(receipt.version), có hiệu lực đến "
                    + "\(receipt.until[.vietnamese]). Giao cả thư mục cho trung tâm kia.",
                en: (receipt.isUnchanged ? "Nothing is new" : "Signed")
                    + ": \(receipt.file), version \(receipt.version), believed until "
                    + "\(receipt.until[.english]). Hand its folder over to the other centre.")
        ]
        if let secret = receipt.made {
            let half = KeySources.publicHalf(of: secret)
            lines += [
                Phrase(
                    vi: "Đã tạo khóa bí mật \(secret): giữ kín, sao lưu.",
                    en: "Made the secret key \(secret): keep it to yourself, and a copy of it."),
                Phrase(
                    vi: "Giao nửa công khai \(half) cho trung tâm kia, qua đường tin cậy (delegate --key).",
                    en: "Give its public half \(half) to the other centre, over a way that both trust "
                        + "(delegate --key)."),
            ]
        }
        return lines
    }

    static let otherKeys = Phrase(
        vi: "lần trước ký bằng khóa khác: trung tâm kia cần khóa công khai mới (delegate --key …)",
        en:
            "other keys signed it before: the other centre needs the new public halves (delegate --key …)"
    )

    static func delegated(_ role: String) -> Phrase {
        Phrase(vi: "Đã giao cho vai trò \(role).", en: "The role \(role) signs for that now.")
    }

    static func takenBack(_ role: String) -> Phrase {
        Phrase(
            vi: "Đã thu hồi: trạm không tin tệp của vai trò \(role) nữa.",
            en: "Taken back: stations do not believe the files of \(role) any more.")
    }

    static func cancelled(_ count: Int) -> Phrase {
        count == 0
            ? Phrase(vi: "Không có tin khẩn cấp nào.", en: "There was no emergency.")
            : Phrase(vi: "Đã hủy \(count) tin khẩn cấp.", en: "Cancelled: \(count).")
    }

    static func stage(_ stage: Progress.Stage) -> Phrase {
        switch stage {
        case .checking: Phrase(vi: "Kiểm tra", en: "Checking")
        case .comparing: Phrase(vi: "So với kho", en: "Comparing")
        case .copying: Phrase(vi: "Chép", en: "Copying")
        }
    }

    static let incomplete = Phrase(
        vi: "thư mục có lỗi: publish sẽ từ chối", en: "the folder has errors: publish would refuse it")
    /// Who may sign now, with the file where it is here.
    static func keys(
        of role: String, _ keys: [(id: String, file: String?)], needed: Int
    ) -> [Phrase] {
        [
            Phrase(
                vi: "Khóa của \(role) (cần \(needed) trong \(keys.count) khóa ký):",
                en: "Keys of \(role) (\(needed) of \(keys.count) must sign):")
        ] + TextWidth.table(keys.map { ["  " + $0.id, $0.file ?? ""] }).map { Phrase(same: $0) }
    }

    // MARK: Looking ahead

    static func preview(_ entries: [Preview.Entry], _ language: Language) -> [Phrase] {
        guard let first = entries.first else {
            return [Phrase(vi: "Không phát gì.", en: "Nothing will be on air.")]
        }
        let zone = Surroundings.zoneMark(first.at)
        let format = Format(language: language)
        let rows = entries.map { entry in
            let kind =
                entry.programmeClass == "normal"
                ? "" : Phrasebook.programmeClass(entry.programmeClass)[language]
            return [format.time(entry.at), entry.title, kind, entry.items.joined(separator: ", ")]
        }
        return [Phrase(vi: "Giờ theo \(zone):", en: "Times are \(zone):")]
            + TextWidth.table(rows).map { Phrase(same: $0) }
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
            lines.append(
                Phrase(vi: "và \(rest) lưu ý nữa", en: "and \(Format.counted(rest, "more warning"))"))
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
        guard let first = differences.first else {
            return [
                Phrase(
                    vi: "7 ngày tới: phát như cũ.", en: "The next 7 days sound as before.")
            ]
        }
        let zone = Surroundings.zoneMark(first.at)
        var lines = [
            Phrase(
                vi: "Thay đổi trong 7 ngày tới (giờ \(zone)):",
                en: "What changes on air in the next 7 days (times are \(zone)):")
        ]
        var audiences: [Audience] = []
        for difference in differences where !audiences.contains(difference.audience) {
            audiences.append(difference.audience)
        }
        let format = Format(language: language)
        for audience in audiences {
            let own = differences.filter { $0.audience == audience }
            lines.append(heading(audience))
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
        let instead = Phrase(vi: "(thay cho chương trình chung)", en: "(in place of the one for all)")[
            language]
        let notes = [before, difference.isReplacement ? instead : nil].compactMap(\.self)
        return [
            sign, format.time(difference.at), difference.title, kind, notes.joined(separator: " "),
        ]
    }

    private static func heading(_ audience: Audience) -> Phrase {
        switch audience {
        case .all: Phrase(vi: "Mọi trạm:", en: "All stations:")
        case .group(let name): Phrase(vi: "Nhóm \(name), ngoài ra:", en: "Group \(name), besides:")
        case .station(let name): Phrase(vi: "Trạm \(name), ngoài ra:", en: "Station \(name), besides:")
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
