import Glibc

/// What decodes sound files when it is installed: libraries that are loaded, and a program.
///
/// Any thread.
package enum OutsideDecoder: String, Sendable, CaseIterable {
    case mpg123, sndfile, ffmpeg

    /// What it is called.
    package var name: String { self == .ffmpeg ? "ffmpeg" : "lib\(rawValue)" }

    /// What Debian calls its package: libsndfile's brings libmpg123 with it.
    package var package: String { self == .ffmpeg ? "ffmpeg" : "libsndfile1" }

    /// Whether it can be used.
    package var isInstalled: Bool {
        do throws(DecodeError) {
            switch self {
            case .mpg123: _ = try LibMPG123.shared()
            case .sndfile: _ = try LibSndfile.shared()
            case .ffmpeg: return FFmpegDecoder.program != nil
            }
            return true
        } catch { return false }
    }

    /// Which one a file needs, told from its first bytes.
    ///
    /// - Parameter descriptor: an open regular file, whose position stays.
    /// - Returns: nil for WAV, and for what is no sound.
    package static func needed(by descriptor: Int32) -> OutsideDecoder? {
        guard let file = try? FileBytes(descriptor: descriptor), let format = try? sniff(file) else {
            return nil
        }
        return switch format {
        case .wave: nil
        case .mpeg: .mpg123
        case .sndfile: .sndfile
        case .ffmpeg: .ffmpeg
        }
    }
}
