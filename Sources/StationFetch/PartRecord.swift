import Glibc
import StationHost
import StationTrust

/// What is known of a part: which state of the file it is of, and how much of it is on the disk for certain.
struct PartRecord: Hashable {
    private static let mostBytes = 4096

    let synced: Int64
    let validators: Validators

    init(synced: Int64, validators: Validators) { (self.synced, self.validators) = (synced, validators) }

    /// The record's place beside its part.
    static func path(of part: String) -> String { part + ".json" }

    /// Reads a record; nil where there is none, or none that says anything.
    init?(at path: String) {
        guard let bytes = try? readFile(path, limit: Self.mostBytes),
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: Self.mostBytes)),
            let synced = json["synced"]?.integer, synced >= 0
        else { return nil }
        self.synced = synced
        validators = Validators(
            entityTag: json["entityTag"]?.text, lastModified: json["lastModified"]?.text)
    }

    /// Writes it down, durably where it speaks of anything durable.
    func write(_ path: String, _ calls: DiskCalls) throws(SystemError) {
        var members: [JSON.Member] = [.init("synced", .integer(synced))]
        if let tag = validators.entityTag { members.append(.init("entityTag", .string(tag))) }
        if let date = validators.lastModified { members.append(.init("lastModified", .string(date))) }
        let bytes = JSON.object(members).bytes
        guard synced == 0 else { return try DurableFile.replace(path, with: bytes, calls) }
        // Before the first wait for the disk a power cut takes all that came, and may take its record too.
        let record = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
        if let error = bytes.withUnsafeBytes({ calls.write(record.number, $0) }) { throw error }
    }
}
