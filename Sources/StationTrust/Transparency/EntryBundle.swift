/// Entries as a tile holds them: each behind its length, two bytes with the higher one first (C2SP tlog-tiles).
package enum EntryBundle {
    /// The longest entry, in bytes: the length has no more bits.
    package static let mostEntryBytes = 65_535

    /// The bytes of a bundle.
    package static func bytes(_ entries: some Sequence<[UInt8]>) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            precondition(entry.count <= mostEntryBytes)
            bytes += [UInt8(entry.count >> 8), UInt8(entry.count & 255)]
            bytes += entry
        }
        return bytes
    }

    /// Where in a bundle's bytes its entries lie; nil unless it is made of whole entries, at most so many.
    package static func entries(in bytes: UnsafeRawBufferPointer, atMost most: Int) -> [Range<Int>]? {
        var (ranges, offset): ([Range<Int>], Int) = ([], 0)
        while offset < bytes.count {
            guard ranges.count < most, offset + 2 <= bytes.count else { return nil }
            let begin = offset + 2
            let end = begin + Int(bytes[offset]) << 8 + Int(bytes[offset + 1])
            guard end <= bytes.count else { return nil }
            ranges.append(begin..<end)
            offset = end
        }
        return ranges
    }
}
