import Glibc

// Safety: the handle is made in `init`, freed in `deinit`, and leaves the class nowhere; what the library gets to
// write to or read from is a buffer with its true length, for the time of the call.
/// Decodes MPEG audio (layers I to III) by libmpg123's feed interface.
///
/// Fed in pieces the library is gapless (encoder delay and padding are cut by the LAME tag) and finds its way
/// again behind garbage; opened as a file it would stop at a large hole, and it would print.
@safe final class MP3Decoder: Decoder {
    let format: SoundFormat
    private(set) var framesDecoded = 0

    private let library: LibMPG123
    private let file: FileBytes
    private let handle: LibMPG123.Handle
    /// Frames of sound in one MPEG frame.
    private let frameSize: Int
    /// Offset of the first MPEG frame; the stream that the library sees begins there.
    private let start: Int
    private var offset: Int
    private var walk: MPEGWalk
    private var chunk: [UInt8] = []
    private var isFinished = false
    /// Whether no jump has failed yet.
    private var mayJump = true
    /// Whether what the library decodes has another rate than the file's first frame.
    private var isForeign = false

    /// Bytes that are fed at once: a second of sound, and no more memory than that.
    private static let chunkBytes = 8 * 1024
    /// Bytes without one decoded frame after which the rest of a file counts as garbage.
    private static let maximumGarbage = 1024 * 1024
    /// MPEG frames decoded before the wanted one after a jump: its bit reservoir reaches back 511 bytes, ten
    /// frames of the lowest bit rate.
    private static let preroll: CLong = 12

    /// Opens the stream whose first frame stands at `start`.
    init(_ file: FileBytes, start: Int) throws(DecodeError) {
        let library = try LibMPG123.shared()
        let head = try file.bytes(at: start, count: 4096)
        guard let header = MPEGHeader(head, at: 0) else {
            throw .malformed(format: "MP3", reason: "no frame")
        }
        let tag = XingTag(head, header)
        self.library = library
        self.file = file
        self.start = start
        offset = start
        walk = MPEGWalk(start: start)
        frameSize = header.frames
        format = try SoundFormat(
            rate: header.rate, channels: header.channels, declaredFrames: tag?.declaredFrames,
            decoder: "mpg123")
        unsafe handle = try Self.open(library, header)
    }

    deinit { unsafe library.delete(handle) }

    /// Makes a library handle that gives floats of the rate and channels of `header`, quietly.
    private static func open(_ library: LibMPG123, _ header: MPEGHeader) throws(DecodeError)
        -> LibMPG123.Handle
    {
        guard let handle = unsafe library.new(nil, nil) else { throw .unsupported("MP3: no memory") }
        let flags = LibMPG123.quiet | LibMPG123.gapless | LibMPG123.forceFloat | LibMPG123.skipID3
        var isReady =
            unsafe library.parameter(handle, LibMPG123.addFlags, flags, 0) == LibMPG123.ok
            && library.parameter(handle, LibMPG123.removeFlags, LibMPG123.autoResample, 0) == LibMPG123.ok
            && library.parameter(handle, LibMPG123.resyncLimit, -1, 0) == LibMPG123.ok
            && library.parameter(handle, LibMPG123.preframes, preroll, 0) == LibMPG123.ok
            && library.formatNone(handle) == LibMPG123.ok
        for rate in MPEGHeader.rates {
            // Every rate, because the library prints when it meets one that is not allowed; `read` drops the others.
            let result = unsafe library.setFormat(
                handle, CLong(rate), CInt(header.channels), LibMPG123.float32)
            isReady = isReady && result == LibMPG123.ok
        }
        guard isReady, unsafe library.openFeed(handle) == LibMPG123.ok else {
            unsafe library.delete(handle)
            throw .unsupported("MP3: libmpg123 gives no floats")
        }
        return unsafe handle
    }

    var isTruncated: Bool {
        // A tag may count one MPEG frame more than the decoder gives (itself, or the decoder's own delay where
        // the padding is short): less than that missing is no cut, unless the file ends within a frame.
        let missing = (format.declaredFrames ?? 0) - framesDecoded
        return isFinished && (missing >= frameSize || !walk.isLost && walk.next > file.count && missing != 0)
    }

    func read(into output: UnsafeMutableBufferPointer<Float>, frames: Int) throws(DecodeError) -> Int {
        let frameBytes = format.channels * MemoryLayout<Float>.size
        let wanted = min(frames, output.count / format.channels) * frameBytes
        guard wanted > 0, !isFinished else { return 0 }
        var garbage = 0
        while garbage <= Self.maximumGarbage {
            var bytes = 0
            let result = unsafe library.read(handle, output.baseAddress, wanted, &bytes)
            if bytes > 0, !isForeign {
                framesDecoded += bytes / frameBytes
                return bytes / frameBytes
            }
            switch result {
            case LibMPG123.ok: garbage += 1
            case LibMPG123.newFormat: isForeign = !isOurs()
            case LibMPG123.needMore:
                let fed = try feed()
                garbage += fed > 0 ? fed : .max / 2
            default: garbage = .max / 2
            }
        }
        isFinished = true
        if framesDecoded == 0 { throw .noFrames }
        return 0
    }

    /// Whether the library has the rate and channels of the file's first frame again.
    ///
    /// Garbage may look like a frame of another rate; what comes out of it is not played.
    private func isOurs() -> Bool {
        var (rate, channels, encoding) = (CLong(0), CInt(0), CInt(0))
        return unsafe library.getFormat(handle, &rate, &channels, &encoding) == LibMPG123.ok
            && rate == format.rate && channels == format.channels && encoding == LibMPG123.float32
    }

    /// Gives the library the next bytes of the file, and returns how many.
    private func feed() throws(DecodeError) -> Int {
        chunk = try file.bytes(at: offset, count: Self.chunkBytes)
        guard !chunk.isEmpty else { return 0 }
        walk.advance(over: chunk, at: offset)
        guard
            unsafe chunk.withUnsafeBufferPointer({ unsafe library.feed(handle, $0.baseAddress, $0.count) })
                == LibMPG123.ok
        else { return 0 }
        offset += chunk.count
        return chunk.count
    }

    func approach(_ target: Int) throws(DecodeError) -> Bool {
        // Only within what the tag promises, and never a short way.
        guard mayJump, target - framesDecoded > format.rate, target <= format.declaredFrames ?? 0 else {
            return try approachByDecoding(target)
        }
        // The library cannot jump before it has seen a frame.
        if framesDecoded == 0 {
            _ = try approachByDecoding(1)
            if framesDecoded == 0 { return false }
        }
        var input: Int64 = 0
        if unsafe library.feedSeek(handle, Int64(target - 1), SEEK_SET, &input) == target - 1 {
            offset = start + Int(input)
            walk = MPEGWalk(start: offset)
            framesDecoded = target - 1
            // A promise is not a frame: the file may be cut before it.
            _ = try approachByDecoding(target)
            if framesDecoded == target { return false }
        }
        try restart()
        return true
    }

    /// Begins anew, never to jump again.
    private func restart() throws(DecodeError) {
        guard unsafe library.openFeed(handle) == LibMPG123.ok else { throw .unreadable(errno: EIO) }
        (offset, walk, framesDecoded, isFinished, isForeign) = (
            start, MPEGWalk(start: start), 0, false, false
        )
        mayJump = false
    }
}
