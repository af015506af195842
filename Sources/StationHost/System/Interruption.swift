import CLinux
import Glibc

/// SIGINT, SIGTERM and SIGHUP as something to wait for: whoever has it can put things in order before the end.
package struct Interruption: ~Copyable {
    private let signals: Descriptor

    /// Holds those signals back from now on; made before any other thread.
    package init() throws(SystemError) {
        signals = Descriptor(owning: try system("signalfd") { CLinux_signals() })
    }

    /// Becomes readable when a signal has come.
    package var descriptor: Int32 { signals.number }

    /// The signal that has come; nil when there is none.
    package func take() -> Int32? {
        let signal = CLinux_take_signal(signals.number)
        return signal > 0 ? signal : nil
    }

    /// Ends this process as the signal would have.
    package static func pass(on signal: Int32) {
        var all = sigset_t()
        sigfillset(&all)
        Glibc.signal(signal, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &all, nil)
        raise(signal)
    }
}
