package import StationTrust

/// The identity of a command, to answer it.
package struct CommandID: Hashable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }
}

/// Who asks, as the kernel tells it of the other end of the socket.
package struct Person: Hashable, Sendable {
    package var uid: UInt32
    /// The user's name, or the number where there is none.
    package var name: String
    /// Root, or in the group of the operators.
    package var mayAct: Bool

    package init(uid: UInt32, name: String, mayAct: Bool) {
        self.uid = uid
        self.name = name
        self.mayAct = mayAct
    }

    /// Who pressed what `stopInput` names; nobody knows who it was, so the uid is the one that nobody has.
    package static let atStopInput = Person(uid: .max, name: "stopInput", mayAct: true)
}

/// What a person asks of the station.
package enum Command: Hashable, Sendable {
    case status
    /// The slots of so many days to come.
    case next(days: Int)
    /// Plays a file that was handed over: the number of its descriptor, its name and what it hashes to.
    case playFile(token: UInt64, name: String, sha256: Digest? = nil)
    /// Plays a programme of the timetable now.
    case playProgramme(String)
    case stop
    case mute(for: Duration, reason: String)
    /// Asks until when the station is muted, and why.
    case muteState
    case unmute
    /// Sets the level, or asks for it.
    case volume(decibels: Double?)
    case test
    /// Asks all upstreams now; following it, only how far that is.
    case sync(isFollowing: Bool)
    /// Reads a repository that was handed over: the number of its folder's descriptor, and whose it is, where that was
    /// said.
    case importRepository(token: UInt64, upstream: String?)
    /// Asks how far that is.
    case importProgress
    /// Takes the log with it.
    case exportLog

    /// Whether only an operator may ask for it.
    package var isActing: Bool {
        switch self {
        case .status, .next, .muteState, .volume(decibels: nil), .sync(isFollowing: true), .importProgress:
            false
        default: true
        }
    }
}

/// The station's answer.
package struct Reply: Equatable, Sendable {
    /// The exit code of the command: `sysexits.h` where that has one.
    package enum Code: Int, Hashable, Sendable {
        case fine = 0
        /// The answer is "no".
        case refused = 1
        case usage = 64
        case unavailable = 69
        case notPermitted = 77
        case configuration = 78
    }

    /// How it went, and what is said about it.
    package var code: Code
    package var body: JSON

    package init(_ code: Code, _ body: JSON) {
        self.code = code
        self.body = body
    }
}
