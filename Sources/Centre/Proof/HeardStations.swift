import StationCore
import StationHost
import StationTrust

/// When the stations were heard of: one file for all, since every look changes it.
struct HeardStations: Hashable {
    struct Heard: Hashable {
        /// The time of the newest status.
        var time: Instant
        /// Which log, and how many entries of it were uploaded then.
        var origin: String
        var uploaded: Int64
        /// Since when its log is larger than what was uploaded.
        var behindSince: Instant?
    }

    private var stations: [String: Heard] = [:]

    subscript(station: String) -> Heard? { stations[station] }

    /// Takes note of a status; an older one than the last changes nothing.
    mutating func hear(_ status: StationStatus, of station: String) {
        let proof = status.json["proof"]
        let (size, uploaded) = (proof?["size"]?.integer ?? 0, proof?["uploaded"]?.integer ?? 0)
        let before = stations[station]
        if let before, status.time < before.time { return }
        var heard = Heard(time: status.time, origin: proof?["origin"]?.text ?? "", uploaded: uploaded)
        if size > uploaded {
            let isSame = before?.origin == heard.origin && before?.uploaded == uploaded
            heard.behindSince = (isSame ? before?.behindSince : nil) ?? status.time
        }
        stations[station] = heard
    }
}

extension HeardStations {
    /// What the file says, in order of the stations' names.
    var json: JSON {
        func text(_ instant: Instant) -> JSON { .string(RFC3339.string(from: instant, offset: 0)) }
        let list = stations.sorted { $0.key < $1.key }.map { station, heard -> JSON in
            [
                "station": .string(station), "time": text(heard.time), "origin": .string(heard.origin),
                "uploaded": .integer(heard.uploaded), "behindSince": heard.behindSince.map(text) ?? .null,
            ]
        }
        return ["stations": .array(list)]
    }

    /// Reads what a file says; what is not understood is forgotten, which costs no more than one warning.
    init(json: JSON) {
        for heard in json["stations"]?.elements ?? [] {
            guard let station = heard["station"]?.text, let uploaded = heard["uploaded"]?.integer,
                let time = heard["time"]?.text.flatMap(RFC3339.instant(of:))
            else { continue }
            stations[station] = Heard(
                time: time, origin: heard["origin"]?.text ?? "", uploaded: uploaded,
                behindSince: heard["behindSince"]?.text.flatMap(RFC3339.instant(of:)))
        }
    }
}

extension ProofFolder {
    /// No station is called so.
    private var heardFile: String { memory + "/.status.json" }
    private static let mostHeardBytes = 64 << 20

    func heard() throws(CentreError) -> HeardStations {
        let limit = Self.mostHeardBytes
        do throws(SystemError) {
            let bytes = try readFile(heardFile, limit: limit)
            return HeardStations(json: (try? JSONParser.parse(bytes, limits: .init(bytes: limit))) ?? .null)
        } catch {
            if error.isMissing { return HeardStations(json: .null) }
            throw CentreError(error)
        }
    }

    func keep(_ heard: HeardStations, _ calls: DiskCalls) throws(CentreError) {
        let file = heardFile
        try attempt { () throws(SystemError) in
            try DurableFile.replace(file, with: heard.json.bytes + [0x0A], calls)
        }
    }
}
