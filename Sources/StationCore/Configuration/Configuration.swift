/// What the person who installs a station decides about it: every key of the configuration file.
///
/// Each property is the key of the same name; its comment is that key's documentation. A property with a value
/// here may be left out of the file and then has that value. Paths are absolute.
package struct Configuration: Equatable, Sendable {
    /// This station's identity: names its folder in a channel (`stations/ID/`) and its log at the centre.
    ///
    /// Required. 1 to 64 ASCII letters, digits, `-`, `_` and `.`, not beginning with `.`.
    package var station: String
    /// What people call it, at most 200 characters; the identity if left out.
    package var name: String
    /// The zone of its clock on the wall, as in `/usr/share/zoneinfo`.
    package var timeZone = "Asia/Ho_Chi_Minh"
    /// Which languages of a programme it plays, in this order: BCP 47 tags such as `vi`, `km`, `hmn`.
    package var languages = ["vi"]
    /// Groups of stations it belongs to: their timetables (`groups/NAME/`) are its own too.
    ///
    /// Named like stations.
    package var groups: [String] = []
    /// Where its programmes come from.
    ///
    /// Required; 1 to 16.
    package var upstreams: [Upstream]
    /// Line inputs that a playlist may name as `input:NAME`.
    ///
    /// In the file an object: `{NAME: PCM}`.
    package var inputs: [Input] = []
    /// When it may sound, and how loud: bands of the day that do not overlap.
    ///
    /// What no band covers is silent.
    package var hours = [HoursBand()]
    /// The sound card.
    package var output = Output()
    /// How the amplifier is switched; null if it is always on.
    package var amplifier: Amplifier?
    /// The longest that anything but an emergency may sound without a break, in minutes, 1 to 720.
    package var maximumBroadcastMinutes = 120
    /// What an emergency may do; it alone passes closed hours and a mute.
    package var emergency = Emergency()
    /// A key or line with which a person at the station stops the sound, without a shell.
    ///
    /// `gpio:CHIP:LINE` (`gpio:gpiochip0:17`) or `key:DEVICE:CODE` (`key:/dev/input/by-path/…-event-kbd:128`, the
    /// code as in `linux/input-event-codes.h`).
    package var stopInput: StopInput?
    /// How loud programmes are made.
    package var loudness = Loudness()
    /// What may be believed of the clock.
    package var clock = Clock()
    /// Use of the network.
    package var network = Network()
    /// Where the log goes; null if it stays here.
    package var proof: Proof?
    /// Use of the disk.
    package var storage = Storage()
    /// The folder of everything that must outlive a power cut.
    package var state = "/var/lib/loaphuong"
    /// The control socket that `loa` connects to; at most 107 bytes, for so long is a socket's name on Linux.
    package var socket = "/run/loaphuong/loaphuong.sock"

    /// Makes a configuration with everything else left out.
    package init(station: String, upstreams: [Upstream]) {
        self.station = station
        name = station
        self.upstreams = upstreams
    }
}

extension Configuration {
    /// One source of programmes: the province, the district, the commune, the residential group.
    package struct Upstream: Equatable, Sendable {
        /// What it is called in the log and in slots.
        ///
        /// Required, unlike the others'; written like a station's identity.
        package var name: String
        /// Its repository, above `metadata/` and `targets/`: `https:`, `http:`, a `file:` URL or an absolute path.
        ///
        /// Required.
        package var url: String
        /// The file with the keys that it is trusted by, `1.root.json` of the repository or a later one.
        ///
        /// Required.
        package var root: String
        /// Whose programme goes first when two of one class are due at once: the lower; 0 to 1000.
        ///
        /// Left out, it is the upstream's place in the list, counted from 1.
        package var rank: Int
        /// The classes that it may use; a programme of a higher one is lowered to the highest of these.
        package var classes: [ProgrammeClass] = [.normal, .priority]
        /// How often it is asked for news, in seconds, 5 to 86400.
        package var pollSeconds = 60
        /// Whether its playlists may name live streams.
        package var live = false
        /// The hosts that those streams may come from; at least one where `live` is true.
        package var liveHosts: [String] = []

        /// Makes an upstream with everything else left out.
        package init(name: String, url: String, root: String, rank: Int) {
            (self.name, self.url, self.root, self.rank) = (name, url, root, rank)
        }
    }

    /// A line input: an FM tuner, a microphone.
    package struct Input: Equatable, Sendable {
        /// What playlists call it; written like a station's identity.
        package var name: String
        /// The ALSA PCM to capture from.
        ///
        /// Only this file names one: ALSA's own syntax can run a command.
        package var pcm: String

        /// Makes an input.
        package init(name: String, pcm: String) { (self.name, self.pcm) = (name, pcm) }
    }

    /// A part of the day in which the station may sound.
    package struct HoursBand: Equatable, Sendable {
        /// Its beginning, `"HH:MM"`.
        package var from = MinuteOfDay(5, 0)
        /// Its end, `"HH:MM"`; `"24:00"` is the day's end, and an end before the beginning is on the next day.
        package var to = MinuteOfDay(21, 0)
        /// The most that the volume may be set to, in dB relative to full scale, −60 to 0.
        ///
        /// Left out it is −6, so that an emergency is louder than every day.
        package var ceilingDecibels = -6.0

        /// Makes the band from 05:00 to 21:00.
        package init() {}
    }

    /// The sound card.
    package struct Output: Equatable, Sendable {
        /// The ALSA PCM: `default`, `hw:0`, `plughw:CARD=Device`, or a name of `asound.conf`.
        package var device = "default"
        /// Frames a second, 8000 to 192000.
        package var rate = 48_000
        /// Channels, 1 to 8; each gets the same.
        package var channels = 2
        /// How far ahead the card is fed, in milliseconds, 100 to 2000.
        ///
        /// More wakes the computer less often.
        package var bufferMilliseconds = 500

        /// Makes the default output.
        package init() {}
    }

    /// Commands that switch the amplifier: each a program with its arguments, run without a shell.
    package struct Amplifier: Equatable, Sendable {
        /// Switches it on, such as `["/usr/bin/gpioset", "gpiochip0", "17=1"]`.
        ///
        /// Required; the program absolute.
        package var on: [String]
        /// Switches it off.
        ///
        /// Required.
        package var off: [String]
        /// How long before the sound it is switched on, in seconds, 0 to 60.
        package var leadSeconds = 2.0
        /// How long after the sound it is switched off, in seconds, 0 to 600.
        package var tailSeconds = 5.0
        /// The longest that it is left on, in minutes, 1 to 1440, and no less than the longest broadcast.
        package var maximumMinutes = 180

        /// Makes an amplifier that those commands switch.
        package init(on: [String], off: [String]) { (self.on, self.off) = (on, off) }
    }

    /// The limits of emergencies.
    package struct Emergency: Equatable, Sendable {
        /// The longest that one may sound, in minutes, 1 to 60.
        package var maximumMinutes = 10
        /// How many may sound a day, 1 to 100.
        package var perDay = 12
        /// The most that the volume may be set to for one, in dB relative to full scale, −60 to 0.
        package var ceilingDecibels = 0.0

        /// Makes the default limits.
        package init() {}
    }

    /// What a person presses to stop the sound.
    package enum StopInput: Equatable, Sendable {
        /// A line of a GPIO chip.
        case gpio(chip: String, line: Int)
        /// A key of an input device, by its code.
        case key(device: String, code: Int)
    }

    /// How loud programmes are made.
    package struct Loudness: Equatable, Sendable {
        /// The loudness that each is brought to, in LUFS (ITU-R BS.1770), −36 to −9.
        package var targetLufs = -16.0

        /// Makes the default loudness.
        package init() {}
    }

    /// What may be believed of the clock.
    package struct Clock: Equatable, Sendable {
        /// Whether a battery carries it through a power cut; also for virtual machines, whose kernel calls a good
        /// clock unsynchronised.
        package var batteryBacked = false
        /// How long it is believed after it was last synchronised, in days, 1 to 366.
        package var holdoverDays = 30

        /// Makes the default clock.
        package init() {}
    }

    /// Use of the network.
    package struct Network: Equatable, Sendable {
        /// The most that is fetched a month, in bytes, 1 MB to 1 PB.
        ///
        /// Polls and emergencies are exempt.
        package var bytesPerMonth = 5_000_000_000
        /// The most that is fetched a second, in bytes, 1000 to 1 GB.
        package var bytesPerSecond = 1_000_000
        /// The URL of an HTTP proxy, with user and password if it wants them.
        package var proxy: Secret?
        /// A file with the certificates that servers are checked by; null for the system's.
        package var caFile: String?
        /// A file with the certificate that this station shows, together with `clientKey`.
        package var clientCertificate: String?
        /// The file with its key.
        package var clientKey: String?

        /// Makes the default use.
        package init() {}
    }

    /// Where the log goes.
    package struct Proof: Equatable, Sendable {
        /// The store's URL, `https:` or `http:`; the log is put under `URL/STATION/`.
        ///
        /// Required.
        package var url: String
        /// Header fields of each request, for the store's password.
        ///
        /// In the file an object: `{NAME: VALUE}`.
        package var headers: [Header] = []
        /// How often it is sent, in seconds, 5 to 604800.
        package var uploadSeconds = 3600

        /// Makes an upload to that store.
        package init(url: String) { self.url = url }
    }

    /// A header field of a request.
    package struct Header: Equatable, Sendable {
        /// Its name, a token of RFC 9110.
        package var name: String
        /// Its value, in ASCII; printed as `***`.
        package var value: Secret

        /// Makes a field.
        package init(name: String, value: Secret) { (self.name, self.value) = (name, value) }
    }

    /// Use of the disk.
    package struct Storage: Equatable, Sendable {
        /// The most that programmes may take, in bytes, 10 MB to 1 PB.
        package var quotaBytes = 2_000_000_000
        /// What stays free for the log, in bytes, 10 MB to 1 PB.
        package var reserveBytes = 200_000_000

        /// Makes the default use.
        package init() {}
    }
}

/// A minute of a civil day, from 00:00 to 24:00.
package struct MinuteOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Minutes since midnight, 0 to 1440.
    package let minutes: Int

    /// Makes the minute of that hour (0 to 23, or 24 with minute 0).
    package init(_ hour: Int, _ minute: Int) {
        precondition(0...59 ~= minute && 0...1440 ~= hour * 60 + minute)
        minutes = hour * 60 + minute
    }

    /// Reads `HH:MM`.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":") else { return nil }
        let numbers = [0, 1, 3, 4].map { Int(digits[$0]) - Int(UInt8(ascii: "0")) }
        guard numbers.allSatisfy({ 0...9 ~= $0 }) else { return nil }
        let (hour, minute) = (numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
        guard minute < 60, hour * 60 + minute <= 1440 else { return nil }
        self.init(hour, minute)
    }

    package static func < (left: Self, right: Self) -> Bool { left.minutes < right.minutes }

    /// The time as `HH:MM`.
    package var description: String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}

/// A text that is not shown: whoever prints it, on purpose or not, prints what may be seen of it.
package struct Secret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text itself.
    ///
    /// Only the request that needs it asks for it.
    package let revealed: String
    /// What may be seen of it.
    package let description: String

    /// Makes a secret of which nothing is shown, or only what `shown` says.
    package init(_ text: String, shown: String = "***") { (revealed, description) = (text, shown) }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
