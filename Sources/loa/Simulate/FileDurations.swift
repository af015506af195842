import CLinux
import Glibc
import StationAudio
import StationCore
import StationHost
import StationSimulator
import StationTrust
import Synchronization
import TerminalText

/// How long each file of the store sounds: each is decoded to its end, by as many threads as there are processors.
struct FileDurations {
    /// No file is longer, in seconds: the station would not play it either.
    private static let mostSeconds = 6 * 3600
    /// At most so many threads decode.
    private static let mostThreads = 8

    let folder: String
    let language: Language

    /// What is still to be decoded, and what was found.
    private final class Work: Sendable {
        struct State {
            var names: [String]
            var found: [String: SimulatedContent] = [:]
        }
        let state: Mutex<State>

        init(_ names: [String]) { state = Mutex(State(names: names)) }
    }

    /// The library of files, by upstream and path; those that are not on the disk are not in it.
    func library(_ contents: [String: TUF.Content]) -> SimulatedLibrary {
        let names = Set(contents.values.compactMap(\.storeName)).filter {
            access("\(folder)/\($0)", F_OK) == 0
        }
        let found = decode(names.sorted())
        var library = SimulatedLibrary()
        for (key, content) in contents {
            // What is not here yet is taken to come, and to sound for a while.
            library[key] = content.storeName.flatMap { found[$0] } ?? Self.unknown
        }
        return library
    }

    /// What nobody has seen yet sounds like.
    private static let unknown = SimulatedContent(duration: .seconds(60))

    private func decode(_ names: [String]) -> [String: SimulatedContent] {
        let work = Work(names)
        let bar = ProgressBar()
        let threads = max(1, min(Self.mostThreads, sysconf(Int32(_SC_NPROCESSORS_ONLN)), names.count))
        var left = threads
        guard let done = try? JobQueue<Void>() else { return [:] }
        for number in 0..<threads {
            let isStarted: Void? = try? Thread.start("decode-\(number)") { [folder] in
                while let name = work.state.withLock({ $0.names.popLast() }) {
                    let content = Self.content("\(folder)/\(name)")
                    work.state.withLock { $0.found[name] = content }
                }
                done.put(())
            }
            if isStarted == nil { left -= 1 }
        }
        while left > 0 {
            left -= done.wait(atMost: 200_000_000)?.count ?? 0
            let count = work.state.withLock { $0.found.count }
            bar.show(Catalogue.decoding[language], Int64(count), of: Int64(max(1, names.count)))
        }
        bar.clear()
        return work.state.withLock { $0.found }
    }

    private static func content(_ path: String) -> SimulatedContent {
        do {
            let file = try Descriptor.open(path, O_RDONLY)
            let found = try Preflight(descriptor: file.number, maximumSeconds: mostSeconds)
            let problem = found.isTruncated ? "is cut off" : nil
            return SimulatedContent(duration: .nanoseconds(found.nanoseconds), problem: problem)
        } catch { return SimulatedContent(duration: .zero, problem: "\(error)") }
    }
}
