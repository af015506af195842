import Glibc
import StationCore
import StationFetch
import StationHost
import StationTrust
import Synchronization

/// A station of which only the fetch thread lives.
final class Station {
    private static let upstream = "bench"
    private let reports: Mailbox<FetchReport>
    private let ended: Mailbox<Void>
    private var thread: FetchThread?

    init(url: String, root: String, state: String) throws {
        let (reports, ended) = (try Mailbox<FetchReport>(), try Mailbox<Void>())
        var network = Configuration.Network()
        (network.bytesPerMonth, network.bytesPerSecond) = (1 << 50, 1 << 40)
        let setup = FetchThread.Setup(
            upstreams: [.init(name: Self.upstream, url: url, root: root, rank: 1)],
            station: TimetableStation(id: "loa-1", zone: .utc), zoneName: "UTC", zones: Zones { _ in nil },
            network: network, state: state, boot: Clocks.bootIdentity())
        thread = try FetchThread(setup, report: { reports.put($0) }, ended: { ended.put(()) })
        (self.reports, self.ended) = (reports, ended)
    }

    /// Fetches all that the timetables refer to; what fails is wanted again, as the station would in its own time.
    func sync() throws {
        let offer = try poll()
        var bulk = Costs()
        let contents = offer.manifest.channels[Self.upstream]?.contents ?? [:]
        var files = contents.filter { !$0.key.hasSuffix(".ics") && !$0.key.hasSuffix(".m3u8") }
            .map { RemoteFile(upstream: Self.upstream, path: $0.key, content: $0.value) }
            .sorted { $0.path < $1.path }
        var (stored, failures): (Set<TUF.Content>, Int) = ([], 0)
        stored.formUnion(files.map(\.content).filter { opened[$0.storeName ?? ""] != nil })
        thread?.want(files)
        let count = Set(files.map(\.content)).count
        while stored.count < count {
            for report in wait() {
                switch report {
                case .stored(let contents): stored.formUnion(contents)
                case .unfetchable(let file, let why):
                    failures += 1
                    guard failures < 10_000 else { throw Failure("\(file.path): \(why)") }
                    files.removeAll { stored.contains($0.content) }
                    thread?.want(files)
                default: break
                }
            }
        }
        bulk.end()
        thread = nil
        while ended.take().isEmpty { wait(for: ended.descriptor) }
        put("{\(bulk.members), \"failures\": \(failures)}\n")
    }

    /// Asks so many times whether there is anything new, when everything is known and the connection stands.
    func poll(_ count: Int) throws {
        _ = try poll()
        var costs = Costs()
        for _ in 0..<count {
            thread?.poll(Self.upstream, at: Self.now)
            guard case .unchanged = try pollEnd() else { throw Failure("there was news") }
        }
        costs.end()
        put("{\(costs.members)}\n")
    }

    private static var now: Int64 { Clocks.read().wall.nanoseconds / 1_000_000_000 }

    /// Asks once, and gives the ordinary timetable.
    private func poll() throws -> SignedTimetable {
        thread?.poll(Self.upstream, at: Self.now)
        if case .failed(let why, _) = try pollEnd() { throw Failure(why) }
        guard let offer else { throw Failure("no timetable was offered") }
        return offer
    }

    private var offer: SignedTimetable?
    /// What earlier runs left.
    private var opened: [String: Int64] = [:]

    private func pollEnd() throws -> PollResult {
        while true {
            for report in wait() {
                if case .opened(let files) = report { opened = files }
                if case .offered(.ordinary, let offer, _) = report { self.offer = offer }
                if case .polled(_, let result) = report { return result }
            }
        }
    }

    private func wait() -> [FetchReport] {
        wait(for: reports.descriptor)
        return reports.take()
    }

    private func wait(for descriptor: Int32) {
        var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = Glibc.poll(&wish, 1, 1000)
    }
}

/// What a stretch of work costs: time, CPU time, and the most memory that the process has had.
private struct Costs {
    private var (wall, cpu) = Costs.now()

    mutating func end() {
        let (wall, cpu) = Self.now()
        (self.wall, self.cpu) = (wall - self.wall, cpu - self.cpu)
    }

    /// As members of a JSON object: seconds, seconds of CPU, kilobytes.
    var members: String { "\"wall\": \(wall), \"cpu\": \(cpu), \"rss\": \(Self.memory)" }

    private static func now() -> (wall: Double, cpu: Double) {
        var (wall, cpu) = (timespec(), timespec())
        clock_gettime(CLOCK_MONOTONIC, &wall)
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
        func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }
        return (seconds(wall), seconds(cpu))
    }

    private static var memory: Int {
        let status = (try? readFile("/proc/self/status", limit: 1 << 16)) ?? []
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("VmHWM")
        }
        return line.flatMap { Int($0.split(separator: " ").dropLast().last ?? "") } ?? 0
    }
}
