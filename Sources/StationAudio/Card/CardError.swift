import Glibc

/// A call of ALSA's that failed: which, and with what code.
///
/// Trivially copied, so that the audio thread can throw it without allocating.
package struct CardError: Error, Equatable {
    /// The name of the C function.
    package var call: CardCall
    /// The errno, positive.
    package var code: Int32

    /// What the code means for playing.
    package var loss: CardLoss {
        switch code {
        // EIO and ECONNREFUSED: a sound server that is gone.
        case ENODEV, ENOENT, ENXIO, EBADFD, EIO, ECONNREFUSED: .missing
        case EBUSY: .busy
        case ESTRPIPE: .suspended
        case EPIPE: .xrun
        case ETIMEDOUT: .stalled
        default: .refused
        }
    }
}

/// The calls that can fail.
package enum CardCall: UInt8, Sendable {
    case thread, open, parameters, prepare, start, write, delay
}
