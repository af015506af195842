import CLinux
import Glibc

/// Decodes what no library here does by the `ffmpeg` program, in a confined process of its own.
///
/// What the program gives is a Sun/NeXT sound (AU) of floats: a header that stands at its beginning, and needs no length.
final class FFmpegDecoder: Decoder {
    let format: SoundFormat
    private(set) var framesDecoded = 0

    let process: DecoderProcess
    private let name: FFmpegFormat
    private var raw: [UInt8] = []
    private var isFinished = false

    /// Where the program may be.
    private static let programs = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"]

    /// The program's path; nil where it is not installed.
    static var program: String? { programs.first { unsafe access($0, X_OK) == 0 } }

    /// Starts the program on a file.
    ///
    /// - Parameters:
    ///   - file: what is decoded.
    ///   - name: the format that sniffing found it to be in.
    ///   - program: nil where there is none.
    ///   - limits: what bounds its process.
    /// - Returns: its process, which has not given anything yet.
    /// - Throws: `DecodeError` where it cannot be started.
    static func start(
        _ file: FileBytes, format name: FFmpegFormat, program: String? = FFmpegDecoder.program,
        limits: DecoderProcess.Limits
    ) throws(DecodeError) -> DecoderProcess {
        guard let program else { throw .needsFFmpeg(name.rawValue) }
        let input = try ownDescriptor(of: file)
        defer { close(input) }
        do {
            return try DecoderProcess([program] + arguments(name), input: input, limits: limits)
        } catch {
            if error.code == ENOENT { throw .needsFFmpeg(name.rawValue) }
            throw .decoderFailed("ffmpeg does not start (errno \(error.code))")
        }
    }

    /// Reads what sound a program gives that was started on a file.
    ///
    /// - Parameters:
    ///   - process: the program.
    ///   - name: the format that it was started for.
    /// - Throws: `DecodeError` also when the program gives no sound.
    init(_ process: DecoderProcess, format name: FFmpegFormat) throws(DecodeError) {
        self.process = process
        self.name = name
        format = try Self.readHeader(process, name)
    }

    private static func arguments(_ format: FFmpegFormat) -> [String] {
        [
            "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+error", "-protocol_whitelist", "file",
            // One thread of decoding: the station has other things to do.
            "-threads", "1", "-f", format.demuxer, "-i", "file:/proc/self/fd/0", "-map", "0:a:0",
            "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
        ]
    }

    /// Processor time that a file may take: the slowest board decodes this many bytes of the densest sound in a second.
    private static func seconds(for file: FileBytes) -> UInt64 {
        UInt64(min(1200, 30 + file.count / (32 * 1024)))
    }

    /// What bounds the program's work on a file.
    static func limits(for file: FileBytes, patience: Int64) -> DecoderProcess.Limits {
        .init(patience: patience, seconds: seconds(for: file))
    }

    // MARK: Its input

    /// More is not copied of a file that the daemon may read and not open, in bytes.
    private static let mostCopiedBytes = 32 << 20

    /// The file with a position of its own: the program moves it, and others read the same file.
    private static func ownDescriptor(of file: FileBytes) throws(DecodeError) -> Int32 {
        let descriptor = unsafe open("/proc/self/fd/\(file.descriptor)", O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 { return descriptor }
        // Somebody else's, handed over open.
        guard errno == EACCES || errno == EPERM else { throw .unreadable(errno: errno) }
        guard file.count <= mostCopiedBytes else { throw .unreadable(errno: EACCES) }
        return try copy(of: file)
    }

    /// A copy in memory.
    static func copy(of file: FileBytes) throws(DecodeError) -> Int32 {
        let copy = unsafe CLinux_memory_file("decoder-input", nil, 0)
        guard copy >= 0 else { throw .unreadable(errno: -copy) }
        do throws(DecodeError) {
            var offset = 0
            while offset < file.count {
                let piece = try file.bytes(at: offset, count: 1 << 16)
                guard !piece.isEmpty else { break }
                guard unsafe pwrite(copy, piece, piece.count, off_t(offset)) == piece.count else {
                    throw .unreadable(errno: errno)
                }
                offset += piece.count
            }
            return copy
        } catch {
            close(copy)
            throw error
        }
    }

    // MARK: Its output

    /// The header's fields: six numbers of four bytes.
    private static let headerBytes = 24
    /// Its text may take so much.
    private static let mostHeaderBytes = 1 << 16
    /// What the header and the first block of an item take at the most.
    static let openingBytes =
        headerBytes + mostHeaderBytes + StartedDecoder.openingFrames * SoundFormat.channelCounts.upperBound
        * MemoryLayout<Float>.size

    private static func readHeader(
        _ process: DecoderProcess, _ name: FFmpegFormat
    ) throws(DecodeError) -> SoundFormat {
        let header = bytes(headerBytes, of: process)
        guard header.count == headerBytes else { throw failure(of: process, name) }
        let start = header.bigEndian(at: 4, count: 4)
        guard header.has(".snd", at: 0), header.bigEndian(at: 12, count: 4) == floats,
            (headerBytes...mostHeaderBytes).contains(start),
            bytes(start - headerBytes, of: process).count == start - headerBytes
        else { throw .decoderFailed("ffmpeg gives something else than sound") }
        return try SoundFormat(
            rate: header.bigEndian(at: 16, count: 4), channels: header.bigEndian(at: 20, count: 4),
            declaredFrames: nil, decoder: "ffmpeg")
    }

    /// AU's number for samples of 32-bit floats.
    private static let floats = 6

    private static func bytes(_ count: Int, of process: DecoderProcess) -> [UInt8] {
        // Safety: so much room is asked for, and the process fills no more.
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            initialised = unsafe process.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Why the program gave no sound.
    private static func failure(of process: DecoderProcess, _ name: FFmpegFormat) -> DecodeError {
        switch process.ending {
        case .exited(code: 0) where process.error == nil: .noFrames
        case .stuck: .decoderFailed("ffmpeg gave nothing for too long")
        case .exited(let code):
            .malformed(format: name.rawValue, reason: process.error ?? process.complaint ?? "code \(code)")
        case nil: .decoderFailed("ffmpeg gives something else than sound")
        }
    }

    // The program tells what is missing as an error: a cut MP4 ends it with code 0.
    var isTruncated: Bool {
        isFinished && (process.ending != .exited(code: 0) || process.error != nil)
    }

    func isReady(frames: Int) -> Bool {
        isFinished || process.isReady(frames * format.channels * MemoryLayout<Float>.size)
    }

    func read(into output: UnsafeMutableBufferPointer<Float>, frames: Int) throws(DecodeError) -> Int {
        let frameBytes = format.channels * MemoryLayout<Float>.size
        let wanted = min(frames, output.count / format.channels, Self.mostFrames)
        guard wanted > 0, !isFinished else { return 0 }
        if raw.count < wanted * frameBytes { raw = [UInt8](repeating: 0, count: wanted * frameBytes) }
        // Safety: `raw` has room for `wanted` frames, as was just seen to, and `output` for as many.
        let got = unsafe raw.withUnsafeMutableBytes {
            unsafe process.read(into: .init(rebasing: $0[..<(wanted * frameBytes)])) / frameBytes
        }
        unsafe raw.withUnsafeBytes { bytes in
            for i in 0..<got * format.channels {
                let bits = unsafe bytes.loadUnaligned(
                    fromByteOffset: i * MemoryLayout<Float>.size, as: UInt32.self)
                unsafe output[i] = Float(bitPattern: UInt32(bigEndian: bits))
            }
        }
        framesDecoded += got
        if got == 0 {
            isFinished = true
            if framesDecoded == 0 { throw Self.failure(of: process, name) }
        }
        return got
    }

    /// Frames that are read at once: who reads waits for them all.
    static let mostFrames = 4096

    func approach(_ target: Int) throws(DecodeError) -> Bool {
        let step = framesDecoded + Self.mostFrames
        return try approachByDecoding(min(target, step)) || framesDecoded == step && step < target
    }
}
