import Testing

@testable import StationAudio

@Suite("WAV files")
struct DecodeWAVTests {
    static let encodings: [[String]] = [
        ["-e", "unsigned-integer", "-b", "8"], ["-b", "16"], ["-b", "24"], ["-b", "32"],
        ["-e", "floating-point", "-b", "32"], ["-e", "floating-point", "-b", "64"],
    ]

    @Test(
        "Every encoding that sox writes decodes to sox's own samples",
        arguments: encodings, [(1, 44_100), (2, 48_000), (6, 8_000)])
    func everyEncoding(_ encoding: [String], _ shape: (channels: Int, rate: Int)) throws {
        let shop = try Workshop()
        try shop.writeWAV(
            "in.wav", noise(999 * shape.channels, amplitude: 1), rate: shape.rate, channels: shape.channels)
        let quoted = encoding.joined(separator: " ")
        try shop.run("sh", "-c", "sox -D in.wav \(quoted) out.wav")
        let expected = try shop.floats("sox", "-D", "out.wav", "-t", "f32", "-")
        let decoded = try Decoded(shop.open("out.wav"), block: 100)
        #expect(decoded.samples == expected)
        #expect(decoded.format.rate == shape.rate)
        #expect(decoded.format.channels == shape.channels)
        #expect(decoded.format.declaredFrames == 999)
        #expect(!decoded.isTruncated)
    }

    @Test("Rates from 1 to 384 kHz are played", arguments: [1_000, 11_025, 96_000, 192_000, 384_000])
    func rates(_ rate: Int) throws {
        let shop = try Workshop()
        let samples = noise(100)
        try shop.writeWAV("a.wav", samples, rate: rate)
        let decoded = try Decoded(shop.open("a.wav"))
        #expect(decoded.samples == samples)
        #expect(decoded.format.rate == rate)
    }

    @Test("RF64 and a header written to a pipe hold what follows", arguments: ["-rf64 always", "-f wav"])
    func openEnded(_ option: String) throws {
        let shop = try Workshop()
        try shop.writeWAV("in.wav", noise(5_000, amplitude: 0.9), rate: 44_100)
        let target = option == "-f wav" ? "- | cat > out.wav" : "out.wav"
        try shop.run("sh", "-c", "ffmpeg -v error -i in.wav -c:a pcm_s16le \(option) \(target)")
        let decoded = try Decoded(shop.open("out.wav"))
        #expect(try decoded.samples == shop.floats("sox", "out.wav", "-t", "f32", "-"))
        #expect(decoded.frames == 5_000)
        #expect(!decoded.isTruncated)
    }

    /// Sixteen bits, mono: 1, 2, … 10.
    static let ten = (1...10).flatMap { little($0, 2) }

    static func made(_ frames: Int, size: Int? = nil, before: [UInt8] = [], after: [UInt8] = []) -> [UInt8] {
        wav(
            Array(ten[..<(2 * frames)]), rate: 8_000, tag: 1, bits: 16, size: size, before: before,
            after: after)
    }

    static let odd = Array("LIST".utf8) + little(3, 4) + [1, 2, 3, 0]

    @Test(
        "The size in the header is judged by what is there",
        arguments: [
            ("whole", made(10), 10, false),
            ("never filled in", made(10, size: 0), 10, false),
            ("streamed", made(10, size: 0xFFFF_FFFF), 10, false),
            ("longer than the file", made(10, size: 2_000), 10, true),
            ("a sample of the last frame is cut", made(10).dropLast(), 9, true),
            ("chunks behind the samples", made(10, after: odd), 10, false),
            ("an odd chunk before the samples", made(10, before: odd), 10, false),
            ("a byte too many", made(10, size: 19), 9, false),
        ] as [(String, [UInt8], Int, Bool)])
    func sizes(_ what: String, _ file: [UInt8], _ frames: Int, _ isTruncated: Bool) throws {
        let shop = try Workshop()
        try shop.write("a.wav", file)
        let decoded = try Decoded(shop.open("a.wav"))
        #expect(decoded.samples == (1...frames).map { Float($0) / 32_768 })
        #expect(decoded.isTruncated == isTruncated)
    }

    static func header(channels: Int = 1, rate: Int = 8_000, tag: Int = 1, bits: Int = 16) -> [UInt8] {
        wav(ten, rate: rate, channels: channels, tag: tag, bits: bits)
    }

    @Test(
        "A broken header is an error that says what is broken",
        arguments: [
            (made(0), .noFrames),
            (made(0, after: odd), .noFrames),
            (Array(made(10)[..<44]), .noFrames),
            (Array(made(10)[..<40]), .malformed(format: "WAV", reason: "no data chunk")),
            (Array(made(10)[..<30]), .malformed(format: "WAV", reason: "format chunk too short")),
            (Array(made(10)[..<12]), .malformed(format: "WAV", reason: "no format chunk")),
            (
                Array("RIFF....WAVEdata".utf8) + little(4, 4) + [0, 0, 0, 0],
                .malformed(format: "WAV", reason: "samples before their format")
            ),
            (header(channels: 0), .malformed(format: "WAV", reason: "no channels")),
            (header(channels: 9), .unsupported("9 channels")),
            (header(rate: 999), .unsupported("999 frames per second")),
            (header(rate: 384_001), .unsupported("384001 frames per second")),
            (header(bits: 40), .unsupported("WAV with 40 bits")),
            (header(tag: 0x55), .unsupported("WAV with encoding 85")),
        ] as [([UInt8], DecodeError)])
    func broken(_ file: [UInt8], _ error: DecodeError) throws {
        let shop = try Workshop()
        try shop.write("a.wav", file)
        let descriptor = try shop.open("a.wav")
        #expect(throws: error) { try Decoded(descriptor) }
    }

    @Test("A file that shrinks while it plays ends early, and says so")
    func shrinks() throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", noise(20_000), rate: 8_000)
        let decoder = try openDecoder(descriptor: shop.open("a.wav"))
        var buffer = [Float](repeating: 0, count: 30_000)
        let first = try buffer.withUnsafeMutableBufferPointer { try decoder.read(into: $0, frames: 100) }
        try shop.run("truncate", "-s", "4044", "a.wav")
        let second = try buffer.withUnsafeMutableBufferPointer { try decoder.read(into: $0, frames: 30_000) }
        let third = try buffer.withUnsafeMutableBufferPointer { try decoder.read(into: $0, frames: 30_000) }
        #expect((first, second, third) == (100, 900, 0))
        #expect(decoder.isTruncated)
    }
}
