import StationCore
import StationTrust

// What a station says of itself, as its signed status has it.

extension StationCondition {
    /// So many faults, and so many upstreams, of one station are listed.
    private static let mostListed = 32

    /// What the status in a station's folder says; nil where none of the keys has signed it for that station.
    init?(of station: String, in proofs: ProofFolder, trusting keys: [NoteKey]) {
        guard let status = try? StationStatus(of: station, in: proofs, trusting: keys) else { return nil }
        self.init(
            name: status.json["name"]?.text ?? "", time: status.time, patience: status.patience,
            faults: (status.json["faults"]?.elements ?? []).prefix(Self.mostListed).compactMap { fault in
                guard let code = fault["code"]?.text else { return nil }
                return Fault(
                    code: code, since: fault["since"]?.text.flatMap(RFC3339.instant(of:)),
                    message: fault["message"]?.text ?? "")
            },
            stale: status.staleUpstreams.prefix(Self.mostListed).map { upstream in
                Stale(
                    upstream: upstream["name"]?.text ?? "",
                    lastContact: upstream["lastContact"]?.text.flatMap(RFC3339.instant(of:)))
            },
            groups: (status.json["groups"]?.elements ?? []).prefix(StationFold.mostGroups).compactMap(\.text))
    }
}
