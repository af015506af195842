import CLinux
package import StationCore
package import StationHost
import TerminalText

/// What an operation of the centre has of the world: the time, chance, the disk, the zones.
package struct Surroundings: Sendable {
    /// When the operation is judged and signed.
    package var now: Instant
    /// So many bytes that nobody can foresee.
    package var random: @Sendable (Int) -> [UInt8]?
    /// How bytes get onto the disk.
    package var calls: DiskCalls
    /// The system's time zones.
    package var zones: Zones
    /// The zone in which times are shown, and in which times of a calendar that name no zone are meant.
    package var zone: ZoneFile

    /// The name of Vietnam's zone.
    package static let zoneName = "Asia/Ho_Chi_Minh"

    /// Makes them of their parts.
    package init(
        now: Instant, random: @escaping @Sendable (Int) -> [UInt8]?, calls: DiskCalls, zones: Zones,
        zone: ZoneFile
    ) {
        (self.now, self.random, self.calls, self.zones, self.zone) = (now, random, calls, zones, zone)
    }

    /// This machine's own.
    ///
    /// - Throws: when the machine does not know Vietnam's time zone.
    package static func system() throws(CentreError) -> Surroundings {
        let zones = ZoneFolder.system.zones
        guard let zone = zones.zone(named: zoneName) else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "máy này không có múi giờ \(zoneName): cài gói tzdata",
                    en: "this machine has no time zone \(zoneName): install the package tzdata"))
        }
        return Surroundings(
            now: Clocks.read().wall, random: systemRandom(_:), calls: .kernel, zones: zones, zone: zone)
    }

}

extension Surroundings {
    /// An instant in RFC 3339 in the centre's zone.
    func text(_ instant: Instant) -> String {
        RFC3339.string(from: instant, offset: zone.offset(at: instant).seconds)
    }

    /// An instant as people read it: in the centre's zone, which is said.
    func phrase(_ seconds: Int64) -> Phrase {
        let text = text(Instant(seconds: seconds))
        func shown(_ language: Language) -> String {
            Format(language: language).time(text) + " (\(Self.zoneMark(text)))"
        }
        return Phrase(vi: shown(.vietnamese), en: shown(.english))
    }

    /// The zone of a time of RFC 3339, such as `UTC+07:00`.
    package static func zoneMark(_ text: String) -> String {
        text.hasSuffix("Z") ? "UTC" : "UTC" + text.suffix("+07:00".count)
    }
}
