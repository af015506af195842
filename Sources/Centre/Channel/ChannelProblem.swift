import StationCore
package import TerminalText

/// Something about a channel that its editor should know.
package struct ChannelProblem: Hashable, Sendable {
    /// How much it matters.
    package enum Severity: Hashable, Sendable {
        /// It is published, and may not sound as meant.
        case warning
        /// It is not published.
        case error
    }

    /// How much it matters.
    package var severity: Severity
    /// The file inside the channel.
    package var file: String
    /// The line, from 1; nil where it is about the whole file.
    package var line: Int?
    /// What is wrong.
    package var message: Phrase

    /// Makes a problem.
    package init(_ severity: Severity, _ file: String, line: Int? = nil, _ message: Phrase) {
        (self.severity, self.file, self.line, self.message) = (severity, file, line, message)
    }
}

extension ChannelProblem {
    /// What is wrong with timetables, as their editor is told it.
    static func all(_ found: [TimetableProblem]) -> [ChannelProblem] {
        found.compactMap { problem in
            let severity: Severity = problem.severity == .error ? .error : .warning
            guard problem.message.contains(emptyMark) else {
                return ChannelProblem(
                    severity, problem.file, line: problem.line, Phrasebook.translated(problem.message))
            }
            // Where there are events and they are broken, that is said; nobody has meant the timetable to be empty.
            let others = found.contains {
                $0.file == problem.file && $0.severity == .error && $0 != problem
            }
            return others
                ? nil
                : ChannelProblem(
                    severity, problem.file, line: problem.line,
                    Phrase(
                        vi:
                            "lịch không có sự kiện nào; nếu cố ý, thêm dòng \(emptyMark):TRUE sau VERSION:2.0",
                        en: "there is no event in it; if that is meant, add the line \(emptyMark):TRUE "
                            + "behind VERSION:2.0"))
        }
    }

    /// What remains in another form of Unicode where a file is named: percent-encoded, or parted by a folded line.
    static func spellings(_ mentions: Set<Timetable.Mention>) -> [ChannelProblem] {
        mentions.filter { !$0.path.isNFC }.sorted { ($0.file, $0.line) < ($1.file, $1.line) }.map { mention in
            ChannelProblem(
                .error, mention.file, line: mention.line,
                Phrase(
                    vi:
                        "tên tệp \(mention.path.nfc) ghi với dấu tách rời (Unicode NFD), trạm sẽ không tìm thấy: "
                        + "gõ lại tên, không mã hóa bằng %",
                    en:
                        "names \(mention.path.nfc) with accents apart from their letters (not in Unicode's form "
                        + "NFC), and no station would find it: type the name again, without %"))
        }
    }

    /// The property by which a calendar says that it is empty on purpose.
    private static let emptyMark = "X-LOA-EMPTY"
}
