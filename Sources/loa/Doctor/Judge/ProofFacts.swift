import StationTrust
import TerminalText

/// What was found of the log's way to its store, and what that means.
struct ProofFacts: Sendable {
    /// A log that was not sent for so many of its periods, and a day, does not go up.
    private static let latePeriods: Int64 = 3
    private static let day: Int64 = 86_400

    /// How often it is sent, in seconds; nil where it stays here.
    var uploadSeconds: Int64?
    var url: String
    /// Entries here, and those that the store has; nil where no daemon answers.
    var size: Int64?
    var uploaded: Int64?
    /// When the store took something last, in seconds since 1970; nil where that is not known.
    var uploadedAt: Int64?
    /// What asking the store came to; nil where nobody asked.
    var probe: UpstreamFacts.Probe?
    var now: Int64

    var findings: [Finding] {
        guard let uploadSeconds else {
            return [
                .ok(
                    .proof,
                    Phrase(
                        vi: "không cấu hình: nhật ký chỉ ở máy này", en: "not configured: the log stays here")
                )
            ]
        }
        var found: [Finding] = []
        switch probe {
        case .failed(let why):
            let reason = Phrasebook.translated(why)
            found.append(
                .fault(
                    .proof,
                    Phrase(vi: "\(url): \(reason[.vietnamese])", en: "\(url): \(reason[.english])"),
                    advice(why)))
        case .cut:
            found.append(
                .warning(
                    .proof,
                    Phrase(
                        vi: "kho nhật ký chưa trả lời trong thời gian kiểm tra: \(url)",
                        en: "the store did not answer in the time of this check: \(url)"),
                    Phrase(vi: "Hỏi lại và chờ: loa sync", en: "Ask again and wait: loa sync")))
        case .impossible(let why):
            found.append(
                .warning(
                    .proof,
                    Phrase(
                        vi: "chưa thử liên lạc kho nhật ký: \(why[.vietnamese])",
                        en: "the store was not asked: \(why[.english])"),
                    Phrase(
                        vi: "Chạy sudo loa doctor, hoặc loa sync.", en: "Run sudo loa doctor, or loa sync.")))
        case .answered, .unneeded, nil: break
        }
        if let late = late(uploadSeconds) { found.append(late) }
        guard found.isEmpty else { return found }
        return [.ok(.proof, Phrase(vi: progress(.vietnamese), en: progress(.english)))]
    }

    private func advice(_ why: String) -> Phrase {
        if why.contains("401") || why.contains("403") {
            return Phrase(
                vi: "Kiểm tra proof.headers hoặc chứng chỉ của cụm loa: kho không nhận cụm loa này.",
                en: "Check proof.headers or the station's certificate: the store does not take this station.")
        }
        return UpstreamFacts.advice(why, url)
    }

    private func late(_ uploadSeconds: Int64) -> Finding? {
        guard let uploadedAt, let size, let uploaded, uploaded < size,
            now - uploadedAt > Self.latePeriods * uploadSeconds + Self.day
        else { return nil }
        let days = (now - uploadedAt) / Self.day
        return .warning(
            .proof,
            Phrase(
                vi: "đã \(days) ngày chưa gửi được nhật ký (còn \(size - uploaded) mục)",
                en:
                    "the log was not sent for \(Format.counted(Int(days), "day")) (\(size - uploaded) entries to go)"
            ),
            Phrase(same: "loa sync"))
    }

    private func progress(_ language: Language) -> String {
        var parts: [String] = []
        if let size, let uploaded {
            parts.append(
                language == .vietnamese
                    ? "đã gửi \(uploaded)/\(size) mục" : "\(uploaded) of \(size) entries sent")
        }
        if let uploadedAt {
            let time = UTCTime.text(uploadedAt)
            parts.append(language == .vietnamese ? "lần cuối \(time)" : "last \(time)")
        }
        if case .answered(let time) = probe {
            parts.append(
                language == .vietnamese ? "kho trả lời sau \(time) ms" : "the store answers after \(time) ms")
        }
        return parts.isEmpty ? url : parts.joined(separator: ", ")
    }
}
