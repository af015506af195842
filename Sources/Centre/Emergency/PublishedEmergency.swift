import StationCore
import StationHost
import StationTrust
import TerminalText

/// What the emergency role says now, to be changed by an alert: nothing of the channel's folder is at hand.
struct PublishedEmergency {
    let state: RepositoryState
    /// Those in force.
    var alerts: [Alert]
    private let now: Int64
    private var targets: [JSON.Member]
    private var calendars: [String: EmergencyCalendar] = [:]
    private(set) var wanted: [TargetFiles.Wanted] = []
    /// Calendars that are signed for, and not there or not what was signed: no reason to keep an alert back.
    private var damaged: Set<String> = []
    /// What the editor should know.
    private(set) var warnings: [Phrase] = []

    /// Reads it, without the alerts that have ended.
    init(_ state: RepositoryState, _ files: TargetFiles, at now: Int64) {
        (self.state, self.now) = (state, now)
        targets = state.emergency?["targets"]?.members ?? []
        alerts = Alerts(state.emergency).all
        for target in targets where target.name.hasSuffix(".ics") {
            if let text = files.read(target.name, target.value, limit: ICalendarLimits.fileBytes) {
                calendars[target.name] = EmergencyCalendar(text: text)
            } else {
                damaged.insert(target.name)
            }
        }
        for alert in alerts where alert.until <= now { remove(alert) }
    }

    /// Takes an alert out, with its events and recordings.
    mutating func remove(_ alert: Alert) {
        alerts.removeAll { $0.uid == alert.uid }
        targets.removeAll { alert.files.contains($0.name) }
        for path in alert.calendars {
            mend(path)
            calendars[path]?.remove(alert.uid)
            if calendars[path] == .empty {
                // Made for an alert, and for nothing else.
                calendars[path] = nil
                targets.removeAll { $0.name == path }
                wanted.removeAll { $0.path == path }
            } else {
                put(path)
            }
        }
    }

    /// Puts an event into a calendar, which is made where there is none.
    mutating func add(_ event: [String], to path: String) {
        mend(path)
        calendars[path, default: .empty].add(event)
        put(path)
    }

    /// Begins a damaged calendar anew: what stood in it is lost, and what stations have of it must not stay on air.
    private mutating func mend(_ path: String) {
        guard damaged.remove(path) != nil else { return }
        calendars[path] = .empty
        warnings.append(
            Phrase(
                vi:
                    "\(path) trong kho bị hỏng hoặc mất, nay bắt đầu lại: chạy publish để có lại tin của thư mục "
                    + "chương trình, và phát lại các tin khẩn cấp khác còn cần",
                en: "\(path) in the repository was damaged or missing and is begun anew: publish brings back "
                    + "the channel's own emergencies; give other alerts again that are still needed"))
    }

    /// Offers a recording.
    mutating func add(_ bytes: [UInt8], at path: String, _ measurement: Measurement) {
        let file = CheckedFile(
            path: path, length: Int64(bytes.count), sha256: SHA256.hash(bytes).description,
            measurement: measurement, source: .bytes(bytes))
        put(file)
    }

    private mutating func put(_ path: String) {
        guard let calendar = calendars[path] else { return }
        put(CheckedFile(path: path, text: calendar.text))
    }

    private mutating func put(_ file: CheckedFile) {
        targets.removeAll { $0.name == file.path }
        targets.append(.init(file.path, file.target))
        wanted.removeAll { $0.path == file.path }
        wanted.append(file.wanted)
    }

    /// What the role is to say.
    var signed: JSON {
        Alerts.signed(state.emergency ?? .null, targets: targets, alerts: alerts, at: now)
    }

    /// The calendars without the events of alerts.
    private var own: [String: EmergencyCalendar] {
        var own = calendars
        for alert in alerts {
            for path in alert.calendars { own[path]?.remove(alert.uid) }
        }
        return own
    }

    /// The paths that are published, but calendars that are there for an alert only: what was mistyped when one was
    /// given is nobody's name for it.
    var paths: [String] {
        let own = own
        let ofAlerts = Set(alerts.flatMap(\.calendars)).filter { own[$0] == .empty || damaged.contains($0) }
        return (state.targets["targets"]?.members ?? []).map(\.name)
            + targets.map(\.name).filter { !ofAlerts.contains($0) }
    }

    /// When it expires, in seconds since 1970; nil where no emergency is left.
    var expires: Int64? {
        // What cannot be read may hold some: it is believed for no longer than an emergency may be.
        let hasOwnEvents = own.values.contains { $0.hasEvents } || !damaged.isEmpty
        return EmergencyPlan.expires(alerts, hasOwnEvents: hasOwnEvents, at: now)
    }
}
