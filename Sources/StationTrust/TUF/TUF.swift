/// The Update Framework (specification 1.0.34): what of a repository may be believed.
///
/// Bytes go in and verdicts come out; files and network are the caller's (see `Client`).
package enum TUF {
    /// The names of the roles that root appoints itself.
    package enum TopLevelRole: String, Sendable, CaseIterable {
        case root, timestamp, snapshot, targets
    }

    /// Bounds on what a repository can make a station read, keep and ask for.
    package enum Limit {
        /// The longest root file, in bytes.
        package static let rootBytes = 512_000
        /// The longest timestamp, in bytes.
        package static let timestampBytes = 16_384
        /// The longest snapshot, in bytes.
        package static let snapshotBytes = 2_000_000
        /// The longest file of a targets role, in bytes.
        package static let targetsBytes = 5_000_000
        /// How many newer roots are looked for in one cycle.
        package static let rootRotations = 256
        /// How many delegated roles are asked for one target.
        package static let delegatedRoles = 32
        /// How many roles one file may delegate to: twice the 16,384 hash bins of the largest known repository.
        package static let delegations = 32_768
        /// The longest path of a target and the longest pattern of paths, in bytes.
        package static let pathBytes = 1_024
        /// The longest name of a role as part of a file's name, which Linux limits to 255 bytes.
        package static let quotedRoleBytes = 240

        /// The longest file of that role, in bytes.
        package static func bytes(of role: String) -> Int {
            switch TopLevelRole(rawValue: role) {
            case .root: rootBytes
            case .timestamp: timestampBytes
            case .snapshot: snapshotBytes
            case .targets, nil: targetsBytes
            }
        }
    }

    /// The name of a role's file without a version: what is not `A-Za-z0-9_.-~` is percent-encoded.
    ///
    /// A role named `../x` is the file `..%2Fx.json`, on the web server and on disk.
    package static func fileName(of role: String) -> String { quoted(role) + ".json" }

    /// Percent-encodes all but what every URL and file name may hold.
    package static func quoted(_ text: String, alsoPlain plain: String = "") -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_.-~".utf8.contains(byte) || plain.utf8.contains(byte)
                }
            if isPlain {
                output.append(byte)
            } else {
                output += "%\(Hexadecimal.text([byte]).uppercased())".utf8
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
