import StationCore
import StationTrust

/// What a line of the control socket asks for.
enum Request: Equatable {
    /// Something that the station decides.
    case command(Command)
    /// To play the file whose descriptor came with the line.
    case playFile(name: String)
    /// To read the repository whose folder's descriptor came with the line: that of an upstream, where one is named.
    case importFolder(upstream: String?)
    /// The entries of the log between two times, as they were typed; `follow` goes on with those to come.
    case log(since: String?, until: String?, follow: Bool)
    /// Whether the log is whole, and goes on from a head that somebody kept: the text of a signed note.
    case verify(head: String?)
    /// Why a slot, or what was due at a time, sounded as it did.
    case why(String)
    /// Which configuration file the daemon goes by.
    case configuration

    /// The longest text in a request, in bytes.
    static let textBytes = 4096

    /// Whether only an operator may ask for it.
    var isActing: Bool {
        switch self {
        case .command(let command): command.isActing
        case .playFile, .importFolder: true
        case .log, .why, .verify, .configuration: false
        }
    }
}

/// Why a line was not understood, for a person.
struct RequestError: Error, Equatable {
    let message: String
}

extension Request {
    /// Understands a line.
    static func parse(_ line: [UInt8]) throws(RequestError) -> Request {
        let json: JSON
        do {
            json = try JSONParser.parse(line, limits: .init(bytes: ControlServer.Limits.lineBytes, depth: 4))
        } catch { throw RequestError(message: "the request is not JSON: \(error)") }
        var members = Members(json: json)
        let request = try request(&members)
        try members.finish()
        return request
    }

    private static func request(_ members: inout Members) throws(RequestError) -> Request {
        switch try members.required("verb") {
        case "status": return .command(.status)
        case "next": return .command(.next(days: Int(try members.number("days", in: 1...31) ?? 7)))
        case "log":
            return .log(
                since: try members.text("since"), until: try members.text("until"),
                follow: try members.flag("follow"))
        case "verify": return .verify(head: try members.text("head"))
        case "why": return .why(try members.required("about"))
        case "configuration": return .configuration
        case "play":
            if let programme = try members.text("programme") { return .command(.playProgramme(programme)) }
            return .playFile(name: try members.required("name"))
        case "stop": return .command(.stop)
        case "mute":
            guard let seconds = try members.number("seconds", in: 1...31 * 86_400) else {
                guard try members.text("reason") == nil else {
                    throw RequestError(message: "mute needs seconds")
                }
                return .command(.muteState)
            }
            return .command(.mute(for: .seconds(seconds), reason: try members.required("reason")))
        case "unmute": return .command(.unmute)
        case "volume": return .command(.volume(decibels: try members.number("decibels", in: -60...0)))
        case "test": return .command(.test)
        case "import":
            let upstream = try members.text("upstream")
            guard try members.flag("follow") else { return .importFolder(upstream: upstream) }
            return .command(.importProgress)
        case "export": return .command(.exportLog)
        case "sync": return .command(.sync(isFollowing: try members.flag("follow")))
        case let verb: throw RequestError(message: "there is no verb \(verb) in this version")
        }
    }
}

/// The members of a request; each is taken once, and none may be left over.
private struct Members {
    private var members: [JSON.Member]

    init(json: JSON) { members = json.members ?? [] }

    private mutating func take(_ name: String) -> JSON? {
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        let value = members.remove(at: index).value
        return value == .null ? nil : value
    }

    mutating func text(_ name: String) throws(RequestError) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.text, !text.isEmpty, text.utf8.count <= Request.textBytes,
            !text.utf8.contains(0)
        else { throw RequestError(message: "\(name) must be a text of 1 to \(Request.textBytes) bytes") }
        return text
    }

    mutating func required(_ name: String) throws(RequestError) -> String {
        guard let text = try text(name) else { throw RequestError(message: "\(name) is missing") }
        return text
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) throws(RequestError) -> Double? {
        guard let value = take(name) else { return nil }
        guard let number = value.number, range.contains(number) else {
            throw RequestError(
                message: "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func flag(_ name: String) throws(RequestError) -> Bool {
        guard let value = take(name) else { return false }
        guard let flag = value.bool else { throw RequestError(message: "\(name) must be true or false") }
        return flag
    }

    func finish() throws(RequestError) {
        guard let first = members.first else { return }
        throw RequestError(message: "this verb has no \(first.name)")
    }
}
