import Glibc
import StationAudio
import StationCore
import StationHost
import StationTrust

/// Looks at the sound card without making a sound, and without coming between the daemon and a slot.
enum CardLook {
    /// So close to a slot the card is left to the daemon, which opens it ahead.
    private static let nearSlot = Duration.seconds(120)

    /// What opening the card came to, and what its mixer says.
    struct Found: Sendable {
        var probe: CardFacts.Probe
        /// Nil where there is none to read.
        var mixer: MixerFacts?
        /// Whether there is one that this user may not read.
        var isMixerHidden = false
    }

    /// What the daemon says of the card that the configuration names.
    static func standing(_ status: JSON?, of name: String) -> CardFacts.Standing {
        guard let device = status?["device"], let state = device["state"]?.text else { return .unknown }
        if let used = device["name"]?.text, used != name { return .other(used) }
        switch state {
        case "open":
            return .open(rate: device["rate"]?.integer ?? 0, channels: device["channels"]?.integer ?? 0)
        case "closed": return .closed
        default: return .lost(state)
        }
    }

    /// Whether the daemon needs the card now, or any moment: also one that does not say.
    static func isTaken(_ answer: DaemonFacts.Answer, of name: String, at now: Instant) -> Bool {
        let status: JSON
        switch answer {
        case .absent: return false
        case .refused, .silent: return true
        case .status(let answered): status = answered
        }
        if ["playing", "arming"].contains(status["state"]?.text) { return true }
        switch standing(status, of: name) {
        // Where it is lost the daemon tries again and again by itself.
        case .open, .lost: return true
        case .closed, .other, .unknown: break
        }
        guard let next = status["next"]?["at"]?.text.flatMap(RFC3339.instant) else { return false }
        return next - now < nearSlot
    }

    /// Looks at the card, unless it is taken.
    static func look(_ output: Configuration.Output, isTaken: Bool) -> Found {
        var number: Int?
        let probe: CardFacts.Probe
        if isTaken {
            probe = .leftAlone
        } else {
            do throws(CardError) {
                let found = try CardProbe.open(
                    CardSettings(
                        device: output.device, rate: output.rate, channels: 1, cardChannels: output.channels,
                        bufferMilliseconds: output.bufferMilliseconds))
                number = found.number
                probe = .opened(found)
            } catch { probe = .failed(error) }
        }
        let name = number.map { "hw:\($0)" } ?? mixerName(of: output.device)
        do throws(CardError) {
            return Found(probe: probe, mixer: MixerFacts(name: name, controls: try CardControl.all(of: name)))
        } catch {
            return Found(probe: probe, mixer: nil, isMixerHidden: error.code == EACCES)
        }
    }

    /// The mixer of the card that a PCM's name tells of: of `plughw:CARD=Device,DEV=0` it is `hw:Device`.
    static func mixerName(of device: String) -> String {
        let parts = device.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return device }
        let arguments = parts[1].split(separator: ",")
        if let card = arguments.first(where: { $0.hasPrefix("CARD=") }) { return "hw:\(card.dropFirst(5))" }
        guard ["hw", "plughw"].contains(parts[0]), let card = arguments.first else { return device }
        return "hw:\(card)"
    }

    /// The cards of this machine: of two lines each, the first is ` 0 [Device  ]: USB-Audio - USB Audio Device`.
    static func cards(proc: String = "/proc") -> [CardFacts.Card] {
        let bytes = (try? readFile(proc + "/asound/cards", limit: 1 << 16)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard let open = line.firstIndex(of: "["), let close = line.firstIndex(of: "]"), open < close,
                Int(line[..<open].filter { !$0.isWhitespace }) != nil
            else { return nil }
            let id = line[line.index(after: open)..<close].filter { !$0.isWhitespace }
            let name = line[close...].split(separator: " - ", maxSplits: 1).last.map(String.init) ?? ""
            return CardFacts.Card(id: String(id), name: name)
        }
    }
}
