import StationCore
import TerminalText

/// What was found of the station's time zone, and what that means.
struct ZoneFacts: Sendable {
    /// So many years old zone data may have missed a law.
    private static let oldYears: Int64 = 2

    /// The zone of the configuration.
    var name: String
    /// Whether this system has it.
    var isKnown: Bool
    /// What `/etc/localtime` is called, and whether it has the same rules; nil where there is none.
    var system: (name: String, isSame: Bool)?
    /// The version of the zone data, such as `2024a`; nil where nothing tells.
    var version: String?
    /// The year that it is now.
    var year: Int64

    var findings: [Finding] {
        guard isKnown else {
            return [
                .fault(
                    .zone,
                    Phrase(vi: "máy này không có múi giờ \(name)", en: "this system has no zone \(name)"),
                    Phrase(
                        vi: "apt-get install tzdata, hoặc sửa timeZone trong cấu hình",
                        en: "apt-get install tzdata, or mend timeZone in the configuration"))
            ]
        }
        var found: [Finding] = []
        if let system, !system.isSame {
            found.append(
                .warning(
                    .zone,
                    Phrase(
                        vi:
                            "loa theo \(name), còn máy theo \(system.name): giờ của loa khác giờ mà lệnh date hiện",
                        en:
                            "the station goes by \(name), the system by \(system.name): date shows another time"
                    ),
                    Phrase(same: "timedatectl set-timezone \(name)")))
        }
        if let version, let made = Int64(version.prefix(4)), year - made > Self.oldYears {
            found.append(
                .warning(
                    .zone,
                    Phrase(
                        vi: "dữ liệu múi giờ đã cũ (\(version))", en: "the zone data is old (\(version))"),
                    Phrase(same: "apt-get update && apt-get install --only-upgrade tzdata")))
        }
        guard found.isEmpty else { return found }
        return [.ok(.zone, Phrase(same: [name, version].compactMap(\.self).joined(separator: ", tzdata ")))]
    }
}
