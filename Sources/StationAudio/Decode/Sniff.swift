// What a file is, told from its bytes: editors upload MP3 under the name of WAV, and web servers answer with
// an HTML page under the name of MP3.

/// What kind of decoder a file asks for.
enum SniffedFormat: Hashable {
    /// RIFF/WAVE, RF64 or BW64.
    case wave
    /// MPEG audio, whose first frame stands at this offset.
    case mpeg(start: Int)
    /// What libsndfile decodes; the value is the format's name.
    case sndfile(String)
    /// What only the `ffmpeg` program decodes.
    case ffmpeg(FFmpegFormat)
}

/// How far behind the beginning (or behind an ID3 tag) the first MPEG frame may stand, in bytes.
private let mpegSearchBytes = 64 * 1024
/// How many ID3 tags in a row are passed over.
private let maximumTags = 8

/// Tells what the bytes of `file` are.
func sniff(_ file: FileBytes) throws(DecodeError) -> SniffedFormat {
    var start = 0
    var head = try file.bytes(at: 0, count: 64)
    for _ in 0..<maximumTags where head.has("ID3", at: 0) && head.count >= 10 {
        // RFC-less but universal: four times seven bits, big-endian; flag 0x10 says that a footer follows.
        let size = head[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
        start += 10 + size + (head[5] & 0x10 != 0 ? 10 : 0)
        head = try file.bytes(at: start, count: 64)
    }
    if let known = container(head) { return known }
    // A tag that lies about its length still stands before frames, so search from its own beginning then.
    for origin in start == 0 ? [0] : [start, 0] {
        let window = try file.bytes(at: origin, count: mpegSearchBytes)
        if let offset = MPEGHeader.firstFrame(in: window, isWholeFile: window.count == file.count) {
            return .mpeg(start: origin + offset)
        }
    }
    throw .notAudio(description(of: head))
}

/// The format of a container that begins with `head`, if it is one.
private func container(_ head: [UInt8]) -> SniffedFormat? {
    if head.has("WAVE", at: 8), head.has("RIFF", at: 0) || head.has("RF64", at: 0) || head.has("BW64", at: 0)
    {
        return .wave
    }
    if head.has("RIFX", at: 0) { return .sndfile("RIFX") }
    if head.has("fLaC", at: 0) { return .sndfile("FLAC") }
    if head.has("OggS", at: 0) { return .sndfile("Ogg") }
    if head.has("FORM", at: 0), head.has("AIFF", at: 8) || head.has("AIFC", at: 8) { return .sndfile("AIFF") }
    if head.has("ftyp", at: 4) { return .ffmpeg(.mp4) }
    if head.has("ADIF", at: 0) { return .ffmpeg(.aac) }
    if head.count >= 2, head[0] == 0xFF, head[1] & 0xF6 == 0xF0 { return .ffmpeg(.aac) }
    if head.starts(with: [0x30, 0x26, 0xB2, 0x75]) { return .ffmpeg(.wma) }
    if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .ffmpeg(.matroska) }
    if head.has("#!AMR", at: 0) { return .ffmpeg(.amr) }
    return nil
}

/// What bytes that are no sound look like, for the one who has to find out where they came from.
private func description(of head: [UInt8]) -> String {
    let text = head.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 <= 0x20 }
    if text.first == UInt8(ascii: "<") { return "HTML or XML" }
    if text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") { return "JSON" }
    if !head.isEmpty, head.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || (0x09...0x0D).contains($0) }) {
        return "text"
    }
    return "unknown data"
}
