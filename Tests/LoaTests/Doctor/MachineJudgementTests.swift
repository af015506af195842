import StationCore
import StationTrust
import TerminalText
import Testing

@testable import loa

/// What `loa doctor` makes of what it sees of the machine: clock, zone, disk, network, keys, users, wires.
struct MachineJudgementTests {
    // MARK: Clock

    private static let instant = Instant(seconds: 1_795_460_400)  // 2026-11-23

    private static func clock(
        isSynchronised: Bool = true, trust: String? = "synchronised", isBatteryBacked: Bool? = false,
        battery: ClockFacts.Battery = .none, isVirtual: Bool = false, running: [String] = ["chrony"],
        installed: [String] = ["chrony"], wall: Instant = instant
    ) -> ClockFacts {
        ClockFacts(
            now: Now(
                wall: wall, monotonic: MonotonicInstant(nanoseconds: 0), isSynchronised: isSynchronised,
                errorMicroseconds: 1200),
            buildDate: Instant(seconds: 1_793_491_200), trust: trust, isBatteryBacked: isBatteryBacked,
            battery: battery, isVirtual: isVirtual, running: running, installed: installed)
    }

    static let clocks: [(facts: ClockFacts, lines: [String])] = [
        (
            clock(),
            [
                "ok clock: synchronised, error at most ±1.2 ms",
                "ok battery-clock: none: after a power cut it plays once the time is synchronised",
                "ok ntp: chrony is running",
            ]
        ),
        (
            clock(wall: Instant(seconds: 86_400)),
            [
                "fault clock: the clock says 1970-01-02, which is before this program was made: it is wrong",
                "ok battery-clock: none: after a power cut it plays once the time is synchronised",
                "ok ntp: chrony is running",
            ]
        ),
        (
            clock(isSynchronised: false, trust: "untrusted", battery: .ahead(seconds: 3), running: []),
            [
                "fault clock: the daemon does not believe the clock: nothing plays by it",
                "warning battery-clock: there is one, and the configuration does not use it",
                "warning ntp: chrony is installed, not running",
            ]
        ),
        (
            clock(
                isSynchronised: false, trust: "holdover", isBatteryBacked: true,
                battery: .ahead(seconds: -7200),
                running: [], installed: []),
            [
                "warning clock: not synchronised, believed for a while",
                "warning battery-clock: differs from the system's by 2 h",
                "warning ntp: nothing synchronises the clock",
            ]
        ),
        (
            clock(isSynchronised: false, trust: nil, isBatteryBacked: true, running: ["chrony", "ntpsec"]),
            [
                "warning clock: the kernel calls it unsynchronised",
                "fault battery-clock: clock.batteryBacked is true and there is no battery clock: it may play at wrong times",
                "warning ntp: several set the clock: chrony, ntpsec",
            ]
        ),
        (
            clock(
                isSynchronised: false, trust: "holdover", isBatteryBacked: true, isVirtual: true, running: []),
            [
                "ok clock: a virtual machine or container: the host keeps the time (clock.batteryBacked)",
                "ok battery-clock: none to see, as in virtual machines and containers: the host keeps the time",
                "ok ntp: none here; the host keeps the time",
            ]
        ),
        (
            clock(isBatteryBacked: true, battery: .ahead(seconds: 0)),
            [
                "ok clock: synchronised, error at most ±1.2 ms", "ok battery-clock: there, and right",
                "ok ntp: chrony is running",
            ]
        ),
        (
            clock(battery: .unreadable),
            [
                "ok clock: synchronised, error at most ±1.2 ms",
                "warning battery-clock: /sys/class/rtc/rtc0: this user may not look",
                "ok ntp: chrony is running",
            ]
        ),
    ]

    @Test("clock, battery and synchronisation are judged together", arguments: clocks)
    func clockFacts(facts: ClockFacts, lines: [String]) { #expect(Diagnosis(facts.findings).lines == lines) }

    @Test("an unsynchronised virtual machine is told of clock.batteryBacked")
    func virtual() {
        let found = Diagnosis(Self.clock(isSynchronised: false, trust: "untrusted", isVirtual: true).findings)
        #expect(
            found.advice[0]
                == "A virtual machine or container: if its host keeps time, set clock: { batteryBacked: true }."
        )
    }

    @Test("a zone that is unknown, differs from the system's or comes of old data is told")
    func zone() {
        func lines(
            isKnown: Bool = true, system: (String, Bool)? = ("Asia/Saigon", true), version: String? = "2026a"
        ) -> Diagnosis {
            Diagnosis(
                ZoneFacts(
                    name: "Asia/Ho_Chi_Minh", isKnown: isKnown,
                    system: system.map { (name: $0.0, isSame: $0.1) },
                    version: version, year: 2026
                ).findings)
        }
        #expect(lines().lines == ["ok zone: Asia/Ho_Chi_Minh, tzdata 2026a"])
        #expect(lines(system: nil, version: nil).lines == ["ok zone: Asia/Ho_Chi_Minh"])
        #expect(lines(isKnown: false).lines == ["fault zone: this system has no zone Asia/Ho_Chi_Minh"])
        let other = lines(system: ("Etc/UTC", false), version: "2019c")
        #expect(
            other.lines == [
                "warning zone: the station goes by Asia/Ho_Chi_Minh, the system by Etc/UTC: date shows another time",
                "warning zone: the zone data is old (2019c)",
            ])
        #expect(other.advice[0] == "timedatectl set-timezone Asia/Ho_Chi_Minh")
    }

    // MARK: Disk

    private static func room(_ change: (inout DiskFacts.Room) -> Void = { _ in }) -> DiskFacts.Room {
        var room = DiskFacts.Room(
            freeBytes: 5_000_000_000, freeInodes: 100_000, hasInodes: true, isReadOnly: false, kind: "ext4",
            place: "/", device: "mmcblk0p2", errors: 0)
        change(&room)
        return room
    }

    static let disks: [(room: DiskFacts.Room, writing: DiskFacts.Writing, lines: [String])] = [
        (room(), .done(4_000_000), ["ok disk: 5 GB free, writable (4 ms)"]),
        (
            room { $0.freeBytes = 100_000_000 }, .done(1),
            ["fault disk: 100 MB free, less than storage.reserveBytes (200 MB)"]
        ),
        (
            room { $0.freeInodes = 7 }, .done(1),
            ["fault disk: the disk has room for 7 more files only (inodes)"]
        ),
        (
            room { ($0.freeInodes, $0.hasInodes) = (0, false) }, .done(1_000),
            ["ok disk: 5 GB free, writable (1 µs)"]
        ),
        (
            room { $0.isReadOnly = true }, .failed(30),
            ["fault disk: /s lies on a disk that is mounted read-only: often a card that fails"]
        ),
        (
            room { $0.errors = 3 }, .done(1),
            ["warning disk: the file system on mmcblk0p2 has counted 3 errors"]
        ),
        (
            room { $0.kind = "tmpfs" }, .done(1),
            ["warning disk: /s lies in memory: a power cut takes timetable and log"]
        ),
        (room(), .done(2_500_000_000), ["warning disk: a small file took 2.5 s to write: the disk is slow"]),
        (room(), .failed(5), ["fault disk: cannot write to /s: Input/output error"]),
        (room(), .notPermitted, ["warning disk: writing to /s, as a trial: this user may not look"]),
        (room(), .noFolder, ["warning disk: there is no folder /s yet"]),
        (
            room(), .unfinished,
            [
                "warning disk: writing to /s, as a trial: did not end in the time of this check, and was cut short"
            ]
        ),
    ]

    @Test("a disk is judged by its room, its kind, its own errors and a small file", arguments: disks)
    func diskFacts(room: DiskFacts.Room, writing: DiskFacts.Writing, lines: [String]) {
        let facts = DiskFacts(state: "/s", reserveBytes: 200_000_000, room: room, writing: writing)
        #expect(Diagnosis(facts.findings).lines == lines)
    }

    // MARK: Upstreams

    private static let now: Int64 = 1_795_392_000  // 2026-11-23T00:00:00Z
    private static let day: Int64 = 86_400

    private func upstream(_ change: (inout UpstreamFacts) -> Void) -> Diagnosis {
        var facts = UpstreamFacts(
            name: "xa", url: "https://loa.example/", rootPath: "/etc/r",
            root: .good(expires: Self.now + 900 * Self.day),
            standing: nil, probe: .answered(milliseconds: 80),
            metadata: [
                .init(role: "root", expires: Self.now + 900 * Self.day),
                .init(role: "timestamp", expires: Self.now + 6 * Self.day),
            ], isMetadataHidden: false, account: "loaphuong", now: Self.now)
        change(&facts)
        return Diagnosis(facts.findings)
    }

    @Test("an upstream that answers, or that the daemon heard of, is fine")
    func goodUpstream() {
        #expect(
            upstream { _ in }.lines == [
                "ok upstream: xa: answers after 80 ms, first end: timestamp 2026-11-29"
            ])
        #expect(
            upstream {
                $0.probe = .unneeded(lastContact: "2026-11-23T06:59:00+07:00")
                $0.metadata = []
            }.lines == ["ok upstream: xa: contact Mon 2026-11-23 06:59:00"])
    }

    @Test("an upstream that is not reached, not believed or stale is told with what to do")
    func badUpstream() {
        let refused = upstream {
            $0.probe = .failed("timestamp: SSL peer certificate or SSH remote key was not OK")
        }
        #expect(
            refused.lines == [
                "fault upstream: xa: timestamp: SSL peer certificate or SSH remote key was not OK"
            ])
        #expect(refused.advice.first?.contains("the certificate of loa.example") == true)
        #expect(
            upstream { $0.probe = .cut }.lines
                == ["warning upstream: xa: no answer in the time of this check: https://loa.example/"])
        let stale = UpstreamFacts.Standing(isStale: true, error: nil, lastContact: nil)
        #expect(
            upstream { $0.standing = stale }.lines
                == ["warning upstream: xa: it answers, and the daemon had none for long"])
        let doubted = UpstreamFacts.Standing(
            isStale: false, error: "timestamp: expired 2026-11-01", lastContact: nil)
        let expired = upstream { $0.standing = doubted }
        #expect(expired.lines == ["fault upstream: xa: timestamp: expired 2026-11-01"])
        #expect(expired.advice.first?.contains("loa-centre refresh") == true)
        #expect(
            upstream { $0.probe = .impossible(.init(vi: "không", en: "no program")) }.lines
                == ["warning upstream: xa: was not asked: no program"])
    }

    static let advice: [(String, String)] = [
        ("timestamp: Couldn't resolve host name", "getent hosts loa.example"),
        ("timestamp: Couldn't connect to server", "whether loa.example runs"),
        ("timestamp: Timeout was reached", "whether loa.example runs"),
        ("timestamp: Couldn't resolve proxy name", "network.proxy"),
        ("timestamp: Problem with the local SSL certificate", "network.clientCertificate"),
        ("timestamp: Problem with the SSL CA cert (path? access rights?)", "network.caFile"),
        ("a web page came in its place: does the network want somebody to log in?", "wants a login"),
        ("timestamp: not on the server", "Check url"), ("the server said 404", "Check url"),
        ("something else", "loa sync"),
    ]

    @Test("what failed has advice of its own", arguments: advice)
    func adviceOf(why: String, part: String) {
        #expect(UpstreamFacts.advice(why, "https://loa.example/x")[.english].contains(part))
    }

    @Test("a root that is missing, broken or out of reach is a fault")
    func root() {
        #expect(upstream { $0.root = .missing }.lines == ["fault upstream: xa: there is no root /etc/r"])
        #expect(
            upstream { $0.root = .broken("root: 0 of 1 signatures") }.lines
                == ["fault upstream: xa: /etc/r is no root: root: 0 of 1 signatures"])
        #expect(
            upstream { $0.root = .hidden }.lines == ["warning upstream: xa: /etc/r: this user may not look"])
        let closed = upstream { $0.root = .unreadable }
        #expect(closed.lines == ["fault upstream: xa: the daemon's user loaphuong may not read /etc/r"])
        #expect(closed.advice == ["chmod a+r /etc/r"])
        #expect(
            upstream { $0.isMetadataHidden = true }.lines == [
                "warning upstream: xa: metadata: this user may not look"
            ])
    }

    static let ends: [(role: String, days: Int64, line: String?)] = [
        ("timestamp", 3, nil), ("timestamp", 1, "warning upstream: xa: timestamp ends soon: 2026-11-24"),
        ("timestamp", -1, "fault upstream: xa: timestamp ended 2026-11-22: nothing new is believed"),
        ("snapshot", 4, "warning upstream: xa: snapshot ends soon: 2026-11-27"), ("snapshot", 6, nil),
        ("targets", 59, "warning upstream: xa: targets ends soon: 2027-01-21"), ("targets", 61, nil),
        ("root", -3, "fault upstream: xa: root ended 2026-11-20: nothing new is believed"),
    ]

    @Test("metadata that ends is told of before", arguments: ends)
    func endsSoon(role: String, days: Int64, line: String?) {
        let found = upstream { $0.metadata = [.init(role: role, expires: Self.now + days * Self.day)] }
        #expect(found.lines.first == line || line == nil && found.lines.first?.hasPrefix("ok") == true)
    }

    @Test("a log that does not go up is told")
    func proof() {
        func found(_ change: (inout ProofFacts) -> Void) -> Diagnosis {
            var facts = ProofFacts(
                uploadSeconds: 3600, url: "https://p.example/", size: 120, uploaded: 100,
                uploadedAt: Self.now - 3600, now: Self.now)
            change(&facts)
            return Diagnosis(facts.findings)
        }
        #expect(found { $0.uploadSeconds = nil }.lines == ["ok proof: not configured: the log stays here"])
        #expect(found { _ in }.lines == ["ok proof: 100 of 120 entries sent, last 2026-11-22T23:00:00Z"])
        let late = found { $0.uploadedAt = Self.now - 5 * Self.day }
        #expect(late.lines == ["warning proof: the log was not sent for 5 days (20 entries to go)"])
        #expect(late.advice == ["loa sync"])
        let refused = found { $0.probe = .failed("the server said 403") }
        #expect(refused.lines == ["fault proof: https://p.example/: the server said 403"])
        #expect(refused.advice.first?.contains("proof.headers") == true)
        #expect(
            found { $0.probe = .cut }.lines.first?.hasPrefix("warning proof: the store did not answer")
                == true)
    }

    // MARK: Keys and users

    private static let service = Account(name: "loaphuong", uid: 990, groups: [990, 29])

    private func keys(_ change: (inout KeyFacts) -> Void) -> Diagnosis {
        var facts = KeyFacts(
            signingPath: "/s/k.pem", signing: .there(FileMode(mode: 0o100_600, owner: 990, group: 990)),
            isAnswering: true, account: Self.service, files: [], now: Self.now)
        change(&facts)
        return Diagnosis(facts.findings)
    }

    @Test("the key that signs the log must be there, the daemon's, and nobody else's to read")
    func signingKey() {
        #expect(keys { _ in }.lines == ["ok keys: the key that signs the log: fine"])
        let open = keys { $0.signing = .there(FileMode(mode: 0o100_644, owner: 0, group: 990)) }
        #expect(
            open.lines == [
                "fault keys: others may read the key that signs the log: /s/k.pem",
                "fault keys: the key that signs the log is not loaphuong's: /s/k.pem",
            ])
        #expect(open.advice == ["chmod 600 /s/k.pem", "chown loaphuong: /s/k.pem"])
        #expect(
            keys { $0.signing = .missing }.lines == [
                "fault keys: there is no key that signs the log: /s/k.pem"
            ])
        #expect(
            keys { ($0.signing, $0.isAnswering) = (.missing, false) }.lines
                == ["warning keys: there is no key that signs the log: /s/k.pem"])
        #expect(
            keys { $0.signing = .hidden }.lines == [
                "warning keys: the key that signs the log: this user may not look"
            ])
    }

    @Test("files for TLS must be there, readable for the daemon, secret where they are, and in time")
    func files() {
        func lines(_ change: (inout KeyFacts.NamedFile) -> Void) -> [String] {
            var file = KeyFacts.NamedFile(key: "clientKey", path: "/k", isSecret: true)
            file.mode = FileMode(mode: 0o100_640, owner: 0, group: 990)
            change(&file)
            return keys { $0.files = [file] }.lines
        }
        #expect(lines { _ in } == ["ok keys: the key that signs the log, clientKey: fine"])
        #expect(lines { $0.obstacle = .missing("/k") } == ["fault keys: clientKey: there is no /k"])
        #expect(
            lines { $0.obstacle = .forbidden("/k") } == [
                "fault keys: clientKey: the daemon's user loaphuong may not read /k"
            ])
        #expect(lines { $0.mode?.mode = 0o100_644 } == ["fault keys: clientKey: everybody may read /k"])
        #expect(lines { $0.isBroken = true } == ["fault keys: clientKey: /k holds no certificate (PEM)"])
        #expect(
            lines { $0.expires = Self.now + 10 * Self.day } == [
                "warning keys: clientKey: the certificate ends soon: 2026-12-03"
            ])
        #expect(
            lines { $0.expires = Self.now - 1 } == ["fault keys: clientKey: the certificate ended 2026-11-22"]
        )
        #expect(lines { $0.expires = Self.now + 100 * Self.day }.first?.hasPrefix("ok") == true)
    }

    private func permissions(_ change: (inout PermissionFacts) -> Void) -> Diagnosis {
        var facts = PermissionFacts(
            account: Self.service, isAnswering: true, audio: 29, state: "/s",
            folders: [.init(path: "/s", mode: FileMode(mode: 0o040_750, owner: 990, group: 990))],
            user: "lan",
            rights: .init(mayRead: true, mayAct: false))
        change(&facts)
        return Diagnosis(facts.findings)
    }

    @Test("users and groups are as the station needs them, or what to do is told")
    func permissions() {
        #expect(
            permissions { _ in }.lines == [
                "ok permissions: the daemon runs as loaphuong; lan may ask only; to act takes the group loaphuong-operators"
            ])
        #expect(permissions { $0.account = nil }.lines == ["fault permissions: there is no user loaphuong"])
        let deaf = permissions { $0.account?.groups = [990] }
        #expect(
            deaf.lines == [
                "fault permissions: the user loaphuong is not in the group audio: it cannot open the card"
            ])
        #expect(deaf.advice == ["usermod -aG audio loaphuong && systemctl restart loaphuongd"])
        let foreign = permissions { $0.folders[0].mode.owner = 0 }
        #expect(foreign.lines == ["fault permissions: the user loaphuong may not write to /s"])
        #expect(foreign.advice == ["chown -R loaphuong: /s"])
        // As somebody leaves it who copied the log as root.
        let copied = permissions {
            $0.folders.append(.init(path: "/s/log", mode: FileMode(mode: 0o040_750, owner: 0, group: 0)))
        }
        #expect(copied.lines == ["fault permissions: the user loaphuong may not write to /s/log"])
        #expect(copied.advice == ["chown -R loaphuong: /s"])
        #expect(
            permissions { $0.account = Account(name: "root", uid: 0, groups: [0]) }.lines
                == ["warning permissions: the daemon runs as root"])
        #expect(
            permissions { $0.rights = .init(mayRead: false, mayAct: false) }.lines
                == ["warning permissions: lan may not ask the daemon"])
    }

    @Test("programs and devices that the configuration names are there for the daemon's user")
    func wiring() {
        func found(_ part: WiringFacts.Part?, _ check: Check = .amplifier) -> Diagnosis {
            Diagnosis(WiringFacts(check: check, parts: part.map { [$0] } ?? [], user: "loaphuong").findings)
        }
        #expect(found(nil).lines == ["ok amplifier: not configured: always on"])
        #expect(found(nil, .stopInput).lines == ["ok stop-input: not configured"])
        var part = WiringFacts.Part(key: "amplifier.on", path: "/usr/bin/gpioset", isProgram: true)
        #expect(found(part).lines == ["ok amplifier: usable: amplifier.on /usr/bin/gpioset"])
        part.obstacle = .missing("/usr/bin/gpioset")
        #expect(found(part).advice == ["apt-get install gpiod"])
        part.obstacle = .forbidden("/usr/bin/gpioset")
        #expect(
            found(part).lines == [
                "fault amplifier: amplifier.on: the daemon's user loaphuong may not use /usr/bin/gpioset"
            ])
        part = .init(
            key: "stopInput", path: "/dev/gpiochip0", obstacle: .forbidden("/dev/gpiochip0"), group: "gpio",
            isProgram: false)
        #expect(
            found(part, .stopInput).advice == ["usermod -aG gpio loaphuong && systemctl restart loaphuongd"])
        part.obstacle = .missing("/dev/gpiochip0")
        #expect(found(part, .stopInput).lines == ["fault stop-input: stopInput: there is no /dev/gpiochip0"])
    }
}
