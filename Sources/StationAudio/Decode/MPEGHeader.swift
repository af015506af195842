// MPEG audio frames as far as they must be known to tell MP3 from garbage and a whole file from a cut one
// (ISO/IEC 11172-3 2.4.1.3 and 13818-3; the Xing/LAME tag has no standard, only its writers).

/// The four bytes before each frame of MPEG audio.
struct MPEGHeader: Hashable {
    /// 1 for MPEG-1; 2 also for the MPEG-2.5 rates.
    let version: Int
    let layer: Int
    let rate: Int
    let channels: Int
    /// Bytes from this header to the next.
    let frameBytes: Int

    /// Frames of sound (samples per channel) in one MPEG frame.
    let frames: Int

    /// Reads the header at `offset`; nil for reserved values and for the free format, which nobody uses.
    init?(_ bytes: [UInt8], at offset: Int) {
        guard offset >= 0, offset + 4 <= bytes.count, bytes[offset] == 0xFF, bytes[offset + 1] & 0xE0 == 0xE0
        else { return nil }
        let (b1, b2, b3) = (Int(bytes[offset + 1]), Int(bytes[offset + 2]), Int(bytes[offset + 3]))
        let (versionBits, layerBits, bitrateIndex, rateIndex) = (
            b1 >> 3 & 3, b1 >> 1 & 3, b2 >> 4, b2 >> 2 & 3
        )
        guard versionBits != 1, layerBits != 0, (1...14).contains(bitrateIndex), rateIndex < 3 else {
            return nil
        }
        version = versionBits == 3 ? 1 : 2
        layer = 4 - layerBits
        rate = [44_100, 48_000, 32_000][rateIndex] / (versionBits == 3 ? 1 : versionBits == 2 ? 2 : 4)
        channels = b3 >> 6 == 3 ? 1 : 2
        let kilobits = Self.kilobits[version == 2 ? (layer == 1 ? 3 : 4) : layer - 1][bitrateIndex - 1]
        let padding = b2 >> 1 & 1
        frames = layer == 1 ? 384 : layer == 3 && version == 2 ? 576 : 1152
        frameBytes =
            layer == 1
            ? (12_000 * kilobits / rate + padding) * 4 : frames / 8 * 1000 * kilobits / rate + padding
    }

    /// Kilobits per second: MPEG-1 layers I, II, III; MPEG-2 layer I; MPEG-2 layers II and III.
    private static let kilobits = [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]

    /// Every rate that there is.
    static let rates = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]

    /// Whether `other` can follow in the same stream.
    func isAkin(to other: MPEGHeader) -> Bool {
        version == other.version && layer == other.layer && rate == other.rate
    }

    /// The offset of the first frame in `bytes`: one that others follow, as chance hardly ever makes them.
    ///
    /// `isWholeFile` allows the chain to be ended by the end of the bytes.
    static func firstFrame(in bytes: [UInt8], isWholeFile: Bool) -> Int? {
        let wanted = 3
        search: for start in bytes.indices {
            guard let first = MPEGHeader(bytes, at: start) else { continue }
            var offset = start + first.frameBytes
            for _ in 1..<wanted {
                if isWholeFile, offset >= bytes.count - 3 || bytes.has("TAG", at: offset) {
                    // A file of one or two frames: believed where it begins with them.
                    if start == 0 { return 0 }
                    continue search
                }
                guard let next = MPEGHeader(bytes, at: offset), first.isAkin(to: next) else {
                    continue search
                }
                offset += next.frameBytes
            }
            return start
        }
        return nil
    }
}

/// What the encoder wrote into the first frame about the whole stream (the Xing or Info tag, LAME's part of it).
struct XingTag: Hashable {
    /// Frames of sound in the file, encoder delay and padding cut; nil where the tag does not say.
    let declaredFrames: Int?

    /// Reads the tag in `frame`, the first MPEG frame, header included; nil if there is none.
    init?(_ frame: [UInt8], _ header: MPEGHeader) {
        guard header.layer == 3 else { return nil }
        let side = header.version == 1 ? (header.channels == 1 ? 17 : 32) : (header.channels == 1 ? 9 : 17)
        let places = [4 + side, 6 + side]
        guard let tag = places.first(where: { frame.has("Xing", at: $0) || frame.has("Info", at: $0) }),
            tag + 8 <= frame.count
        else { return nil }
        let flags = frame.bigEndian(at: tag + 4, count: 4)
        guard flags & 1 != 0, tag + 12 <= frame.count else {
            declaredFrames = nil
            return
        }
        let total = frame.bigEndian(at: tag + 8, count: 4) * header.frames
        let lame = tag + 12 + (flags & 2 != 0 ? 4 : 0) + (flags & 4 != 0 ? 100 : 0) + (flags & 8 != 0 ? 4 : 0)
        guard lame + 24 <= frame.count, frame[lame] != 0 else {
            declaredFrames = total
            return
        }
        let gaps = frame.bigEndian(at: lame + 21, count: 3)
        declaredFrames = max(0, total - (gaps >> 12) - (gaps & 0xFFF))
    }
}

/// Follows the headers of a stream while it is fed, to know at the end whether the last frame was cut.
struct MPEGWalk {
    /// Offset in the file at which the next header should stand.
    private(set) var next: Int
    /// Whether something else stood there; at a tag behind the last frame that is as it should be.
    private(set) var isLost = false

    init(start: Int) { next = start }

    /// Looks at the headers that begin in `chunk`, which stands at `offset` in the file.
    mutating func advance(over chunk: [UInt8], at offset: Int) {
        // The last three bytes are looked at again: a header may begin in them.
        while !isLost, next >= offset, next + 4 <= offset + chunk.count {
            guard let header = MPEGHeader(chunk, at: next - offset) else {
                isLost = true
                return
            }
            next += header.frameBytes
        }
    }
}
