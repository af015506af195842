import StationAudio
import StationCore

/// How the configuration becomes a sound path. Main thread, before the loop.
extension SoundOutput {
    /// Makes the sound path that a configuration describes.
    ///
    /// - Throws: `SystemError` or `CardError` when the machine has no thread or descriptor left.
    package convenience init(_ context: Daemon.SoundContext) throws {
        let output = context.configuration.output
        // A village hears one channel: every loudspeaker gets the same, and stereo would cost twice as much.
        try self.init(
            card: CardSettings(
                device: output.device, rate: output.rate, channels: 1, cardChannels: output.channels,
                bufferMilliseconds: output.bufferMilliseconds),
            content: context.configuration.state + "/content",
            handed: context.handed, targetLoudness: context.configuration.loudness.targetLufs,
            mailbox: context.mailbox)
    }
}
