/// Why a file could not be decoded.
///
/// A file that begins well and then breaks is no error: what is there is played, and `Decoder.isTruncated` tells.
package enum DecodeError: Error, Hashable, Sendable {
    /// The descriptor could not be read; the value is `errno`.
    case unreadable(errno: Int32)
    /// The descriptor is a directory, a pipe or a device.
    case notAFile
    /// The file has no bytes.
    case empty
    /// The bytes are no sound; the value says what they look like ("HTML", "text", "unknown data").
    case notAudio(String)
    /// The file says what it is and then breaks its own format's rules.
    case malformed(format: String, reason: String)
    /// The format is known and not played; the value names it ("24 channels", "MP3 in WAV").
    case unsupported(String)
    /// The library for this format is not installed; the value is the Debian package that brings it.
    case decoderMissing(String)
    /// Only the `ffmpeg` program can decode this format, which the value names.
    case needsFFmpeg(String)
    /// The program that decodes this format failed; the value says how.
    case decoderFailed(String)
    /// The header is there and not one frame of sound behind it.
    case noFrames
    /// The sound is longer than the caller allows; the value is the limit in frames.
    case tooLong(maximumFrames: Int)
    /// The caller lost interest before the end.
    case cancelled
}

extension DecodeError: CustomStringConvertible {
    /// One English line for the log.
    package var description: String {
        switch self {
        case .unreadable(let code): "cannot be read (errno \(code))"
        case .notAFile: "is not a regular file"
        case .empty: "is empty"
        case .notAudio(let found): "holds no sound but \(found)"
        case .malformed(let format, let reason): "is broken \(format): \(reason)"
        case .unsupported(let what): "is not supported: \(what)"
        case .decoderMissing(let package): "needs a decoder: install the package \(package)"
        case .needsFFmpeg(let format): "is \(format), which needs the program ffmpeg"
        case .decoderFailed(let how): "cannot be decoded: \(how)"
        case .noFrames: "has a header and no sound"
        case .tooLong(let maximum): "is longer than \(maximum) frames"
        case .cancelled: "took too long to decode"
        }
    }
}
