import Glibc
import StationCore
import StationHost

/// What the tool is asked to do, by its command line.
///
///     province PROOFS --stations N --from DATE --days D [--years K]
///
/// Simulates K station-years (default 24) with the production station, each with faults of its own, and gives every
/// one of the N stations the entries of one of them under its own name, key and groups, in signed tiles. It prints
/// `STATION KEY` for each station whose key a centre should enrol.
struct Tool {
    private let folder: String
    private var stations = 50
    private var days = 60
    private var from = "2026-01-01"
    private var years = 24

    init(_ words: [String]) throws {
        guard let folder = words.first, words.count.isMultiple(of: 2) == false else {
            throw Failure("usage: province PROOFS --stations N --from DATE --days D [--years K]")
        }
        self.folder = folder
        for index in stride(from: 1, to: words.count, by: 2) {
            let value = words[index + 1]
            switch words[index] {
            case "--stations": stations = try Self.number(value)
            case "--days": days = try Self.number(value)
            case "--years": years = try Self.number(value)
            case "--from": from = value
            default: throw Failure("unknown option \(words[index])")
            }
        }
    }

    private static func number(_ text: String) throws -> Int {
        guard let number = Int(text), number > 0 else { throw Failure("no number: \(text)") }
        return number
    }

    func run() throws {
        guard let begin = RFC3339.instant(of: from + "T00:00:00+07:00") else {
            throw Failure("no date: \(from)")
        }
        let village = try Village(from: begin, days: days)
        var templates: [Template] = []
        for number in 0..<min(years, stations) {
            templates.append(Template(village.simulate(Story.of(number), seed: UInt64(number))))
            complain("province: simulated \(number + 1) of \(min(years, stations)) stations\n")
        }
        let people = Inhabitants(stations: stations)
        for number in 0..<stations {
            // A few of the templates are the faulty ones: most stations have one that is not.
            let template = templates[Story.template(of: number, among: templates.count)]
            let made = try people.station(number).write(
                template, into: folder, until: begin + .seconds(days * 86_400), number: number)
            if let key = made { put("\(people.station(number).id) \(key)\n") }
        }
    }
}

/// Why the tool could not do what it was asked to.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Writes text to standard output.
func put(_ text: String) { say(text, STDOUT_FILENO) }

/// Writes text to standard error.
func complain(_ text: String) { say(text, STDERR_FILENO) }

private func say(_ text: String, _ descriptor: Int32) {
    var text = text
    text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
}

/// Writes a file, and the folders above it.
func save(_ bytes: [UInt8], _ path: String) throws {
    if let slash = path.lastIndex(of: "/") { try DurableFile.makeDirectory(String(path[..<slash])) }
    let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    try bytes.withUnsafeBytes { try writeAll(file.number, $0, path) }
}
