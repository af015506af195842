import CLinux
import Glibc
package import StationCore
package import StationHost
package import TerminalText

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
            now: Clocks.read().wall, random: systemRandom, calls: .kernel, zones: zones, zone: zone)
    }

    @Sendable private static func systemRandom(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        // No more than 256 are asked for, so a signal cannot cut the answer short (getrandom(2)).
        precondition(count <= 256)
        return getentropy(&bytes, count) == 0 ? bytes : nil
    }
}

/// Why an operation of the centre did nothing.
package struct CentreError: Error, Hashable, Sendable {
    /// Whose turn it is.
    package enum Kind: Hashable, Sendable {
        /// The answer is no: what was to be published is not fit for it, or somebody said no.
        case refused
        /// This user may not.
        case notPermitted
        /// Keys or repository are not as they must be.
        case configuration
    }

    /// Whose turn it is.
    package let kind: Kind
    /// What is wrong and what to do about it.
    package let message: Phrase
    /// What was found in the channel, where that is the reason.
    package let problems: [ChannelProblem]

    /// Makes an error.
    package init(_ kind: Kind, _ message: Phrase, problems: [ChannelProblem] = []) {
        (self.kind, self.message, self.problems) = (kind, message, problems)
    }

    /// A system call failed.
    package init(_ error: SystemError) {
        let isForbidden = error.code == EACCES || error.code == EPERM
        self.init(isForbidden ? .notPermitted : .refused, Phrasebook.translated("\(error)"))
    }
}

/// Does what may fail with a system call's error, and fails with the centre's.
func attempt<Result>(_ body: () throws(SystemError) -> Result) throws(CentreError) -> Result {
    do throws(SystemError) { return try body() } catch { throw CentreError(error) }
}

/// Something about a channel that its editor should know.
package struct ChannelProblem: Hashable, Sendable {
    /// How much it matters.
    package enum Severity: Hashable, Sendable {
        /// It is published, and may not sound as meant.
        case warning
        /// It is not published.
        case error
    }

    /// How much it matters.
    package var severity: Severity
    /// The file inside the channel.
    package var file: String
    /// The line, from 1; nil where it is about the whole file.
    package var line: Int?
    /// What is wrong.
    package var message: Phrase

    /// Makes a problem.
    package init(_ severity: Severity, _ file: String, line: Int? = nil, _ message: Phrase) {
        (self.severity, self.file, self.line, self.message) = (severity, file, line, message)
    }
}
