import Foundation
import Testing

@testable import StationAudio

/// Something like speech: noise through a slow envelope, with a beginning and an end that can be found again.
private func original(_ frames: Int, channels: Int = 1) -> [Float] {
    var low: Float = 0
    return noise(frames * channels, amplitude: 0.8, seed: 7).enumerated().map { i, sample in
        low += 0.2 * (sample - low)
        return low * Float(0.6 + 0.4 * sin(Double(i) / 900))
    }
}

@Suite("Compressed files")
struct DecodeFormatTests {
    @Test(
        "An MP3 is as long as what it was made of, and in the same place",
        arguments: [
            ("lame --quiet -b 64 -m m", 44_100, 1), ("lame --quiet -V 4", 48_000, 2),
            ("lame --quiet -b 320", 32_000, 2), ("lame --quiet --cbr -b 128 -m s", 44_100, 2),
            ("ffmpeg -v error -y -i", 44_100, 1),
        ])
    func gapless(_ encoder: String, _ rate: Int, _ channels: Int) throws {
        let shop = try Workshop()
        // No multiple of a frame's 1152.
        let made = original(rate / 6 + 321, channels: channels)
        try shop.encode(made, rate: rate, channels: channels, "\(encoder) in.wav out.mp3")
        let decoded = try Decoded(shop.open("out.mp3"))
        #expect(decoded.frames == rate / 6 + 321)
        #expect(decoded.format.declaredFrames == rate / 6 + 321)
        #expect(decoded.format.decoder == "mpg123")
        #expect(!decoded.isTruncated)
        #expect(correlation(decoded.samples, made) > 0.85)
        // One frame off would be less alike.
        #expect(correlation(decoded.samples, made) > correlation(decoded.samples.dropFirst(channels), made))
        #expect(correlation(decoded.samples, made) > correlation(decoded.samples, made.dropFirst(channels)))
    }

    @Test("T18 an MP3 of changing bit rate without a header that tells its length is as long as its sound")
    func withoutHeader() throws {
        let shop = try Workshop()
        // Half silence, half noise: a length guessed from the first frames would be far off.
        let made = [Float](repeating: 0, count: 44_100) + noise(44_100, amplitude: 0.8)
        try shop.encode(made, rate: 44_100, "lame --quiet -t -V 4 in.wav out.mp3")
        let found = try Preflight(descriptor: shop.open("out.mp3"))
        // Without the header the encoder's delay and padding cannot be told from sound.
        #expect(found.frames >= 88_200 && found.frames <= 88_200 + 3 * 1_152, "\(found.frames)")
        #expect(try Decoded(shop.open("out.mp3")).frames == found.frames)
    }

    @Test(
        "FLAC and AIFF decode to the samples that went in",
        arguments: [("a.flac", "flac -s -f -o a.flac in.wav", 16), ("a.aiff", "sox in.wav a.aiff", 24)])
    func lossless(_ name: String, _ command: String, _ bits: Int) throws {
        let shop = try Workshop()
        try shop.encode(noise(9_000), rate: 44_100, channels: 2, bits: bits, command)
        let decoded = try Decoded(shop.open(name))
        #expect(try decoded.samples == Decoded(shop.open("in.wav")).samples)
        #expect(decoded.format.decoder == "sndfile")
        #expect(!decoded.isTruncated)
    }

    @Test(
        "Vorbis and Opus are as long as what they were made of, and in the same place",
        arguments: [
            ("a.ogg", "oggenc -Q -q 6 -o a.ogg in.wav"),
            ("a.opus", "opusenc --quiet --bitrate 128 in.wav a.opus"),
        ])
    func lossy(_ name: String, _ command: String) throws {
        let shop = try Workshop()
        let made = original(9_321)
        try shop.encode(made, rate: 48_000, command)
        let decoded = try Decoded(shop.open(name))
        #expect(decoded.frames == 9_321)
        #expect(!decoded.isTruncated)
        #expect(correlation(decoded.samples, made) > 0.97)
    }

    @Test(
        "A file is decoded by what it holds, whatever it is called",
        arguments: [
            ("sox in.wav -t wav x.mp3", "x.mp3", "wav"), ("lame --quiet in.wav x.wav", "x.wav", "mpg123"),
            ("flac -s -f -o x.ogg in.wav", "x.ogg", "sndfile"),
            ("sox in.wav -e a-law x.wav", "x.wav", "sndfile"),
        ])
    func mislabelled(_ command: String, _ name: String, _ decoder: String) throws {
        let shop = try Workshop()
        try shop.encode(noise(9_000), rate: 16_000, command)
        let decoded = try Decoded(shop.open(name))
        #expect(decoded.format.decoder == decoder)
        #expect(decoded.frames == 9_000 || decoder == "mpg123")
    }

    @Test(
        "What is no sound is told by what it looks like",
        arguments: [
            (Array("<!DOCTYPE html><html><body>404 Not Found".utf8), .notAudio("HTML or XML")),
            (Array("\u{FEFF}<?xml version=\"1.0\"?>".utf8), .notAudio("HTML or XML")),
            (Array("{\"error\": \"forbidden\"}".utf8), .notAudio("JSON")),
            (Array("Service unavailable\n".utf8), .notAudio("text")),
            ([UInt8](repeating: 0, count: 70_000), .notAudio("unknown data")),
            ([0xFF], .notAudio("unknown data")),
            ([], .empty),
            (Array("....ftypM4A ".utf8), .malformed(format: "AAC/MP4", reason: "")),
            ([0xFF, 0xF1, 0x50, 0x80, 0x02, 0x1F, 0xFC], .malformed(format: "AAC", reason: "")),
            (Array("fLaC".utf8) + [0, 0, 0], .malformed(format: "FLAC", reason: "")),
        ] as [([UInt8], DecodeError)])
    func noSound(_ file: [UInt8], _ expected: DecodeError) throws {
        let shop = try Workshop()
        try shop.write("a.mp3", file)
        let descriptor = try shop.open("a.mp3")
        let error = #expect(throws: DecodeError.self) { try Decoded(descriptor) }
        if case .malformed(let format, _) = expected {
            guard case .malformed(format, _) = error else {
                Issue.record("\(String(describing: error))"); return
            }
        } else {
            #expect(error == expected)
        }
    }

    @Test("A directory, a pipe and a closed descriptor are errors")
    func noFiles() throws {
        let shop = try Workshop()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let directory = try shop.open(".")
        #expect(throws: DecodeError.notAFile) { try Decoded(directory) }
        #expect(throws: DecodeError.notAFile) { try Decoded(ends[0]) }
        #expect(throws: DecodeError.unreadable(errno: EBADF)) { try Decoded(-1) }
    }

    @Test("A library that is not installed is named by the package that brings it")
    func missingLibrary() {
        #expect(throws: DecodeError.decoderMissing("libsndfile1")) {
            try LibMPG123(soname: "libmpg123-no.so.0")
        }
        #expect(throws: DecodeError.decoderMissing("libsndfile1")) {
            try LibSndfile(soname: "libsndfile-no.so.1")
        }
        // One that is there and lacks the functions is no better.
        #expect(throws: DecodeError.decoderMissing("libsndfile1")) { try LibSndfile(soname: "libc.so.6") }
    }

    @Test("The structure that libsndfile fills in has C's layout")
    func layout() {
        #expect(MemoryLayout<SndfileInfo>.stride == 32)
        #expect(MemoryLayout<SndfileInfo>.offset(of: \.rate) == 8)
        #expect(MemoryLayout<SndfileInfo>.offset(of: \.channels) == 12)
        #expect(MemoryLayout<SndfileInfo>.offset(of: \.format) == 16)
        #expect(MemoryLayout<SndfileInfo>.offset(of: \.seekable) == 24)
        #expect(unsafe MemoryLayout<SndfileInput>.size == 40)
        #expect(unsafe MemoryLayout<SndfileInput>.offset(of: \.tell) == 32)
    }
}

@Suite("Cut and broken files", .serialized)
struct DecodeDamageTests {
    static let commands = [
        ("a.wav", "sox in.wav a.wav"), ("a.mp3", "lame --quiet -b 64 in.wav a.mp3"),
        ("t.mp3", "lame --quiet -t -b 64 in.wav t.mp3"), ("a.flac", "flac -s -f -o a.flac in.wav"),
        ("a.ogg", "oggenc -Q -o a.ogg in.wav"), ("a.opus", "opusenc --quiet in.wav a.opus"),
        ("a.aiff", "sox in.wav a.aiff"),
    ]

    @Test(
        "A file cut anywhere gives an error or plays what is there and says that it is cut",
        arguments: commands)
    func cut(_ name: String, _ command: String) throws {
        let shop = try Workshop()
        try shop.encode(noise(30_000), rate: 44_100, command)
        let whole = try shop.bytes(name)
        let all = try Decoded(shop.open(name), block: 4_096)
        #expect(!all.isTruncated)
        // Not between two MPEG frames: without a tag that cannot be seen.
        for cut in [1, 12, 44, 100, 1_000] + (1...9).map({ whole.count * $0 / 10 + 5 }) + [whole.count - 1] {
            try shop.write("cut", Array(whole[..<min(cut, whole.count)]))
            do {
                let part = try Decoded(shop.open("cut"), block: 4_096)
                #expect(part.isTruncated, "\(cut) of \(whole.count)")
                #expect(part.frames <= all.frames)
                // What is there is what would have been there.
                if name == "a.wav" || name == "a.flac" {
                    #expect(part.samples.elementsEqual(all.samples[..<part.frames]), "\(cut)")
                }
            } catch is DecodeError {
                // Of a file this short the first page of Ogg is most.
                #expect(
                    cut < whole.count / 2 || ["a.ogg", "a.opus"].contains(name), "\(cut) of \(whole.count)")
            }
        }
    }

    @Test("Flipped bytes neither crash nor hang, nor give a sound that cannot be", arguments: commands)
    func flipped(_ name: String, _ command: String) throws {
        let shop = try Workshop()
        try shop.encode(noise(6_000), rate: 8_000, command)
        let whole = try shop.bytes(name)
        var dice = Dice(state: 99)
        for round in 0..<40 {
            var bytes = whole
            // Half of the rounds hit the header, where the sizes are.
            let reach = round % 2 == 0 ? min(80, bytes.count) : bytes.count
            for _ in 0..<5 {
                bytes[Int.random(in: 0..<reach, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            try shop.write("flipped", bytes)
            let item = try shop.item("flipped")
            let played = Played([item], ProgrammeOutput(rate: 8_000, channels: 1), block: 4_096)
            #expect(played.samples.allSatisfy { $0.magnitude <= 0.8914 })
            #expect(played.marks.count == 1)
        }
    }

    @Test("Garbage in the middle of an MP3 is passed over, and nothing is printed about it")
    func hole() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let shop = try Workshop()
            try shop.encode(noise(100_000), rate: 44_100, "lame --quiet -b 64 in.wav a.mp3")
            var dice = Dice(state: 5)
            let whole = try shop.bytes("a.mp3")
            let garbage = (0..<9_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
            try shop.write("b.mp3", Array(whole[..<5_000]) + garbage + Array(whole[8_000...]))
            let decoded = try Decoded(shop.open("b.mp3"))
            try #require(decoded.isTruncated)
            // 3,000 of 64,000 bits/8 per second are missing, and a few frames around them.
            try #require((70_000...90_000).contains(decoded.frames), "\(decoded.frames)")
        }
        #expect(
            result.standardErrorContent.isEmpty,
            "\(String(decoding: result.standardErrorContent, as: UTF8.self))")
    }
}

@Suite("Jumps into a file")
struct DecodeSkipTests {
    @Test(
        "A jump to where a cut file promises sound and has none counts what there is",
        arguments: [
            ("a.wav", "sox in.wav a.wav"), ("a.mp3", "lame --quiet -b 128 -m m in.wav a.mp3"),
            ("a.flac", "flac -s -f -o a.flac in.wav"), ("a.opus", "opusenc --quiet in.wav a.opus"),
        ])
    func beyondTheCut(_ name: String, _ command: String) throws {
        let shop = try Workshop()
        try shop.encode(noise(60_000), rate: 16_000, command)
        let bytes = try shop.bytes(name)
        try shop.write("cut", Array(bytes[..<(bytes.count * 3 / 5)]))
        let there = try Decoded(shop.open("cut"), block: 4_096).frames
        let decoder = try openDecoder(descriptor: shop.open("cut"))
        // Without a tag nothing is promised, and a small MPEG frame has no room for one.
        #expect(name == "a.opus" || (decoder.format.declaredFrames ?? 0) >= 60_000)
        #expect(try decoder.skip(frames: 50_000) == there)
        #expect(decoder.framesDecoded == there)
    }

    @Test(
        "After a jump the sound goes on at the very frame",
        arguments: [
            ("a.wav", "sox in.wav a.wav", 0), ("a.mp3", "lame --quiet -b 128 -m m in.wav a.mp3", 1e-6),
            ("v.mp3", "lame --quiet -V 2 in.wav v.mp3", 1e-6), ("a.flac", "flac -s -f -o a.flac in.wav", 0),
            ("a.ogg", "oggenc -Q -o a.ogg in.wav", 0), ("a.opus", "opusenc --quiet in.wav a.opus", 1e-4),
            ("a.aiff", "sox in.wav a.aiff", 0),
        ] as [(String, String, Float)])
    func exact(_ name: String, _ command: String, _ tolerance: Float) throws {
        let shop = try Workshop()
        try shop.encode(noise(60_000), rate: 16_000, command)
        let all = try Decoded(shop.open(name), block: 4_096)
        for target in [10, 17_000, 40_003, all.frames - 7, all.frames, all.frames + 9] {
            let decoder = try openDecoder(descriptor: shop.open(name))
            #expect(try decoder.skip(frames: target) == min(target, all.frames))
            var rest = [Float](repeating: 0, count: 2_000)
            let count = try rest.withUnsafeMutableBufferPointer { try decoder.read(into: $0, frames: 2_000) }
            #expect(count == 0 ? target >= all.frames : true)
            for (a, b) in zip(rest[..<count], all.samples[min(target, all.frames)...])
            where (a - b).magnitude > tolerance {
                Issue.record("\(name) at \(target): \(a) for \(b)")
                break
            }
        }
    }
}
