internal import CALSA

/// A control of a card's own mixer through which what is played goes: `Master`, `PCM`, `Speaker`.
package struct CardControl: Hashable, Sendable {
    /// ALSA's name of it.
    package var name: String
    /// How far it is turned up, in hundredths of its way; nil where it has no volume.
    package var percent: Int?
    /// Whether it lets sound through; nil where it has no switch.
    package var isOn: Bool?

    package init(name: String, percent: Int?, isOn: Bool?) {
        (self.name, self.percent, self.isOn) = (name, percent, isOn)
    }

    /// Reads the controls of a card's mixer; a card that is playing is not disturbed.
    ///
    /// - Parameter name: ALSA's name of the control device, such as `hw:0`.
    /// - Returns: those for playing, in the card's order.
    /// - Throws: why it has no mixer.
    package static func all(of name: String) throws(CardError) -> [CardControl] {
        calsa_be_quiet()
        var opened: OpaquePointer?
        unsafe try check(snd_mixer_open(&opened, 0))
        guard let mixer = unsafe opened else { return [] }
        defer { unsafe snd_mixer_close(mixer) }
        unsafe try check(snd_mixer_attach(mixer, name))
        unsafe try check(snd_mixer_selem_register(mixer, nil, nil))
        unsafe try check(snd_mixer_load(mixer))
        var controls: [CardControl] = []
        var element = unsafe snd_mixer_first_elem(mixer)
        while let current = unsafe element {
            if let control = unsafe read(current) { controls.append(control) }
            unsafe element = snd_mixer_elem_next(current)
        }
        return controls
    }

    /// What an element says; nil for one that is not for playing.
    private static func read(_ element: OpaquePointer) -> CardControl? {
        let hasVolume = unsafe snd_mixer_selem_has_playback_volume(element) == 1
        let hasSwitch = unsafe snd_mixer_selem_has_playback_switch(element) == 1
        guard hasVolume || hasSwitch, let name = unsafe snd_mixer_selem_get_name(element) else { return nil }
        return unsafe CardControl(
            name: String(cString: name), percent: hasVolume ? percent(element) : nil,
            isOn: hasSwitch ? isOn(element) : nil)
    }

    /// Of its channels the loudest.
    private static func percent(_ element: OpaquePointer) -> Int? {
        var (least, most) = (0, 0)
        guard unsafe snd_mixer_selem_get_playback_volume_range(element, &least, &most) >= 0, most > least
        else { return nil }
        let levels = unsafe channels(of: element).compactMap { channel -> Int? in
            var level = 0
            return unsafe snd_mixer_selem_get_playback_volume(element, channel, &level) >= 0 ? level : nil
        }
        return levels.max().map { ($0 - least) * 100 / (most - least) }
    }

    /// Whether any of its channels sounds.
    private static func isOn(_ element: OpaquePointer) -> Bool {
        unsafe channels(of: element).contains { channel in
            var isOn: Int32 = 0
            return unsafe snd_mixer_selem_get_playback_switch(element, channel, &isOn) >= 0 && isOn != 0
        }
    }

    private static func channels(of element: OpaquePointer) -> [snd_mixer_selem_channel_id_t] {
        (0..<8).map { snd_mixer_selem_channel_id_t(rawValue: $0) }.filter {
            unsafe snd_mixer_selem_has_playback_channel(element, $0) == 1
        }
    }

    private static func check(_ result: Int32) throws(CardError) {
        if result < 0 { throw CardError(call: .open, code: -result) }
    }
}
