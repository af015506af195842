import Glibc
@testable import StationAudio
import Testing

@Suite struct RingTests {
    @Test("frames come out as they went in, across the end of the storage")
    func wrapping() {
        let ring = FrameRing(frames: 10, channels: 2)
        #expect(ring.capacity == 16)
        var next: Float = 0
        var expected: Float = 0
        for round in 1...50 {
            let count = round % 16 + 1
            let frames = (0..<(count * 2)).map { next + Float($0) }
            let written = frames.withUnsafeBufferPointer { ring.write($0.baseAddress!, count: count) }
            next += Float(written * 2)
            var out = [Float](repeating: -1, count: 32)
            let read = out.withUnsafeMutableBufferPointer {
                ring.read(into: $0.baseAddress!, count: round % 7 + 1)
            }
            for index in 0..<(read * 2) { #expect(out[index] == expected + Float(index)) }
            #expect(out[(read * 2)...].allSatisfy { $0 == -1 })
            expected += Float(read * 2)
        }
        #expect(ring.written == Int(next) / 2 && ring.taken == Int(expected) / 2)
    }

    @Test("a full ring takes nothing, an empty one gives nothing")
    func bounds() {
        let ring = FrameRing(frames: 4, channels: 1)
        var samples: [Float] = [1, 2, 3, 4, 5]
        #expect(samples.withUnsafeBufferPointer { ring.write($0.baseAddress!, count: 5) } == 4)
        #expect(samples.withUnsafeBufferPointer { ring.write($0.baseAddress!, count: 1) } == 0)
        #expect(samples.withUnsafeMutableBufferPointer { ring.read(into: $0.baseAddress!, count: 5) } == 4)
        #expect(samples.withUnsafeMutableBufferPointer { ring.read(into: $0.baseAddress!, count: 5) } == 0)
    }

    @Test("skipping goes as far as was written, and never back")
    func skipping() {
        let ring = FrameRing(frames: 8, channels: 1)
        let samples: [Float] = [1, 2, 3, 4, 5]
        _ = samples.withUnsafeBufferPointer { ring.write($0.baseAddress!, count: 5) }
        #expect(ring.skip(to: 2) == 2 && ring.taken == 2)
        #expect(ring.skip(to: 1) == 0 && ring.taken == 2)
        #expect(ring.skip(to: 9) == 3 && ring.taken == 5)
    }

    @Test("a producer and a consumer on two threads lose nothing")
    func twoThreads() {
        let ring = ProgrammeRing(frames: 512, channels: 1)
        var thread = pthread_t()
        let total = 300_000
        pthread_create(
            &thread, nil,
            { argument in
                let ring = Unmanaged<ProgrammeRing>.fromOpaque(argument!).takeRetainedValue()
                var next = 0
                while next < 300_000 {
                    let block = (next..<min(300_000, next + 100)).map { Float($0) }
                    next += ring.write(block)
                    sched_yield()
                }
                ring.finish()
                return nil
            }, Unmanaged.passRetained(ring).toOpaque())
        var expected = 0
        var out = [Float](repeating: 0, count: 77)
        while expected < total {
            let count = out.withUnsafeMutableBufferPointer {
                ring.core.pointee.frames.read(into: $0.baseAddress!, count: 77)
            }
            let right = (0..<count).allSatisfy { out[$0] == Float(expected + $0) }
            if !right { Issue.record("frames near \(expected) are wrong") }
            expected += count
            if count == 0 { sched_yield() }
        }
        pthread_join(thread, nil)
        #expect(ring.core.pointee.frames.taken == total)
    }

    @Test("events come in order, and a full queue says so")
    func events() {
        let ring = EventRing<Int>(capacity: 3)
        #expect(ring.pop() == nil)
        #expect(ring.push(1) && ring.push(2) && ring.push(3) && !ring.push(4))
        #expect(ring.first() == 1 && ring.pop() == 1)
        #expect(ring.push(5) == true)
        #expect([ring.pop(), ring.pop(), ring.pop(), ring.pop()] == [2, 3, 5, nil])
    }

    @Test("a timeline is read whole or not at all")
    func timeline() {
        let ring = ProgrammeRing(frames: 1, channels: 1)
        #expect(ring.timeline == nil)
        let line = Timeline(frame: 480, instant: 1_000_000_000, rate: 48_000, partsPerMillion: 100)
        ring.core.pointee.timeline.store(line)
        #expect(ring.timeline == line)
        #expect(line.instant(ofFrame: 480) == 1_000_000_000)
        #expect(line.instant(ofFrame: 48_484.8) == 2_000_000_000)
        #expect(abs(line.frame(at: 2_000_000_000) - 48_484.8) < 1e-6)
    }
}
