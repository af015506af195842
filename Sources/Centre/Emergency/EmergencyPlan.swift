import StationCore
import StationTrust
import TerminalText

/// What the emergency role is to say after a publication: the channel's own `emergency/`, and the alerts in force.
struct EmergencyPlan {
    /// The channel's files; calendars with the events of alerts in them.
    let files: [CheckedFile]
    /// What alerts have put there, and what they stand for.
    private(set) var kept: [(path: String, target: JSON)]
    /// What of that is not there any more, or not what was signed; the channel does not have it.
    private let damaged: [String]
    private let alerts: [Alert]
    /// Whether the channel itself has an emergency in its timetable.
    private let hasOwnEvents: Bool
    /// Whether the channel's own files are others than those that were published.
    let isUrgent: Bool

    /// - Parameters:
    ///   - own: the channel's files below `emergency/`.
    ///   - state: what is published.
    ///   - targets: reads it.
    ///   - now: in seconds since 1970.
    init(_ own: [CheckedFile], _ state: RepositoryState, _ targets: TargetFiles, at now: Int64) {
        let all = Alerts(state.emergency).all
        alerts = Alerts(state.emergency).inForce(at: now)
        let published = state.emergency?["targets"]?.members ?? []
        let ofAlerts = Set(all.flatMap(\.files))
        let inForce = Set(alerts.flatMap(\.files))
        kept = published.filter { inForce.contains($0.name) }.map { ($0.name, $0.value) }
        hasOwnEvents = own.contains { $0.text.map(EmergencyCalendar.init(text:))?.hasEvents == true }
        var damaged = kept.filter { !targets.isSound($0.path, sha256: $0.target.sha256 ?? "") }.map(\.path)
        var files = own
        for path in Set(alerts.flatMap(\.calendars)).sorted() {
            guard let target = published.first(where: { $0.name == path })?.value else { continue }
            guard let text = targets.read(path, target, limit: ICalendarLimits.fileBytes) else {
                // Stations that have it go on: an alert is ended by those who gave it, never by a bad disk.
                damaged.append(path)
                kept.append((path, target))
                files.removeAll { $0.path == path }
                continue
            }
            let old = EmergencyCalendar(text: text)
            let place = files.firstIndex { $0.path == path }
            var new = place.flatMap { files[$0].text }.map(EmergencyCalendar.init(text:)) ?? .empty
            for alert in alerts {
                if let event = old.event(alert.uid) { new.add(event) }
            }
            let file = CheckedFile(path: path, text: new.text)
            if let place { files[place] = file } else { files.append(file) }
        }
        (self.files, self.damaged) = (files, damaged)
        // Calendars with alerts are left out of the comparison: they differ, and nobody has edited them.
        let touched = Set(all.flatMap(\.calendars)).union(ofAlerts)
        let before = published.filter { !touched.contains($0.name) }
        let after = own.filter { !touched.contains($0.path) }.map { JSON.Member($0.path, $0.target) }
        isUrgent = before != after
    }

    private var newTargets: [JSON.Member] {
        files.map { JSON.Member($0.path, $0.target) } + kept.map { JSON.Member($0.path, $0.target) }
    }

    /// Whether the role must be signed anew: other files, an alert that has ended, or an end that is near.
    func isChanged(from state: RepositoryState, at now: Int64) -> Bool {
        guard let emergency = state.emergency else { return !files.isEmpty }
        let notice =
            emergency.isEmergencyInForce ? Role.emergencySeconds / 2 : Role.notice(of: Role.emergency)
        let isDue = emergency.expires - now < notice && (hasOwnEvents || alerts.isEmpty)
        return isDue || signed(emergency, at: now)["targets"] != emergency["targets"]
            || alerts != Alerts(emergency).all
    }

    /// What the role is to say.
    func signed(_ emergency: JSON, at now: Int64) -> JSON {
        Alerts.signed(emergency, targets: newTargets, alerts: alerts, at: now)
    }

    /// When it expires, in seconds since 1970; nil for a role that says that there is no emergency.
    func expires(at now: Int64) -> Int64? {
        Self.expires(alerts, hasOwnEvents: hasOwnEvents, at: now)
    }

    static func expires(_ alerts: [Alert], hasOwnEvents: Bool, at now: Int64) -> Int64? {
        let most = now + Role.emergencySeconds
        if hasOwnEvents { return most }
        return alerts.map(\.until).max().map { min($0, most) }
    }

    /// What the editor should know.
    var problems: [ChannelProblem] {
        let lost = damaged.map { path in
            ChannelProblem(
                .warning, path,
                Phrase(
                    vi:
                        "bị hỏng hoặc mất trong kho, mà một tin khẩn cấp cần tệp này: hủy tin (loa-centre alert "
                        + "--cancel) và phát lại",
                    en: "is damaged or missing in the repository, and an alert needs it: cancel the alert "
                        + "(loa-centre alert --cancel), and give it again"))
        }
        guard hasOwnEvents else { return lost }
        return lost + [
            ChannelProblem(
                .warning, Role.emergencyFolder + "schedule.ics",
                Phrase(
                    vi:
                        "tin khẩn cấp chỉ có hiệu lực 24 giờ sau khi ký: chạy lại publish mỗi ngày khi còn cần",
                    en:
                        "emergencies are believed for 24 h after they were signed: publish every day while needed"
                ))
        ]
    }
}
