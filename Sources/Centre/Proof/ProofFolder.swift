import Glibc
import StationCore
import StationHost
import TerminalText

/// The store's folder, in which each station has one of its own, and the centre's memory of them.
///
/// Stations may write below their own folder, so nothing there is believed: what is listed here is where to look.
package struct ProofFolder: Sendable {
    /// The store's folder.
    package let path: String
    /// Where the centre keeps what it knows of the stations.
    package let memory: String

    /// The name of the memory where nobody puts it elsewhere; no station is called so.
    private static let memoryName = ".loa-centre"
    /// More than any country has; a folder with more names is none of ours.
    private static let mostStations = 100_000
    /// A station that loses its log every day for ten years has fewer.
    package static let mostLogs: Int = 4096

    /// Looks at a store's folder, with a memory elsewhere if that is said.
    package init(_ path: String, memory: String? = nil) {
        self.path = path
        self.memory = memory ?? path + "/" + Self.memoryName
    }

    /// Whether a text may name a station, and so its folder.
    package static func isStation(_ name: String) -> Bool { TextForm.name.matches(name) }

    /// The folder of a station.
    package func folder(of station: String) -> String { path + "/" + station }

    /// The stations that have put something here or are remembered, in order of their names.
    ///
    /// - Throws: `CentreError` when the folder cannot be read, or has more names than a store has.
    package func stations() throws(CentreError) -> [String] {
        var stations: Set<String> = []
        for name in try names(in: path) where Self.isStation(name) {
            if hasProofs(folder(of: name)) { stations.insert(name) }
        }
        stations.formUnion(try remembered())
        return stations.sorted()
    }

    /// The stations of which the centre knows something, in no order.
    private func remembered() throws(CentreError) -> [String] {
        guard isFolder(memory) else { return [] }
        return try names(in: memory).compactMap { name in
            guard name.hasSuffix(StationMemory.ending) else { return nil }
            let station = String(name.dropLast(StationMemory.ending.count))
            return Self.isStation(station) ? station : nil
        }
    }

    /// The logs that lie in a station's folder, the first one first.
    package func logs(of station: String) -> [StoredLog] {
        guard Self.isStation(station), isFolder(folder(of: station)) else { return [] }
        var logs: [StoredLog] = []
        let first = StoredLog(station: station, number: 1, in: self)
        if hasLog(first.folder) { logs.append(first) }
        // As the numbers' folders are among tiles and whatever else a station puts there, all of the names count.
        let names = (try? readNames(folder(of: station), limit: Self.mostLogs)) ?? []
        let numbers = names.compactMap { LogOrigin.number(ofFolder: $0) }.sorted()
        return logs
            + numbers.map { StoredLog(station: station, number: $0, in: self) }.filter { hasLog($0.folder) }
    }

    private func hasLog(_ folder: String) -> Bool {
        isFolder(folder) && (exists(folder + "/checkpoint") || exists(folder + "/tile"))
    }

    /// Whether a folder is a station's, and not one that lies here for something else.
    private func hasProofs(_ folder: String) -> Bool {
        guard isFolder(folder) else { return false }
        return hasLog(folder) || exists(folder + "/status.json")
            || ((try? readNames(folder, limit: Self.mostLogs)) ?? []).contains {
                LogOrigin.number(ofFolder: $0) != nil
            }
    }

    // MARK: Names

    private func names(in folder: String) throws(CentreError) -> [String] {
        let names = try attempt { () throws(SystemError) in
            try readNames(folder, limit: Self.mostStations + 1)
        }
        guard names.count <= Self.mostStations else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "\(folder): nhiều hơn \(Self.mostStations) tên; đây không phải thư mục bằng chứng",
                    en: "\(folder): more than \(Self.mostStations) names; this is no folder of proofs"))
        }
        return names
    }

    private func readNames(_ folder: String, limit: Int) throws(SystemError) -> [String] {
        try StationHost.names(in: Descriptor.open(folder, O_RDONLY | O_DIRECTORY), limit: limit)
    }

    /// Whether it is a folder itself, and no link to one: a station's must not lead to another's.
    private func isFolder(_ path: String) -> Bool {
        var information = stat()
        // The store's own folder may be a link; those in it may not.
        let isThere = path == self.path ? stat(path, &information) : lstat(path, &information)
        return isThere == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    private func exists(_ path: String) -> Bool {
        var information = stat()
        return lstat(path, &information) == 0
    }
}
