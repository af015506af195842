// Safety: what is lent is the part of the storage that holds the samples, for the time of the call.
/// Samples of one channel, appended at the end and dropped from the front, always in one piece of memory.
struct SampleQueue {
    private var storage: [Float] = []
    private var head = 0
    /// How many samples are in it.
    private(set) var count = 0

    /// Makes a queue that holds `zeros` samples of silence.
    init(zeros: Int = 0) {
        storage = [Float](repeating: 0, count: zeros)
        count = zeros
    }

    /// Appends `extra` samples, which `fill` writes.
    mutating func append(_ extra: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
        makeRoom(extra)
        let start = head + count
        unsafe storage.withUnsafeMutableBufferPointer {
            unsafe fill(.init(rebasing: $0[start..<start + extra]))
        }
        count += extra
    }

    /// Appends silence.
    mutating func append(zeros: Int) { unsafe append(zeros) { unsafe $0.update(repeating: 0) } }

    /// Drops the oldest `dropped` samples, which must be there.
    mutating func removeFirst(_ dropped: Int) {
        precondition(dropped <= count)
        head += dropped
        count -= dropped
    }

    /// Lends the samples, oldest first.
    func withSamples<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
        unsafe storage.withUnsafeBufferPointer { unsafe body(.init(rebasing: $0[head..<head + count])) }
    }

    /// The samples, oldest first.
    var array: [Float] { Array(storage[head..<head + count]) }

    /// The sample at `index`, the oldest being 0.
    subscript(_ index: Int) -> Float {
        get { storage[head + index] }
        set { storage[head + index] = newValue }
    }

    private mutating func makeRoom(_ extra: Int) {
        guard head + count + extra > storage.count else { return }
        if head > 0 {
            let (head, count) = (head, count)
            // Safety: both ranges lie within the storage, and `update` allows them to overlap.
            unsafe storage.withUnsafeMutableBufferPointer { all in
                if let base = all.baseAddress { unsafe base.update(from: base + head, count: count) }
            }
            self.head = 0
        }
        // Twice what is needed, so that moving to the front is rare.
        let needed = 2 * (count + extra)
        if storage.count < count + extra { storage += [Float](repeating: 0, count: needed - storage.count) }
    }
}
