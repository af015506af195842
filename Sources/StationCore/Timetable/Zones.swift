// The time zones that a timetable may name, and how the names that calendar programs write lead to the system's.

/// The system's time zones by name; reading them is left to whoever makes the value.
package struct Zones: Sendable {
    private let read: @Sendable (String) -> ZoneFile?

    /// Zones that `read` looks up by their IANA name, such as `Asia/Ho_Chi_Minh`; `nil` means that there is none.
    ///
    /// `read` is only given names whose parts are letters, digits, `_`, `-` and `+`: safe to be joined to a folder.
    package init(_ read: @escaping @Sendable (String) -> ZoneFile?) { self.read = read }

    /// The zone of an IANA name.
    package func zone(named name: String) -> ZoneFile? { Self.isName(name) ? read(name) : nil }

    private static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count) else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "posix" && part != "right"
                && part.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
                        || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+")].contains(byte)
                }
        }
    }

    /// The zone that a TZID means, by its name or by the VTIMEZONE that describes it; `nil` when neither tells.
    ///
    /// The system's zone is taken wherever a name leads to one: its rules are newer than those in a calendar file.
    /// Tried in turn are the name itself, the end of a path (`/mozilla.org/20050126_1/Asia/Ho_Chi_Minh`), Windows'
    /// names and displayed texts, the X-LIC-LOCATION of the VTIMEZONE, and last the rules of the VTIMEZONE where they
    /// are one offset or the same every year. Never is an unknown zone taken for UTC.
    func zone(ofTZID identifier: String, definition: CalendarComponent?) -> ZoneFile? {
        let location = definition?.property("X-LIC-LOCATION")?.value
        for name in [identifier, location].compactMap({ $0 }) {
            if let zone = zone(named: name) { return zone }
            if let system = WindowsZones.systemName(of: name), let zone = zone(named: system) { return zone }
            if let zone = zone(atEndOf: name) ?? zone(displayedAs: name) { return zone }
        }
        return definition.flatMap(ZoneFile.init(described:))
    }

    private func zone(atEndOf path: String) -> ZoneFile? {
        guard path.hasPrefix("/") else { return nil }
        // The longest names of the system have three parts (America/Argentina/Ushuaia).
        let parts = path.split(separator: "/")
        for count in stride(from: min(3, parts.count), to: 0, by: -1) {
            if let zone = zone(named: parts.suffix(count).joined(separator: "/")) { return zone }
        }
        return nil
    }
}
