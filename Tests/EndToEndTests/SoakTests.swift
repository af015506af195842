import CardCapture
import Foundation
import StationTrust
import Testing

/// A month of a busy station compressed: slots one after the other, a card and a centre that come and go (T37).
///
/// A minute here; `LOA_SOAK_MINUTES=60` makes an hour of it, which is 30 days of twenty slots and their troubles.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(90))) struct SoakTests {
    /// From slot to slot, and how long each sounds, in seconds.
    private static let interval = 3
    private static let length = 1.2
    /// Resident memory may not grow by more, in kB.
    private static let mostDrift = 1024
    /// What the first slots make for good is not counted: caches, the codecs' tables, the log's first batches.
    private static let warmUp = 1.0 / 3

    private static let seconds =
        (ProcessInfo.processInfo.environment["LOA_SOAK_MINUTES"].flatMap(Int.init) ?? 1) * 60

    /// What a process holds.
    private struct Usage: CustomStringConvertible {
        var resident: Int
        var descriptors: Int
        var threads: Int

        init(of process: Int32) throws {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            func number(_ name: String) -> Int {
                let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
                return Int(line.filter(\.isNumber)) ?? -1
            }
            (resident, threads) = (number("VmRSS"), number("Threads"))
            descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
        }

        var description: String { "\(resident) kB, \(descriptors) descriptors, \(threads) threads" }
    }

    /// What the quietest moments of a stretch hold: between two slots, while nothing is on its way.
    private func least(_ usages: ArraySlice<Usage>) -> Usage? {
        guard var least = usages.first else { return nil }
        for usage in usages {
            least.resident = min(least.resident, usage.resident)
            least.descriptors = min(least.descriptors, usage.descriptors)
            least.threads = min(least.threads, usage.threads)
        }
        return least
    }

    @Test("T37: slot after slot, with a card and a centre that come and go, nothing grows")
    func flat() async throws {
        let broadcast = try Broadcast()
        try broadcast.write("item.wav", seconds: Self.length)
        try broadcast.schedule(
            in: 4,
            more: [
                "RRULE:FREQ=SECONDLY;INTERVAL=\(Self.interval);COUNT=\(Self.seconds / Self.interval)",
                "X-LOA-LATE:PT2S",
            ])
        try broadcast.start()
        let process = try #require(broadcast.station.daemon?.processIdentifier)
        let repository = broadcast.station.path + "/repository"
        var usages: [Usage] = []
        for second in 0..<Self.seconds {
            try await broadcast.sleep(until: Double(second))
            switch second % 20 {
            case 5: broadcast.card.unplug()
            case 8: broadcast.card.replug()
            case 10: rename(repository, repository + "-gone")
            case 17: rename(repository + "-gone", repository)
            case 19: _ = try broadcast.station.loa("status")
            default: break
            }
            usages.append(try Usage(of: process))
        }
        let played = try broadcast.entries("outcome").count { $0["result"]?.text == "played" }
        #expect(played > Self.seconds / Self.interval / 2, "\(played) played")
        let first = Int(Double(usages.count) * Self.warmUp)
        let stretch = max(20, (usages.count - first) / 4)
        let begun = try #require(least(usages[first..<(first + stretch)]))
        let ended = try #require(least(usages.suffix(stretch)))
        #expect(ended.resident - begun.resident <= Self.mostDrift, "\(begun) → \(ended)")
        #expect(ended.descriptors <= begun.descriptors, "\(begun) → \(ended)")
        #expect(ended.threads <= begun.threads, "\(begun) → \(ended)")
        print("soak of \(Self.seconds) s, \(played) slots played: \(begun) → \(ended)")
    }
}
