import CLinux
import Glibc
import StationCore

/// The thread that waits for the caretaker who has no shell to press the key, or close the line, of `stopInput` (I12).
///
/// A device that goes, or is not there yet, is a fault and is tried again: a keypad may be plugged in later.
enum StopInputThread {
    /// A device that cannot be read is tried again after that time, in nanoseconds.
    private static let retry: Int64 = 2_000_000_000
    /// A line counts when it was stable for that time, in microseconds: long wires beside an amplifier pick up much,
    /// and silence has to come within 200 ms.
    private static let debounce: UInt32 = 20_000

    /// Starts the thread, which ends with the process.
    ///
    /// - Throws: `SystemError` when the machine has no thread left.
    static func start(
        _ input: Configuration.StopInput, reportingTo mailbox: Mailbox<Event>
    ) throws(SystemError) {
        try Thread.start("stop-input") {
            while true {
                do throws(SystemError) {
                    let device = try open(input)
                    mailbox.put(.stopInput(problem: nil))
                    try listen(to: device, input, mailbox)
                } catch {
                    mailbox.put(.stopInput(problem: "\(error)"))
                }
                _ = CLinux_ppoll(nil, 0, retry)
            }
        }
    }

    private static func open(_ input: Configuration.StopInput) throws(SystemError) -> Descriptor {
        switch input {
        case .key(let device, _): return try .open(device, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        case .gpio(let chip, let line):
            let path = "/dev/" + chip
            return Descriptor(
                owning: try system("open \(path):\(line)") {
                    CLinux_gpio_line(path, UInt32(line), debounce)
                })
        }
    }

    /// Reports each press.
    ///
    /// - Throws: `SystemError` when the device is gone; it does not return otherwise.
    private static func listen(
        to device: borrowing Descriptor, _ input: Configuration.StopInput, _ mailbox: Mailbox<Event>
    ) throws(SystemError) {
        let number = device.number
        while true {
            var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            _ = CLinux_ppoll(&wanted, 1, -1)
            let taken = try system("read \(input)") {
                switch input {
                case .key(_, let code): CLinux_key_taken(number, Int32(code))
                case .gpio: CLinux_gpio_taken(number)
                }
            }
            if taken == 1 { mailbox.put(.stopPressed) }
        }
    }
}
