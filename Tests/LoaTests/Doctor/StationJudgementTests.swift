import ScratchFolders
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

@testable import StationAudio
@testable import loa

/// What `loa doctor` makes of what it sees of the configuration, the service and the daemon.
struct StationJudgementTests {
    // MARK: Configuration

    private static let lan = FileMode(mode: 0o100_644, owner: 0, group: 0)
    private static let closed = FileMode(mode: 0o100_640, owner: 0, group: 0)

    private func configuration(
        _ content: ConfigurationFacts.Content, mode: FileMode = lan, obstacle: Obstacle? = nil
    ) -> Diagnosis {
        Diagnosis(
            ConfigurationFacts(
                path: "/etc/s", content: content, mode: mode, obstacle: obstacle, account: "loaphuong"
            ).findings)
    }

    @Test("a configuration is judged by what is wrong with it, and by who may read it")
    func configuration() {
        #expect(configuration(.read(hasSecrets: false)).lines == ["ok configuration: /etc/s: valid"])
        let wrong = configuration(
            .refused(["/etc/s:3:4: hours: unknown key", "/etc/s:5:1: upstreams: is missing: expected a list"])
        )
        #expect(
            wrong.lines == [
                "fault configuration: /etc/s:3:4: hours: unknown key",
                "fault configuration: /etc/s:5:1: upstreams: is missing: expected a list",
            ])
        #expect(wrong.advice[0].contains("--check-config"))
        #expect(configuration(.missing).lines == ["fault configuration: there is no file /etc/s"])
        let hidden = configuration(.hidden)
        #expect(hidden.lines == ["warning configuration: /etc/s: this user may not look"])
        #expect(hidden.advice == ["Run it as root: sudo loa doctor"])
        // Secrets are a matter of the file that holds some.
        let open = configuration(.read(hasSecrets: true))
        #expect(open.lines == ["fault configuration: /etc/s holds passwords and everybody may read it"])
        #expect(open.advice == ["chgrp loaphuong /etc/s && chmod 640 /etc/s"])
        #expect(
            configuration(.read(hasSecrets: true), mode: Self.closed).lines.first?.hasPrefix("ok") == true)
        #expect(
            configuration(.read(hasSecrets: false), mode: Self.closed, obstacle: .forbidden("/etc/s")).lines
                == ["fault configuration: /etc/s: the daemon's user loaphuong may not read it"])
    }

    @Test(
        "a configuration that was edited since the daemon read it, or is another than the daemon's, is told")
    func edited() throws {
        let folder = try ScratchFolder()
        let path = folder.path + "/station.json5"
        try folder.write("station.json5", "{}")
        let file = try #require(ConfigurationFile(at: path))
        func lines(_ read: (path: String, modified: Int64)?) -> Diagnosis {
            Diagnosis(
                ConfigurationFacts(
                    path: path, content: .read(hasSecrets: false), account: "loaphuong", file: file,
                    read: read
                ).findings)
        }
        let time = file.modified.nanoseconds
        #expect(lines(nil).lines.first?.hasPrefix("ok") == true)
        #expect(lines((file.path, time)).lines.first?.hasPrefix("ok") == true)
        let edited = lines((file.path, time - 1))
        #expect(
            edited.lines.first?.hasSuffix("was edited after the daemon read it: the changes are not in force")
                == true)
        #expect(edited.advice.first?.hasPrefix("systemctl reload loaphuongd") == true)
        #expect(
            lines(("/etc/other", time)).lines == [
                "warning configuration: the daemon goes by another file: /etc/other"
            ])
    }

    // MARK: Service

    private static let healthy = [
        "LoadState": "loaded", "ActiveState": "active", "SubState": "running", "Result": "success",
        "UnitFileState": "enabled", "NRestarts": "0", "WatchdogUSec": "10s", "NeedDaemonReload": "no",
    ]

    static let units: [(change: [String: String], line: String, advice: String)] = [
        ([:], "ok service: active, enabled, watchdog on", ""),
        (
            ["ActiveState": "failed", "SubState": "failed", "Result": "exit-code"],
            "fault service: does not run (failed, failed, exit-code)",
            "See why: journalctl -u loaphuongd -b -n 50; mend it, then systemctl restart loaphuongd"
        ),
        (
            ["ActiveState": "activating", "SubState": "auto-restart", "Result": "watchdog"],
            "fault service: does not run (activating, auto-restart, watchdog)",
            "See why: journalctl -u loaphuongd -b -n 50; mend it, then systemctl restart loaphuongd"
        ),
        (
            ["ActiveState": "inactive", "SubState": "dead"],
            "fault service: is not running (inactive, dead, success)",
            "systemctl start loaphuongd"
        ),
        (
            ["UnitFileState": "disabled"],
            "fault service: does not start with the machine (disabled): after a power cut the station is silent",
            "systemctl enable loaphuongd"
        ),
        (
            ["LoadState": "masked", "UnitFileState": "masked"],
            "fault service: does not start with the machine (masked): after a power cut the station is silent",
            "systemctl unmask loaphuongd && systemctl enable loaphuongd"
        ),
        (
            ["LoadState": "not-found"], "fault service: systemd has no service loaphuongd",
            "Install systemd/loaphuongd.service, then systemctl enable --now loaphuongd."
        ),
        (
            ["NeedDaemonReload": "yes"],
            "warning service: the unit's file was changed and systemd has not read it",
            "systemctl daemon-reload && systemctl restart loaphuongd"
        ),
        (
            ["WatchdogUSec": "0"],
            "warning service: the watchdog is off: a daemon that hangs is not restarted",
            "Set WatchdogSec=10 in the unit, then systemctl daemon-reload."
        ),
        (
            ["NRestarts": "3"], "warning service: had to be restarted 3 times",
            "See why: journalctl -u loaphuongd -p warning -n 50"
        ),
    ]

    @Test("a unit's properties are judged one by one", arguments: units)
    func unit(change: [String: String], line: String, advice: String) {
        let unit = Self.healthy.merging(change) { $1 }
        let found = Diagnosis(
            ServiceFacts(unit: .known(unit), isAnswering: false, installed: "1").findings)
        #expect(found.lines == [line])
        #expect(found.advice == [advice])
    }

    @Test(
        "a daemon without systemd, of another version, of a replaced program or of somebody's login is told")
    func process() {
        func lines(_ facts: ServiceFacts) -> [String] { Diagnosis(facts.findings).lines }
        var facts = ServiceFacts(unit: .known(Self.healthy), isAnswering: true, installed: "2", running: "2")
        #expect(lines(facts) == ["ok service: active, enabled, watchdog on"])
        facts.running = "1"
        #expect(lines(facts).last == "warning service: the daemon runs version 1, installed is 2")
        (facts.running, facts.isProgramReplaced) = ("2", true)
        #expect(lines(facts).last == "warning service: the daemon's program was replaced since it started")
        (facts.isProgramReplaced, facts.endsWithLoginOf) = (false, "lan")
        #expect(lines(facts).last == "warning service: the daemon ends when lan logs out")
        (facts.endsWithLoginOf, facts.unit) = (nil, .noSystemd)
        #expect(
            lines(facts) == [
                "warning service: this machine does not run systemd: nobody starts the daemon again when it ends"
            ])
        facts.unit = .unfinished
        #expect(lines(facts).first?.contains("was cut short") == true)
        // A daemon that somebody started by hand is none of the unit's faults.
        facts.unit = .known(["LoadState": "not-found"])
        #expect(lines(facts) == ["warning service: systemd has no service loaphuongd"])
    }

    // MARK: Daemon

    private func json(_ text: String) throws -> JSON {
        try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1 << 20))
    }

    private func daemon(_ status: String, mute: String? = nil) throws -> Diagnosis {
        var facts = DaemonFacts(socket: "/run/s", answer: .status(try json(status)), user: "lan")
        facts.mute = try mute.map(json)
        return Diagnosis(facts.findings)
    }

    @Test("a daemon that is not there, does not answer or does not let this user ask is told")
    func unanswered() {
        func found(_ answer: DaemonFacts.Answer) -> Diagnosis {
            Diagnosis(DaemonFacts(socket: "/run/s", answer: answer, user: "lan").findings)
        }
        #expect(found(.absent).lines == ["fault daemon: nobody answers at /run/s: the station plays nothing"])
        #expect(found(.silent).lines == ["fault daemon: the daemon at /run/s does not answer"])
        let refused = found(.refused)
        #expect(refused.lines.first?.hasPrefix("warning daemon: lan may not ask the daemon") == true)
        #expect(refused.advice.first?.contains("usermod -aG loaphuong lan") == true)
    }

    @Test("each fault of the daemon is a fault here, in the words of status, with what to do")
    func faults() throws {
        let found = try daemon(
            """
            {"state":"faulted","next":null,"faults":[
             {"code":"device","since":"2026-11-22T20:00:00+07:00","message":"hw:0: device-missing"},
             {"code":"clock-untrusted","since":"2026-11-22T20:00:00+07:00","message":"x"},
             {"code":"new-one","since":"2026-11-22T20:00:00+07:00","message":"y"}]}
            """)
        #expect(
            found.lines == [
                "ok daemon: answers: FAULTED", "fault fault: sound card: hw:0: the sound card is missing",
                "fault fault: clock: x", "fault fault: new-one: y", "warning slot: no slot is to come",
            ])
        #expect(found.advice[1].contains("output.device"))
        #expect(found.advice[3] == "See the log: loa log --since 00:00")
    }

    @Test("a mute is a warning with its end")
    func mute() throws {
        let found = try daemon(
            #"{"state":"muted","next":null,"faults":[]}"#,
            mute: #"{"until":"2026-11-23T18:00:00+07:00","reason":"đám tang"}"#)
        #expect(found.lines[1] == "warning mute: MUTED until Mon 2026-11-23 18:00:00 · đám tang")
        #expect(try daemon(#"{"next":null}"#, mute: #"{"until":null}"#).lines.count == 2)
    }

    static let slots: [(String, String)] = [
        (#""ready":true,"problem":null"#, "ok slot: Tue 2026-11-24 05:00:00 · Bản tin · ready"),
        (#""ready":false,"problem":null"#, "ok slot: Tue 2026-11-24 05:00:00 · Bản tin · not checked yet"),
        (
            #""ready":false,"problem":"muted""#,
            "warning slot: Tue 2026-11-24 05:00:00 · Bản tin · NOT ready: the station is muted"
        ),
        (
            #""ready":false,"problem":"bad-content""#,
            "fault slot: Tue 2026-11-24 05:00:00 · Bản tin · NOT ready: the content is broken"
        ),
        (
            #""ready":false,"problem":"outside-hours""#,
            "fault slot: Tue 2026-11-24 05:00:00 · Bản tin · NOT ready: outside the permitted hours"
        ),
    ]

    @Test("the next slot is ready, or is told with what stops it", arguments: slots)
    func slot(members: String, line: String) throws {
        let next = #"{"title":"Bản tin","at":"2026-11-24T05:00:00+07:00",\#(members)}"#
        #expect(try daemon(#"{"state":"idle","next":\#(next),"faults":[]}"#).lines.last == line)
    }

    // MARK: Card

    private static let format = CardFormat(
        rate: 48_000, channels: 2, sample: .s16, bufferFrames: 24_000, periodFrames: 4800)

    private func card(
        _ probe: CardFacts.Probe, standing: CardFacts.Standing = .unknown, holders: [String] = [],
        cards: [CardFacts.Card] = [.init(id: "Device", name: "USB Audio Device")]
    ) -> Diagnosis {
        Diagnosis(
            CardFacts(
                device: "hw:0", rate: 48_000, channels: 2, standing: standing, probe: probe, holders: holders,
                cards: cards
            ).findings)
    }

    @Test("a card is judged by the daemon that has it, or by opening it")
    func card() {
        let found = CardProbe.Found(format: Self.format, isNull: false, number: 0)
        #expect(card(.opened(found)).lines == ["ok card: hw:0: 48000 Hz, 2 ch, S16_LE, can be opened"])
        #expect(
            card(.leftAlone, standing: .open(rate: 44_100, channels: 1)).lines
                == ["ok card: hw:0: the daemon has it open, 44100 Hz, 1 ch"])
        #expect(
            card(.leftAlone, standing: .closed).lines == [
                "ok card: hw:0: a slot is near, it is left to the daemon"
            ])
        let changed = card(.opened(found), standing: .other("hw:1"))
        #expect(
            changed.lines == [
                "fault card: the daemon still goes by hw:1, not by hw:0 as configured",
                "ok card: hw:0: 48000 Hz, 2 ch, S16_LE, can be opened",
            ])
        #expect(changed.advice.first == "systemctl restart loaphuongd")
        var other = found
        other.format.rate = 44_100
        let resampled = card(.opened(other))
        #expect(resampled.lines.first?.contains("not 48000 Hz, 2 ch as configured") == true)
        #expect(resampled.advice == ["output: { rate: 44100, channels: 2 }"])
        other.isNull = true
        #expect(
            card(.opened(other)).lines == [
                "warning card: hw:0: ALSA's null: it makes no sound and proves nothing"
            ])
        #expect(card(.unfinished).lines.first?.contains("was cut short") == true)
    }

    @Test("a card that cannot be had is told with the cards that can, or with who holds it")
    func lostCard() {
        for missing in [
            card(.failed(CardError(call: .open, code: 2))),
            card(.leftAlone, standing: .lost("device-missing")),
        ] {
            #expect(missing.lines == ["fault card: hw:0: the sound card is missing"])
            #expect(missing.advice.first?.contains("plughw:CARD=Device (USB Audio Device)") == true)
        }
        #expect(
            card(.failed(CardError(call: .open, code: 19)), cards: []).advice.first?.contains(
                "this machine has none")
                == true)
        let busy = card(.failed(CardError(call: .open, code: 16)), holders: ["mpd (812)"])
        #expect(busy.lines == ["fault card: hw:0: the sound card is busy (mpd (812))"])
        #expect(busy.advice == ["End the program that holds it mpd (812); fuser -v /dev/snd/* finds it"])
        #expect(
            card(.leftAlone, standing: .lost("device-stalled")).lines == [
                "fault card: hw:0: the sound card stalled"
            ])
        #expect(
            card(.failed(CardError(call: .open, code: 13))).lines == [
                "warning card: hw:0: this user may not look"
            ])
        #expect(
            card(.failed(CardError(call: .parameters, code: 22))).lines
                == ["fault card: hw:0: cannot be opened: Invalid argument"])
    }

    static let mixers: [(controls: [CardControl], lines: [String])] = [
        (
            [.init(name: "Master", percent: 80, isOn: true), .init(name: "Mic", percent: 0, isOn: false)],
            ["ok mixer: not muted: Master 80 %"]
        ),
        ([.init(name: "Master", percent: 80, isOn: false)], ["fault mixer: the card's Master is muted"]),
        ([.init(name: "PCM", percent: 0, isOn: nil)], ["fault mixer: the card's PCM is at 0"]),
        ([.init(name: "PCM", percent: 12, isOn: true)], ["warning mixer: the card's PCM is at 12 % only"]),
        (
            // Of ways out one is enough.
            [
                .init(name: "Speaker", percent: 50, isOn: true),
                .init(name: "Headphone", percent: 0, isOn: false),
            ],
            ["ok mixer: not muted: Speaker 50 %, Headphone 0 %"]
        ),
        (
            [
                .init(name: "Speaker", percent: 50, isOn: false),
                .init(name: "Headphone", percent: 0, isOn: nil),
            ],
            ["fault mixer: the card's Speaker is muted"]
        ),
        ([.init(name: "Softvol", percent: nil, isOn: false)], ["fault mixer: the card's Softvol is muted"]),
    ]

    @Test("a card's mixer that lets nothing through is a fault", arguments: mixers)
    func mixer(controls: [CardControl], lines: [String]) {
        let found = Diagnosis(MixerFacts(name: "hw:0", controls: controls).findings)
        #expect(found.lines == lines)
        #expect(found.advice.allSatisfy { $0.isEmpty || $0.hasPrefix("amixer -D hw:0 sset '") })
    }

    @Test("a mixer's advice turns on what is off, and up what is down")
    func mixerAdvice() {
        let off = MixerFacts(name: "hw:0", controls: [.init(name: "Master", percent: 80, isOn: false)])
            .findings
        #expect(Diagnosis(off).advice == ["amixer -D hw:0 sset 'Master' 80% unmute && alsactl store"])
        #expect(MixerFacts(name: "hw:0", controls: []).findings.isEmpty)
    }

    // MARK: Decoders

    private func decoders(_ installed: Set<OutsideDecoder>, needed: Set<OutsideDecoder>?) -> Diagnosis {
        Diagnosis(DecoderFacts(installed: installed, needed: needed, canSpeak: true).findings)
    }

    @Test("a decoder that is missing is a fault where a programme needs it; only ffmpeg can be done without")
    func decoders() {
        #expect(
            decoders([.mpg123, .sndfile, .ffmpeg], needed: [.mpg123]).lines
                == ["ok decoders: installed: ffmpeg, libmpg123, libsndfile"])
        let needed = decoders([.sndfile], needed: [.mpg123])
        #expect(
            needed.lines == [
                "fault decoders: programmes to come need libmpg123, which is not installed"
            ])
        #expect(needed.advice == ["apt-get install libsndfile1"])
        #expect(
            decoders([.mpg123, .ffmpeg], needed: []).lines
                == ["warning decoders: not installed: libsndfile; no programme here needs it yet"])
        #expect(
            decoders([.mpg123, .sndfile], needed: []).lines == [
                "ok decoders: installed: libmpg123, libsndfile; no ffmpeg (only AAC, WMA, Matroska and AMR need it)"
            ])
        #expect(
            decoders([.mpg123, .sndfile], needed: [.ffmpeg]).lines
                == ["fault decoders: programmes to come need ffmpeg, which is not installed"])
        #expect(
            decoders([.mpg123, .sndfile, .ffmpeg], needed: nil).lines
                == ["warning decoders: the programmes' files: this user may not look"])
    }
}
