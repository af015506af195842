// A program that decodes in a process of its own. It reads bytes of strangers, so that it has no rights, no network and
// no time without end: what it does wrong ends the sound of one file.

import CLinux
import Glibc

/// A decoding program that runs, and the bytes that it gives.
///
/// Used by one thread at a time, which must live as long as the program: the kernel ends it with that thread. Whatever
/// becomes of this object, the process is gone with it.
final class DecoderProcess {
    /// What bounds a process.
    struct Limits: Hashable {
        /// How long it may let a reader wait for what it wants, in nanoseconds.
        var patience: Int64
        /// Address space, in bytes: the programs' libraries alone take 250 MB of it.
        var memory: UInt64 = 1 << 30
        /// Processor time, in seconds.
        var seconds: UInt64 = 30
        /// Files that are open at once: the loader opens one library after the other.
        var files: UInt64 = 16
        /// Behind everything else that the station does, and before nothing.
        var niceness: Int32 = 5
    }

    /// How it ended.
    enum Ending: Hashable {
        case exited(code: Int32)
        /// It gave nothing for so long, or did not end when it had given everything, and was ended.
        case stuck
    }

    private let limits: Limits
    /// The process, which leads a session of its own; 0 when it has been reaped.
    private(set) var number: pid_t
    private let output: Int32
    private let errors: Int32
    /// Bytes that came, and how many of them have been taken.
    private var pending: [UInt8] = []
    private var taken = 0
    private var hasEnded = false
    private var hasErrorsEnded = false
    /// Until when the wait that is going on lasts, in nanoseconds of CLOCK_MONOTONIC.
    private var deadline: Int64?
    /// Whether its reader has waited long enough: what is there is read, and nothing waited for.
    private var isGivenUp = false
    private(set) var complaintBytes: [UInt8] = []
    /// How it ended; nil while there may be more to read.
    private(set) var ending: Ending?

    /// Bytes that are read at once.
    private static let pieceBytes = 32 * 1024
    /// More is not kept of what it complains of.
    private static let mostComplaintBytes = 1024

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: the program's path and its arguments.
    ///   - input: an open file, which becomes its standard input.
    ///   - limits: what it may use.
    /// - Throws: `SpawnError`.
    init(_ command: [String], input: Int32, limits: Limits) throws(SpawnError) {
        self.limits = limits
        let (output, outputEnd) = try Self.pipe()
        defer { close(outputEnd) }
        do throws(SpawnError) {
            let (errors, errorsEnd) = try Self.pipe()
            defer { close(errorsEnd) }
            number = Self.start(command, [input, outputEnd, errorsEnd], limits)
            guard number > 0 else {
                close(errors)
                throw SpawnError(code: -number)
            }
            self.errors = errors
        } catch {
            close(output)
            throw error
        }
        self.output = output
    }

    deinit {
        kill()
        close(output)
        close(errors)
    }

    /// Why no process came to be.
    struct SpawnError: Error, Hashable {
        /// The `errno`.
        let code: Int32
    }

    private static func pipe() throws(SpawnError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        let code = unsafe CLinux_pipe(&ends)
        guard code == 0 else { throw SpawnError(code: -code) }
        return (ends[0], ends[1])
    }

    private static func start(_ command: [String], _ descriptors: [Int32], _ limits: Limits) -> pid_t {
        // No variable of the daemon's: none may lead it to other libraries or files.
        let (words, environment) = unsafe (command.map { unsafe strdup($0) }, [strdup("LC_ALL=C")])
        defer { unsafe (words + environment).forEach { unsafe free($0) } }
        var bounds = CLinux_limits(
            memory: limits.memory, seconds: limits.seconds, files: limits.files, niceness: limits.niceness)
        // Safety: both arrays end with a null pointer, and all of it outlives the call, which keeps nothing.
        return unsafe CLinux_spawn_confined(words + [nil], environment + [nil], descriptors, &bounds)
    }

    // MARK: What it gives

    /// Whether a reader who wants so many bytes need not wait: they are there, or no more will come.
    func isReady(_ count: Int) -> Bool {
        collect(count, waits: false)
        if available >= count || hasEnded {
            deadline = nil
            return true
        }
        guard let deadline, CLinux_monotonic() >= deadline else { return false }
        isGivenUp = true
        return true
    }

    /// Copies the next bytes and returns how many; fewer than there is room for only when no more will come.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        collect(buffer.count, waits: !isGivenUp)
        if available < buffer.count, ending == nil { end() }
        deadline = nil
        let count = min(available, buffer.count)
        // Safety: so many bytes are pending, and the buffer has room for them.
        unsafe pending.withUnsafeBytes {
            unsafe buffer.copyMemory(from: .init(rebasing: $0[taken..<taken + count]))
        }
        taken += count
        if taken == pending.count {
            pending.removeAll(keepingCapacity: true)
            taken = 0
        }
        return count
    }

    /// The first error that it told, marked as ffmpeg's `level` marks it; nil where it told none.
    ///
    /// What its libraries have to say is none.
    var error: String? {
        for line in lines {
            for mark in ["[error] ", "[fatal] "] {
                if let place = line.firstRange(of: mark) { return String(line[place.upperBound...]) }
            }
        }
        return nil
    }

    /// The first line of what it said beside its sound; nil where it said nothing.
    var complaint: String? { lines.first }

    private var lines: [String] {
        complaintBytes.split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
        }
    }

    private var available: Int { pending.count - taken }

    /// Reads until so many bytes are pending, no more come, or it is too late; or only what is there.
    private func collect(_ count: Int, waits: Bool) {
        while available < count, !hasEnded {
            let now = CLinux_monotonic()
            let limit = deadline ?? now + limits.patience
            deadline = limit
            var wanted = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: hasErrorsEnded ? -1 : errors, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe CLinux_ppoll(&wanted, 2, waits ? max(0, limit - now) : 0)
            guard ready > 0 else {
                if ready == -EINTR { continue }
                return
            }
            if wanted[1].revents != 0 { takeComplaint() }
            guard wanted[0].revents != 0 else {
                // Who only complains does not get more time.
                if !waits || now >= limit { return }
                continue
            }
            takeOutput()
            // The reader may come late to what is there; who gives it byte by byte is not waited for without end.
            if now >= limit + limits.patience { return }
        }
    }

    private func takeOutput() {
        if taken > Self.pieceBytes {
            pending.removeFirst(taken)
            taken = 0
        }
        var count = 0
        let wanted = Self.pieceBytes
        // Safety: the piece is as long as it says.
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialised in
            count = unsafe Glibc.read(output, buffer.baseAddress, wanted)
            initialised = max(0, count)
        }
        pending += piece
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { hasEnded = true }
    }

    private func takeComplaint() {
        var piece = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(errors, &piece, piece.count)
        if count > 0 {
            complaintBytes += piece.prefix(min(count, Self.mostComplaintBytes - complaintBytes.count))
        } else if count == 0 || errno != EAGAIN && errno != EINTR {
            hasErrorsEnded = true
        }
    }

    // MARK: Its end

    /// Takes note of how it ended; ends it where it has not.
    private func end() {
        var status: Int32 = 0
        guard hasEnded, unsafe CLinux_wait_child(number, limits.patience, &status) == 0 else {
            ending = .stuck
            hasEnded = true
            return kill()
        }
        number = 0
        ending = .exited(code: status)
        // What it said last may still lie there: it is dead, and nobody else writes.
        while !hasErrorsEnded {
            let before = complaintBytes.count
            takeComplaint()
            if complaintBytes.count == before { break }
        }
    }

    private func kill() {
        guard number > 0 else { return }
        var status: Int32 = 0
        Glibc.kill(-number, SIGKILL)
        _ = unsafe CLinux_wait_child(number, -1, &status)
        number = 0
    }
}
