import Foundation
import ScratchFolders
import StationCore
import StationSimulator
import StationTrust
import Synchronization
import Testing

@testable import StationHost

/// What `/run` holds for the disk, and until when.
struct RunLogTests: LogTests {
    let folder: ScratchFolder

    init() throws { folder = try Self.logFolder() }

    @Test("an entry that /run took while the disk was at the one before survives that one's completion")
    func rescuedDuringSync() throws {
        let runLog = RunLog(directory: run)
        // The loop thread's rescue, at the instant at which the disk thread hangs.
        let hanging = DiskCalls(
            write: DiskCalls.kernel.write,
            sync: {
                #expect(runLog.keep([Self.entry(0), Self.entry(1)]))
                return DiskCalls.kernel.sync($0)
            })
        do {
            let (log, _, _) = LogFiles.open(state: state, run: runLog, calls: hanging)
            #expect(log.append([Self.entry(0)]) == .durable)
        }
        #expect(open().summary.nextIndex == 2)
        #expect(!FileManager.default.fileExists(atPath: run + "/log.jsonl"))
    }

    @Test("the simulator's /run keeps the same entry")
    func rescuedInTheModel() {
        let store = SimulatedStore()
        for index in 0..<2 as Range<Int64> {
            let id = EffectID(UInt64(index))
            #expect(store.carryOut(Effect(id: id, action: .append(Self.entry(index)))) == nil)
        }
        let rescue = Effect(id: EffectID(2), action: .appendInRun(Self.entry(1)))
        #expect(store.carryOut(rescue) == .appended(.inRun))
        #expect(store.work()?.1 == .appended(.durable))
        store.crash(losesPower: false, keptInFlight: 0)
        #expect(store.recover(boot: "second").log.nextIndex == 2)
    }

    @Test("a file whose entries are all on disk goes")
    func cleared() {
        let runLog = RunLog(directory: run)
        #expect(runLog.keep([Self.entry(0), Self.entry(1)]))
        runLog.clear(through: 0)
        #expect(FileManager.default.fileExists(atPath: run + "/log.jsonl"))
        runLog.clear(through: 1)
        #expect(!FileManager.default.fileExists(atPath: run + "/log.jsonl"))
    }

    /// A flag that a call on another's behalf reads.
    private final class Switch: Sendable {
        private let state = Mutex(false)
        var value: Bool {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    /// A `/run` that is full until it is not: of what it refuses it has the first half.
    private func fullRun(_ isFull: Switch) -> RunLog {
        RunLog(
            directory: run,
            calls: DiskCalls(
                write: { descriptor, bytes in
                    guard isFull.value else { return DiskCalls.kernel.write(descriptor, bytes) }
                    _ = DiskCalls.kernel.write(
                        descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(bytes.count / 2)))
                    return SystemError(call: "write", code: ENOSPC)
                }, sync: DiskCalls.kernel.sync))
    }

    @Test("what /run tore when it was full hides no entry that it takes later, nor those that it refused")
    func tornByFullRun() {
        let isFull = Switch()
        let runLog = fullRun(isFull)
        #expect(runLog.keep([Self.entry(0)]))
        isFull.value = true
        #expect(!runLog.keep([Self.entry(1)]))
        isFull.value = false
        // Only the disk thread's backlog has the one before.
        #expect(runLog.keep([Self.entry(2)]))
        #expect(RunLog(directory: run).entries().map(\.index) == [0, 1, 2])
    }

    @Test("what an earlier run left torn hides no entry either")
    func tornByEarlierRun() throws {
        try folder.write("run/log.jsonl", Self.entry(0).terminatedLine + Self.entry(1).line.prefix(9))
        let runLog = RunLog(directory: run)
        #expect(runLog.entries().map(\.index) == [0])
        #expect(runLog.keep([Self.entry(1)]))
        #expect(RunLog(directory: run).entries().map(\.index) == [0, 1])
    }

    @Test("I3 an entry behind a gap is known after a restart, and goes to the disk behind the gap")
    func gap() throws {
        let runLog = RunLog(directory: run)
        #expect(runLog.keep([Self.entry(0), Self.entry(1)]))
        // The loop thread's rescue, while entries before it found room nowhere.
        #expect(runLog.keep([Self.entry(5)]))
        #expect(RunLog(directory: run).entries().map(\.index) == [0, 1, 5])
        #expect(open().summary.nextIndex == 6)
        #expect(!FileManager.default.fileExists(atPath: run + "/log.jsonl"), "the disk has all of it")
        #expect(open().summary.nextIndex == 6)
        let names = try FileManager.default.contentsOfDirectory(atPath: state + "/log")
        #expect(names.contains("00000000000000000005.jsonl"), "\(names)")
    }

    @Test("what an earlier run left counts against the bound")
    func boundHolds() throws {
        let left = RunLog.mostBytes - Self.entry(0).terminatedLine.count
        try folder.write("run/log.jsonl", [UInt8](repeating: 0x20, count: left - 1) + [0x0A])
        let runLog = RunLog(directory: run)
        #expect(runLog.entries().isEmpty)
        #expect(runLog.keep([Self.entry(0)]))
        #expect(!runLog.keep([Self.entry(1)]))
    }
}
