import StationCore
import StationTrust

/// A simulated station's entries, hashed once for all the stations that follow it.
struct Template {
    /// An entry as the log has it, and whether it names its station.
    let lines: [(line: [UInt8], hash: MerkleHash, boot: JSON?)]
    let last: Instant?
    /// The faults that are there at its end.
    let faults: [JSON]

    init(_ entries: [Entry]) {
        lines = entries.map { entry in
            let line = entry.line
            return (line, MerkleHash.leaf(line), entry.kind == .boot ? entry.json : nil)
        }
        last = entries.last?.wall
        var open: [String: JSON] = [:]
        for entry in entries where entry.kind == .fault {
            guard let code = entry.json["code"]?.text, code != "downtime-not-judged" else { continue }
            let isRaised = entry.json["state"]?.text == "raised"
            open[code] =
                isRaised
                ? [
                    "code": .string(code), "since": entry.json["wall"] ?? .null,
                    "message": entry.json["message"] ?? "",
                ] : nil
        }
        faults = open.sorted { $0.key < $1.key }.map(\.value)
    }
}

/// Who lives where: communes of twenty stations.
struct Inhabitants {
    private static let communes = [
        "Tân Phú", "An Bình", "Mỹ Hòa", "Long Thạnh", "Phước Hậu", "Đại Ân", "Hòa Lợi", "Vĩnh Châu",
        "Kế Sách",
        "Trà Cú",
        "Cầu Kè", "Tiểu Cần", "Châu Thành", "Ngãi Hùng", "Thạnh Trị", "Mỹ Xuyên", "Lịch Hội", "Tam Ngãi",
        "Hiếu Tử",
        "Long Đức",
    ]

    let stations: Int

    func station(_ number: Int) -> Inhabitant {
        let commune = number / 20
        let name =
            Self.communes[commune % Self.communes.count]
            + (commune < Self.communes.count ? "" : " \(commune / Self.communes.count + 1)")
        let id = "xa-\(Self.padded(commune + 1, 2))-ap-\(Self.padded(number % 20 + 1, 2))"
        var groups = ["xã \(name)"]
        if number % 5 == 2 { groups.append("tiếng Khmer") }
        return Inhabitant(id: id, name: "Ấp \(number % 20 + 1), xã \(name)", groups: groups)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

/// A station of the province.
struct Inhabitant {
    let id: String
    let name: String
    let groups: [String]

    /// Writes its logs and its status as it would have put them to the store.
    ///
    /// - Returns: the key to enrol; nil for the one station in 160 that nobody has enrolled.
    func write(_ template: Template, into folder: String, until end: Instant, number: Int) throws -> String? {
        guard let key = SecretKey(seed: SHA256.hash("loa/\(id)".utf8).bytes),
            let noteKey = NoteKey("loa/\(id)", key.publicBytes)
        else { throw Failure("no key for \(id)") }
        let lines = template.lines.map { line, hash, boot in
            guard let boot else { return (line, Optional(hash)) }
            return (named(boot).bytes, nil)
        }
        var log = TileWriter(origin: "loa/\(id)", folder: "\(folder)/\(id)", key: key)
        if number % 97 == 41, lines.count > 200 {
            try writeTwo(lines, into: &log, folder, key)
        } else {
            try log.write(lines)
        }
        try save(status(key, noteKey, until: end, template, log).bytes, "\(folder)/\(id)/status.json")
        if number % 160 == 33 { return nil }
        if number % 211 == 88 { try damage("\(folder)/\(id)/tile/entries/000") }
        return noteKey.text
    }

    /// A loss at three fifths of its time: the second log repeats what it is not sure of.
    private func writeTwo(
        _ lines: [(line: [UInt8], hash: MerkleHash?)], into log: inout TileWriter, _ folder: String,
        _ key: SecretKey
    ) throws {
        let border = lines.count * 3 / 5
        try log.write(Array(lines[..<border]))
        let first: JSON = [
            "index": .integer(Int64(lines.count) * 2), "kind": "fault", "boot": "boot-x",
            "monotonicNanoseconds": 1, "wall": "2026-01-01T00:00:00.000000+07:00", "clock": "untrusted",
            "code": "proof", "state": "raised", "origin": .string("loa/\(id)/2"),
            "from": .integer(Int64(border - 40)), "message": "the store's log is not a beginning of this one",
        ]
        log = TileWriter(origin: "loa/\(id)/2", folder: "\(folder)/\(id)/2", key: key)
        try log.write([(first.bytes, nil)] + lines[(border - 40)...])
    }

    private func named(_ boot: JSON) -> JSON {
        var members = (boot.members ?? []).filter { $0.name != "groups" }
        for index in members.indices where members[index].name == "station" {
            members[index].value = .string(id)
        }
        members.append(.init("groups", .array(groups.map { .string($0) })))
        return .object(members)
    }

    private func damage(_ path: String) throws {
        guard var bytes = TileWriter.read(path), bytes.count > 900 else { return }
        bytes[800] ^= 1
        try save(bytes, path)
    }

    private func status(
        _ key: SecretKey, _ noteKey: NoteKey, until end: Instant, _ template: Template, _ log: TileWriter
    ) -> JSON {
        let lastHeard = template.last
        let isAlive = lastHeard.map { end - $0 < .seconds(3 * 86_400) } ?? false
        let time = RFC3339.string(from: isAlive ? end - .seconds(1800) : lastHeard ?? end, offset: 25_200)
        let signed: JSON = [
            "_type": "loa-status", "station": .string(id), "name": .string(name), "time": .string(time),
            "version": "1.0.0", "state": "idle", "groups": .array(groups.map { .string($0) }),
            "uploadSeconds": 3600, "clock": ["trust": "synchronised", "errorMicroseconds": 500],
            "faults": .array(template.faults), "next": .null, "upstreams": [],
            "proof": [
                "origin": .string(log.origin), "size": .integer(log.size), "uploaded": .integer(log.size),
                "rootHash": .string(log.rootText),
            ],
            "storage": ["freeBytes": 8_000_000_000, "contentBytes": 100_000_000],
        ]
        let signature = (try? signed.canonicalBytes()).map { key.sign($0) } ?? []
        return [
            "signed": signed,
            "signatures": [
                ["keyid": .string(Hexadecimal.text(noteKey.id)), "sig": .string(Hexadecimal.text(signature))]
            ],
        ]
    }
}
