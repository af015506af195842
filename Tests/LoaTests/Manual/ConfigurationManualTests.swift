import StationCore
import StationTrust
import Testing

/// station.json5(5) names every key, with the default and the bounds that the reader has.
struct ConfigurationManualTests {
    static let pages = ["station.json5.5", "vi/station.json5.5"]

    /// A configuration with all that is required anywhere; the values are JSON5.
    private static let base: [(path: String, value: String)] = [
        ("station", "\"s\""), ("upstreams.name", "\"u\""), ("upstreams.url", "\"/u\""),
        ("upstreams.root", "\"/r\""), ("hours.from", "\"05:00\""), ("hours.to", "\"21:00\""),
        ("amplifier.on", "[\"/on\"]"), ("amplifier.off", "[\"/off\"]"),
        ("proof.url", "\"https://p.example\""),
        // So that there is a proof without its url.
        ("proof.uploadSeconds", "3600"),
    ]

    /// The configuration with a value set, or left out where it is nil.
    private func read(_ path: String? = nil, _ value: String? = nil) throws -> Configuration {
        var values = Self.base
        // An amplifier stays on for the longest broadcast.
        if path == "amplifier.maximumMinutes" {
            values += [("maximumBroadcastMinutes", "1"), ("emergency.maximumMinutes", "1")]
        } else {
            values.append(("amplifier.maximumMinutes", "1440"))
        }
        values.removeAll { $0.path == path }
        if let path, let value { values.append((path, value)) }
        var objects: [String: [String]] = [:]
        for (path, value) in values {
            let parts = path.split(separator: ".").map(String.init)
            objects[parts.count > 1 ? parts[0] : "", default: []].append(
                "\(parts[parts.count - 1]): \(value)")
        }
        let members = objects.map { name, members in
            let inside = members.joined(separator: ", ")
            guard !name.isEmpty else { return inside }
            return ["upstreams", "hours"].contains(name) ? "\(name): [{\(inside)}]" : "\(name): {\(inside)}"
        }
        return try Configuration.read(Array("{\(members.joined(separator: ", "))}".utf8))
    }

    /// Every key with a value, by its path; a list of objects stands for its first.
    private func values(_ json: JSON, under path: String = "") -> [(path: String, value: JSON)] {
        (json.members ?? []).flatMap { member -> [(path: String, value: JSON)] in
            let name = path + member.name
            let object = member.value.elements?.first.flatMap { $0.members == nil ? nil : $0 } ?? member.value
            let inner = values(object, under: name + ".")
            return [(name, member.value)] + inner
        }
    }

    private func entries(_ page: String) throws -> [String: ManualPage.Entry] {
        let entries = try ManualPage(page).sections.flatMap(\.entries)
        try #require(Set(entries.map(\.tag)).count == entries.count)
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.tag, $0) })
    }

    @Test("every key stands there, and no other", arguments: pages)
    func keys(page: String) throws {
        // Objects that only hold others have no entry of their own.
        let folders: Set = ["output", "emergency", "loudness", "clock", "network", "storage"]
        let keys = Set(values(try read().json).map(\.path)).subtracting(folders)
        #expect(Set(try entries(page).keys) == keys)
    }

    @Test("what is required is said to be, and can not be left out", arguments: pages)
    func required(page: String) throws {
        for (key, entry) in try entries(page) where key != "upstreams" {
            let isRequired = (try? read(key)) == nil
            let isSaid = entry.text.contains("Required") || entry.text.contains("Bắt buộc")
            #expect(isSaid == isRequired, "\(key)")
        }
    }

    /// A value as people write it: without a fraction of nothing.
    private static func written(_ value: JSON) -> String {
        if let number = value.number, let whole = Int(exactly: number) { return "\(whole)" }
        return String(decoding: value.bytes, as: UTF8.self)
    }

    @Test("each default is the one that the reader fills in", arguments: pages)
    func defaults(page: String) throws {
        let text = "{station: \"s\", upstreams: [{name: \"u\", url: \"/u\", root: \"/r\"}]}"
        let bare = values(try Configuration.read(Array(text.utf8)).json)
        let full = values(try read().json)
        // What no single value says; it is looked at below.
        let described: Set = ["name", "upstreams.rank", "hours"]
        for (key, entry) in try entries(page) where !described.contains(key) {
            guard let place = entry.text.firstRange(of: #/(Default|Mặc định): /#) else { continue }
            let said = entry.text[place.upperBound...]
            let value = try #require((bare.first { $0.path == key } ?? full.first { $0.path == key })?.value)
            // The test has its own, for what is longest of the others.
            let expected = key == "amplifier.maximumMinutes" ? "180" : Self.written(value)
            let isSaid = [".", ","].contains { said.replacing(", ", with: ",").hasPrefix(expected + $0) }
            #expect(isSaid, "\(key): \(said)")
        }
        let configuration = try Configuration.read(Array(text.utf8))
        #expect(configuration.name == "s" && configuration.upstreams[0].rank == 1)
        let band = try #require(configuration.hours.first)
        #expect("\(band.from) \(band.to) \(band.ceilingDecibels)" == "05:00 21:00 -6.0")
    }

    @Test("each bound is taken, and what lies beyond it is refused", arguments: pages)
    func bounds(page: String) throws {
        var count = 0
        let numbers = values(try read().json).filter { $0.value.number != nil }.map(\.path)
        for (key, entry) in try entries(page) where numbers.contains(key) {
            let found = try #require(
                entry.text.firstMatch(of: #/(-?[0-9]+) (?:to|đến) (-?(?:10\^15|[0-9]+))/#),
                "\(key) has no bounds")
            let least = try #require(Int(found.1))
            let most = found.2 == "10^15" ? 1_000_000_000_000_000 : try #require(Int(found.2))
            for value in [least, most] {
                #expect(throws: Never.self, "\(key): \(value)") { try read(key, "\(value)") }
            }
            for value in [least - 1, most + 1] {
                #expect(throws: ConfigurationError.self, "\(key): \(value)") { try read(key, "\(value)") }
            }
            count += 1
        }
        #expect(count == numbers.count)
    }
}
