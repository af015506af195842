package import StationCore
import StationHost
package import StationTrust

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
