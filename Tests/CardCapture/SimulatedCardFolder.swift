import Glibc
import SimulatedCard

/// A simulated card: the folder with its control file and its capture.
///
/// Gone with this value.
///
/// Several may be used at once: each is a device of its own by the folder in its name.
package final class SimulatedCardFolder: @unchecked Sendable {
    /// The folder's path.
    package let path: String
    // The mapped control file; what is written here the card sees at its next call.
    // Safety: the card only reads, word by word; each word is written whole.
    private let control: UnsafeMutablePointer<simulated_card_control>

    /// Makes a card without faults, in a new folder under `/tmp`.
    package init() {
        var template = Array("/tmp/simulated-card-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        precondition(made != nil, "no folder under /tmp")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let descriptor = open(path + "/control", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        let size = MemoryLayout<simulated_card_control>.size
        precondition(descriptor >= 0 && ftruncate(descriptor, size) == 0)
        guard let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            mapped != MAP_FAILED
        else { preconditionFailure("no control file") }
        close(descriptor)
        control = mapped.assumingMemoryBound(to: simulated_card_control.self)
        control.pointee.magic = 0x4c50_5343
    }

    deinit {
        munmap(control, MemoryLayout<simulated_card_control>.size)
        unlink(path + "/control")
        unlink(path + "/capture")
        rmdir(path)
    }

    /// ALSA's name of the card, restricted to what is given.
    package func device(rate: Int = 0, channels: Int = 0, format: String? = nil) -> String {
        var name = "simulated:FOLDER=\(path)"
        if rate != 0 { name += ",RATE=\(rate)" }
        if channels != 0 { name += ",CHANNELS=\(channels)" }
        if let format { name += ",FORMAT=\(format)" }
        return name
    }

    /// Reads what left the card until now.
    package func capture() -> CardCapture { CardCapture(path: path + "/capture") }

    /// Reads what left the card until now, when the last sound of it is whole.
    ///
    /// The card writes down what left when it is called next: the end of a sound stands in the file only when silence
    /// has followed it there, or the stream has ended.
    package func settledCapture() -> CardCapture {
        for _ in 0..<300 {
            let capture = capture()
            guard let run = capture.runs.last, run.end == nil, run.frames > 0, run[run.frames - 1] != 0 else {
                return capture
            }
            usleep(10_000)
        }
        return capture()
    }

    /// Takes the card away from who has it open, and from who wants to open it until `replug`.
    package func unplug(error: Int32 = ENODEV) {
        control.pointee.open_error = error
        control.pointee.unplugged += 1
    }

    /// Brings it back.
    package func replug() { control.pointee.open_error = 0 }

    /// errno with which opening fails: EBUSY, ENOENT; 0 for none.
    package var openError: Int32 {
        get { control.pointee.open_error }
        set { control.pointee.open_error = newValue }
    }

    /// How long it takes to open, in milliseconds.
    package var openingMilliseconds: UInt32 {
        get { control.pointee.opening_milliseconds }
        set { control.pointee.opening_milliseconds = newValue }
    }

    /// errno with which the card refuses its parameters: EINVAL; 0 for none.
    package var parameterError: Int32 {
        get { control.pointee.parameter_error }
        set { control.pointee.parameter_error = newValue }
    }

    /// Whether its clock stands still.
    package var isStuck: Bool {
        get { control.pointee.stuck != 0 }
        set { control.pointee.stuck = newValue ? 1 : 0 }
    }

    /// Whether writing to it does not return.
    package var isBlocked: Bool {
        get { control.pointee.blocked != 0 }
        set { control.pointee.blocked = newValue ? 1 : 0 }
    }

    /// Steps in which its reported position moves, in microseconds of sound; 0 for frames.
    package var stepMicroseconds: UInt32 {
        get { control.pointee.step_microseconds }
        set { control.pointee.step_microseconds = newValue }
    }

    /// The only rate that it can do, from its next opening on; 0 for any.
    package var onlyRate: UInt32 {
        get { control.pointee.rate }
        set { control.pointee.rate = newValue }
    }

    /// Lets it run dry at once.
    package func causeXrun() { control.pointee.xrun += 1 }

    /// Suspends it.
    package func suspend() { control.pointee.suspended += 1 }

    /// How much faster than nominal its clock runs, in ppm.
    package func setRateError(partsPerMillion: Double) {
        control.pointee.rate_error = Int64(partsPerMillion * 1000)
    }
}

/// The private configuration that lets libasound find the plug-in: next to the test's executable.
package enum SimulatedCardConfiguration {
    /// The configuration's path, for `ALSA_CONFIG_PATH` of a child process.
    ///
    /// In this process it is set by now.
    package static let path: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        var folder = String(
            decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // `swift test` runs the tests inside a tool of the toolchain on some systems, and beside the library on ours.
        if let named = getenv("LOA_BUILD_FOLDER") { folder = String(cString: named) + "/x" }
        let library =
            folder.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/libSimulatedCard.so"
        precondition(access(library, R_OK) == 0, "not built: \(library)")
        let path = "/tmp/simulated-card-\(getpid()).conf"
        let text = """
            </usr/share/alsa/alsa.conf>
            pcm_type.simulated { lib "\(library)" }
            pcm.simulated {
                @args [ FOLDER RATE CHANNELS FORMAT ]
                @args.FOLDER { type string }
                @args.RATE { type integer default 0 }
                @args.CHANNELS { type integer default 0 }
                @args.FORMAT { type string default "" }
                type simulated
                folder $FOLDER
                rate $RATE
                channels $CHANNELS
                format $FORMAT
            }

            """
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        precondition(descriptor >= 0 && write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
        setenv("ALSA_CONFIG_PATH", path, 1)
        atexit { unlink("/tmp/simulated-card-\(getpid()).conf") }
        return path
    }()
}
