// RIFF/WAVE as it is found in the field: chunks in any order, odd padding, sizes that were never filled in.

/// How the samples of a WAV file are stored.
enum WAVEncoding: Hashable {
    case unsigned8
    case signed16
    case signed24
    case signed32
    case float32
    case float64

    /// Bytes of one sample.
    var bytes: Int {
        switch self {
        case .unsigned8: 1
        case .signed16: 2
        case .signed24: 3
        case .signed32, .float32: 4
        case .float64: 8
        }
    }
}

/// Where the sound of a WAV file stands and how it is stored.
struct WAVHeader: Hashable {
    let encoding: WAVEncoding
    let rate: Int
    let channels: Int
    /// Offset of the first sample, in bytes.
    let dataOffset: Int
    /// Whole frames that the file holds.
    let frames: Int
    /// Frames that the header promises; nil where the writer left the size open.
    let declaredFrames: Int?

    /// How many chunks are looked at before the file counts as broken.
    private static let maximumChunks = 4096

    /// Reads the chunks up to the samples.
    init(_ file: FileBytes) throws(DecodeError) {
        var offset = 12
        var format: (encoding: WAVEncoding, rate: Int, channels: Int)?
        var wideDataSize: Int?
        for _ in 0..<Self.maximumChunks {
            let chunk = try file.bytes(at: offset, count: 8)
            guard chunk.count == 8 else { break }
            let size = chunk.littleEndian(at: 4, count: 4)
            if chunk.has("ds64", at: 0) {
                let body = try file.bytes(at: offset + 8, count: 16)
                if body.count == 16 { wideDataSize = body.littleEndian(at: 8, count: 8) }
            } else if chunk.has("fmt ", at: 0), format == nil {
                format = try Self.format(file.bytes(at: offset + 8, count: min(size, 40)))
            } else if chunk.has("data", at: 0) {
                guard let format else {
                    throw .malformed(format: "WAV", reason: "samples before their format")
                }
                let frameBytes = format.encoding.bytes * format.channels
                let there = max(0, file.count - offset - 8)
                let declared = try Self.declaredBytes(size, wide: wideDataSize, file, after: offset + 8)
                encoding = format.encoding
                rate = format.rate
                channels = format.channels
                dataOffset = offset + 8
                frames = min(there, declared ?? there) / frameBytes
                declaredFrames = declared.map { $0 / frameBytes }
                return
            }
            offset += 8 + size + size & 1
        }
        throw .malformed(format: "WAV", reason: format == nil ? "no format chunk" : "no data chunk")
    }

    /// The data chunk's size in bytes, or nil where the writer never filled it in.
    private static func declaredBytes(
        _ size: Int, wide: Int?, _ file: FileBytes, after start: Int
    ) throws(DecodeError) -> Int? {
        switch size {
        case 0xFFFF_FFFF, 0x7FFF_FFFF, 0xFFFF_FFFE:
            // RF64 keeps the true size elsewhere; a program that writes to a pipe does not know it.
            guard let wide, wide > 0 else { return nil }
            return wide
        case 0:
            // A recorder that lost power leaves 0 and sound behind it; an empty file has 0 and maybe more chunks.
            return try chunksEndCleanly(file, from: start) ? 0 : nil
        default:
            return size
        }
    }

    /// Whether nothing but well-formed chunks stands from `start` to the end of the file.
    private static func chunksEndCleanly(_ file: FileBytes, from start: Int) throws(DecodeError) -> Bool {
        var offset = start
        for _ in 0..<maximumChunks where offset < file.count {
            let chunk = try file.bytes(at: offset, count: 8)
            guard chunk.count == 8, chunk[0..<4].allSatisfy({ (0x20..<0x7F).contains($0) }) else {
                return false
            }
            let size = chunk.littleEndian(at: 4, count: 4)
            offset += 8 + size + size & 1
        }
        return offset == file.count || offset == file.count + 1
    }

    /// Reads a format chunk (WAVEFORMATEX, or WAVEFORMATEXTENSIBLE with its sub-format).
    private static func format(
        _ body: [UInt8]
    ) throws(DecodeError) -> (encoding: WAVEncoding, rate: Int, channels: Int) {
        guard body.count >= 16 else { throw .malformed(format: "WAV", reason: "format chunk too short") }
        var tag = body.littleEndian(at: 0, count: 2)
        if tag == 0xFFFE, body.count >= 26 { tag = body.littleEndian(at: 24, count: 2) }
        let channels = body.littleEndian(at: 2, count: 2)
        let rate = body.littleEndian(at: 4, count: 4)
        let align = body.littleEndian(at: 12, count: 2)
        let bits = body.littleEndian(at: 14, count: 2)
        guard channels > 0 else { throw .malformed(format: "WAV", reason: "no channels") }
        // 12 bits stand in two bytes: the container counts, and the block alignment says it best where it fits.
        let width =
            align > 0 && align % channels == 0 && align / channels * 8 >= bits
            ? align / channels : (bits + 7) / 8
        let encoding: WAVEncoding
        switch (tag, width) {
        case (1, 1): encoding = .unsigned8
        case (1, 2): encoding = .signed16
        case (1, 3): encoding = .signed24
        case (1, 4): encoding = .signed32
        case (3, 4): encoding = .float32
        case (3, 8): encoding = .float64
        case (1, _), (3, _): throw .unsupported("WAV with \(bits) bits")
        default: throw .unsupported("WAV with encoding \(tag)")
        }
        return (encoding, rate, channels)
    }
}
