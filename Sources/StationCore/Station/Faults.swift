import StationTrust

/// What is wrong with the station at the moment.
struct Faults: Sendable {
    /// The names of faults, which `status` shows.
    enum Code: Hashable, Sendable {
        case clockUntrusted
        /// A clock that is believed, and soon will not be.
        case clockEnding
        case disk
        case timetable
        /// Slots that come faster than they can be heard.
        case crowd
        case content(slot: String)
        case device
        case amplifier
        /// The key or line with which the sound is stopped without a shell.
        case stopInput
        case configuration
        /// Upstreams that are not reached, or not believed.
        case upstream
        /// What is wanted of them and cannot be had.
        case fetch
        /// The timetable in force that cannot be written down.
        case adoption
        /// Emergencies that the limit of the day keeps silent.
        case emergency
        /// A log that cannot be sent to its store, or not be read for it.
        case proof

        /// Whether there is one for each slot, and so any number.
        fileprivate var isOfContent: Bool {
            if case .content = self { true } else { false }
        }

        var name: String {
            switch self {
            case .clockUntrusted, .clockEnding: "clock-untrusted"
            case .disk: "disk-unwritable"
            case .timetable, .crowd: "timetable"
            case .content: "content"
            case .device: "device"
            case .amplifier: "amplifier"
            case .stopInput: "stop-input"
            case .configuration: "configuration"
            case .upstream: "upstream"
            case .fetch: "download"
            case .adoption: "storage"
            case .emergency: "emergency"
            case .proof: "proof"
            }
        }
    }

    struct Fault: Sendable {
        var code: Code
        var since: Instant
        /// What is wrong, one by one, never empty: `status` shows each.
        var messages: [String]

        /// All of it in one line: the first, and how many more there are.
        var message: String { messages[0] + (messages.count > 1 ? " (+\(messages.count - 1))" : "") }
    }

    /// At most so many faults of content are kept; more of them say nothing new.
    ///
    /// Of the others there is one each.
    static let most = 64

    /// Of one fault `status` lists at most so many messages, and then how many more there are.
    static let mostListed = 20

    private(set) var all: [Fault] = []

    func contains(_ code: Code) -> Bool { all.contains { $0.code == code } }

    /// Notes a fault.
    ///
    /// - Returns: whether it is new, or says something new.
    mutating func raise(_ code: Code, _ messages: [String], at wall: Instant) -> Bool {
        if let index = all.firstIndex(where: { $0.code == code }) {
            guard all[index].messages != messages else { return false }
            all[index].messages = messages
            return true
        }
        guard !code.isOfContent || all.count(where: \.code.isOfContent) < Self.most else { return false }
        all.append(Fault(code: code, since: wall, messages: messages))
        return true
    }

    /// Forgets a fault.
    ///
    /// - Returns: what it was; nil when there was none.
    mutating func clear(_ code: Code) -> Fault? {
        all.firstIndex { $0.code == code }.map { all.remove(at: $0) }
    }
}

extension Station {
    mutating func raise(_ code: Faults.Code, _ message: String) { raise(code, [message]) }

    /// Notes a fault with all that is wrong; there is none where nothing is.
    mutating func raise(_ code: Faults.Code, _ messages: [String]) {
        guard !messages.isEmpty else { return clear(code) }
        guard faults.raise(code, messages, at: now.wall) else { return }
        write(code, state: "raised", faults.all.first { $0.code == code }?.message ?? "")
    }

    mutating func clear(_ code: Faults.Code) {
        // Of several faults of content the message tells which one is over.
        guard let fault = faults.clear(code) else { return }
        write(code, state: "cleared", fault.message)
    }

    private mutating func write(_ code: Faults.Code, state: String, _ message: String) {
        proof.faultsChanged(at: now.monotonic)
        appendRated(
            .fault(code),
            [
                .init("code", .string(code.name)), .init("state", .string(state)),
                .init("message", .string(message)),
            ])
    }
}
