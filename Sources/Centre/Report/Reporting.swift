package import StationCore
import StationHost

/// `loa-centre report`: reads the stations' logs on as many threads as are worth it, and hands them on in order.
package struct Reporting {
    /// Where the logs are.
    package let proofs: ProofFolder
    /// The days that are wanted.
    package let period: ReportPeriod
    /// When it is made.
    package let now: Instant
    /// The stations and the groups that are wanted; empty for all.
    package var stations: [String] = []
    package var groups: [String] = []
    /// More threads only wait for the disk.
    private static let workers = 2
    /// So many stations are read ahead of the one that is handed on next: what waits takes memory.
    private static let window = 16

    /// Prepares a report.
    package init(_ proofs: ProofFolder, _ period: ReportPeriod, now: Instant) {
        (self.proofs, self.period, self.now) = (proofs, period, now)
    }

    /// A station that was read.
    private struct Done: Sendable {
        var number: Int
        var report: StationReport
        var rows: [ReportRow]
    }

    /// Reads all that is wanted.
    ///
    /// - Parameters:
    ///   - wantsRows: whether the finest rows are made.
    ///   - progress: told how many stations were read.
    ///   - each: gets every station with its finest rows, in order of their ids, on this thread.
    /// - Returns: the sums, with every station but its rows.
    /// - Throws: `CentreError` when the store's folder cannot be read, or a station is not in it; what `each` throws.
    package func run(
        wantsRows: Bool = false, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in },
        each: (StationReport, [ReportRow]) throws -> Void = { _, _ in }
    ) throws -> Report {
        let names = try wantedStations()
        var report = Report(period, made: now)
        report.chosen = stations + groups
        let done = try JobQueue<Done>()
        let queues = try (0..<min(Self.workers, max(1, names.count))).map { _ in try JobQueue<Int?>() }
        defer { for queue in queues { queue.put(nil) } }
        for queue in queues { try start(queue, names, wantsRows, done) }
        var (issued, next, load) = (0, 0, Array(repeating: 0, count: queues.count))
        var worker: [Int: Int] = [:]
        var waiting: [Int: Done] = [:]
        while next < names.count {
            while issued < min(names.count, next + Self.window), let idle = load.firstIndex(where: { $0 < 2 })
            {
                queues[idle].put(issued)
                worker[issued] = idle
                load[idle] += 1
                issued += 1
            }
            for station in done.wait() ?? [] {
                waiting[station.number] = station
                if let idle = worker.removeValue(forKey: station.number) { load[idle] -= 1 }
            }
            while let station = waiting.removeValue(forKey: next) {
                next += 1
                progress(next, names.count)
                guard isWanted(station.report) else { continue }
                report.add(station.report)
                try each(station.report, station.rows)
            }
        }
        return report
    }

    private func wantedStations() throws(CentreError) -> [String] {
        let names = try proofs.stations()
        guard !stations.isEmpty else { return names }
        for station in stations where !names.contains(station) {
            throw CentreError(.refused, ReportProblem.noStation(station))
        }
        return names.filter(stations.contains)
    }

    private func isWanted(_ station: StationReport) -> Bool {
        groups.isEmpty || station.groups.contains(where: groups.contains)
    }

    private func start(
        _ queue: JobQueue<Int?>, _ names: [String], _ wantsRows: Bool, _ done: JobQueue<Done>
    ) throws(CentreError) {
        let reading = StationReading(proofs: proofs, period: period, now: now)
        try attempt { () throws(SystemError) in
            try Thread.start("report") {
                while true {
                    for job in queue.wait() ?? [] {
                        guard let job else { return }
                        let (report, rows) = reading.read(names[job], wantsRows: wantsRows)
                        done.put(Done(number: job, report: report, rows: rows))
                    }
                }
            }
        }
    }
}
