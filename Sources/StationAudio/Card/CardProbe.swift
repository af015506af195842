/// Whether a card can be had, asked without making a sound.
package enum CardProbe {
    /// Opens the PCM of that ALSA name and closes it again.
    ///
    /// - Returns: nil when that went well, else why not.
    package static func problem(of device: String) -> CardError? {
        do throws(CardError) {
            _ = try PCM.open(CardSettings(device: device), rate: nil)
            return nil
        } catch { return error }
    }
}
