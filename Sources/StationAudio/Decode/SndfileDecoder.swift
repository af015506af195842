import Glibc

// Safety: handle and input are made in `init`, freed in `deinit`, and leave the class nowhere; what the library gets
// to write to is a buffer with its true length, for the time of the call.
/// Decodes FLAC, Ogg Vorbis, Opus and AIFF by libsndfile, over the open descriptor.
///
/// The library reports the header's length for a cut file, so what is missing is told here, by decoded frames and
/// by the container's own end marks.
@safe final class SndfileDecoder: Decoder {
    let format: SoundFormat
    private(set) var framesDecoded = 0

    private let library: LibSndfile
    /// Nil only where opening the file a second time failed.
    private var handle: LibSndfile.Handle?
    private let input: UnsafeMutablePointer<VirtualFile>
    private let isContainerCut: Bool
    private let isSeekable: Bool
    private var isFinished = false
    /// Whether no jump has failed yet.
    private var mayJump = true
    private var hasFailed = false

    /// Opens `file`, which sniffing found to be `name`.
    init(_ file: FileBytes, format name: String) throws(DecodeError) {
        let library = try LibSndfile.shared()
        isContainerCut = try Self.isContainerCut(file, name)
        let input = UnsafeMutablePointer<VirtualFile>.allocate(capacity: 1)
        unsafe input.initialize(to: VirtualFile(file: file))
        var info = SndfileInfo()
        guard let handle = unsafe Self.open(library, input, &info) else {
            let reason = unsafe library.text(nil).map { unsafe String(cString: $0) } ?? "no reason given"
            unsafe input.deallocate()
            throw .malformed(format: name, reason: reason)
        }
        do {
            format = try SoundFormat(
                rate: Int(info.rate), channels: Int(info.channels),
                declaredFrames: info.frames >= 0 && info.frames < Self.unknownFrames ? Int(info.frames) : nil,
                decoder: "sndfile")
        } catch {
            _ = unsafe library.close(handle)
            unsafe input.deallocate()
            throw error
        }
        // Near the end of a Vorbis stream the library lands somewhere else than it says.
        isSeekable = info.format & LibSndfile.subtypeMask != LibSndfile.vorbis
        self.library = library
        unsafe self.handle = handle
        unsafe self.input = input
    }

    deinit {
        if let handle = unsafe handle { _ = unsafe library.close(handle) }
        unsafe input.deallocate()
    }

    /// Counts from here on mean "unknown" (a FLAC stream written to a pipe).
    private static let unknownFrames: Int64 = 1 << 40

    private static func open(
        _ library: LibSndfile, _ input: UnsafeMutablePointer<VirtualFile>, _ info: inout SndfileInfo
    ) -> LibSndfile.Handle? {
        var calls = unsafe VirtualFile.calls
        // Safety: the library copies the five pointers and keeps `input`, which lives until `deinit` has closed.
        return unsafe withUnsafeMutablePointer(to: &calls) { calls in
            unsafe withUnsafeMutablePointer(to: &info) { info in
                unsafe library.open(calls, LibSndfile.readMode, info, input)
            }
        }
    }

    var isTruncated: Bool {
        isFinished && (isContainerCut || hasFailed || framesDecoded < format.declaredFrames ?? 0)
    }

    func read(into output: UnsafeMutableBufferPointer<Float>, frames: Int) throws(DecodeError) -> Int {
        let wanted = min(frames, output.count / format.channels)
        guard wanted > 0, !isFinished, let handle = unsafe handle else { return 0 }
        let got = unsafe library.readFrames(handle, output.baseAddress, Int64(wanted))
        guard got > 0 else {
            isFinished = true
            hasFailed = unsafe library.error(handle) != 0
            if framesDecoded == 0 { throw .noFrames }
            return 0
        }
        framesDecoded += Int(got)
        return Int(got)
    }

    func approach(_ target: Int) throws(DecodeError) -> Bool {
        guard isSeekable, mayJump, let handle = unsafe handle, target - framesDecoded > format.rate,
            target <= format.declaredFrames ?? 0
        else {
            return try approachByDecoding(target)
        }
        if unsafe library.seek(handle, Int64(target - 1), SEEK_SET) == target - 1 {
            framesDecoded = target - 1
            // A promise is not a frame: the file may be cut before the place.
            _ = try approachByDecoding(target)
            if framesDecoded == target { return false }
        }
        // After a failed jump the library finds no way back either.
        try reopen()
        return true
    }

    /// Begins anew at the file's first frame, never to jump again.
    private func reopen() throws(DecodeError) {
        if let handle = unsafe handle { _ = unsafe library.close(handle) }
        unsafe input.pointee.position = 0
        var info = SndfileInfo()
        unsafe handle = Self.open(library, input, &info)
        (framesDecoded, isFinished, hasFailed, mayJump) = (0, false, false, false)
        guard unsafe handle != nil else { throw .unreadable(errno: EIO) }
    }

    /// Whether the container itself shows that its end is missing.
    private static func isContainerCut(_ file: FileBytes, _ name: String) throws(DecodeError) -> Bool {
        switch name {
        case "AIFF":
            let head = try file.bytes(at: 0, count: 8)
            return head.count == 8 && head.bigEndian(at: 4, count: 4) + 8 > file.count
        case "Ogg": return try !oggEndsWhole(file)
        default: return false
        }
    }

    /// Whether the last page of an Ogg file is all there and marked as the stream's last (RFC 3533 section 6).
    private static func oggEndsWhole(_ file: FileBytes) throws(DecodeError) -> Bool {
        let longestPage = 65_307
        let tail = try file.bytes(at: max(0, file.count - longestPage), count: longestPage)
        let first = try file.bytes(at: 0, count: 18)
        for page in tail.indices.reversed()
        where tail[page] == UInt8(ascii: "O") && tail.has("OggS", at: page) {
            let table = page + 27
            guard table <= tail.count, table + Int(tail[page + 26]) <= tail.count else { return false }
            let segments = Int(tail[page + 26])
            let end = table + segments + tail[table..<table + segments].reduce(0) { $0 + Int($1) }
            // Streams one behind the other: libsndfile stops after the first.
            let isSameStream = first.count == 18 && first[14..<18] == tail[page + 14..<page + 18]
            return end <= tail.count && tail[page + 5] & 4 != 0 && isSameStream
        }
        return false
    }
}

// Safety: the library hands back the pointer that it was opened with, and calls only between open and close.
/// An open file as libsndfile sees it: with a position, which the descriptor itself is not moved for.
private struct VirtualFile {
    let file: FileBytes
    var position = 0

    /// The functions that the library calls; its `user` pointer is a `VirtualFile`.
    static var calls: SndfileInput {
        unsafe SndfileInput(
            length: { user in unsafe VirtualFile.at(user).map { unsafe Int64($0.pointee.file.count) } ?? 0 },
            seek: { offset, whence, user in
                guard let this = unsafe VirtualFile.at(user) else { return -1 }
                let base =
                    unsafe whence == SEEK_CUR
                    ? this.pointee.position : whence == SEEK_END ? this.pointee.file.count : 0
                let (target, overflow) = base.addingReportingOverflow(Int(offset))
                guard !overflow, target >= 0 else { return -1 }
                unsafe this.pointee.position = target
                return Int64(target)
            },
            read: { buffer, count, user in
                guard let this = unsafe VirtualFile.at(user), let buffer = unsafe buffer, count > 0 else {
                    return 0
                }
                let room = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
                let got = unsafe (try? this.pointee.file.read(at: this.pointee.position, into: room)) ?? 0
                unsafe this.pointee.position += got
                return Int64(got)
            },
            write: { _, _, _ in 0 },
            tell: { user in unsafe VirtualFile.at(user).map { unsafe Int64($0.pointee.position) } ?? -1 })
    }

    private static func at(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<VirtualFile>? {
        unsafe user?.assumingMemoryBound(to: VirtualFile.self)
    }
}
