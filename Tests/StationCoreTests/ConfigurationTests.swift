import StationCore
import StationTrust
import Testing

/// The configuration file: what it gives, what it refuses, and with which words.
struct ConfigurationTests {
    private static let smallest =
        "station: 'ap-3', upstreams: [{name: 'phuong', url: '/srv/loa', root: '/r'}]"

    private func read(_ text: String) throws -> Configuration { try Configuration.read(Array(text.utf8)) }

    /// What is said about a file that is the smallest one and this.
    private func complaints(_ more: String) -> [String] {
        let error = #expect(throws: ConfigurationError.self) { try read("{\(Self.smallest),\n\(more)}") }
        return error?.lines(file: "loa.json5") ?? []
    }

    @Test("the smallest file gives the documented defaults")
    func defaults() throws {
        let configuration = try read("{\(Self.smallest)}")
        let expected = """
            {"station":"ap-3","name":"ap-3","timeZone":"Asia/Ho_Chi_Minh","languages":["vi"],"groups":[],\
            "upstreams":[{"name":"phuong","url":"/srv/loa","root":"/r","rank":1,"classes":["normal","priority"],\
            "pollSeconds":60,"live":false,"liveHosts":[]}],"inputs":{},\
            "hours":[{"from":"05:00","to":"21:00","ceilingDecibels":-6.0}],\
            "output":{"device":"default","rate":48000,"channels":2,"bufferMilliseconds":500},"amplifier":null,\
            "maximumBroadcastMinutes":120,"emergency":{"maximumMinutes":10,"perDay":12,"ceilingDecibels":0.0},\
            "stopInput":null,"loudness":{"targetLufs":-16.0},"clock":{"batteryBacked":false,"holdoverDays":30},\
            "network":{"bytesPerMonth":5000000000,"bytesPerSecond":1000000,"proxy":null,"caFile":null,\
            "clientCertificate":null,"clientKey":null},"proof":null,\
            "storage":{"quotaBytes":2000000000,"reserveBytes":200000000},"state":"/var/lib/loaphuong",\
            "socket":"/run/loaphuong/loaphuong.sock"}
            """
        #expect(configuration.json.description == expected)
    }

    /// Every key, none with its default.
    private static let full = """
        {
          // Trạm loa ấp 3
          station: 'ap-3', name: "Loa ấp 3 – Vĩnh Hải", timeZone: 'Asia/Bangkok',
          languages: ['km', 'vi'], groups: ['khmer', 'ven-bien'],
          upstreams: [
            {name: 'tinh', url: 'file:///srv/k%C3%AAnh', root: '/etc/loaphuong/tinh.json', rank: 7,
             classes: ['emergency'], pollSeconds: 30, live: true, liveHosts: ['radio.example.vn']},
            {name: 'xa', url: 'file:/srv/xa', root: '/etc/loaphuong/xa.json'},
          ],
          inputs: {fm: 'hw:1', mic: 'plughw:CARD=Device'},
          hours: [{from: '04:30', to: '11:00', ceilingDecibels: -3}, {from: '22:00', to: '01:15'}],
          output: {device: 'hw:0', rate: 44100, channels: 1, bufferMilliseconds: 250},
          amplifier: {on: ['/bin/amp', 'on', 'on'], off: ['/bin/amp', ''], leadSeconds: .5, tailSeconds: 0, maximumMinutes: 240},
          maximumBroadcastMinutes: 0xF0, emergency: {maximumMinutes: 5, perDay: 3, ceilingDecibels: -1},
          stopInput: 'gpio:gpiochip0:17', loudness: {targetLufs: -23}, clock: {batteryBacked: true, holdoverDays: 7},
          network: {bytesPerMonth: 2e9, bytesPerSecond: 64000, proxy: 'http://loa:s3cret@proxy:3128', caFile: '/etc/ca.pem',
                    clientCertificate: '/etc/loa.crt', clientKey: '/etc/loa.key'},
          proof: {url: 'https://store.example.vn/logs', headers: {Authorization: 'Basic c2VjcmV0'}, uploadSeconds: 600},
          storage: {quotaBytes: 1e9, reserveBytes: 5e7}, state: '/data/loa', socket: '/run/loa.sock',
        }
        """

    @Test("every key is read, and the effective configuration reads back as the same")
    func roundTrip() throws {
        let configuration = try read(Self.full)
        #expect(configuration.upstreams.map(\.rank) == [7, 2])
        #expect(configuration.upstreams[0].classes == [.emergency])
        #expect(configuration.hours[1].to == MinuteOfDay(1, 15))
        #expect(configuration.amplifier?.on == ["/bin/amp", "on", "on"])
        #expect(configuration.maximumBroadcastMinutes == 240)
        #expect(configuration.stopInput == .gpio(chip: "gpiochip0", line: 17))
        #expect(configuration.network.bytesPerMonth == 2_000_000_000)
        #expect(
            configuration.inputs == [
                .init(name: "fm", pcm: "hw:1"), .init(name: "mic", pcm: "plughw:CARD=Device"),
            ])

        var again = try read(configuration.json.description)
        again.network.proxy = configuration.network.proxy
        again.proof?.headers = configuration.proof?.headers ?? []
        #expect(again == configuration)
        // No key has its default here, so a key that the reader or the printer forgets shows.
        let defaults = try read("{station: 'x', upstreams: [{name: 'x', url: '/x', root: '/x'}]}").json
        for member in configuration.json.members ?? [] {
            #expect(defaults[member.name] != member.value, "\(member.name)")
        }
    }

    @Test("no way to print a configuration shows a secret")
    func secrets() throws {
        let configuration = try read(Self.full)
        #expect(configuration.proof?.headers.first?.value.revealed == "Basic c2VjcmV0")
        #expect(configuration.network.proxy?.revealed == "http://loa:s3cret@proxy:3128")
        var dumped = ""
        dump(configuration, to: &dumped)
        for printed in [
            "\(configuration)", String(reflecting: configuration), dumped, configuration.json.description,
        ] {
            #expect(!printed.contains("c2VjcmV0"))
            #expect(!printed.contains("s3cret"))
        }
        #expect(configuration.json.description.contains("http://***@proxy:3128"))
    }

    static let refused: [(String, String)] = [
        // Unknown keys, and what was meant.
        ("volume: 5", "2:1: volume: unknown key; known are station, name, timeZone,"),
        ("timezone: 'Asia/Bangkok'", "2:1: timezone: unknown key; did you mean timeZone?"),
        ("ouptut: {}", "2:1: ouptut: unknown key; did you mean output?"),
        ("output: {devise: 'hw:0'}", "2:10: output.devise: unknown key; did you mean device?"),
        (
            "output: {bufferSeconds: 1}",
            "2:10: output.bufferSeconds: unknown key; did you mean bufferMilliseconds?"
        ),
        ("maximumBroadcastHours: 2", "did you mean maximumBroadcastMinutes?"),
        // Wrong types and units.
        ("name: 5", "2:7: name: expected a text of 1 to 200 characters, found 5"),
        ("name: null", "2:7: name: expected a text of 1 to 200 characters, found null"),
        ("output: 'hw:0'", "2:9: output: expected an object in { }, found \"hw:0\""),
        ("output: null", "2:9: output: expected an object in { }, found null"),
        (
            "output: {rate: '48 kHz'}",
            "2:16: output.rate: expected a whole number of hertz from 8000 to 192000, found \"48 kHz\""
        ),
        ("output: {rate: 48}", "expected a whole number of hertz from 8000 to 192000, found 48"),
        ("output: {rate: 44100.5}", "expected a whole number of hertz from 8000 to 192000, found 44100.5"),
        ("output: {rate: Infinity}", "found inf"), ("output: {rate: 1e30}", "output.rate: expected"),
        (
            "languages: 'vi'",
            "languages: expected a list in [ ] of 1 to 16, each a language tag such as \"vi\" or \"km\", found \"vi\""
        ),
        ("languages: []", "languages: expected a list in [ ] of 1 to 16"),
        ("languages: ['vi', 'Tiếng Khmer']", "2:19: languages[1]: expected a language tag"),
        ("languages: ['vi', 'vi']", "2:19: languages[1]: \"vi\" stands twice"),
        ("languages: ['']", "languages[0]: expected"),
        ("clock: {batteryBacked: 'yes'}", "clock.batteryBacked: expected true or false, found \"yes\""),
        ("clock: {batteryBacked: 1}", "clock.batteryBacked: expected true or false, found 1"),
        (
            "clock: {holdoverDays: 0}",
            "clock.holdoverDays: expected a whole number of days from 1 to 366, found 0"
        ),
        (
            "loudness: {targetLufs: 16}",
            "loudness.targetLufs: expected a number of LUFS from -36 to -9, found 16"
        ),
        (
            "loudness: {targetLufs: NaN}",
            "loudness.targetLufs: expected a number of LUFS from -36 to -9, found nan"
        ),
        ("maximumBroadcastMinutes: null", "maximumBroadcastMinutes: expected a whole number of minutes"),
        (
            "maximumBroadcastMinutes: 0",
            "maximumBroadcastMinutes: expected a whole number of minutes from 1 to 720, found 0"
        ),
        (
            "emergency: {ceilingDecibels: 3}",
            "emergency.ceilingDecibels: expected a number of decibels from -60 to 0, found 3"
        ),
        (
            "emergency: {perDay: -1}",
            "emergency.perDay: expected a whole number of emergencies from 1 to 100, found -1"
        ),
        // Hours.
        ("hours: []", "hours: expected a list in [ ] of 1 to 24, each an object in { }, found a list of 0"),
        ("hours: [{from: '05:00'}]", "2:9: hours[0].to: is missing: expected a time \"HH:MM\""),
        (
            "hours: [{from: '5:00', to: '21:00'}]",
            "2:16: hours[0].from: expected a time from \"00:00\" to \"23:59\", found \"5:00\""
        ),
        ("hours: [{from: 5, to: '21:00'}]", "2:16: hours[0].from: expected a time"),
        (
            "hours: [{from: '24:00', to: '05:00'}]",
            "hours[0].from: expected a time from \"00:00\" to \"23:59\""
        ),
        ("hours: [{from: '05:00', to: '24:01'}]", "hours[0].to: expected a time from \"00:00\" to \"24:00\""),
        ("hours: [{from: '05:60', to: '21:00'}]", "hours[0].from: expected"),
        (
            "hours: [{from: '05:00', to: '05:00'}]",
            "hours[0].to: the band is empty; the whole day is 00:00 to 24:00"
        ),
        (
            "hours: [{from: '05:00', to: '11:00'}, {from: '10:59', to: '12:00'}]",
            "2:46: hours[1].from: overlaps the band from 05:00 to 11:00"
        ),
        (
            "hours: [{from: '22:00', to: '01:00'}, {from: '00:59', to: '02:00'}]",
            "hours[1].from: overlaps the band from 22:00 to 01:00"
        ),
        (
            "hours: [{from: '05:00', to: '21:00', ceilingDecibels: 1}]",
            "hours[0].ceilingDecibels: expected a number of decibels from -60 to 0, found 1"
        ),
        ("hours: ['05:00-21:00']", "2:9: hours[0]: expected an object in { }"),
        // The amplifier.
        (
            "amplifier: {on: ['/bin/amp']}",
            "2:12: amplifier.off: is missing: expected a command, as a list of its words"
        ),
        ("amplifier: {on: 'amp on', off: ['/bin/amp']}", "2:17: amplifier.on: expected a list in [ ]"),
        (
            "amplifier: {on: ['amp'], off: ['/bin/amp']}",
            "amplifier.on: expected the absolute path of a program first, found \"amp\""
        ),
        (
            "amplifier: {on: ['/a'], off: ['/a', 'x\\0y']}",
            "amplifier.off[1]: expected a text of at most 1000 characters"
        ),
        (
            "amplifier: {on: ['/a'], off: ['/a'], maximumMinutes: 60}",
            "2:54: amplifier.maximumMinutes: expected at least 120, as long as the longest broadcast, found 60"
        ),
        (
            "amplifier: {on: ['/a'], off: ['/a']}, maximumBroadcastMinutes: 200",
            "amplifier.maximumMinutes: expected at least 200"
        ),
        // Paths, devices, the network.
        ("state: 'loa'", "state: expected an absolute path, found \"loa\""),
        ("state: '/a\\0b'", "state: expected an absolute path"),
        (
            "socket: '/\(String(repeating: "a", count: 107))'",
            "socket: expected an absolute path of at most 107 bytes"
        ),
        (
            "stopInput: 'gpio17'",
            "stopInput: expected \"gpio:CHIP:LINE\" or \"key:DEVICE:CODE\", found \"gpio17\""
        ),
        ("stopInput: 'key:event0:128'", "stopInput: expected"),
        ("stopInput: 'gpio::1'", "stopInput: expected"),
        ("stopInput: 'gpio:a:-1'", "stopInput: expected"),
        ("inputs: {'a b': 'hw:1'}", "inputs.a b: expected as name 1 to 64 letters"),
        ("inputs: {fm: 1}", "2:14: inputs.fm: expected the name of an ALSA device, found 1"),
        ("inputs: ['hw:1']", "inputs: expected an object in { } of at most 16, found a list of 1"),
        ("timeZone: '../../etc/passwd'", "timeZone: expected a time zone such as"),
        ("timeZone: '/etc/localtime'", "timeZone: expected"), ("timeZone: ''", "timeZone: expected"),
        ("groups: ['../x']", "groups[0]: expected"), ("groups: ['.git']", "groups[0]: expected"),
        ("groups: ['tổ 5']", "groups[0]: expected 1 to 64 letters without accents"),
        ("network: {bytesPerMonth: '5 GB'}", "network.bytesPerMonth: expected a whole number of bytes"),
        (
            "network: {clientKey: '/k'}",
            "network.clientKey: clientCertificate and clientKey are given together"
        ),
        ("network: {proxy: 'proxy:3128'}", "network.proxy: expected a URL such as"),
        ("proof: {}", "2:8: proof.url: is missing: expected an https:// or http:// URL"),
        ("proof: {url: 'https://a:b@c/'}", "proof.url: expected an https:// or http:// URL without user"),
        ("proof: {url: 'ftp://c/'}", "proof.url: expected"),
        ("proof: {url: 'https:///x'}", "proof.url: expected"),
        (
            "proof: {url: 'https://c', headers: {a: 'b\\r\\nc: d'}}",
            "proof.headers.a: expected a text in ASCII without control characters"
        ),
        ("storage: {quotaBytes: 5}", "storage.quotaBytes: expected a whole number of bytes from 10000000"),
    ]

    @Test("what is wrong is refused with file, line, key and what is expected", arguments: refused)
    func refuses(text: String, expected: String) {
        let lines = complaints(text)
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.contains(expected) == true, "\(lines)")
        #expect(lines.first?.hasPrefix("loa.json5:2:") == true)
    }

    static let refusedUpstreams: [(String, String)] = [
        ("", "upstreams: expected a list in [ ] of 1 to 16, each an object in { }, found a list of 0"),
        ("{url: '/a'}", "upstreams[0].name: is missing"), ("{name: 'a'}", "upstreams[0].url: is missing"),
        ("{name: 'a/b', url: '/a'}", "upstreams[0].name: expected 1 to 64 letters"),
        (
            "{name: 'a', url: 'srv'}",
            "upstreams[0].url: expected an https:// or http:// URL"
        ),
        ("{name: 'a', url: 'https://a.vn?x'}", "upstreams[0].url: expected"),
        ("{name: 'a', url: 'https://a.vn'}", "upstreams[0].root: is missing"),
        ("{name: 'a', url: 'file://host/a'}", "upstreams[0].url: expected"),
        ("{name: 'a', url: 'file:///a%0'}", "upstreams[0].url: expected"),
        ("{name: 'a', url: 'file:///a%00b'}", "upstreams[0].url: expected"),
        ("{name: 'a', url: 'file:///a%ff'}", "upstreams[0].url: expected"),
        (
            "{name: 'a', url: '/a', rank: -1}",
            "upstreams[0].rank: expected a whole number from 0 to 1000, found -1"
        ),
        ("{name: 'a', url: '/a', classes: []}", "upstreams[0].classes: expected a list in [ ] of 1 to 3"),
        (
            "{name: 'a', url: '/a', classes: ['urgent']}",
            "classes[0]: expected one of normal, priority, emergency"
        ),
        (
            "{name: 'a', url: '/a', pollSeconds: 4}",
            "pollSeconds: expected a whole number of seconds from 5 to 86400"
        ),
        ("{name: 'a', url: '/a', pollMinutes: 5}", "pollMinutes: unknown key; did you mean pollSeconds?"),
        ("{name: 'a', url: '/a', live: true}", "live: live streams need liveHosts"),
        ("{name: 'a', url: '/a', liveHosts: ['http://a']}", "liveHosts[0]: expected the name of a host"),
        (
            "{name: 'a', url: '/a'}, {name: 'a', url: '/b'}",
            "upstreams[1].name: another upstream has this name"
        ),
    ]

    @Test("an impossible upstream is refused", arguments: refusedUpstreams)
    func refusesUpstream(text: String, expected: String) {
        let whole = expected.contains("root") ? text : text.replacing("{", with: "{root: '/r', ")
        let error = #expect(throws: ConfigurationError.self) {
            try read("{station: 'a', upstreams: [\(whole)]}")
        }
        let lines = error?.lines(file: "f") ?? []
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.contains(expected) == true, "\(lines)")
    }

    @Test("all that is wrong is told at once, in the order of the lines")
    func everything() {
        let error = #expect(throws: ConfigurationError.self) {
            try read(
                "{\n name: 7,\n output: {rate: 1,\n  chanels: 2},\n state: 'x',\n groups: ['?', '!'],\n}")
        }
        #expect(
            error?.lines(file: "/etc/loa.json5").map {
                $0.split(separator: " ").prefix(2).joined(separator: " ")
            } == [
                "/etc/loa.json5:1:1: station:", "/etc/loa.json5:1:1: upstreams:", "/etc/loa.json5:2:8: name:",
                "/etc/loa.json5:3:17: output.rate:", "/etc/loa.json5:4:3: output.chanels:",
                "/etc/loa.json5:5:9: state:", "/etc/loa.json5:6:11: groups[0]:",
                "/etc/loa.json5:6:16: groups[1]:",
            ])
    }

    @Test(
        "a file that is not JSON5 is refused with line and column",
        arguments: [
            ("", "f:1:1: expected a value, found the end"),
            ("{station: 'a'", "f:1:14: expected ',' or '}', found the end"),
            ("[]", "f:1:1: expected an object in { }, found a list of 0"),
            ("{station: 'a', station: 'b'}", "f:1:16: the key station stands twice, first in line 1"),
        ])
    func notJSON5(text: String, expected: String) {
        let error = #expect(throws: ConfigurationError.self) { try read(text) }
        #expect(error?.lines(file: "f") == [expected])
    }

    @Test("bands may touch, cross midnight and cover the whole day")
    func bands() throws {
        for hours in [
            "{from: '00:00', to: '24:00'}", "{from: '05:00', to: '11:00'}, {from: '11:00', to: '12:00'}",
            "{from: '22:00', to: '05:00'}, {from: '05:00', to: '22:00'}", "{from: '22:00', to: '00:00'}",
        ] {
            #expect(throws: Never.self) { try read("{\(Self.smallest), hours: [\(hours)]}") }
        }
    }

    @Test("null leaves out what may be absent")
    func null() throws {
        let file = """
            {\(Self.smallest), amplifier: null, stopInput: null, proof: null,
             network: {proxy: null, caFile: null, clientCertificate: null, clientKey: null}}
            """
        #expect(try read(file) == read("{\(Self.smallest)}"))
    }
}
