import Glibc
package import StationCore

/// The system's zone files (RFC 9636), so that a law that changes a zone arrives with `tzdata`.
package struct ZoneFolder: Sendable {
    /// No zone file of the system is nearly as large.
    private static let mostBytes = 1 << 20

    private let path: String

    /// The zone files below a folder.
    package init(path: String) { self.path = path }

    /// Where the system keeps its zone files: `TZDIR`, or what the zone database's own programs take.
    package static var system: ZoneFolder {
        ZoneFolder(path: getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo")
    }

    /// The zones, for whoever reads a timetable.
    package var zones: Zones {
        let path = path
        return Zones { name in
            guard let bytes = try? readFile(path + "/" + name, limit: Self.mostBytes) else { return nil }
            return try? ZoneFile(bytes: bytes)
        }
    }
}
