import StationCore
import StationTrust

// What a station says of itself, read from the signed status in its folder.

extension StationCondition {
    /// A status is a few kilobytes.
    private static let mostBytes = 1 << 20

    /// What the status in a station's folder says; nil where none of the keys has signed it for that station.
    init?(of station: String, in proofs: ProofFolder, trusting keys: [NoteKey]) {
        var file = StoredFile()
        guard (try? file.read(proofs.folder(of: station) + "/status.json", limit: Self.mostBytes)) != nil,
            let json = try? JSONParser.parse(
                Array(file.bytes), limits: JSONParser.Limits(bytes: Self.mostBytes)),
            let signed = json["signed"], let bytes = try? signed.canonicalBytes(),
            Self.isSigned(bytes, json["signatures"]?.elements ?? [], by: keys),
            signed["_type"]?.text == "loa-status", signed["station"]?.text == station,
            let time = signed["time"]?.text.flatMap(RFC3339.instant(of:))
        else { return nil }
        self.init(
            name: signed["name"]?.text ?? "", time: time,
            faults: (signed["faults"]?.elements ?? []).prefix(Self.mostFaults).compactMap { fault in
                guard let code = fault["code"]?.text else { return nil }
                return Fault(
                    code: code, since: fault["since"]?.text.flatMap(RFC3339.instant(of:)),
                    message: fault["message"]?.text ?? "")
            },
            groups: (signed["groups"]?.elements ?? []).prefix(StationFold.mostGroups).compactMap(\.text))
    }

    /// So many faults of one station are listed.
    private static let mostFaults = 32

    private static func isSigned(_ bytes: [UInt8], _ signatures: [JSON], by keys: [NoteKey]) -> Bool {
        keys.contains { key in
            let public_ = PublicKey(
                keyType: "ed25519", scheme: "ed25519", text: Hexadecimal.text(key.publicBytes))
            return signatures.contains { signature in
                guard signature["keyid"]?.text == Hexadecimal.text(key.id),
                    let bytesOfSignature = signature["sig"]?.text.flatMap({ Hexadecimal.bytes($0) })
                else { return false }
                return public_?.verifies(bytesOfSignature, of: bytes) ?? false
            }
        }
    }
}
