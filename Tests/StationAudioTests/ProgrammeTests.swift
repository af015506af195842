import Foundation
import Testing

@testable import StationAudio

private let card = ProgrammeOutput(rate: 48_000, channels: 1, ceilingDecibels: 0)

@Suite("A programme of several files")
struct ProgrammeTests {
    @Test(
        "Items of three formats and rates follow each other without a missing or extra frame",
        arguments: [48_000, 44_100], [0.0, 61])
    func gapless(_ rate: Int, _ ppm: Double) throws {
        let shop = try Workshop()
        try shop.run(
            "sh", "-c",
            "sox -R -r 44100 -n -c 1 -b 16 a.wav synth 12347s sine 440 gain -6 && lame --quiet a.wav a.mp3")
        try shop.run("sh", "-c", "sox -R -r 22050 -n -c 2 -b 24 b.wav synth 5551s pinknoise gain -12")
        try shop.run(
            "sh", "-c",
            "sox -R -r 48000 -n -c 1 -b 16 c.wav synth 7777s sine 300 gain -6 && opusenc --quiet c.wav c.opus"
        )
        let items = try ["a.mp3", "b.wav", "c.opus"].map { try shop.item($0) }
        let played = Played(items, ProgrammeOutput(rate: rate, channels: 2)) { reader, _ in
            reader.ratioCorrectionPPM = ppm
        }
        let lengths = [(12_347, 44_100), (5_551, 22_050), (7_777, 48_000)].map { frames, from in
            Int((Double(frames) * Double(rate) / Double(from)).rounded())
        }
        let starts = [0, lengths[0], lengths[0] + lengths[1]]
        #expect(played.marks.map(\.start) == starts)
        #expect(played.marks.map(\.end) == [starts[1], starts[2], lengths.reduce(0, +)])
        #expect(played.marks.allSatisfy { $0.error == nil && !$0.isTruncated })
        let frames = played.samples.count / 2
        #expect(frames == Int((Double(lengths.reduce(0, +)) / (1 + ppm * 1e-6)).rounded(.up)))
        #expect(played.timeline.outputFrames == frames)
    }

    /// A sine cut in pieces, each a file of its own rate.
    private static func pieces(_ shop: Workshop, _ rates: [Int], _ seconds: Double) throws -> [ProgrammeItem]
    {
        try rates.enumerated().map { i, rate in
            let phase = 2 * Double.pi * 333.3 * seconds * Double(i)
            let samples = sine(Int(seconds * Double(rate)), rate: rate, frequency: 333.3, phase: phase)
            try shop.writeWAV("\(i).wav", samples, rate: rate)
            return try shop.item("\(i).wav")
        }
    }

    @Test(
        "A sine that is split across files goes on as if it were one",
        arguments: [
            [44_100, 44_100, 44_100], [48_000, 48_000], [44_100, 48_000, 22_050], [8_000, 96_000, 32_000],
        ],
        [0.0, -210])
    func continuous(_ rates: [Int], _ ppm: Double) throws {
        let shop = try Workshop()
        let items = try Self.pieces(shop, rates, 0.08)
        let played = Played(items, card) { reader, _ in reader.ratioCorrectionPPM = ppm }
        let expected = sine(
            played.samples.count, rate: 48_000, frequency: 333.3 * (1 + ppm * 1e-6))
        let edge = 600
        for i in edge..<(played.samples.count - edge)
        where (played.samples[i] - expected[i]).magnitude > 0.0005 {
            Issue.record("frame \(i): \(played.samples[i]) for \(expected[i])")
            break
        }
        #expect(
            played.samples.count == Int((0.08 * 48_000 * Double(rates.count) / (1 + ppm * 1e-6)).rounded(.up))
        )
    }

    @Test("T39 the way to a place deep in a file that must be decoded up to there goes in steps")
    func steps() throws {
        let shop = try Workshop()
        try shop.writeWAV("float.wav", noise(700_000), rate: 16_000)
        // Without a tag nothing is known of its length, and nobody jumps.
        try shop.run("sox", "-D", "float.wav", "-b", "16", "in.wav")
        try shop.run("sh", "-c", "lame --quiet -t -b 64 -m m in.wav a.mp3")
        var output = ProgrammeOutput(rate: 16_000, channels: 1, startFrame: 600_000)
        let item = try shop.item("a.mp3", frames: 702_000)
        let atOnce = Played([item], output)
        var counts: [Int] = []
        let inSteps = Played([item], output) { reader, frames in
            guard frames == 0 else { return }
            while reader.seek() { counts.append(reader.marks.count) }
        }
        #expect(counts.count >= 600_000 / 65_536)
        #expect(inSteps.samples == atOnce.samples && inSteps.samples.count > 90_000)
        output.startFrame = 0
        #expect(inSteps.samples.elementsEqual(Played([item], output).samples[600_000...]))
    }

    @Test("T39 the way past many items takes one a step, and does not open those of which all is known")
    func stepsPastItems() throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", noise(1_000), rate: 16_000)
        let known = try shop.item("a.wav", frames: 1_000)
        let output = ProgrammeOutput(rate: 16_000, channels: 1, startFrame: 20_500)
        var steps: [Int] = []
        let opened = Played(Array(repeating: known, count: 22), output) { reader, frames in
            guard frames == 0 else { return }
            while reader.seek() { steps.append(reader.marks.count) }
        }
        #expect(Array(steps.prefix(21)) == Array(1...21))
        // Nothing could be opened of these.
        let closed = ProgrammeItem(descriptor: -1, frames: 1_000, rate: 16_000)
        let unopened = Played(Array(repeating: closed, count: 20) + [known, known], output)
        #expect(unopened.samples == opened.samples && unopened.samples.count == 1_500)
        #expect(unopened.marks.map(\.end) == opened.marks.map(\.end))
        #expect(unopened.marks.allSatisfy { $0.error == nil })
    }

    @Test(
        "Going on at any frame plays what the whole would have played from there", arguments: [false, true])
    func start(_ isCounted: Bool) throws {
        let shop = try Workshop()
        let rates = [44_100, 44_100, 48_000, 22_050]
        let items = try rates.enumerated().map { i, rate in
            try shop.writeWAV("\(i).wav", noise(3_001, seed: UInt64(i)), rate: rate)
            return try shop.item("\(i).wav", frames: isCounted ? 3_001 : nil)
        }
        let whole = Played(items, card)
        #expect(whole.marks.map(\.start) == [0, 3_266, 6_533, 9_534])
        let total = 9_534 + 6_533
        #expect(whole.samples.count == total)
        for start in [1, 1_000, 3_265, 3_266, 3_267, 6_000, 6_532, 6_533, 9_000, 9_533, 9_600, total - 1] {
            var output = card
            output.startFrame = start
            let part = Played(items, output)
            #expect(part.samples.count == total - start)
            #expect(part.timeline.position(ofOutputFrame: 0) == ProgrammePosition(frame: start))
            // Behind an item that was passed over unread, the filter's view back across the join is missing.
            let blind = isCounted && (3_266..<3_400).contains(start) ? 120 : 0
            #expect(part.samples[blind...].elementsEqual(whole.samples[(start + blind)...]), "\(start)")
            #expect(part.marks.map(\.start) == Array(whole.marks.map(\.start).prefix(part.marks.count)))
        }
        for beyond in [total, total + 99_999] {
            var output = card
            output.startFrame = beyond
            #expect(Played(items, output).samples.isEmpty)
        }
    }

    @Test("A bad item is left out at once, and is reported")
    func bad() throws {
        let shop = try Workshop()
        try shop.writeWAV("good.wav", sine(4_800, rate: 48_000, frequency: 500), rate: 48_000)
        try shop.write("empty.mp3", [])
        try shop.write("page.mp3", Array("<html>".utf8))
        try shop.write("header.wav", wav([], rate: 48_000))
        let items = [
            try shop.item("empty.mp3"),
            try shop.item("good.wav"),
            try shop.item("page.mp3"),
            try shop.item("header.wav"),
            try shop.item("good.wav"),
            ProgrammeItem(descriptor: -1),
        ]
        let played = Played(items, card)
        #expect(played.samples.count == 4_800 + 4_800)
        #expect(played.marks.map(\.start) == [0, 0, 4_800, 4_800, 4_800, 9_600])
        #expect(played.marks.map(\.end) == [0, 4_800, 4_800, 4_800, 9_600, 9_600])
        #expect(
            played.marks.map(\.error) == [
                .empty, nil, .notAudio("HTML or XML"), .noFrames, nil, .unreadable(errno: EBADF),
            ])
        #expect(played.marks.map(\.framesDecoded) == [0, 4_800, 0, 0, 4_800, 0])
        // Each sounds at its own place.
        #expect(played.samples[..<4_800].elementsEqual(played.samples[4_800...]))
    }

    @Test("Programmes of nothing, and of nothing that decodes, end at once")
    func nothing() throws {
        let shop = try Workshop()
        try shop.write("page.mp3", Array("<html>".utf8))
        #expect(Played([], card).samples.isEmpty)
        let bad = try shop.item("page.mp3")
        let played = Played([ProgrammeItem](repeating: bad, count: 300), card)
        #expect(played.samples.isEmpty)
        #expect(played.marks.count == 300)
    }

    @Test("A cut item plays what is there, is reported, and the next one follows at once")
    func cut() throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", noise(5_000, amplitude: 0.3), rate: 48_000)
        let bytes = try shop.bytes("a.wav")
        try shop.write("cut.wav", Array(bytes[..<(44 + 4 * 3_000 + 2)]))
        let items = try ["cut.wav", "a.wav"].map { try shop.item($0) }
        let played = Played(items, card)
        #expect(played.marks.map(\.isTruncated) == [true, false])
        #expect(played.marks.map(\.start) == [0, 3_000])
        #expect(
            Array(played.samples) == noise(5_000, amplitude: 0.3)[..<3_000] + noise(5_000, amplitude: 0.3))
    }

    @Test("Each item has its own gain, and none is louder than the limiter lets it be")
    func gains() throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", sine(9_600, rate: 48_000, frequency: 1_000, amplitude: 0.5), rate: 48_000)
        try shop.writeWAV("b.wav", sine(8_820, rate: 44_100, frequency: 1_000, amplitude: 0.1), rate: 44_100)
        let items = [
            try shop.item("a.wav", gain: -6.0206), try shop.item("b.wav"),
            try shop.item("a.wav", gain: 20),
        ]
        let played = Played(items, ProgrammeOutput(rate: 48_000, channels: 1, ceilingDecibels: -3))
        let peaks = played.marks.map { mark in
            played.samples[mark.start..<(mark.end ?? mark.start)].map(\.magnitude).max() ?? 0
        }
        #expect((peaks[0] - 0.25).magnitude < 1e-4)
        // The limiter looks ahead to the loud one, and does not raise this one's peak.
        #expect((peaks[1] - 0.1).magnitude < 1e-3)
        #expect((peaks[2] - amplitude(decibels: -3.05)).magnitude < 1e-3)
        #expect(rms(played.samples[1_000..<8_000]) < 0.251 / 1.414)
    }

    @Test("A mono item before a stereo one is on both sides, and mono stays equal on both")
    func channels() throws {
        let shop = try Workshop()
        let left = noise(3_000, seed: 1), right = noise(3_000, seed: 2)
        try shop.writeWAV("mono.wav", left, rate: 44_100)
        try shop.writeWAV("stereo.wav", zip(left, right).flatMap { [$0, $1] }, rate: 44_100, channels: 2)
        let items = try ["mono.wav", "stereo.wav", "mono.wav"].map { try shop.item($0) }
        let four = Played(items, ProgrammeOutput(rate: 48_000, channels: 4, ceilingDecibels: 0))
        let rows = (0..<4).map { row in
            stride(from: row, to: four.samples.count, by: 4).map { four.samples[$0] }
        }
        #expect(rows[0] == rows[2])
        #expect(rows[1] == rows[3])
        #expect(rows[0].count == 9_796)
        #expect(rows[0][..<3_200].elementsEqual(rows[1][..<3_200]))
        #expect(!rows[0][3_400..<6_400].elementsEqual(rows[1][3_400..<6_400]))
        #expect(rows[0][6_700...].elementsEqual(rows[1][6_700...]))
        let alone = Played([items[1]], ProgrammeOutput(rate: 44_100, channels: 1, ceilingDecibels: 0))
        for (i, sample) in alone.samples.enumerated() {
            #expect(abs(sample - (left[i] + right[i]) / 2) < 1e-6)
        }
    }

    @Test("A correction that changes while it plays is in every position, and in the pitch")
    func drift() throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", sine(22_050, rate: 44_100, frequency: 1_000), rate: 44_100)
        let played = Played([try shop.item("a.wav")], card, block: 500) { reader, frames in
            reader.ratioCorrectionPPM = frames < 12_000 ? 500 : -500
        }
        #expect(played.marks[0].end == 24_000)
        for (frame, sample) in played.samples.enumerated().dropFirst(100).dropLast(200) {
            let position = played.timeline.position(ofOutputFrame: frame)
            let time = (Double(position.frame) + Double(position.fraction) / 4_294_967_296) / 48_000
            let expected = Float(0.5 * sin(2 * .pi * 1_000 * time))
            if (sample - expected).magnitude > 0.0001 {
                Issue.record("frame \(frame): \(sample) for \(expected)")
                break
            }
        }
        #expect(played.timeline.position(ofOutputFrame: 10_000).frame == 10_005)
    }

    @Test("The volume holds throughout")
    func volume() throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", [Float](repeating: 0.5, count: 48_000), rate: 48_000)
        var output = card
        output.gainDecibels = -6.0206
        let played = Played([try shop.item("a.wav")], output, block: 512)
        #expect(played.samples.count == 48_000)
        #expect(played.samples.allSatisfy { ($0 - 0.25).magnitude < 1e-5 })
    }

    @Test("T15 garbage at full scale comes out no louder than the ceiling, and NaN as silence")
    func fullScaleNoise() throws {
        let shop = try Workshop()
        var dice = Dice(state: 1)
        // Floats that are no floats: any bits at all.
        let bits = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        try shop.write("bits.wav", wav(bits, rate: 44_100))
        try shop.writeWAV("nan.wav", [Float](repeating: .nan, count: 4_000), rate: 48_000)
        let noisy = Played(
            [try shop.item("bits.wav", gain: 60)],
            ProgrammeOutput(rate: 48_000, channels: 2, ceilingDecibels: -12))
        #expect(noisy.samples.allSatisfy { $0.magnitude <= amplitude(decibels: -12) })
        let silent = Played([try shop.item("nan.wav")], card)
        #expect(silent.samples == [Float](repeating: 0, count: 4_000))
    }

    @Test(
        "T15 sound off by one byte, in the wrong order or of another width is noise below the ceiling",
        arguments: [
            (tag: 1, bits: 16, shift: 1, turned: false), (1, 16, 0, true), (1, 24, 1, false),
            (1, 24, 2, true), (1, 32, 0, false), (3, 32, 0, false),
        ])
    func misread(_ reading: (tag: Int, bits: Int, shift: Int, turned: Bool)) throws {
        let shop = try Workshop()
        // A faint voice in 16 bits, lowest byte first: wrongly read, its low bytes are the loudest.
        let voice = sine(20_000, rate: 48_000, frequency: 300, amplitude: 0.05)
        var bytes = voice.flatMap { sample in
            let word = little(Int((sample * 32_767).rounded()), 2)
            return reading.turned ? word.reversed() : word
        }
        bytes.removeFirst(reading.shift)
        try shop.write("voice.wav", wav(bytes, rate: 48_000, tag: reading.tag, bits: reading.bits))
        let played = Played(
            [try shop.item("voice.wav", gain: 12)],
            ProgrammeOutput(rate: 48_000, channels: 1, ceilingDecibels: -12))
        #expect(played.samples.count > 4_000)
        #expect(played.samples.allSatisfy { $0.magnitude <= amplitude(decibels: -12) })
    }

    @Test(
        "Volume and ceiling that are no numbers make silence, not noise", arguments: [Double.nan, -.infinity])
    func noNumbers(_ decibels: Double) throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", noise(2_000), rate: 48_000)
        let item = try shop.item("a.wav")
        let quiet = Played([item], ProgrammeOutput(rate: 48_000, channels: 1, gainDecibels: decibels))
        #expect(quiet.samples.allSatisfy { $0 == 0 })
        let low = Played([item], ProgrammeOutput(rate: 48_000, channels: 1, ceilingDecibels: decibels))
        #expect(low.samples.allSatisfy { $0.magnitude <= 1e-6 })
    }
}

@Suite("Preflight")
struct DecodePreflightTests {
    @Test("It says how long and how loud a file is")
    func whole() throws {
        let shop = try Workshop()
        let tone = sine(44_100, rate: 44_100, frequency: 997, amplitude: 0.5)
        let silence = [Float](repeating: 0.0005, count: 22_051)
        try shop.writeWAV("a.wav", tone + silence + tone, rate: 44_100)
        let result = try Preflight(descriptor: shop.open("a.wav"))
        #expect(result.frames == 110_251)
        #expect(result.nanoseconds == 2_500_022_676)
        // Half of the tone's own, less what the two blocks at its edges miss.
        #expect(abs(try #require(result.loudness) + 9.03) < 1)
        #expect(!result.isTruncated)
        #expect(result.format.decoder == "wav")
    }

    @Test("What is cut, silent or broken is told apart")
    func troubles() throws {
        let shop = try Workshop()
        try shop.writeWAV("silent.wav", [Float](repeating: 0, count: 9_000), rate: 8_000)
        let silent = try Preflight(descriptor: shop.open("silent.wav"))
        #expect(silent.loudness == nil)
        try shop.write("cut.wav", Array(try shop.bytes("silent.wav").dropLast(400)))
        #expect(try Preflight(descriptor: shop.open("cut.wav")).isTruncated)
        try shop.write("page.wav", Array("<html>".utf8))
        let page = try shop.open("page.wav")
        #expect(throws: DecodeError.notAudio("HTML or XML")) { try Preflight(descriptor: page) }
    }

    @Test("It ends where its time or its caller's patience ends")
    func bounds() throws {
        let shop = try Workshop()
        try shop.writeWAV("a.wav", [Float](repeating: 0.1, count: 24_000), rate: 8_000)
        let file = try shop.open("a.wav")
        #expect(throws: DecodeError.tooLong(maximumFrames: 16_000)) {
            try Preflight(descriptor: file, maximumSeconds: 2)
        }
        var asked = 0
        #expect(throws: DecodeError.cancelled) {
            try Preflight(descriptor: file) {
                asked += 1
                return asked < 3
            }
        }
        #expect(asked == 3)
    }
}
