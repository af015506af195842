package import StationCore
import StationHost
package import StationTrust
package import TerminalText

/// What a station says of itself in `status.json`, if a trusted key has signed it.
package struct StationStatus: Hashable, Sendable {
    /// No status of ours is longer, in bytes.
    private static let mostBytes = 1 << 16
    private static let type = "loa-status"
    /// A station that promises a status each so many seconds is silent after so many times that.
    private static let promises: Int64 = 3
    /// A promise of more is not believed: it would never be silent.
    private static let longestPromise: Int64 = 86_400

    /// What is signed.
    package let json: JSON
    /// When it was written, as the station's clock had it.
    package let time: Instant

    /// Why a status is not believed.
    enum Refusal: Error, Hashable {
        case missing
        case unreadable
        case keyUnknown([String])
        case signatureBad(String)
    }

    /// Reads a station's status and checks who has signed it.
    init(of station: String, in folder: ProofFolder, trusting keys: [NoteKey]) throws(Refusal) {
        var file = StoredFile()
        do throws(SystemError) {
            try file.read(folder.folder(of: station) + "/status.json", limit: Self.mostBytes)
        } catch { throw error.isMissing ? .missing : .unreadable }
        let limits = JSONParser.Limits(bytes: Self.mostBytes)
        guard let document = try? JSONParser.parse(Array(file.bytes), limits: limits),
            let signed = document["signed"], let signatures = document["signatures"]?.elements,
            let message = try? signed.canonicalBytes()
        else { throw .unreadable }
        let own = signatures.compactMap { signature in
            keys.first { Hexadecimal.text($0.id) == signature["keyid"]?.text }.map { (key: $0, signature) }
        }
        guard let (key, _) = own.first else { throw .keyUnknown(signatures.compactMap { $0["keyid"]?.text }) }
        let isSigned = own.contains { key, signature in
            signature["sig"]?.text.flatMap(Hexadecimal.bytes).map { key.verifies($0, of: message) } ?? false
        }
        guard isSigned else { throw .signatureBad(Hexadecimal.text(key.id)) }
        guard signed["_type"]?.text == Self.type, signed["station"]?.text == station,
            let time = signed["time"]?.text.flatMap(RFC3339.instant(of:))
        else { throw .unreadable }
        (json, self.time) = (signed, time)
    }

    /// For how long nothing more may be heard of the station before it counts as silent: three times what it promises.
    var patience: Duration {
        .seconds(Self.promises * min(max(json["uploadSeconds"]?.integer ?? 0, 1), Self.longestPromise))
    }

    /// What the station says of those upstreams that do not reach it.
    var staleUpstreams: [JSON] {
        (json["upstreams"]?.elements ?? []).filter { $0["stale"]?.bool == true }
    }
}

/// What is to be said of a station by its status.
package struct StationState: Hashable, Sendable {
    /// One thing that wants a look.
    package struct Finding: Hashable, Sendable {
        /// What it is, by a code that stays as it is; where several are true the first one here is the station's.
        package enum Code: String, Hashable, Sendable, CaseIterable {
            /// No trusted key has signed its status.
            case keyUnknown = "key-unknown"
            /// The signature is not that of the key that it names.
            case signatureBad = "signature-bad"
            /// The status is none.
            case unreadable
            /// An older status stands in a newer one's place, or its clock was set back.
            case timeBack = "time-back"
            /// Its clock is ahead of the centre's: its silence could not be seen.
            case timeAhead = "time-ahead"
            /// It says that its log began anew, and nobody has acknowledged that.
            case lost
            /// Nothing was heard of it for three times as long as it promises.
            case silent
            /// It says itself that something is wrong.
            case faulted
            /// It lives, but one of its upstreams does not reach it.
            case stale
            /// It lives, but its log has not been uploaded for two days although it has grown.
            case notUploaded = "not-uploaded"
        }

        /// What it is.
        package let code: Code
        /// The same in words.
        package let message: Phrase
    }

    /// Which station.
    package let station: String
    /// What it says of itself; nil where that is not believed.
    package var status: StationStatus?
    /// What wants a look, the gravest first.
    package var findings: [Finding] = []
}

/// Looks at the status of every station: which are silent, stale, or have a fault.
package struct StatusCheck {
    /// A clock may be ahead by so much.
    private static let aheadSeconds: Int64 = 600
    /// A log that has grown is uploaded within two days.
    private static let uploadSeconds: Int64 = 2 * 86_400
    /// So many faults or upstreams of a station are told.
    private static let mostTold = 32

    private let folder: ProofFolder
    private let surroundings: Surroundings

    /// Prepares to look at a store's folder.
    package init(_ folder: ProofFolder, _ surroundings: Surroundings) {
        (self.folder, self.surroundings) = (folder, surroundings)
    }

    /// The state of every station that has put something into the store or is enrolled, in order of their names.
    ///
    /// When each was heard of is remembered: an older status must not look like news.
    package func run() throws(CentreError) -> [StationState] {
        let lock = try folder.lockMemory()
        defer { _ = lock.number }
        var heard = try folder.heard()
        var states: [StationState] = []
        for station in try folder.stations() {
            states.append(try look(at: station, &heard))
        }
        try folder.keep(heard, surroundings.calls)
        return states
    }

    private func look(at station: String, _ heard: inout HeardStations) throws(CentreError) -> StationState {
        var state = StationState(station: station)
        let memory: StationMemory
        // One broken file must not keep the other stations from being looked at.
        do throws(CentreError) { memory = try folder.memory(of: station) } catch {
            state.findings = [StatusText.memoryUnreadable(error)]
            return state
        }
        let status: StationStatus
        do throws(StationStatus.Refusal) {
            status = try StationStatus(of: station, in: folder, trusting: memory.keys)
        } catch {
            state.findings = [StatusText.refused(error, station)]
            return state
        }
        state.status = status
        let before = heard[station]
        // A time that has not come would make each right one after it look old.
        if status.time - surroundings.now <= .seconds(Self.aheadSeconds) { heard.hear(status, of: station) }
        judgeTime(status, before, &state)
        if let origin = status.json["proof"]?["origin"]?.text, origin != LogOrigin.keyName(of: station),
            memory[origin]?.isAcknowledged != true
        {
            state.findings.append(StatusText.lost(origin))
        }
        judge(status, since: heard[station]?.behindSince, &state)
        let order = StationState.Finding.Code.allCases
        state.findings.sort { (order.firstIndex(of: $0.code) ?? 0) < (order.firstIndex(of: $1.code) ?? 0) }
        return state
    }

    private func judgeTime(
        _ status: StationStatus, _ before: HeardStations.Heard?, _ state: inout StationState
    ) {
        let silence = surroundings.now - status.time
        if let before, status.time < before.time {
            state.findings.append(StatusText.timeBack(surroundings.phrase(before.time.seconds)))
        }
        if silence < .seconds(-Self.aheadSeconds) {
            state.findings.append(StatusText.timeAhead(surroundings.phrase(status.time.seconds)))
        }
        if silence > status.patience {
            state.findings.append(StatusText.silent(surroundings.phrase(status.time.seconds)))
        }
    }

    private func judge(_ status: StationStatus, since: Instant?, _ state: inout StationState) {
        for fault in (status.json["faults"]?.elements ?? []).prefix(Self.mostTold) {
            state.findings.append(StatusText.fault(fault))
        }
        for upstream in status.staleUpstreams.prefix(Self.mostTold) {
            state.findings.append(StatusText.stale(upstream))
        }
        if let since, status.time - since > .seconds(Self.uploadSeconds) {
            state.findings.append(StatusText.notUploaded(surroundings.phrase(since.seconds)))
        }
    }
}

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

    fileprivate func heard() throws(CentreError) -> HeardStations {
        let limit = Self.mostHeardBytes
        do throws(SystemError) {
            let bytes = try readFile(heardFile, limit: limit)
            return HeardStations(json: (try? JSONParser.parse(bytes, limits: .init(bytes: limit))) ?? .null)
        } catch {
            if error.isMissing { return HeardStations(json: .null) }
            throw CentreError(error)
        }
    }

    fileprivate func keep(_ heard: HeardStations, _ calls: DiskCalls) throws(CentreError) {
        let file = heardFile
        try attempt { () throws(SystemError) in
            try DurableFile.replace(file, with: heard.json.bytes + [0x0A], calls)
        }
    }
}
