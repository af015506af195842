import StationTrust
import TerminalText

/// What the daemon answers, and what that means.
struct DaemonFacts: Sendable {
    /// Whether it answers.
    enum Answer: Sendable {
        case status(JSON)
        /// This user may not ask.
        case refused
        /// Nobody is there.
        case absent
        /// It took the question and said nothing in time.
        case silent
    }

    var socket: String
    var answer: Answer
    /// Until when the station is muted, and why.
    var mute: JSON?
    /// Who asks.
    var user: String

    /// The answer of `status`; nil where there is none.
    var status: JSON? { if case .status(let status) = answer { status } else { nil } }

    var findings: [Finding] {
        switch answer {
        case .status(let status):
            return [
                .ok(
                    .daemon,
                    Phrase(
                        vi: "trả lời: \(Catalogue.state(status["state"]?.text ?? "?")[.vietnamese])",
                        en: "answers: \(Catalogue.state(status["state"]?.text ?? "?")[.english])"))
            ] + faults(status) + muted + next(status)
        case .refused:
            return [
                .warning(
                    .daemon,
                    Phrase(
                        vi: "\(user) không được hỏi loaphuongd: sự cố và chương trình sắp phát chưa được xem",
                        en: "\(user) may not ask the daemon: its faults and the slots to come were not seen"),
                    Phrase(
                        vi:
                            "Chạy sudo loa doctor, hoặc sudo usermod -aG loaphuong \(user) rồi đăng nhập lại.",
                        en: "Run sudo loa doctor, or sudo usermod -aG loaphuong \(user) and log in again."))
            ]
        case .absent:
            return [
                .fault(
                    .daemon,
                    Phrase(
                        vi: "không ai trả lời ở \(socket): loa không phát gì",
                        en: "nobody answers at \(socket): the station plays nothing"),
                    Phrase(
                        vi: "systemctl start loaphuongd; nếu không được: journalctl -u loaphuongd -b -n 50",
                        en: "systemctl start loaphuongd; if that fails: journalctl -u loaphuongd -b -n 50"))
            ]
        case .silent:
            return [
                .fault(
                    .daemon,
                    Phrase(
                        vi: "loaphuongd ở \(socket) không trả lời",
                        en: "the daemon at \(socket) does not answer"),
                    Phrase(
                        vi: "Đợi nửa phút rồi thử lại loa status; vẫn vậy thì systemctl restart loaphuongd.",
                        en:
                            "Wait half a minute and try loa status; if it stays so systemctl restart loaphuongd."
                    )
                )
            ]
        }
    }

    // MARK: Faults

    private func faults(_ status: JSON) -> [Finding] {
        (status["faults"]?.elements ?? []).map { fault in
            let code = fault["code"]?.text ?? "?"
            let message = Phrasebook.translated(fault["message"]?.text ?? "")
            let name = Phrasebook.fault(code)
            return .fault(
                .fault,
                Phrase(
                    vi: "\(name[.vietnamese]): \(message[.vietnamese])",
                    en: "\(name[.english]): \(message[.english])"),
                FaultAdvice.of(code)
                    ?? Phrase(
                        vi: "Xem nhật ký: loa log --since 00:00", en: "See the log: loa log --since 00:00"))
        }
    }

    private var muted: [Finding] {
        guard let until = mute?["until"]?.text else { return [] }
        func text(_ language: Language) -> String {
            let words = Catalogue.mutedUntil(Format(language: language).time(until))[language]
            return [words, mute?["reason"]?.text].compactMap(\.self).joined(separator: " · ")
        }
        return [
            .warning(
                .mute, Phrase(vi: text(.vietnamese), en: text(.english)),
                Phrase(vi: "Bật tiếng lại: loa unmute", en: "Unmute it: loa unmute"))
        ]
    }

    // MARK: What is to come

    /// Reasons for which a slot stays silent because somebody wants that.
    private static let wanted: Set = ["muted", "stopped-by-hand", "withdrawn"]

    private func next(_ status: JSON) -> [Finding] {
        guard let next = status["next"], next != .null else {
            return [
                .warning(
                    .slot, Phrase(vi: "không có chương trình nào sắp phát", en: "no slot is to come"),
                    Phrase(
                        vi: "Hỏi trung tâm: loa sync; rồi xem lịch của trung tâm.",
                        en: "Ask the upstream: loa sync; then look at its timetable."))
            ]
        }
        func line(_ more: Phrase) -> Phrase {
            func text(_ language: Language) -> String {
                let time = Format(language: language).time(next["at"]?.text)
                return "\(time) · \(next["title"]?.text ?? "") · \(more[language])"
            }
            return Phrase(vi: text(.vietnamese), en: text(.english))
        }
        if next["ready"]?.bool == true { return [.ok(.slot, line(Catalogue.ready))] }
        guard let code = next["problem"]?.text else { return [.ok(.slot, line(Catalogue.notChecked))] }
        let reason = Catalogue.reason(code)
        let message = line(
            Phrase(
                vi: "\(Catalogue.notReady[.vietnamese]): \(reason[.vietnamese])",
                en: "\(Catalogue.notReady[.english]): \(reason[.english])"))
        let advice =
            Catalogue.advice(code) ?? Phrase(vi: "Xem loa next và loa log.", en: "See loa next and loa log.")
        return [
            Self.wanted.contains(code) ? .warning(.slot, message, advice) : .fault(.slot, message, advice)
        ]
    }
}
