import Centre
import StationCore
import StationTrust
import TerminalText

/// What is said of stations' states, and of proofs of single slots.
extension ProofText {
    // MARK: Status

    /// One line a station, and one more for each further thing that wants a look.
    func lines(_ states: [StationState]) -> [String] {
        let format = Format(language: language)
        guard !states.isEmpty else {
            return [Phrase(vi: "Chưa có trạm nào.", en: "There are no stations yet.")[language]]
        }
        return TextWidth.table(
            states.flatMap { state -> [[String]] in
                let status = state.status?.json
                let word = state.findings.first.map { Self.code($0.code) } ?? Phrase(vi: "tốt", en: "fine")
                let first = [
                    state.station, word[language], format.time(status?["time"]?.text),
                    status?["name"]?.text ?? "", state.findings.first?.message[language] ?? "",
                ]
                return [first]
                    + state.findings.dropFirst().map {
                        ["", Self.code($0.code)[language], "", "", $0.message[language]]
                    }
            })
    }

    static func code(_ code: StationState.Finding.Code) -> Phrase {
        switch code {
        case .keyUnknown: Phrase(vi: "KHÓA LẠ", en: "UNKNOWN KEY")
        case .signatureBad: Phrase(vi: "CHỮ KÝ SAI", en: "BAD SIGNATURE")
        case .unreadable: Phrase(vi: "HỎNG", en: "UNREADABLE")
        case .timeBack: Phrase(vi: "GIỜ LÙI", en: "TIME WENT BACK")
        case .timeAhead: Phrase(vi: "GIỜ CHẠY TRƯỚC", en: "CLOCK AHEAD")
        case .lost: Phrase(vi: "BẮT ĐẦU LẠI", en: "BEGUN ANEW")
        case .silent: Phrase(vi: "IM LẶNG", en: "SILENT")
        case .faulted: Phrase(vi: "CÓ SỰ CỐ", en: "FAULT")
        case .stale: Phrase(vi: "cũ", en: "stale")
        case .notUploaded: Phrase(vi: "chưa gửi nhật ký", en: "log not uploaded")
        }
    }

    static func wantLook(_ count: Int, of all: Int) -> Phrase {
        Phrase(
            vi: "\(count) trong \(all) trạm cần xem lại",
            en: "\(count) of \(Format.counted(all, "station")) \(count == 1 ? "wants" : "want") a look")
    }

    /// `status --json`: `stations`, of each `station`, `state` (`fine`, or the code of its gravest finding), `findings`
    /// (`code` as `StationState.Finding.Code`, `message` in English) and `status` (what the station has signed, or null).
    static func json(_ states: [StationState]) -> JSON {
        let list = states.map { state -> JSON in
            let findings = state.findings.map { finding -> JSON in
                ["code": .string(finding.code.rawValue), "message": .string(finding.message[.english])]
            }
            return [
                "station": .string(state.station),
                "state": .string(state.findings.first?.code.rawValue ?? "fine"),
                "findings": .array(findings), "status": state.status?.json ?? .null,
            ]
        }
        return ["fine": .bool(states.allSatisfy(\.findings.isEmpty)), "stations": .array(list)]
    }

    // MARK: Proofs

    static func proven(_ file: String, _ station: String) -> [Phrase] {
        [
            Phrase(
                vi:
                    "Đã ghi \(file). Ai có khóa của \(station) đều kiểm tra được: loa-centre check \(file) --key KEY",
                en:
                    "\(file) is written. Anybody with the key of \(station) can check it: loa-centre check \(file) --key KEY"
            )
        ]
    }

    static func noProof(_ file: String) -> Phrase {
        Phrase(vi: "\(file): không phải bằng chứng", en: "\(file): this is no proof")
    }

    static func refused(_ refusal: LogProof.Refusal, _ key: NoteKey) -> Phrase {
        switch refusal {
        case .head:
            Phrase(
                vi: "SAI: checkpoint không do khóa \(key.name) ký",
                en: "WRONG: no checkpoint signed by the key of \(key.name)")
        case .path:
            Phrase(
                vi: "SAI: mục này không nằm trong nhật ký đã ký",
                en: "WRONG: the entry is not in the signed log")
        case .entry:
            Phrase(vi: "SAI: mục này không phải JSON", en: "WRONG: the entry is no JSON")
        }
    }

    /// `check --json`: `origin`, `size` and `rootHash` of the signed head, `position` of the entry in it, and `entry`.
    static func json(_ claim: LogProof.Claim, _ proof: LogProof) -> JSON {
        [
            "origin": .string(claim.head.origin), "size": .integer(claim.head.size),
            "rootHash": .string(Base64.text(claim.head.root.bytes)), "position": .integer(proof.position),
            "entry": claim.entry,
        ]
    }

    /// What a proof that holds shows: what was broadcast where, when, and for how long.
    func lines(_ claim: LogProof.Claim, _ proof: LogProof) -> [String] {
        let (entry, format) = (claim.entry, Format(language: language))
        func row(_ vi: String, _ en: String, _ value: String?) -> [String]? {
            value.map { [Phrase(vi: vi, en: en)[language], $0] }
        }
        func time(_ name: String) -> String? { entry[name]?.text.map { format.time($0) } }
        let rows = [
            row("Nhật ký", "Log", claim.head.origin), row("Buổi phát", "Slot", entry["slot"]?.text),
            row("Chương trình", "Programme", entry["title"]?.text ?? entry["programme"]?.text),
            row("Cấp", "Class", entry["class"]?.text.map { Phrasebook.programmeClass($0)[language] }),
            row("Kết quả", "Result", result(entry)), row("Giờ hẹn", "Scheduled", time("scheduled")),
            row("Bắt đầu", "Started", time("startedAt").map { $0 + error(entry) }),
            row("Kết thúc", "Ended", time("endedAt")),
            row("Đã phát", "Sounded", entry.soundedSeconds.map(format.position)),
            row("Mức âm lượng", "Volume", entry["volumeDecibels"]?.number.map(format.decibels)),
        ]
        let rate = entry["rate"]?.number
        let items = (entry["items"]?.elements ?? []).map { item in
            let parts = [item["path"]?.text, heard(item, rate), item["sha256"]?.text.map { "sha256 \($0)" }]
            return ["", parts.compactMap(\.self).joined(separator: " · ")]
        }
        let holds = Phrase(
            vi: "ĐÚNG: mục \(proof.position) trong \(claim.head.size) mục mà trạm đã ký.",
            en: "TRUE: entry \(proof.position) of the \(claim.head.size) that the station has signed.")
        return [holds[language]] + TextWidth.table(rows.compactMap(\.self) + items)
    }

    /// How long an item sounded, and how loud.
    private func heard(_ item: JSON, _ rate: Double?) -> String? {
        guard let frames = item["framesConsumed"]?.number, frames > 0 else {
            return Phrase(vi: "không phát", en: "not heard")[language]
        }
        let silent = Phrase(vi: "im lặng", en: "silence")[language]
        return [
            rate.map { Format(language: language).position(frames / $0) },
            item["silent"]?.bool == true ? silent : item["loudnessLufs"]?.number.map { "\($0) LUFS" },
        ].compactMap(\.self).joined(separator: ", ")
    }

    private func result(_ entry: JSON) -> String? {
        let parts = [
            entry["result"]?.text.map { Phrasebook.result($0)[language] },
            entry["reason"]?.text.map { Phrasebook.reason($0)[language] },
            entry["unproven"]?.bool == true
                ? Phrase(vi: "không đo được (card thử)", en: "unproven (a card without a clock)")[language]
                : nil,
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    private func error(_ entry: JSON) -> String {
        guard let error = entry["startErrorMicroseconds"]?.number else { return "" }
        let text = Format(language: language).microseconds(error)
        return Phrase(vi: " (lệch \(text))", en: " (\(text) off)")[language]
    }
}

extension JSON {
    /// From the first sample to the last, in seconds.
    fileprivate var soundedSeconds: Double? {
        guard let start = self["startedAt"]?.text.flatMap(RFC3339.instant(of:)),
            let end = self["endedAt"]?.text.flatMap(RFC3339.instant(of:))
        else { return nil }
        return Double((end - start).nanoseconds) / 1e9
    }
}
