import StationTrust

/// An alert that was given and has not been cancelled.
struct Alert: Hashable {
    /// The UID of its event, in each of the calendars.
    let uid: String
    /// What people see of it.
    let title: String
    /// Until when a station may begin it, in seconds since 1970.
    let until: Int64
    /// The calendars that have its event.
    let calendars: [String]
    /// The audio that it plays.
    let files: [String]
    /// The CAP message that it was made of, as `sender,identifier`.
    var message: String?

    /// As the emergency role carries it.
    var json: JSON {
        let json: JSON = [
            "calendars": .array(calendars.map { .string($0) }), "files": .array(files.map { .string($0) }),
            "title": .string(title), "uid": .string(uid), "until": .string(UTCTime.text(until)),
        ]
        return message.map { json.with("message", .string($0)) } ?? json
    }
}

/// The alerts that the emergency role carries, in the order in which they were given.
struct Alerts {
    /// The member of the role's signed part that lists them; TUF's clients pass over it.
    static let member = "x-loa-alerts"

    var all: [Alert]

    /// Reads them.
    init(_ emergency: JSON?) {
        all = (emergency?[Self.member]?.elements ?? []).compactMap { json in
            guard let uid = json["uid"]?.text, let until = json["until"]?.text.flatMap(UTCTime.seconds) else {
                return nil
            }
            return Alert(
                uid: uid, title: json["title"]?.text ?? "", until: until,
                calendars: json["calendars"]?.elements?.compactMap(\.text) ?? [],
                files: json["files"]?.elements?.compactMap(\.text) ?? [], message: json["message"]?.text)
        }
    }

    /// What the role says from now on: its files, when that was signed, and the alerts among them.
    static func signed(_ role: JSON, targets: [JSON.Member], alerts: [Alert], at now: Int64) -> JSON {
        let sorted = targets.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let signed = role.with("targets", .object(sorted)).with("x-loa-issued", .string(UTCTime.text(now)))
        return alerts.isEmpty ? signed.without(member) : signed.with(member, .array(alerts.map(\.json)))
    }

    /// Those that a station may still begin.
    func inForce(at now: Int64) -> [Alert] { all.filter { $0.until > now } }
}
