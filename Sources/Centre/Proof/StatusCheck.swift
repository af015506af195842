import StationCore
import StationHost
import StationTrust

/// Looks at the status of every station: which are silent, stale, or have a fault.
package struct StatusCheck {
    /// A clock may be ahead by so much.
    private static let aheadSeconds: Int64 = 600
    /// A log that has grown is uploaded within two days.
    private static let uploadSeconds: Int64 = 2 * 86_400
    /// So many faults or upstreams of a station are told.
    private static let mostTold = 32

    private let folder: ProofFolder
    private let surroundings: Surroundings

    /// Prepares to look at a store's folder.
    package init(_ folder: ProofFolder, _ surroundings: Surroundings) {
        (self.folder, self.surroundings) = (folder, surroundings)
    }

    /// The state of every station that has put something into the store or is enrolled, in order of their names.
    ///
    /// When each was heard of is remembered: an older status must not look like news.
    package func run() throws(CentreError) -> [StationState] {
        let lock = try folder.lockMemory()
        defer { _ = lock.number }
        var heard = try folder.heard()
        var states: [StationState] = []
        for station in try folder.stations() {
            states.append(try look(at: station, &heard))
        }
        try folder.keep(heard, surroundings.calls)
        return states
    }

    private func look(at station: String, _ heard: inout HeardStations) throws(CentreError) -> StationState {
        var state = StationState(station: station)
        let memory: StationMemory
        // One broken file must not keep the other stations from being looked at.
        do throws(CentreError) { memory = try folder.memory(of: station) } catch {
            state.findings = [StatusText.memoryUnreadable(error)]
            return state
        }
        let status: StationStatus
        do throws(StationStatus.Refusal) {
            status = try StationStatus(of: station, in: folder, trusting: memory.keys)
        } catch {
            state.findings = [StatusText.refused(error, station)]
            return state
        }
        state.status = status
        let before = heard[station]
        // A time that has not come would make each right one after it look old.
        if status.time - surroundings.now <= .seconds(Self.aheadSeconds) { heard.hear(status, of: station) }
        judgeTime(status, before, &state)
        if let origin = status.json["proof"]?["origin"]?.text, origin != LogOrigin.keyName(of: station),
            memory[origin]?.isAcknowledged != true
        {
            state.findings.append(StatusText.lost(origin))
        }
        judge(status, since: heard[station]?.behindSince, &state)
        let order = StationState.Finding.Code.allCases
        state.findings.sort { (order.firstIndex(of: $0.code) ?? 0) < (order.firstIndex(of: $1.code) ?? 0) }
        return state
    }

    private func judgeTime(
        _ status: StationStatus, _ before: HeardStations.Heard?, _ state: inout StationState
    ) {
        let silence = surroundings.now - status.time
        if let before, status.time < before.time {
            state.findings.append(StatusText.timeBack(surroundings.phrase(before.time.seconds)))
        }
        if silence < .seconds(-Self.aheadSeconds) {
            state.findings.append(StatusText.timeAhead(surroundings.phrase(status.time.seconds)))
        }
        if silence > status.patience {
            state.findings.append(StatusText.silent(surroundings.phrase(status.time.seconds)))
        }
    }

    private func judge(_ status: StationStatus, since: Instant?, _ state: inout StationState) {
        for fault in (status.json["faults"]?.elements ?? []).prefix(Self.mostTold) {
            state.findings.append(StatusText.fault(fault))
        }
        for upstream in status.staleUpstreams.prefix(Self.mostTold) {
            state.findings.append(StatusText.stale(upstream))
        }
        if let since, status.time - since > .seconds(Self.uploadSeconds) {
            state.findings.append(StatusText.notUploaded(surroundings.phrase(since.seconds)))
        }
    }
}
