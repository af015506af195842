/// A format that only the `ffmpeg` program decodes, by the name that people know.
enum FFmpegFormat: String {
    case mp4 = "AAC/MP4"
    case aac = "AAC"
    case wma = "WMA"
    case matroska = "Matroska"
    case amr = "AMR"

    /// What ffmpeg calls it.
    ///
    /// It is told, so that a file cannot pass for a playlist of other files.
    var demuxer: String {
        switch self {
        case .mp4: "mov"
        case .aac: "aac"
        case .wma: "asf"
        case .matroska: "matroska"
        case .amr: "amr"
        }
    }
}
