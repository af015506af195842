// One open item: its decoder and the block of frames that was decoded last.
//
// Safety: the block has room for `blockCapacity` frames of the decoder's channels, and is lent within calls only.

/// A decoder with one block of its frames, so that an item is known to sound before it is taken.
struct ItemSource {
    let decoder: any Decoder
    let gain: Float
    private var block: [Float]
    /// Frames of the block that have not been used, which begin at `blockStart`.
    private(set) var blockFrames = 0
    private var blockStart = 0
    /// Why decoding ended before its time.
    private(set) var error: DecodeError?

    /// Frames decoded at once.
    private static let blockCapacity = StartedDecoder.openingFrames

    /// How long a decoder in another process is waited for, in nanoseconds: a preflight has just had that decoder at work.
    private static let patience: Int64 = 3_000_000_000

    /// Starts the decoder of `item`, which may need a while until it has anything to give.
    static func start(_ item: ProgrammeItem) throws(DecodeError) -> StartedDecoder {
        try startDecoder(descriptor: item.descriptor, patience: patience)
    }

    /// Decodes the first block of an item, which must have a frame.
    init(_ decoder: any Decoder, gainDecibels: Double) throws(DecodeError) {
        self.decoder = decoder
        gain = amplitude(decibels: gainDecibels)
        block = [Float](repeating: 0, count: Self.blockCapacity * decoder.format.channels)
        fill()
        if let error { throw error }
        if blockFrames == 0 { throw .noFrames }
    }

    /// Decodes the next block if this one is used up; afterwards `blockFrames` is 0 only at the end.
    mutating func fill() {
        guard blockFrames == 0, error == nil else { return }
        blockStart = 0
        do {
            blockFrames = try unsafe block.withUnsafeMutableBufferPointer { buffer throws(DecodeError) in
                try unsafe decoder.read(into: buffer, frames: Self.blockCapacity)
            }
        } catch {
            self.error = error
        }
    }

    /// Frames that have been used, at the file's own rate.
    var framesUsed: Int { decoder.framesDecoded - blockFrames }

    /// Goes on towards frame `target` by a bounded step; `framesUsed` says how far it has come.
    ///
    /// - Returns: whether to call again: not at the target, nor where the sound ends before it.
    mutating func approach(_ target: Int) -> Bool {
        take(max(0, min(target - framesUsed, blockFrames)))
        guard framesUsed < target, error == nil else { return false }
        do {
            return try decoder.approach(target)
        } catch {
            self.error = error
            return false
        }
    }

    /// Marks `frames` frames of the block as used.
    mutating func take(_ frames: Int) {
        blockStart += frames
        blockFrames -= frames
    }

    /// Lends the unused frames of the block, interleaved.
    func withBlock(_ body: (UnsafeBufferPointer<Float>) -> Void) {
        let channels = decoder.format.channels
        unsafe block.withUnsafeBufferPointer {
            unsafe body(.init(rebasing: $0[blockStart * channels..<(blockStart + blockFrames) * channels]))
        }
    }
}
