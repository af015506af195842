// What a programme is made of, and what became of each of its items.

/// One item of a programme: an open file, and how loud it is to be.
package struct ProgrammeItem: Hashable, Sendable {
    /// An open regular file; it is read at offsets, stays the caller's, and stays open while the reader lives.
    package var descriptor: Int32
    /// The loudness gain, in decibels.
    package var gainDecibels: Double
    /// How many frames (at the file's own rate) decode, where a preflight counted them; with it, items before a
    /// start position need not be decoded to be passed over.
    package var frames: Int?
    /// The file's own rate, where a preflight found it; with both, items before a start position are not even opened.
    package var rate: Int?

    /// Makes an item.
    package init(descriptor: Int32, gainDecibels: Double = 0, frames: Int? = nil, rate: Int? = nil) {
        self.descriptor = descriptor
        self.gainDecibels = gainDecibels
        self.frames = frames
        self.rate = rate
    }
}

/// What became of one item of a programme so far.
package struct ProgrammeMark: Hashable, Sendable {
    /// The item's place in the list that the reader was given.
    package let item: Int
    /// The programme frame at which it begins, or at which it would have begun.
    package let start: Int
    /// The programme frame at which the next item begins; nil while the item plays.
    package internal(set) var end: Int?
    /// Why it did not decode, or stopped before its end.
    package internal(set) var error: DecodeError?
    /// Whether the file held less than it promised.
    package internal(set) var isTruncated = false
    /// Frames decoded, at the file's own rate.
    package internal(set) var framesDecoded = 0
}

/// How a programme is to come out.
package struct ProgrammeOutput: Hashable, Sendable {
    /// Frames per second of the card.
    package var rate: Int
    /// Channels of the card; a mono programme is on all of them, a stereo one alternates left and right.
    package var channels: Int
    /// The most that the true peak may reach, in dBTP.
    package var ceilingDecibels: Double
    /// The volume, in decibels.
    package var gainDecibels: Double
    /// The programme frame to begin at.
    package var startFrame: Int

    /// Makes the description of an output.
    package init(
        rate: Int, channels: Int, ceilingDecibels: Double = -1, gainDecibels: Double = 0, startFrame: Int = 0
    ) {
        self.rate = rate
        self.channels = channels
        self.ceilingDecibels = ceilingDecibels
        self.gainDecibels = gainDecibels
        self.startFrame = max(0, startFrame)
    }
}
