import Glibc
import StationCore
import StationFetch
import StationHost
import StationTrust
import Synchronization

/// What the tool is asked to do, by its command line.
///
///     fetch-tool sign FOLDER               signs for the files that standard input lists: HASH LENGTH PATH a line
///     fetch-tool sync URL ROOT STATE       fetches all that the repository's timetable refers to
///     fetch-tool poll URL ROOT STATE N     asks N times more than once whether there is anything new
///     fetch-tool schedule STATIONS PERIOD SECONDS [AWAY BACK [stations]]
///                                          the instants at which so many stations would ask, one a line
///
/// `sync` and `poll` print what it cost as JSON.
struct Tool {
    private let words: [String]

    init(_ words: [String]) { self.words = words }

    func run() throws {
        switch (words.first, words.count) {
        case ("sign", 2): try Publisher(folder: words[1]).publish()
        case ("sync", 4): try station().sync()
        case ("poll", 5): try station().poll(try number(4))
        case ("schedule", 4...): try schedule()
        default: throw Failure("unknown command \(words)")
        }
    }

    private func station() throws -> Station {
        try Station(url: words[1], root: words[2], state: words[3])
    }

    private func number(_ place: Int) throws -> Int {
        guard let number = Int(words[place]) else { throw Failure("no number: \(words[place])") }
        return number
    }

    private func schedule() throws {
        let outage = words.count > 5 ? (try number(4))..<(try number(5)) : 0..<0
        let crowd = Crowd(
            count: try number(1), period: try number(2), seconds: try number(3), outage: outage,
            isOfStations: words.count > 6)
        put(crowd.polls.map { "\($0.milliseconds) \($0.isAnswered ? 1 : 0)\n" }.joined())
    }
}

/// Why the tool could not do what it was asked to.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Writes text to standard output.
func put(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = write(STDOUT_FILENO, rest.baseAddress, rest.count)
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
