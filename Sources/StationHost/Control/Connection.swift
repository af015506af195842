import CLinux
import Glibc
import StationCore
import StationTrust

/// One connection of the control socket: what came in, what is still to go out.
///
/// Loop thread.
final class Connection {
    /// Who is at the other end; nil for somebody who is only told that they may not.
    let person: Person?
    /// The command that is being answered; no further line is read meanwhile.
    var underWay: CommandID?
    /// The file that came with the line at hand.
    private(set) var passed: SharedDescriptor?
    /// When it is closed unless something happens.
    var deadline: MonotonicInstant
    /// Closed as soon as everything has gone out.
    private(set) var isClosing = false
    /// Since when nothing was asked: who is idle longest makes room first.
    var idleSince: MonotonicInstant

    private var descriptor: Descriptor?
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var sent = 0

    init(_ descriptor: consuming Descriptor, person: Person?, now: MonotonicInstant) {
        self.descriptor = consume descriptor
        self.person = person
        deadline = now + ControlServer.Limits.idle
        idleSince = now
    }

    /// The descriptor to poll; -1, which poll passes over, when it was given away.
    var number: Int32 { descriptor?.number ?? -1 }

    /// What to poll for.
    var events: Int16 {
        if sent < output.count { return Int16(POLLOUT) }
        // While a command is under way only the other end's going is of interest, which is always told.
        return underWay == nil && !isClosing ? Int16(POLLIN) : 0
    }

    /// Whether a whole line waits that may be answered now.
    var canRead: Bool { underWay == nil && isFlushed && !isClosing && input.contains(0x0A) }

    /// Whether a line has begun and not ended.
    var hasHalfLine: Bool { !input.isEmpty }

    // MARK: In

    /// What a read found.
    enum Received {
        case something
        case nothing
        case end
    }

    /// Reads what is there, a bounded piece of it.
    func receive() -> Received {
        var piece = [UInt8](repeating: 0, count: ControlServer.Limits.pieceBytes)
        var given: Int32 = -1
        let number = number
        let count = piece.withUnsafeMutableBytes {
            CLinux_receive(number, $0.baseAddress, $0.count, &given)
        }
        if given >= 0 { passed = SharedDescriptor(Descriptor(owning: given)) }
        if count == -Int(EAGAIN) || count == -Int(EINTR) { return .nothing }
        guard count > 0 else { return .end }
        input += piece.prefix(count)
        return .something
    }

    /// Takes the next whole line out, without its end.
    func takeLine() -> [UInt8]? {
        guard let end = input.firstIndex(of: 0x0A) else { return nil }
        let line = Array(input[..<end])
        input.removeSubrange(...end)
        return line
    }

    /// Whether the line at hand is longer than any may be.
    var isLineTooLong: Bool { input.count > ControlServer.Limits.lineBytes && !input.contains(0x0A) }

    /// Takes the file out that came with the line.
    func takePassed() -> SharedDescriptor? {
        defer { passed = nil }
        return passed
    }

    // MARK: Out

    /// Whether nothing waits to go out.
    var isFlushed: Bool { sent == output.count }

    /// Puts an answer and its end behind what is to go out.
    func answer(_ code: Reply.Code, _ body: JSON) {
        body.write(to: &output)
        output.append(0x0A)
        output += ControlServer.endLine(code)
    }

    /// Sends what the other end takes now.
    ///
    /// - Returns: false when it is gone.
    func flush() -> Bool {
        while sent < output.count {
            let count = output.withUnsafeBytes { bytes in
                CLinux_send(number, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, -1)
            }
            if count == -Int(EAGAIN) { return true }
            guard count > 0 else { return false }
            sent += count
        }
        output = []
        sent = 0
        return true
    }

    /// Takes no further line; what is to go out still goes.
    func closeWhenFlushed() {
        isClosing = true
        input = []
        passed = nil
    }

    /// Gives the descriptor away; the connection is over for the loop.
    func giveAway() -> Int32? {
        guard let descriptor = descriptor.take() else { return nil }
        return descriptor.release()
    }
}
