// The bytes of an open file, by offset: the descriptor whose hash was checked is the one that is read, its
// position is never moved, and several readers can share it.

import Glibc

/// An open regular file, read at offsets.
struct FileBytes {
    let descriptor: Int32
    /// The size when it was opened, in bytes; what a `read` returns may be less if the file has shrunk since.
    let count: Int

    init(descriptor: Int32) throws(DecodeError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_size > 0 else { throw .empty }
        self.descriptor = descriptor
        count = Int(status.st_size)
    }

    /// Fills `buffer` from `offset` on and returns how many bytes there were; fewer only at the end of the file.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(DecodeError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        // Safety: each call writes behind what is there and no further than the buffer's end.
        while done < buffer.count {
            let got = unsafe pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if got > 0 {
                done += got
            } else if got == 0 {
                break
            } else if errno != EINTR {
                throw .unreadable(errno: errno)
            }
        }
        return done
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    func bytes(at offset: Int, count: Int) throws(DecodeError) -> [UInt8] {
        guard offset >= 0, offset < self.count else { return [] }
        var bytes = [UInt8](repeating: 0, count: min(count, self.count - offset))
        let got = try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(DecodeError) in
            try unsafe read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        bytes.removeLast(bytes.count - got)
        return bytes
    }
}

extension [UInt8] {
    /// The little-endian number in the `count` (at most 8) bytes at `offset`, which the caller has checked.
    func littleEndian(at offset: Int, count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(truncatingIfNeeded: UInt64(self[offset + $1]) << (8 * UInt64($1))) }
    }

    /// The big-endian number in the `count` (at most 7) bytes at `offset`, which the caller has checked.
    func bigEndian(at offset: Int, count: Int) -> Int {
        self[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Whether the ASCII `text` stands at `offset`.
    func has(_ text: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, offset + text.utf8CodeUnitCount <= count else { return false }
        return text.withUTF8Buffer { wanted in
            unsafe wanted.elementsEqual(self[offset..<offset + wanted.count])
        }
    }
}
