/// What a card was opened with: the words in which it is asked for and reported.

/// How samples lie in the card's buffer.
package enum CardSampleFormat: UInt8, BitwiseCopyable, Sendable {
    case s16, s32, float

    /// ALSA's name of it, as `aplay --dump-hw-params` prints it.
    package var name: String {
        switch self {
        case .s16: "S16_LE"
        case .s32: "S32_LE"
        case .float: "FLOAT_LE"
        }
    }

    /// Bytes of one sample of one channel.
    var bytes: Int { self == .s16 ? 2 : 4 }
}

/// What an opened card runs with.
package struct CardFormat: Equatable, BitwiseCopyable, Sendable {
    /// Frames a second, nominal: a real card differs by up to some 200 ppm.
    package var rate: Int
    /// Channels of the card; the ring's may be fewer or more.
    package var channels: Int
    /// How its samples are stored.
    package var sample: CardSampleFormat
    /// Frames that the card's buffer holds.
    package var bufferFrames: Int
    /// Frames of one period.
    package var periodFrames: Int
}

/// Which card, and how it is asked to run.
package struct CardSettings: Sendable {
    /// ALSA's name of the PCM: `default`, `hw:0`, `plughw:Device`, or any name of its configuration.
    package var device: String
    /// Frames a second asked for; the card takes the nearest that it can, which `CardReport.opened` tells.
    package var rate: Int
    /// Channels of the ring, 1 or 2.
    ///
    /// A card with others gets mono on all, stereo by turns.
    package var channels: Int
    /// Channels asked of the card.
    package var cardChannels: Int
    /// Sound that the card's buffer shall hold, in milliseconds.
    package var bufferMilliseconds: Int

    /// Asks for the usual: 48,000 frames a second, one channel, half a second of buffer.
    package init(
        device: String, rate: Int = 48_000, channels: Int = 1, cardChannels: Int? = nil,
        bufferMilliseconds: Int = 500
    ) {
        self.device = device
        self.rate = rate
        self.channels = channels
        self.cardChannels = cardChannels ?? channels
        self.bufferMilliseconds = bufferMilliseconds
    }
}
