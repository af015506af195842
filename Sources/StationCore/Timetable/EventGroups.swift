// The events of one calendar file by UID: a series and the instances that replace some of its own.

/// What belongs to one UID.
struct EventGroup: Sendable {
    var uid: String
    /// The event without RECURRENCE-ID.
    private(set) var master: CalendarEvent?
    /// The events with one, in the order of the file.
    private(set) var overrides: [CalendarEvent] = []
    private(set) var warnings: [EventError] = []

    init(uid: String) { self.uid = uid }

    /// The exceptions that change the series from their instance on (RANGE=THISANDFUTURE).
    var lasting: [CalendarEvent] { overrides.filter { $0.isLasting && master != nil } }
    /// The exceptions for one instance each.
    var single: [CalendarEvent] { overrides.filter { !$0.isLasting || master == nil } }

    /// Adds an event; of two for the same instance the one with the higher SEQUENCE counts, else the later one.
    mutating func add(_ event: CalendarEvent) {
        if event.recurrence == nil {
            if let master, !supersedes(event, master) { return }
            master = event
        } else if let place = overrides.firstIndex(where: { $0.recurrence == event.recurrence }) {
            if supersedes(event, overrides[place]) { overrides[place] = event }
        } else {
            overrides.append(event)
        }
    }

    private mutating func supersedes(_ new: CalendarEvent, _ old: CalendarEvent) -> Bool {
        if new.sequence == old.sequence {
            warnings.append(
                EventError(
                    line: new.line,
                    description:
                        "the same UID and SEQUENCE as the event of line \(old.line), which is dropped"))
        }
        return new.sequence >= old.sequence
    }
}

/// The groups of a file in the order in which their UIDs first come.
struct EventGroups: Sendable {
    private(set) var inOrder: [EventGroup] = []
    private var places: [String: Int] = [:]

    mutating func add(_ event: CalendarEvent) {
        if let place = places[event.uid] {
            inOrder[place].add(event)
        } else {
            places[event.uid] = inOrder.count
            var group = EventGroup(uid: event.uid)
            group.add(event)
            inOrder.append(group)
        }
    }
}
