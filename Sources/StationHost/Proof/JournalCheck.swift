import StationCore
import StationTrust

/// Checks the log on the disk against itself, against the heads that were signed of it, and against an earlier one.
///
/// Worker thread. Nothing that is kept beside the log is believed: the tree is made of the lines anew.
struct JournalCheck {
    /// What the station holds of its log.
    struct Held: Sendable {
        var station: String
        /// The head that it shows, which its tree beside the log gave; nil before that was made.
        var head: LogHead?
        /// The key of its heads.
        var key: String?
        /// A head that somebody kept: the text of a signed note; nil where nobody asks about one.
        var older: String?
    }

    /// More problems are not listed.
    private static let mostProblems = 20
    /// Lines that are read before others get their turn of the memory.
    private static let batch: Int64 = 4096

    private let place: LogPlace
    private let held: Held
    private var problems: [JSON] = []
    /// The logs that the journal says it has begun, by their names.
    private var origins: [String: LogOrigin]

    init(_ place: LogPlace, _ held: Held) {
        (self.place, self.held) = (place, held)
        origins = [LogOrigin.first.name(of: held.station): .first]
    }

    /// Looks at everything, and answers `{ok, origin, size, rootHash, key, uploaded, head, problems}`.
    static func answer(_ place: LogPlace, _ held: Held) -> Reply {
        var check = JournalCheck(place, held)
        let lines = check.readLines()
        let tree = LogTree(state: place.state, station: held.station, isKept: false)
        check.compareHeld(tree)
        let uploaded = check.compareUploaded(tree, lines)
        let older = held.older.map { check.compareOlder($0, tree, lines) } ?? .null
        let head = held.head
        let body: JSON = [
            "ok": .bool(check.problems.isEmpty),
            "origin": head.map { .string($0.origin.name(of: held.station)) } ?? .null,
            "size": head.map { .integer($0.size) } ?? .null,
            "rootHash": head.map { .string(Base64.text($0.root.bytes)) } ?? .null,
            "key": held.key.map { .string($0) } ?? .null, "lines": .integer(lines), "uploaded": uploaded,
            "head": older, "problems": .array(check.problems),
        ]
        return Reply(check.problems.isEmpty ? .fine : .refused, body)
    }

    private mutating func tell(_ code: String, _ message: String) {
        guard problems.count < Self.mostProblems else { return }
        problems.append(["code": .string(code), "message": .string(message)])
    }

    // MARK: The lines

    /// Looks whether each line is an entry that comes later than the one before.
    ///
    /// - Returns: how many lines there are.
    private mutating func readLines() -> Int64 {
        var lines = LogLines(place.state + "/log")
        var (count, last): (Int64, Int64) = (0, -1)
        while true {
            var found: [(number: Int64, line: [UInt8])] = []
            do throws(SystemError) {
                let read = try lines.read(Self.batch) { line in
                    found.append((count, Array(line)))
                    count += 1
                }
                if read == 0 { return count }
            } catch {
                tell("unreadable", "a part of the log cannot be read: \(error)")
                return count
            }
            for (number, line) in found { look(at: line, number, &last) }
        }
    }

    private mutating func look(at line: [UInt8], _ number: Int64, _ last: inout Int64) {
        let names = ["index", "kind", "code", "origin", "from"]
        let entry = try? JSONParser.members(
            names, of: line, in: line.indices, limits: .init(bytes: LogFiles.lineBytes))
        guard let entry, let index = entry["index"]?.integer else {
            return tell("damaged", "line \(number + 1) of the log is no entry")
        }
        if index > last + 1 { tell("gap", "entries \(last + 1) to \(index - 1) are not in the log") }
        if index <= last { tell("order", "line \(number + 1) is entry \(index), behind entry \(last)") }
        last = max(last, index)
        if let origin = LogOrigin(begunBy: entry) { origins[origin.name(of: held.station)] = origin }
    }

    // MARK: The heads

    /// What the station goes by is what stands on the disk.
    private mutating func compareHeld(_ tree: LogTree) {
        guard let head = held.head else { return }
        do throws(LogLeavesError) {
            let found = try tree.fold(head.origin, lines: lines(of: head))
            if found != head { tell("changed", "the log on the disk is not the one that was written to it") }
        } catch { tell("unreadable", "a part of the log cannot be read: \(error)") }
    }

    private func lines(of head: LogHead) -> Int64 { head.origin.from + head.size }

    /// The last head that the store took is one of this log.
    private mutating func compareUploaded(_ tree: LogTree, _ lines: Int64) -> JSON {
        guard let (note, head, _) = SigningFolder(state: place.state).uploadedHead() else { return .null }
        // The head of a board that the disk was in before has another key, and is one of this journal all the same.
        if key.map(note.names) == true, !isSigned(note) { tellUnsigned("the store's") }
        return json(head, compare(head, tree, lines, of: "the store's") && isSigned(note))
    }

    /// The head that somebody kept is one of this log.
    private mutating func compareOlder(_ text: String, _ tree: LogTree, _ lines: Int64) -> JSON {
        guard let note = SignedNote(Array(text.utf8)), let head = Checkpoint(text: note.text) else {
            tell("head", "what was given as a head is none")
            return .null
        }
        guard isSigned(note) else {
            tellUnsigned("the given")
            return json(head, false)
        }
        return json(head, compare(head, tree, lines, of: "the given"))
    }

    private var key: NoteKey? { held.key.flatMap(NoteKey.init(text:)) }

    private func isSigned(_ note: SignedNote) -> Bool { key.map(note.isSigned) ?? false }

    private mutating func tellUnsigned(_ whose: String) {
        tell("key", "\(whose) head was not signed with this station's key")
    }

    private mutating func compare(
        _ head: Checkpoint, _ tree: LogTree, _ lines: Int64, of whose: String
    ) -> Bool {
        guard let origin = origins[head.origin] else {
            tell("origin", "\(whose) head is of \(head.origin), which this log knows nothing of")
            return false
        }
        guard origin.from + head.size <= lines else {
            tell(
                "truncated",
                "\(whose) head has \(head.size) entries of \(head.origin), and here are fewer: the end is lost"
            )
            return false
        }
        do throws(LogLeavesError) {
            _ = try tree.fold(origin, lines: lines)
            if try tree.root(of: head.size) == head.root { return true }
            tell("forked", "\(whose) head of \(head.size) entries is none of this log: entries were changed")
        } catch { tell("unreadable", "a part of the log cannot be read: \(error)") }
        return false
    }

    private func json(_ head: Checkpoint, _ isGood: Bool) -> JSON {
        [
            "origin": .string(head.origin), "size": .integer(head.size),
            "rootHash": .string(Base64.text(head.root.bytes)), "ok": .bool(isGood),
        ]
    }
}
