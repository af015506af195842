import StationTrust

/// What is wrong with the station at the moment.
struct Faults: Sendable {
    /// The names of faults, which `status` shows.
    enum Code: Hashable, Sendable {
        case clockUntrusted
        case disk
        case timetable
        /// Slots that come faster than they can be heard.
        case crowd
        case content(slot: String)
        case device
        case sound
        case amplifier
        case configuration

        var name: String {
            switch self {
            case .clockUntrusted: "clock-untrusted"
            case .disk: "disk-unwritable"
            case .timetable, .crowd: "timetable"
            case .content: "content"
            case .device: "device"
            case .sound: "sound"
            case .amplifier: "amplifier"
            case .configuration: "configuration"
            }
        }
    }

    struct Fault: Sendable {
        var code: Code
        var since: Instant
        var message: String
    }

    /// At most so many faults are kept; more of them say nothing new.
    static let most = 64

    private(set) var all: [Fault] = []

    func contains(_ code: Code) -> Bool { all.contains { $0.code == code } }

    /// Notes a fault.
    ///
    /// - Returns: whether it is new, or says something new.
    mutating func raise(_ code: Code, _ message: String, at wall: Instant) -> Bool {
        if let index = all.firstIndex(where: { $0.code == code }) {
            guard all[index].message != message else { return false }
            all[index].message = message
            return true
        }
        guard all.count < Self.most else { return false }
        all.append(Fault(code: code, since: wall, message: message))
        return true
    }

    /// Forgets a fault.
    ///
    /// - Returns: whether there was one.
    mutating func clear(_ code: Code) -> Bool {
        guard let index = all.firstIndex(where: { $0.code == code }) else { return false }
        all.remove(at: index)
        return true
    }
}

extension Station {
    mutating func raise(_ code: Faults.Code, _ message: String) {
        guard faults.raise(code, message, at: now.wall) else { return }
        write(code, state: "raised", message)
    }

    mutating func clear(_ code: Faults.Code) {
        guard faults.clear(code) else { return }
        write(code, state: "cleared", "")
    }

    private mutating func write(_ code: Faults.Code, state: String, _ message: String) {
        appendRated(
            .fault(code),
            [
                .init("code", .string(code.name)), .init("state", .string(state)),
                .init("message", .string(message)),
            ])
    }
}
