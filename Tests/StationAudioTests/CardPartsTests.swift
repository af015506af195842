@testable import StationAudio
import Testing

@Suite struct CardSpansTests {
    private func span(_ order: UInt64, _ card: Int, _ programme: Int, _ count: Int) -> CardSpan {
        CardSpan(order: order, card: card, programme: programme, count: count)
    }

    @Test("frames side by side are one span; a hole, a skip or another order begins the next")
    func append() {
        var spans = CardSpans()
        spans.append(span(1, 0, 0, 10))
        spans.append(span(1, 10, 10, 5))
        spans.append(span(1, 20, 15, 5))
        spans.append(span(1, 25, 30, 5))
        spans.append(span(2, 30, 35, 5))
        spans.append(span(2, 40, 0, 0))
        #expect(spans.count == 4 && spans[0] == span(1, 0, 0, 15))
    }

    @Test("what lies before a frame is taken, span by span, and the rest stays")
    func take() {
        var spans = CardSpans()
        spans.append(span(1, 100, 0, 10))
        spans.append(span(1, 120, 10, 10))
        #expect(spans.takeFirst(before: 100) == nil)
        #expect(spans.takeFirst(before: 104) == span(1, 100, 0, 4))
        #expect(spans.takeFirst(before: 104) == nil)
        #expect(spans.takeFirst(before: 125) == span(1, 104, 4, 6))
        #expect(spans.takeFirst(before: 125) == span(1, 120, 10, 5))
        #expect(spans.takeFirst(before: .max) == span(1, 125, 15, 5))
        #expect(spans.takeFirst(before: .max) == nil)
    }

    @Test("a cut forgets one order's frames from there on, and nobody else's")
    func cut() {
        var spans = CardSpans()
        spans.append(span(1, 0, 0, 10))
        spans.append(span(1, 20, 10, 10))
        spans.append(span(2, 30, 0, 10))
        spans.cut(order: 1, at: 5)
        #expect(spans.count == 2 && spans[0] == span(1, 0, 0, 5) && spans[1] == span(2, 30, 0, 10))
    }

    @Test("it says when it is full")
    func full() {
        var spans = CardSpans()
        for index in 0..<CardSpans.capacity {
            #expect(spans.hasRoom)
            spans.append(span(1, index * 2, index * 2, 1))
        }
        #expect(!spans.hasRoom)
    }
}

@Suite struct SampleStoreTests {
    private func stored(_ samples: [Float], channels: Int, _ format: CardSampleFormat, to wide: Int)
        -> [Double]
    {
        let frames = samples.count / channels
        let card = CardFormat(rate: 48_000, channels: wide, sample: format, bufferFrames: 1, periodFrames: 1)
        var bytes = [UInt8](repeating: 0xAA, count: frames * wide * format.bytes + 8)
        bytes.withUnsafeMutableBytes { bytes in
            guard let target = bytes.baseAddress else { return }
            store(samples, channels: channels, frames: frames, as: card, to: target)
        }
        #expect(bytes.suffix(8) == [0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA])
        return bytes.withUnsafeBytes { bytes in
            (0..<(frames * wide)).map { index in
                switch format {
                case .s16: Double(bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self)) / 32_767
                case .s32:
                    Double(bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)) / 2_147_483_647
                case .float: Double(bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
                }
            }
        }
    }

    @Test(
        "T15 whatever comes, nothing beyond full scale goes out, and what is no number is silence",
        arguments: [CardSampleFormat.s16, .s32, .float])
    func bounds(format: CardSampleFormat) {
        let wild: [Float] = [0, 0.5, 1, -1, 7, -7, .infinity, -.infinity, .nan, .greatestFiniteMagnitude]
        let out = stored(wild, channels: 1, format, to: 1)
        let wanted: [Double] = [0, 0.5, 1, -1, 1, -1, 1, -1, 0, 1]
        #expect(zip(out, wanted).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test(
        "every sample becomes the card's nearest, in whole eights and in what is left of one",
        arguments: [(CardSampleFormat.s16, 32_767.0), (.s32, 2_147_483_647), (.float, 1e12)], [1, 2, 3])
    func nearest(_ format: (sample: CardSampleFormat, most: Double), cardChannels: Int) {
        let samples = noise(43) + [1, -1, 0]
        let out = stored(samples, channels: 1, format.sample, to: cardChannels)
        #expect(out.count == samples.count * cardChannels)
        for (index, value) in out.enumerated() {
            #expect(abs(value - Double(samples[index / cardChannels])) <= 0.501 / format.most)
        }
    }

    @Test("one channel goes to all, two go by turns, and to one as their mean")
    func channels() {
        #expect(stored([0.25, 0.5], channels: 1, .float, to: 2) == [0.25, 0.25, 0.5, 0.5])
        #expect(stored([0.25, 0.5], channels: 2, .float, to: 4) == [0.25, 0.5, 0.25, 0.5])
        #expect(stored([0.25, 0.5], channels: 2, .float, to: 1) == [0.375])
        #expect(stored([0.25, 0.5], channels: 2, .float, to: 2) == [0.25, 0.5])
    }
}
