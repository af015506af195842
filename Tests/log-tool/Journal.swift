import Glibc
import StationCore
import StationHost

/// The station's log on the disk, as the daemon has it, for one thread that waits for it.
final class Journal {
    private let store: Store
    private let mailbox: Mailbox<Event>
    private var effects: UInt64 = 0
    /// The index of the entry to come.
    private(set) var nextIndex: Int64

    /// Opens the log of a state directory, and makes it where there is none.
    init(state: String, calls: DiskCalls) throws {
        mailbox = try Mailbox<Event>()
        store = try Store.open(
            state: state, run: state, boot: Clocks.bootIdentity(), calls: calls, mailbox: mailbox)
        nextIndex = store.recovery.log.nextIndex
    }

    /// Appends entries that follow the last one; they are durable when it returns.
    func append(_ entries: [Entry]) throws {
        var open: Set<EffectID> = []
        for entry in entries {
            effects += 1
            open.insert(EffectID(effects))
            store.append(EffectID(effects), entry)
        }
        while !open.isEmpty {
            wait(for: mailbox.descriptor)
            for case .completed(let id, let completion) in mailbox.take() {
                guard case .appended(.durable) = completion else { throw Failure("\(completion)") }
                store.settled(id)
                open.remove(id)
            }
        }
        nextIndex += Int64(entries.count)
    }

    /// Writes the checkpoint beside the log, as the daemon does at its end.
    func close() throws {
        let done = try Mailbox<Void>()
        store.checkpoint { done.put(()) }
        wait(for: done.descriptor)
    }

    private func wait(for descriptor: Int32) {
        var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wish, 1, -1)
    }
}

/// The peer: a file to which lines are written, each with an fsync, and nothing else.
struct BareFile {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = try Descriptor.open(path, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC).release()
    }

    func append(_ line: [UInt8]) throws {
        let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == line.count, fsync(descriptor) == 0 else { throw Failure("the bare file: \(errno)") }
    }
}
