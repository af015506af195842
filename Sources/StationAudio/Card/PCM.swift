internal import CALSA
import Glibc

/// An open PCM of ALSA.
///
/// Used by one thread; closed when it goes out of scope.
///
/// It never blocks by contract: it is opened non-blocking, and nobody waits in ALSA. A plug-in that blocks all the
/// same is seen by the owner's dead man's switch.
@safe  // Safety: the handle is valid from `open` to `deinit`, and never leaves this type.
struct PCM: ~Copyable {
    let format: CardFormat
    /// Whether ALSA itself says that nothing paces this PCM.
    let isNull: Bool
    private let handle: OpaquePointer

    private init(handle: OpaquePointer, format: CardFormat) {
        unsafe self.handle = unsafe handle
        self.format = format
        isNull = unsafe snd_pcm_type(handle) == SND_PCM_TYPE_NULL
    }

    deinit { unsafe snd_pcm_close(handle) }

    /// Opens by name, so that a card which came back under another number is found.
    ///
    /// First without ALSA's conversions, so that the card's own rate and format are used; where that cannot be (a
    /// card with packed 24 bits; another card than before), with them.
    ///
    /// - Parameters:
    ///   - settings: which card.
    ///   - rate: the only rate that will do, if not nil.
    /// - Throws: the error of `snd_pcm_open`, or of the parameters that could not be settled.
    /// - Returns: an open PCM, to be prepared.
    static func open(_ settings: CardSettings, rate: Int?) throws(CardError) -> PCM {
        calsa_be_quiet()
        let native = SND_PCM_NO_AUTO_RESAMPLE | SND_PCM_NO_AUTO_CHANNELS | SND_PCM_NO_AUTO_FORMAT
        do throws(CardError) {
            return try open(settings, rate, mode: native)
        } catch {
            guard error.call == .parameters else { throw error }
            return try open(settings, rate, mode: 0)
        }
    }

    private static func open(_ settings: CardSettings, _ rate: Int?, mode: Int32) throws(CardError) -> PCM {
        var handle: OpaquePointer?
        let result = unsafe snd_pcm_open(
            &handle, settings.device, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK | mode)
        guard result >= 0, let handle = unsafe handle else { throw CardError(call: .open, code: -result) }
        do throws(CardError) {
            let format = unsafe try Negotiation.settle(handle, settings, rate)
            return unsafe PCM(handle: handle, format: format)
        } catch {
            unsafe snd_pcm_close(handle)
            throw error
        }
    }

    /// The number of the card behind it; nil where ALSA knows none.
    var cardNumber: Int? {
        var information: OpaquePointer?
        guard unsafe snd_pcm_info_malloc(&information) >= 0 else { return nil }
        defer { unsafe snd_pcm_info_free(information) }
        guard unsafe snd_pcm_info(handle, information) >= 0 else { return nil }
        let number = unsafe snd_pcm_info_get_card(information)
        return number >= 0 ? Int(number) : nil
    }

    /// Makes it ready to take sound, after opening, an xrun, a suspension or a drop.
    func prepare() throws(CardError) {
        let result = unsafe snd_pcm_prepare(handle)
        guard result >= 0 else { throw CardError(call: .prepare, code: -result) }
    }

    /// Starts the card's clock.
    func start() throws(CardError) {
        let result = unsafe snd_pcm_start(handle)
        guard result >= 0 else { throw CardError(call: .start, code: -result) }
    }

    /// Silences it at once: what is buffered is lost.
    func drop() { unsafe snd_pcm_drop(handle) }

    /// Frames between the next to be written and the one that leaves now.
    func delay() throws(CardError) -> Int {
        var frames: snd_pcm_sframes_t = 0
        let result = unsafe snd_pcm_delay(handle, &frames)
        guard result >= 0 else { throw CardError(call: .delay, code: -result) }
        return frames
    }

    /// Frames that can be written now.
    func room() throws(CardError) -> Int {
        let frames = unsafe snd_pcm_avail_update(handle)
        guard frames >= 0 else { throw CardError(call: .write, code: Int32(-frames)) }
        return frames
    }

    /// Hands frames over, and says how many it took: fewer than `count` when it is full.
    func write(_ data: UnsafeRawPointer, count: Int) throws(CardError) -> Int {
        let frames = unsafe snd_pcm_writei(handle, data, snd_pcm_uframes_t(count))
        if frames == -Int(EAGAIN) { return 0 }
        guard frames >= 0 else { throw CardError(call: .write, code: Int32(-frames)) }
        return frames
    }

    /// Takes back frames that have not left yet, and says how many.
    func rewind(_ frames: Int) -> Int {
        let possible = unsafe snd_pcm_rewindable(handle)
        guard possible > 0 else { return 0 }
        return unsafe max(0, snd_pcm_rewind(handle, snd_pcm_uframes_t(min(frames, possible))))
    }
}

/// The one place where a card's parameters are settled.
private enum Negotiation {
    /// Asks for the settings, takes the nearest that the card can do, and says what that is.
    static func settle(
        _ pcm: OpaquePointer, _ settings: CardSettings, _ fixedRate: Int?
    ) throws(CardError) -> CardFormat {
        var parameters: OpaquePointer?
        unsafe try check(snd_pcm_hw_params_malloc(&parameters))
        defer { unsafe snd_pcm_hw_params_free(parameters) }
        unsafe try check(snd_pcm_hw_params_any(pcm, parameters))
        unsafe try check(snd_pcm_hw_params_set_access(pcm, parameters, SND_PCM_ACCESS_RW_INTERLEAVED))
        let sample = unsafe try sampleFormat(pcm, parameters)
        var channels = UInt32(settings.cardChannels)
        unsafe try check(snd_pcm_hw_params_set_channels_near(pcm, parameters, &channels))
        var rate = UInt32(fixedRate ?? settings.rate)
        unsafe try check(snd_pcm_hw_params_set_rate_near(pcm, parameters, &rate, nil))
        if let fixedRate, rate != fixedRate { throw CardError(call: .parameters, code: EINVAL) }
        // Periods of a tenth of a second: each is a wake-up of the card's, and nobody waits for them.
        var buffer = snd_pcm_uframes_t(Int(rate) * settings.bufferMilliseconds / 1000)
        var period = snd_pcm_uframes_t(rate / 10)
        unsafe try check(snd_pcm_hw_params_set_period_size_near(pcm, parameters, &period, nil))
        unsafe try check(snd_pcm_hw_params_set_buffer_size_near(pcm, parameters, &buffer))
        unsafe try check(snd_pcm_hw_params(pcm, parameters))
        unsafe try check(snd_pcm_hw_params_get_period_size(parameters, &period, nil))
        unsafe try check(snd_pcm_hw_params_get_buffer_size(parameters, &buffer))
        unsafe try setSoftware(pcm)
        return CardFormat(
            rate: Int(rate), channels: Int(channels), sample: sample, bufferFrames: Int(buffer),
            periodFrames: Int(period))
    }

    /// The best of the formats that the card has: 32 bits, 16 bits, float.
    private static func sampleFormat(
        _ pcm: OpaquePointer, _ parameters: OpaquePointer?
    ) throws(CardError) -> CardSampleFormat {
        if unsafe snd_pcm_hw_params_set_format(pcm, parameters, SND_PCM_FORMAT_S32_LE) >= 0 { return .s32 }
        if unsafe snd_pcm_hw_params_set_format(pcm, parameters, SND_PCM_FORMAT_S16_LE) >= 0 { return .s16 }
        unsafe try check(snd_pcm_hw_params_set_format(pcm, parameters, SND_PCM_FORMAT_FLOAT_LE))
        return .float
    }

    /// Lets the stream start only when told, and stop when it has run dry.
    private static func setSoftware(_ pcm: OpaquePointer) throws(CardError) {
        var parameters: OpaquePointer?
        unsafe try check(snd_pcm_sw_params_malloc(&parameters))
        defer { unsafe snd_pcm_sw_params_free(parameters) }
        unsafe try check(snd_pcm_sw_params_current(pcm, parameters))
        var boundary: snd_pcm_uframes_t = 0
        unsafe try check(snd_pcm_sw_params_get_boundary(parameters, &boundary))
        unsafe try check(snd_pcm_sw_params_set_start_threshold(pcm, parameters, boundary))
        unsafe try check(snd_pcm_sw_params(pcm, parameters))
    }

    private static func check(_ result: Int32) throws(CardError) {
        if result < 0 { throw CardError(call: .parameters, code: -result) }
    }
}
