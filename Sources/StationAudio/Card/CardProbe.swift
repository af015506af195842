/// Whether a card can be had, asked without making a sound.
package enum CardProbe {
    /// What a card is when it is opened.
    package struct Found: Equatable, Sendable {
        /// What it runs with.
        package var format: CardFormat
        /// Whether it is ALSA's `null`, which plays to nobody.
        package var isNull: Bool
        /// Its number among the machine's cards; nil where ALSA knows none.
        package var number: Int?

        package init(format: CardFormat, isNull: Bool, number: Int?) {
            (self.format, self.isNull, self.number) = (format, isNull, number)
        }
    }

    /// Opens the card as a broadcast would, and closes it again.
    ///
    /// - Parameter settings: which card, and how it is asked to run.
    /// - Returns: what it is.
    /// - Throws: why it cannot be had.
    package static func open(_ settings: CardSettings) throws(CardError) -> Found {
        let pcm = try PCM.open(settings, rate: nil)
        return Found(format: pcm.format, isNull: pcm.isNull, number: pcm.cardNumber)
    }

    /// Opens the PCM of that ALSA name and closes it again.
    ///
    /// - Returns: nil when that went well, else why not.
    package static func problem(of device: String) -> CardError? {
        do throws(CardError) {
            _ = try open(CardSettings(device: device))
            return nil
        } catch { return error }
    }
}
