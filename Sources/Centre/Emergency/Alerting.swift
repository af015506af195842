import CLinux
import StationAudio
package import StationCore
import StationHost
import StationTrust
package import TerminalText

/// What has become of an alert.
package struct AlertReceipt {
    /// Until when a station may begin it; nil where a CAP message has cancelled what was.
    package var end: Instant?
    /// The same as people read it.
    package var until: Phrase?
    /// Whom it is for.
    package var audience: [Audience]
    /// The areas that a CAP message names: they choose nobody.
    package var areas: [String]
    /// What may keep it from being heard.
    package var warnings: [Phrase]
}

/// `loa-centre alert`: signs an emergency into the emergency role, a snapshot and a timestamp, and nothing else.
extension Repository {
    /// Puts an emergency on air; of the keys `emergency/` and `online/` are read.
    ///
    /// - Throws: when the recording cannot be decoded, or the message is not to be followed.
    package func alert(_ order: AlertOrder) throws(CentreError) -> AlertReceipt {
        let calendars = try order.calendars()
        var message: CAPMessage?
        if case .cap(let path) = order.source { message = try CAPMessage(try read(path)) }
        var (receipt, warnings) = try changeEmergency { emergency throws(CentreError) in
            let others = folder.delegated(emergency.state).flatMap { $0.signed["targets"]?.members ?? [] }
            let known = Audience.named(in: emergency.paths + others.map(\.name))
            if let message { try replace(message, in: &emergency) }
            var receipt = AlertReceipt(audience: order.audience, areas: message?.areas ?? [], warnings: [])
            if message?.kind != .cancel {
                let end = try self.end(order, message)
                try add(order, message, until: end, calendars, to: &emergency)
                (receipt.end, receipt.until) = (Instant(seconds: end), surroundings.phrase(end))
                receipt.warnings = Self.unknown(order.audience, among: known)
            }
            receipt.warnings += emergency.warnings
            return receipt
        }
        receipt.warnings += warnings
        return receipt
    }

    /// Ends all alerts.
    ///
    /// - Returns: how many there were, and what else should be known.
    package func cancelAlerts() throws(CentreError) -> (count: Int, warnings: [Phrase]) {
        let (ended, warnings) = try changeEmergency { emergency throws(CentreError) in
            let count = emergency.alerts.count
            for alert in emergency.alerts { emergency.remove(alert) }
            return (count: count, warnings: emergency.warnings)
        }
        return (ended.count, ended.warnings + warnings)
    }

    private func changeEmergency<Result>(
        _ body: (inout PublishedEmergency) throws(CentreError) -> Result
    ) throws(CentreError) -> (Result, [Phrase]) {
        let (result, draft) = try change { draft throws(CentreError) in
            try require([Role.emergency, Role.timestamp], draft.state)
            var emergency = PublishedEmergency(draft.state, files, at: now)
            let result = try body(&emergency)
            try draft.revise(Role.emergency, emergency.signed, expires: emergency.expires)
            draft.wanted = emergency.wanted
            return result
        }
        return (result, draft.clockWarnings)
    }

    /// Takes out what a CAP message updates or cancels.
    private func replace(
        _ message: CAPMessage, in emergency: inout PublishedEmergency
    ) throws(CentreError) {
        guard message.kind != .alert else { return }
        let found = emergency.alerts.filter { message.references.contains($0.message ?? "") }
        guard message.kind == .update || !found.isEmpty else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "bản tin CAP hủy một tin không còn hiệu lực",
                    en: "the CAP message cancels what is not in force"))
        }
        for alert in found { emergency.remove(alert) }
    }

    private func add(
        _ order: AlertOrder, _ message: CAPMessage?, until end: Int64, _ calendars: [String],
        to emergency: inout PublishedEmergency
    ) throws(CentreError) {
        let name = try self.name()
        let recordings = try record(order.source, message, name, into: &emergency)
        try check(order, recordings)
        let title = order.title ?? message?.infos.first?.title ?? "Thông báo khẩn cấp"
        let uid = "alert-\(name)@loa-centre"
        for path in calendars {
            let span = AlertOrder.Span(start: now, end: end)
            emergency.add(order.event(uid, span, title: title, recordings, in: path), to: path)
        }
        emergency.alerts.append(
            Alert(
                uid: uid, title: title, until: end, calendars: calendars, files: recordings.map(\.path),
                message: message?.name))
    }

    /// Below the channel's `emergency/`, where no editor keeps anything.
    private static let recordings = Role.emergencyFolder + "alerts/"
    /// The longest recording, in bytes.
    private static let mostBytes = 64 << 20
    /// So many groups and stations are listed.
    private static let mostNames = 20

    // MARK: For whom

    /// Names that nothing published tells of: what is mistyped silences an alert, and nobody would notice.
    private static func unknown(_ audience: [Audience], among known: [Audience]) -> [Phrase] {
        let unknown = audience.filter { $0 != .all && !known.contains($0) }
        guard !unknown.isEmpty else { return [] }
        let (names, others) = (unknown.names(), known.names(atMost: mostNames))
        return [
            Phrase(
                vi:
                    "không lịch nào đã đưa lên nói đến \(names[.vietnamese]): nếu gõ sai tên thì KHÔNG trạm nào phát. "
                    + (known.isEmpty ? "" : "Đã biết: \(others[.vietnamese]). ")
                    + "Hủy bằng --cancel",
                en:
                    "nothing published tells of \(names[.english]): if that is mistyped, NO station plays it. "
                    + (known.isEmpty ? "" : "Known: \(others[.english]). ") + "Take it back with --cancel")
        ]
    }

    // MARK: Times and names

    private func end(_ order: AlertOrder, _ message: CAPMessage?) throws(CentreError) -> Int64 {
        let asked = order.duration.map { now + $0.components.seconds }
        guard let end = [asked, message?.expires].compactMap(\.self).min() else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "bản tin CAP không ghi expires: thêm --for D",
                    en: "the CAP message has no expires: add --for D"))
        }
        let seconds = end - now
        guard seconds >= AlertOrder.shortest.components.seconds else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "tin đã hết hạn, hoặc còn chưa đến một phút",
                    en: "it has expired, or does so within a minute"))
        }
        return min(end, now + AlertOrder.longest.components.seconds)
    }

    /// A name that no other alert has.
    private func name() throws(CentreError) -> String {
        guard let bytes = surroundings.random(4) else {
            throw CentreError(
                .configuration, Phrase(vi: "không có số ngẫu nhiên", en: "there are no random numbers"))
        }
        return AlertOrder.basic(now) + "-" + Hexadecimal.text(bytes)
    }

    private func check(_ order: AlertOrder, _ recordings: [AlertOrder.Recording]) throws(CentreError) {
        let length = recordings.reduce(0) { $0 + $1.measurement.milliseconds }
        guard let every = order.every, every.components.seconds * 1000 < length else { return }
        throw CentreError(
            .refused,
            Phrase(
                vi: "--every ngắn hơn bản tin (\(Format.clock(length)))",
                en: "--every is shorter than the announcement (\(Format.clock(length)))"))
    }

    // MARK: Recordings

    private func record(
        _ source: AlertOrder.Source, _ message: CAPMessage?, _ name: String,
        into emergency: inout PublishedEmergency
    ) throws(CentreError) -> [AlertOrder.Recording] {
        switch source {
        case .audio(let path):
            let bytes = try read(path)
            return [try add(bytes, path, language: nil, name, into: &emergency)]
        case .cap(let path):
            var recordings: [AlertOrder.Recording] = []
            for (index, info) in (message?.infos ?? []).enumerated() {
                let (bytes, label) = try sound(of: info, beside: path)
                let suffix = index == 0 ? "" : "-\(index + 1)"
                recordings.append(
                    try add(bytes, label, language: info.language, name + suffix, into: &emergency))
            }
            return recordings
        }
    }

    /// The recording in a message, beside it, or what a voice makes of its text.
    private func sound(
        of info: CAPMessage.Info, beside message: String
    ) throws(CentreError) -> (bytes: [UInt8], label: String) {
        if let audio = info.audio { return (audio, "derefUri") }
        guard let file = info.file else {
            return (try Speech.wav(info.text, language: info.language ?? "vi"), "espeak-ng")
        }
        guard !file.contains("/"), !file.contains("%"), !file.hasPrefix("."), TUF.isSound(path: file) else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "bản tin CAP: uri \(file) phải là tên tệp nằm cạnh bản tin",
                    en: "the CAP message: uri \(file) must name a file beside the message"))
        }
        let path = DurableFile.directory(of: message) + "/" + file
        return (try read(path), path)
    }

    /// Decodes a recording to its end, and has it published.
    private func add(
        _ bytes: [UInt8], _ label: String, language: String?, _ name: String,
        into emergency: inout PublishedEmergency
    ) throws(CentreError) -> AlertOrder.Recording {
        let measurement: Measurement
        do {
            // The very bytes that are signed, whatever becomes of the file meanwhile.
            let memory = Descriptor(
                owning: try system("memory for \(label)") {
                    CLinux_memory_file("recording", bytes, bytes.count)
                })
            measurement = try Measurement(descriptor: memory.number)
        } catch {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(label): \(Phrasebook.translated("\(error)")[.vietnamese])",
                    en: "\(label): \(Phrasebook.translated("\(error)")[.english])"))
        }
        let path = Self.recordings + name + Self.ending(of: label)
        emergency.add(bytes, at: path, measurement)
        return AlertOrder.Recording(path: path, language: language, measurement: measurement)
    }

    /// The ending of a file's name, where it is an ordinary one.
    private static func ending(of path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
        let ending = name[name.index(after: dot)...].lowercased()
        let isPlain = ending.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
        }
        // A playlist or a calendar is no recording, whatever is in it.
        return isPlain && (1...4).contains(ending.utf8.count) && ending != "m3u8" && ending != "ics"
            ? "." + ending : ""
    }

    private func read(_ path: String) throws(CentreError) -> [UInt8] {
        try attempt { () throws(SystemError) in try readFile(path, limit: Self.mostBytes) }
    }
}
