import StationCore
package import StationHost
import StationTrust
import TerminalText

/// What was found of a station's logs.
package struct StationResult: Hashable, Sendable {
    /// Which station.
    package let station: String
    /// Its logs, the first one first; one at least.
    package let logs: [LogResult]

    /// The worst of its logs' verdicts.
    package var verdict: LogVerdict { logs.map(\.verdict).max() ?? .incomplete }
}

/// Checks the logs of all stations, and remembers the heads of those that are as they should be.
package struct Verification {
    private let folder: ProofFolder
    private let calls: DiskCalls
    /// Whether what was read the last time is read again.
    package var readsAll = false
    /// The stations of which somebody says that their new logs are known about.
    package var acknowledged: Set<String> = []

    /// How far it is.
    package struct Progress: Hashable, Sendable {
        /// Stations that are done, and all of them.
        package var stations: (done: Int, of: Int) { (done, count) }
        /// The one that is being read.
        package var station: String
        /// How many of its entries were read.
        package var entries: Int64
        fileprivate var done: Int
        fileprivate var count: Int
    }

    /// Prepares to check a store's folder.
    package init(_ folder: ProofFolder, _ calls: DiskCalls = .kernel) {
        (self.folder, self.calls) = (folder, calls)
    }

    /// Checks one station after the other, and hands each result out as soon as it is there.
    ///
    /// - Throws: `CentreError` when the folder or the memory cannot be read or written.
    package func run(
        progress: (Progress) -> Void = { _ in }, _ body: (StationResult) -> Void
    ) throws(CentreError) {
        let lock = try folder.lockMemory()
        defer { _ = lock.number }
        let stations = try folder.stations()
        if let stranger = acknowledged.first(where: { !stations.contains($0) }) {
            throw Enrolment.noStation(stranger)
        }
        for (done, station) in stations.enumerated() {
            var state = Progress(station: station, entries: 0, done: done, count: stations.count)
            progress(state)
            let result = try check(station) { count in
                state.entries = count
                progress(state)
            }
            body(result)
        }
    }

    private func check(_ station: String, _ progress: (Int64) -> Void) throws(CentreError) -> StationResult {
        let first = StoredLog(station: station, number: 1, in: folder)
        var memory: StationMemory
        do throws(CentreError) { memory = try folder.memory(of: station) } catch {
            // One broken file must not keep the other stations from being looked at.
            var result = LogResult(origin: first.origin)
            result.add(LogFinding(.incomplete, .unreadable, error.message))
            return StationResult(station: station, logs: [result])
        }
        var logs = folder.logs(of: station)
        for known in memory.logs where !logs.contains(where: { $0.origin == known.origin }) {
            logs.append(
                contentsOf: StoredLog(origin: known.origin, of: station, in: folder).map { [$0] } ?? [])
        }
        if logs.isEmpty { logs = [first] }
        let before = memory
        let results = logs.sorted { $0.number < $1.number }.map { check($0, &memory, progress) }
        if memory != before { try folder.keep(memory, of: station, calls) }
        return StationResult(station: station, logs: results)
    }

    private func check(
        _ log: StoredLog, _ memory: inout StationMemory, _ progress: (Int64) -> Void
    ) -> LogResult {
        var (result, seen) = LogCheck.check(log, memory, readsAll: readsAll, progress: progress)
        guard var known = seen.take() else { return result }
        if acknowledged.contains(log.station), !known.isAcknowledged {
            known.isAcknowledged = true
            result.findings.removeAll { $0.code == .newOrigin }
        }
        memory.remember(known)
        return result
    }
}

extension StoredLog {
    /// The log of an origin; nil where a station has no such log.
    init?(origin: String, of station: String, in proofs: ProofFolder) {
        let name = LogOrigin.keyName(of: station)
        if origin == name {
            self.init(station: station, number: 1, in: proofs)
        } else if origin.hasPrefix(name + "/"),
            let number = LogOrigin.number(ofFolder: origin.dropFirst(name.count + 1))
        {
            self.init(station: station, number: number, in: proofs)
        } else {
            return nil
        }
    }
}
