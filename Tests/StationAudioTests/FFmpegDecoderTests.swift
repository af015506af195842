import Foundation
import Testing

@testable import StationAudio

/// Files that only ffmpeg decodes, against what ffmpeg says of them itself.
@Suite("Formats that ffmpeg decodes")
struct FFmpegDecoderTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    static let formats: [(name: String, encoder: String)] = [
        ("end.m4a", "-c:a aac -b:a 96k"), ("front.m4a", "-c:a aac -b:a 96k -movflags faststart"),
        ("a.mp4", "-c:a alac"), ("a.aac", "-c:a aac -b:a 96k -f adts"), ("a.wma", "-c:a wmav2 -b:a 96k"),
        ("a.mka", "-c:a libopus -b:a 64k"), ("a.webm", "-c:a libvorbis"),
    ]

    /// Twenty seconds: more than a program keeps in its buffers, so that it has to find its way in the file.
    private func make(_ name: String, _ encoder: String, rate: Int = 48_000, seconds: Int = 20) throws {
        try shop.writeWAV("in.wav", Self.sound(rate * seconds), rate: rate, channels: 2)
        try shop.run("sh", "-c", "ffmpeg -v error -y -i in.wav \(encoder) \(name)")
    }

    /// Noise without its highest tones, which an encoder leaves out.
    private static func sound(_ frames: Int) -> [Float] {
        var low: Float = 0
        return noise(frames * 2, amplitude: 0.8).map { sample in
            low += 0.2 * (sample - low)
            return low
        }
    }

    /// What ffmpeg itself decodes.
    private func expected(_ name: String) throws -> [Float] {
        try shop.floats(
            "ffmpeg", "-v", "error", "-i", name, "-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "f32le", "-")
    }

    private func cut(_ name: String, share: Double = 0.6) throws {
        let bytes = try shop.bytes(name)
        try shop.write(name, Array(bytes.prefix(Int(Double(bytes.count) * share))))
    }

    @Test(
        "a file decodes to ffmpeg's own samples, at its own rate", arguments: formats.map(\.name),
        [48_000, 44_100])
    func decodes(name: String, rate: Int) throws {
        let format = try #require(Self.formats.first { $0.name == name })
        try make(name, format.encoder, rate: rate)
        let decoded = try Decoded(shop.open(name))
        #expect(decoded.format.decoder == "ffmpeg")
        // Opus knows one rate only.
        #expect(decoded.format.rate == (name == "a.mka" ? 48_000 : rate))
        #expect(decoded.format.channels == 2)
        #expect(!decoded.isTruncated)
        let wanted = try expected(name)
        #expect(decoded.samples == wanted)
        #expect(abs(decoded.frames - 20 * decoded.format.rate) <= 4096, "\(decoded.frames)")
        #expect(abs(decibels(rms(decoded.samples) / rms(Self.sound(100_000)))) < 1)
    }

    @Test("AMR, as telephones record it, decodes to ffmpeg's own samples")
    func amr() throws {
        // Any bits are a frame of 20 ms at 12.2 kbit/s.
        var dice = Dice(state: 3)
        let frames = (0..<100).flatMap { _ in
            [0x3C] + (0..<31).map { _ in UInt8.random(in: 0...255, using: &dice) }
        }
        try shop.write("a.amr", Array("#!AMR\n".utf8) + frames)
        let decoded = try Decoded(shop.open("a.amr"))
        #expect(decoded.format.rate == 8000)
        #expect(decoded.frames == 16_000)
        #expect(try decoded.samples == expected("a.amr"))
    }

    @Test("a picture inside is no sound, and no fault")
    func cover() throws {
        try make("plain.m4a", "-c:a aac")
        try shop.run("sh", "-c", "ffmpeg -v error -f lavfi -i testsrc=size=64x64 -frames:v 1 c.png")
        try shop.run(
            "sh", "-c",
            "ffmpeg -v error -i plain.m4a -i c.png -map 0 -map 1 -c copy -disposition:v attached_pic a.m4a")
        let decoded = try Decoded(shop.open("a.m4a"))
        #expect(!decoded.isTruncated)
        #expect(try decoded.samples == expected("plain.m4a"))
    }

    @Test(
        "a file that is cut off gives what is there, and is told",
        arguments: ["front.m4a", "a.aac", "a.mka", "a.wma"])
    func truncated(name: String) throws {
        try make(name, try #require(Self.formats.first { $0.name == name }).encoder)
        let whole = try Preflight(descriptor: shop.open(name))
        #expect(!whole.isTruncated)
        try cut(name)
        let found = try Preflight(descriptor: shop.open(name))
        #expect(found.isTruncated)
        #expect(found.frames > whole.frames / 2 && found.frames < whole.frames * 2 / 3, "\(found.frames)")
    }

    @Test("an M4A without its table, which stands at its end, and rubbish that says it is one, are broken")
    func broken() throws {
        try make("end.m4a", "-c:a aac")
        try cut("end.m4a")
        try shop.write(
            "rubbish.m4a",
            [0, 0, 0, 32] + Array("ftypM4A ".utf8) + noise(20_000).map { UInt8(abs($0) * 255) })
        for name in ["end.m4a", "rubbish.m4a"] {
            let descriptor = try shop.open(name)
            #expect(throws: DecodeError.malformed(format: "AAC/MP4", reason: "moov atom not found")) {
                try Preflight(descriptor: descriptor)
            }
        }
    }

    @Test("without ffmpeg the error names it", arguments: [nil, "/none/ffmpeg"])
    func missing(program: String?) throws {
        try shop.write("a.m4a", Array("....ftypM4A ".utf8))
        let file = try FileBytes(descriptor: shop.open("a.m4a"))
        #expect(throws: DecodeError.needsFFmpeg("AAC/MP4")) {
            try FFmpegDecoder.start(
                file, format: .mp4, program: program, limits: FFmpegDecoder.limits(for: file, patience: 0))
        }
    }

    @Test("what is passed over is passed over to the frame, and the descriptor's position stays")
    func skips() throws {
        try make("end.m4a", "-c:a aac")
        let descriptor = try shop.open("end.m4a")
        lseek(descriptor, 7, SEEK_SET)
        let whole = try Decoded(descriptor)
        let decoder = try openDecoder(descriptor: descriptor)
        #expect(try decoder.skip(frames: 400_001) == 400_001)
        var frames = [Float](repeating: 0, count: 200)
        #expect(try frames.withUnsafeMutableBufferPointer { try decoder.read(into: $0, frames: 100) } == 100)
        #expect(frames == Array(whole.samples[800_002..<800_202]))
        #expect(try decoder.skip(frames: 10_000_000) == whole.frames - 400_101)
        #expect(lseek(descriptor, 0, SEEK_CUR) == 7)
    }

    @Test("a file that may be read and not opened again decodes from a copy")
    func copied() throws {
        try make("end.m4a", "-c:a aac", seconds: 3)
        let copy = try FFmpegDecoder.copy(of: FileBytes(descriptor: shop.open("end.m4a")))
        defer { close(copy) }
        #expect(try Decoded(copy).samples == expected("end.m4a"))
    }

    @Test("it stands between other files without a missing or extra frame")
    func programme() throws {
        try make("a.m4a", "-c:a aac", rate: 44_100, seconds: 2)
        try shop.writeWAV("b.wav", sine(44_100, rate: 44_100, frequency: 440), rate: 44_100)
        let frames = try Preflight(descriptor: shop.open("a.m4a")).frames
        let played = try Played(
            [shop.item("b.wav"), shop.item("a.m4a"), shop.item("b.wav")], .init(rate: 44_100, channels: 1))
        #expect(played.samples.count == 44_100 + frames + 44_100)
        #expect(played.marks.allSatisfy { $0.error == nil && !$0.isTruncated })
    }
}
