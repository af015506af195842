import Foundation
import StationCore
import StationSimulator
import StationTrust
import Synchronization

@testable import StationHost

/// One executor's store under the contract's suite.
protocol ContractSubject: AnyObject {
    var name: String { get }
    func carryOut(_ effect: Effect)
    /// Lets the store do what it was asked to, and gives the completions in their order.
    func drain() throws -> [(EffectID, Completion)]
    func behave(_ behaviour: SimulatedStore.Behaviour)
    /// Tries again what the disk refused, and says whether the station was told that it took it.
    func retry() throws -> Bool
    /// Ends the daemon without a warning; returns how many entries in flight the disk kept.
    func crash(losesPower: Bool, keptInFlight: Int?) throws -> Int
    func recover(boot: String) throws -> Recovery
    func entries() throws -> [JSON]
}

/// The simulator's store.
final class SimulatedSubject: ContractSubject {
    let name = "simulator"
    private var store = SimulatedStore()
    private var ready: [(EffectID, Completion)] = []

    func carryOut(_ effect: Effect) {
        if let completion = store.carryOut(effect) { ready.append((effect.id, completion)) }
    }

    func drain() -> [(EffectID, Completion)] {
        while let done = store.work() { ready.append(done) }
        defer { ready = [] }
        return ready
    }

    func behave(_ behaviour: SimulatedStore.Behaviour) { store.behaviour = behaviour }

    func crash(losesPower: Bool, keptInFlight: Int?) -> Int {
        store.crash(losesPower: losesPower, keptInFlight: keptInFlight ?? 0)
        ready = []
        return keptInFlight ?? 0
    }

    func retry() -> Bool { store.retry() }

    func recover(boot: String) -> Recovery { store.recover(boot: boot) }

    func entries() -> [JSON] { store.entries.map(\.json) }
}

/// The host's store on real files, with a disk that the suite lets fail and stops at the instant between write and
/// fsync.
final class HostSubject: ContractSubject {
    let name = "host"
    private let root: URL
    private var generation = 0
    private var mailbox: Mailbox<Event>
    private var store: Store?
    private var gate = DiskGate()
    private var outstanding = 0
    /// Effects that the daemon has begun and the disk has not seen.
    private var waiting: [Effect] = []
    private var behaviour = SimulatedStore.Behaviour.sound
    private var ready: [(EffectID, Completion)] = []

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "contract-\(UUID().uuidString)")
        mailbox = try Mailbox()
    }

    deinit {
        gate.open()
        try? FileManager.default.removeItem(at: root)
    }

    private var state: String { root.appending(path: "\(generation)/state").path }
    private var run: String { root.appending(path: "\(generation)/run").path }

    func recover(boot: String) throws -> Recovery {
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        mailbox = try Mailbox()
        gate = DiskGate()
        gate.behave(behaviour)
        gate.isPassing = true
        let store = try Store.open(state: state, run: run, boot: boot, calls: gate.calls, mailbox: mailbox)
        gate.isPassing = false
        self.store = store
        outstanding = 0
        return store.recovery
    }

    func carryOut(_ effect: Effect) {
        if behaviour == .stalls { give(waiting) }
        if behaviour == .stalls || effect.action.isInRun { give([effect]) } else { waiting.append(effect) }
    }

    /// Gives effects to the store, one at a time: how many share an fsync must not be left to chance here.
    private func give(_ effects: [Effect]) {
        waiting = []
        for effect in effects {
            switch effect.action {
            case .append(let entry): store?.append(effect.id, entry)
            case .recordPosition(let record): store?.record(effect.id, record)
            case .appendInRun(let entry):
                if let store { ready.append((effect.id, .appended(store.appendInRun(entry)))) }
                continue
            default: continue
            }
            outstanding += 1
        }
    }

    func drain() throws -> [(EffectID, Completion)] {
        defer { ready = [] }
        guard behaviour != .stalls else {
            give(waiting)
            return ready
        }
        gate.isPassing = true
        defer { gate.isPassing = false }
        try settle()
        for effect in waiting {
            give([effect])
            try settle()
        }
        waiting = []
        return ready
    }

    func retry() throws -> Bool {
        guard let store else { return false }
        gate.isPassing = true
        store.retry()
        let done = DispatchSemaphore(value: 0)
        store.onDiskThread { done.signal() }
        guard done.wait(timeout: .now() + 20) == .success else { throw SubjectError.noCompletion }
        return mailbox.take().contains { if case .logIsDurable = $0 { true } else { false } }
    }

    private func settle() throws {
        // Bounded: a completion that never comes is a broken executor, not a reason to hang.
        let limit = Date(timeIntervalSinceNow: 20)
        while outstanding > 0 {
            for case .completed(let id, let completion) in mailbox.take() {
                store?.settled(id)
                ready.append((id, completion))
                outstanding -= 1
            }
            if outstanding > 0 { usleep(200) }
            if Date() > limit { throw SubjectError.noCompletion }
        }
    }

    func behave(_ behaviour: SimulatedStore.Behaviour) {
        self.behaviour = behaviour
        gate.behave(behaviour)
    }

    func crash(losesPower: Bool, keptInFlight: Int?) throws -> Int {
        // What the dead daemon's threads still do must not touch what the next one finds: it gets a copy.
        let before = root.appending(path: "\(generation)")
        generation += 1
        let after = root.appending(path: "\(generation)")
        try FileManager.default.copyItem(at: before, to: after)
        if losesPower {
            try FileManager.default.removeItem(atPath: run)
            try gate.cutUnsynced(from: before.path, in: after.path)
        }
        store = nil
        gate.open()
        ready = []
        waiting = []
        return 0
    }

    func entries() throws -> [JSON] { try LogReader.entries(state: state) }

    enum SubjectError: Error { case noCompletion }
}

/// Stands before the disk's calls: lets them through, refuses them, or holds them.
final class DiskGate: Sendable {
    private struct State {
        var isPassing = false
        var isOpen = false
        var behaviour = SimulatedStore.Behaviour.sound
        /// For each file the bytes that an fsync has covered.
        var synced: [String: Int64] = [:]
    }
    private let state = Mutex(State())

    var isPassing: Bool {
        get { state.withLock(\.isPassing) }
        set { state.withLock { $0.isPassing = newValue } }
    }

    func behave(_ behaviour: SimulatedStore.Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// Lets the threads of a dead daemon run out.
    func open() { state.withLock { $0.isOpen = true } }

    var calls: DiskCalls {
        DiskCalls(
            write: { [self] descriptor, bytes in
                switch wait() {
                case .refuses, .stalls: SystemError(call: "write", code: EIO)
                case .refusesButKeeps, .sound: DiskCalls.kernel.write(descriptor, bytes)
                }
            },
            sync: { [self] descriptor in
                var behaviour = wait()
                let path =
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)"))
                    ?? ""
                var information = stat()
                fstat(descriptor, &information)
                // The model's disk refuses entries; what a directory holds is not its matter.
                if information.st_mode & S_IFMT == S_IFDIR { behaviour = .sound }
                if behaviour == .sound || behaviour == .refusesButKeeps {
                    state.withLock { $0.synced[path] = Int64(information.st_size) }
                }
                return behaviour == .sound ? nil : SystemError(call: "fsync", code: EIO)
            })
    }

    /// Holds the disk thread until the suite lets it go on.
    private func wait() -> SimulatedStore.Behaviour {
        while true {
            let (goes, behaviour) = state.withLock {
                ($0.isPassing && $0.behaviour != .stalls || $0.isOpen, $0.behaviour)
            }
            if goes { return behaviour }
            usleep(100)
        }
    }

    /// What a power cut does to the log's segments: everything after the last fsync is gone.
    func cutUnsynced(from before: String, in after: String) throws {
        for (path, bytes) in state.withLock(\.synced) where path.hasPrefix(before) && path.hasSuffix(".jsonl")
        {
            let copy = after + path.dropFirst(before.count)
            if let file = FileHandle(forWritingAtPath: copy) {
                if try file.seekToEnd() > UInt64(bytes) { try file.truncate(atOffset: UInt64(bytes)) }
                try file.close()
            }
        }
    }
}

extension Effect.Action {
    /// Whether it does not wait for the disk.
    fileprivate var isInRun: Bool {
        if case .appendInRun = self { true } else { false }
    }
}
