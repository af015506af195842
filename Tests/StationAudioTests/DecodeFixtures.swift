// What the sound tests share: files made by other people's programs, and signals made by arithmetic.

import Foundation
import Glibc
import StationAudio
import Testing

/// A directory of test files, gone at the end of the test.
final class Workshop {
    let directory: URL
    private var opened: [Int32] = []

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "loa-sound-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        for descriptor in opened { close(descriptor) }
        try? FileManager.default.removeItem(at: directory)
    }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// Runs a program of the system in the directory; one that is missing or fails is a failed test.
    @discardableResult
    func run(_ program: String, _ arguments: String...) throws -> (output: Data, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = directory
        let (output, errors) = (path("\(UUID()).out"), path("\(UUID()).err"))
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: errors)), as: UTF8.self)
        try #require(process.terminationStatus == 0, "\(program) \(arguments): \(text)")
        return (try Data(contentsOf: URL(fileURLWithPath: output)), text)
    }

    /// Writes a file.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: directory.appending(path: name))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: directory.appending(path: name)))
    }

    /// Opens a file for reading; it is closed at the end of the test.
    func open(_ name: String) throws -> Int32 {
        let descriptor = Glibc.open(path(name), O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0, "\(name)")
        opened.append(descriptor)
        return descriptor
    }

    /// Writes interleaved samples as a float WAV file.
    func writeWAV(_ name: String, _ samples: [Float], rate: Int, channels: Int = 1) throws {
        try write(
            name, wav(samples.flatMap { little(Int($0.bitPattern), 4) }, rate: rate, channels: channels))
    }

    /// What `program` makes of a file, as floats on its standard output.
    func floats(_ program: String, _ arguments: String...) throws -> [Float] {
        let process = [program] + arguments
        let joined = process.map { "'\($0)'" }.joined(separator: " ")
        return try run("sh", "-c", joined).output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    /// Makes `in.wav` of samples, as integers without dither, and runs the command that encodes it.
    func encode(
        _ samples: [Float], rate: Int, channels: Int = 1, bits: Int = 16, _ command: String
    ) throws {
        try writeWAV("float.wav", samples, rate: rate, channels: channels)
        try run("sox", "-D", "float.wav", "-b", "\(bits)", "in.wav")
        try run("sh", "-c", command)
    }

    /// An item for the programme reader.
    func item(_ name: String, gain: Double = 0, frames: Int? = nil) throws -> ProgrammeItem {
        ProgrammeItem(descriptor: try open(name), gainDecibels: gain, frames: frames)
    }
}

/// The `count` lowest bytes of `value`, lowest first.
func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A WAV file of float samples, or of other ones.
func wav(
    _ data: [UInt8], rate: Int, channels: Int = 1, tag: Int = 3, bits: Int = 32, size: Int? = nil,
    before: [UInt8] = [], after: [UInt8] = []
) -> [UInt8] {
    let frame = channels * ((bits + 7) / 8)
    let format =
        little(tag, 2) + little(channels, 2) + little(rate, 4) + little(rate * frame, 4) + little(frame, 2)
        + little(bits, 2)
    let body =
        Array("WAVEfmt ".utf8) + little(16, 4) + format + before + Array("data".utf8)
        + little(size ?? data.count, 4) + data + after
    return Array("RIFF".utf8) + little(body.count, 4) + body
}

/// A whole file as its decoder gives it.
struct Decoded {
    var samples: [Float] = []
    let format: SoundFormat
    let isTruncated: Bool

    init(_ descriptor: Int32, block: Int = 1000) throws {
        let decoder = try openDecoder(descriptor: descriptor)
        format = decoder.format
        var buffer = [Float](repeating: 0, count: block * format.channels)
        while true {
            let count = try buffer.withUnsafeMutableBufferPointer {
                try decoder.read(into: $0, frames: block)
            }
            if count == 0 { break }
            samples += buffer[..<(count * format.channels)]
        }
        isTruncated = decoder.isTruncated
        #expect(decoder.framesDecoded == frames)
    }

    var frames: Int { samples.count / format.channels }
}

/// A whole programme as the reader gives it.
struct Played {
    var samples: [Float] = []
    let marks: [ProgrammeMark]
    let timeline: ProgrammeTimeline

    init(
        _ items: [ProgrammeItem], _ output: ProgrammeOutput, block: Int = 480,
        before: (inout ProgrammeReader, _ frames: Int) -> Void = { _, _ in }
    ) {
        var reader = ProgrammeReader(items, output: output)
        var buffer = [Float](repeating: 0, count: block * output.channels)
        while true {
            before(&reader, samples.count / output.channels)
            let count = buffer.withUnsafeMutableBufferPointer { reader.read(into: $0, frames: block) }
            samples += buffer[..<(count * output.channels)]
            if count < block { break }
        }
        marks = reader.marks
        timeline = reader.timeline
    }
}

/// A sine.
func sine(
    _ frames: Int, rate: Int, frequency: Double, amplitude: Double = 0.5, phase: Double = 0
) -> [Float] {
    (0..<frames).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate) + phase)) }
}

/// Numbers that look random and are the same every time.
struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

/// Noise, evenly spread in ±`amplitude`.
func noise(_ count: Int, amplitude: Float = 0.5, seed: UInt64 = 1) -> [Float] {
    var dice = Dice(state: seed)
    return (0..<count).map { _ in Float.random(in: -amplitude...amplitude, using: &dice) }
}

/// The sine of `frequency` that fits `samples` best, and what is left without it.
struct Fit {
    let amplitude: Double
    let phase: Double
    /// The root of the mean square of what is no such sine: every image, alias, click and noise there is.
    let residual: Double

    init(_ samples: [Float], rate: Double, frequency: Double) {
        let w = 2 * Double.pi * frequency / rate
        var (ss, sc, cc, sx, cx) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (n, sample) in samples.enumerated() {
            let (s, c, x) = (sin(w * Double(n)), cos(w * Double(n)), Double(sample))
            ss += s * s
            sc += s * c
            cc += c * c
            sx += s * x
            cx += c * x
        }
        let determinant = ss * cc - sc * sc
        let (a, b) = ((sx * cc - cx * sc) / determinant, (cx * ss - sx * sc) / determinant)
        amplitude = (a * a + b * b).squareRoot()
        phase = atan2(b, a)
        var left = 0.0
        for (n, sample) in samples.enumerated() {
            let error = Double(sample) - a * sin(w * Double(n)) - b * cos(w * Double(n))
            left += error * error
        }
        residual = (left / Double(samples.count)).squareRoot()
    }
}

func rms(_ samples: some Sequence<Float>) -> Double {
    var (sum, count) = (0.0, 0)
    for sample in samples {
        sum += Double(sample) * Double(sample)
        count += 1
    }
    return count == 0 ? 0 : (sum / Double(count)).squareRoot()
}

func decibels(_ ratio: Double) -> Double { 20 * log10(max(ratio, 1e-15)) }

/// How alike two signals are: 1 for equal up to a factor.
func correlation(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Double {
    var (aa, bb, ab) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
        aa += Double(x) * Double(x)
        bb += Double(y) * Double(y)
        ab += Double(x) * Double(y)
    }
    return ab / (aa * bb).squareRoot()
}

extension UnsafeMutableBufferPointer {
    /// The first element's address; tests lend no empty buffers.
    var base: UnsafeMutablePointer<Element> {
        guard let baseAddress else { preconditionFailure("an empty buffer") }
        return baseAddress
    }
}
