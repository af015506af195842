/// A pull source of frames out of one open file.
///
/// Used by one thread at a time.
package protocol Decoder: AnyObject {
    /// The sound's rate, channels and what the header promises.
    var format: SoundFormat { get }

    /// Frames that `read` and `approach` have passed so far.
    var framesDecoded: Int { get }

    /// Whether the file holds less than it promised; it is known once `read` has returned 0.
    var isTruncated: Bool { get }

    /// Decodes up to `frames` frames, interleaved, in ±1, into `output`, which has room for all their channels.
    ///
    /// Returns 0 at the end and never before. What comes out may hold NaN or be far over ±1: scrub it.
    /// A throw is final: the decoder must not be read again.
    func read(into output: UnsafeMutableBufferPointer<Float>, frames: Int) throws(DecodeError) -> Int

    /// Whether so many frames, or all that are left, are there to be read without a wait.
    ///
    /// After false a time comes at which it is true, or at which nobody waits any longer and `read` tells the end.
    func isReady(frames: Int) -> Bool

    /// Goes on towards frame `target`, by no more than a bounded step; `framesDecoded` says how far it has come.
    ///
    /// The next `read` continues exactly there.
    ///
    /// - Returns: whether to call again: not at the target, nor where the sound ends before it.
    func approach(_ target: Int) throws(DecodeError) -> Bool
}

/// What a file's header says about its sound.
package struct SoundFormat: Hashable, Sendable {
    /// Frames per second, within `rates`.
    package let rate: Int
    /// Interleaved channels of a frame, within `channelCounts`.
    package let channels: Int
    /// Frames that the header promises, after cutting delay and padding; nil where it says nothing.
    package let declaredFrames: Int?
    /// Who decodes it, for the log: "wav", "mpg123", "sndfile".
    package let decoder: String

    /// Rates that are played, in frames per second.
    package static let rates = 1_000...384_000
    /// Channels that are played.
    package static let channelCounts = 1...8

    /// Refuses what the rest of the sound path is not made for.
    init(rate: Int, channels: Int, declaredFrames: Int?, decoder: String) throws(DecodeError) {
        guard Self.rates.contains(rate) else { throw .unsupported("\(rate) frames per second") }
        guard Self.channelCounts.contains(channels) else { throw .unsupported("\(channels) channels") }
        self.rate = rate
        self.channels = channels
        self.declaredFrames = declaredFrames
        self.decoder = decoder
    }
}

/// Frames that are decoded in one step on the way to a place: the thread that does it has a card to feed.
private let approachFrames = 1 << 16

extension Decoder {
    /// What decodes on the thread that reads keeps nobody waiting.
    func isReady(frames: Int) -> Bool { true }

    /// Goes on towards a frame by decoding, for formats that cannot be entered in the middle.
    func approachByDecoding(_ target: Int) throws(DecodeError) -> Bool {
        let block = 4096
        var scratch = [Float](repeating: 0, count: block * format.channels)
        let end = min(target, framesDecoded + approachFrames)
        while framesDecoded < end {
            let wanted = min(end - framesDecoded, block)
            let got = try unsafe scratch.withUnsafeMutableBufferPointer { buffer throws(DecodeError) in
                try unsafe read(into: buffer, frames: wanted)
            }
            if got == 0 { return false }
        }
        return framesDecoded < target
    }

    /// Passes over the next `frames` frames at once, and returns how many there were.
    package func skip(frames: Int) throws(DecodeError) -> Int {
        let start = framesDecoded
        while try approach(start + frames) {}
        return framesDecoded - start
    }
}

/// Opens the decoder that the bytes of `descriptor` ask for, whatever the file is called.
///
/// The descriptor is read at offsets only (its own position is neither used nor moved), stays the caller's,
/// and must stay open for as long as the decoder is used. A decoder in a process of its own, which a small board may have
/// to read from its card first, is waited for no longer than `patience` nanoseconds at once.
package func openDecoder(
    descriptor: Int32, patience: Int64 = 20_000_000_000
) throws(DecodeError) -> any Decoder {
    try startDecoder(descriptor: descriptor, patience: patience).open()
}

/// A decoder that was started; one in a process of its own may need a while until it has anything to give.
enum StartedDecoder {
    case open(any Decoder)
    case process(DecoderProcess, FFmpegFormat)

    /// Frames of an item that are decoded at its opening.
    static let openingFrames = 1024

    /// Whether `open` and the first block need no wait.
    var isReady: Bool {
        switch self {
        case .open: true
        case .process(let process, _): process.isReady(FFmpegDecoder.openingBytes)
        }
    }

    /// The decoder, as soon as it has told what sound it has.
    func open() throws(DecodeError) -> any Decoder {
        switch self {
        case .open(let decoder): decoder
        case .process(let process, let format): try FFmpegDecoder(process, format: format)
        }
    }
}

/// Starts the decoder that `openDecoder` opens.
func startDecoder(descriptor: Int32, patience: Int64) throws(DecodeError) -> StartedDecoder {
    let file = try FileBytes(descriptor: descriptor)
    switch try sniff(file) {
    case .wave:
        do {
            return .open(try WAVDecoder(file))
        } catch .unsupported(let encoding) {
            // A-law, ADPCM and the like: libsndfile knows more of them than are worth writing here.
            do { return .open(try SndfileDecoder(file, format: "WAV")) } catch {
                throw .unsupported(encoding)
            }
        }
    case .mpeg(let start): return .open(try MP3Decoder(file, start: start))
    case .sndfile(let name): return .open(try SndfileDecoder(file, format: name))
    case .ffmpeg(let format):
        let limits = FFmpegDecoder.limits(for: file, patience: patience)
        return .process(try FFmpegDecoder.start(file, format: format, limits: limits), format)
    }
}
