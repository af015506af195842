import Foundation
import ScratchFolders
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

@testable import StationAudio
@testable import loa

/// The looks of `loa doctor` at real files, some of them below a folder that stands for the machine's root.
struct LookTests {
    private let root: ScratchFolder

    init() throws { root = try ScratchFolder() }

    @Test("the kernel's list of cards is read, and a PCM's name tells the mixer of its card")
    func cards() throws {
        try root.write(
            "asound/cards",
            """
             0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                                  bcm2835 Headphones
             1 [Device         ]: USB-Audio - USB Audio Device
                                  C-Media Electronics Inc. USB Audio Device at usb-1.2, full speed
            """)
        #expect(
            CardLook.cards(proc: root.path) == [
                .init(id: "Headphones", name: "bcm2835 Headphones"),
                .init(id: "Device", name: "USB Audio Device"),
            ])
        #expect(CardLook.cards(proc: root.path + "/none").isEmpty)
        for (device, mixer) in [
            ("hw:0", "hw:0"), ("hw:1,0", "hw:1"), ("plughw:CARD=Device,DEV=0", "hw:Device"),
            ("default", "default"),
            ("plughw:Device", "hw:Device"),
        ] { #expect(CardLook.mixerName(of: device) == mixer) }
    }

    @Test("a card is left to the daemon while it plays, has it, looks for it, or needs it soon")
    func taken() throws {
        func isTaken(_ text: String) throws -> Bool {
            let status = try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1 << 16))
            return CardLook.isTaken(.status(status), of: "hw:0", at: Instant(seconds: 1_795_460_400))
        }
        let closed = #""device":{"state":"closed"}"#
        #expect(!CardLook.isTaken(.absent, of: "hw:0", at: Instant(seconds: 0)))
        // It runs, and may be about to play.
        #expect(CardLook.isTaken(.refused, of: "hw:0", at: Instant(seconds: 0)))
        #expect(CardLook.isTaken(.silent, of: "hw:0", at: Instant(seconds: 0)))
        #expect(try !isTaken(#"{"state":"idle",\#(closed),"next":null}"#))
        #expect(try isTaken(#"{"state":"playing",\#(closed)}"#))
        #expect(try isTaken(#"{"state":"idle","device":{"state":"open"}}"#))
        #expect(try isTaken(#"{"state":"faulted","device":{"state":"device-missing"}}"#))
        // What the daemon has lost is not what the configuration names by now.
        #expect(
            try !isTaken(
                #"{"state":"faulted","device":{"name":"hw:1","state":"device-missing"},"next":null}"#))
        let soon = RFC3339.string(from: Instant(seconds: 1_795_460_400 + 60), offset: 0)
        let later = RFC3339.string(from: Instant(seconds: 1_795_460_400 + 600), offset: 0)
        #expect(try isTaken(#"{"state":"idle",\#(closed),"next":{"at":"\#(soon)"}}"#))
        #expect(try !isTaken(#"{"state":"idle",\#(closed),"next":{"at":"\#(later)"}}"#))
    }

    @Test("the file system of a folder is the one that is mounted nearest above it, the last of several")
    func mount() throws {
        let folder = root.path + "/var/lib/loa phuong"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let real = try #require(realpath(root.path, nil).map { String(cString: $0) })
        try root.write(
            "proc/self/mountinfo",
            """
            20 1 8:1 / / rw - ext4 /dev/mmcblk0p2 rw
            21 20 0:5 / \(real)/var rw,noatime shared:1 - tmpfs tmpfs rw
            22 20 0:6 / \(real)/va rw - ext4 /dev/other rw
            23 20 0:7 / \(real)/var ro shared:2 - f2fs /dev/mmcblk0p3 rw
            """)
        let found = try #require(DiskLook.mount(of: folder, root: root.path))
        #expect(found.kind == "f2fs" && found.device == "mmcblk0p3" && found.place == real + "/var")
        try root.write("sys/fs/ext4/mmcblk0p2/errors_count", "4\n")
        try root.write("proc/self/mountinfo", "20 1 8:1 / / rw - ext4 /dev/mmcblk0p2 rw\n")
        #expect(DiskLook.room(folder, root: root.path)?.errors == 4)
        // Of a folder that is not there yet the one above it counts.
        #expect(
            DiskLook.room(folder + "/not/yet", root: root.path)?.freeBytes == DiskLook.room(folder)?.freeBytes
        )
    }

    @Test("a trial file is written and gone; a folder that is not there is told")
    func trial() throws {
        guard case .done(let time) = DiskLook.write(root.path) else {
            Issue.record("not written")
            return
        }
        #expect(time > 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).isEmpty)
        #expect(DiskLook.write(root.path + "/none") == .noFolder)
    }

    @Test("what systemctl prints is read as it stands, and a machine without systemd is known by its folder")
    func service() throws {
        let text = "LoadState=loaded\nResult=\nDescription=a=b\n"
        #expect(ServiceLook.parse(text) == ["LoadState": "loaded", "Result": "", "Description": "a=b"])
        guard case .noSystemd = ServiceLook.unit(by: .max, root: root.path) else {
            Issue.record("a unit without systemd")
            return
        }
        try FileManager.default.createDirectory(
            atPath: root.path + "/run/systemd/system", withIntermediateDirectories: true)
        let program = root.path + "/usr/bin/systemctl"
        try root.write("usr/bin/systemctl", "#!/bin/sh\necho LoadState=loaded\necho \"Words=$*\"\n")
        chmod(program, 0o755)
        guard case .known(let unit) = ServiceLook.unit(by: .max, root: root.path) else {
            Issue.record("no unit")
            return
        }
        #expect(unit["LoadState"] == "loaded" && unit["Words"]?.hasPrefix("show loaphuongd") == true)
        // One that hangs is left, and killed.
        try root.write("usr/bin/systemctl", "#!/bin/sh\nexec sleep 60\n")
        chmod(program, 0o755)
        let start = ContinuousClock.now
        guard case .unfinished = ServiceLook.unit(by: Self.monotonic + 200_000_000, root: root.path) else {
            Issue.record("a unit of a systemctl that hangs")
            return
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    private static var monotonic: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    @Test("a look that never ends is not waited for, and one that does is heard")
    func pending() {
        let start = ContinuousClock.now
        let hung = Pending("hung") { () -> Int in
            while true { pause() }
        }
        #expect(hung.value(by: Self.monotonic + 50_000_000) == nil)
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(Pending("quick") { 7 }.value(by: Self.monotonic + 20_000_000_000) == 7)
    }

    @Test("a process of a user's own service ends with the login, unless the user lingers")
    func linger() throws {
        let name = Account.name(of: 4711)
        try root.write(
            "proc/9/cgroup", "0::/user.slice/user-4711.slice/user@4711.service/app.slice/loaphuongd.service\n"
        )
        try root.write("proc/8/cgroup", "0::/system.slice/loaphuongd.service\n")
        #expect(ServiceLook.loginOwner(9, root: root.path) == name)
        #expect(ServiceLook.loginOwner(8, root: root.path) == nil)
        try root.write("var/lib/systemd/linger/\(name)", "")
        #expect(ServiceLook.loginOwner(9, root: root.path) == nil)
    }

    @Test("battery clock, time services and virtual machines are seen where the kernel shows them")
    func clock() throws {
        let now = Now(
            wall: Instant(seconds: 1_795_460_400), monotonic: MonotonicInstant(nanoseconds: 0),
            isSynchronised: true,
            errorMicroseconds: 1)
        func look() -> ClockFacts {
            MachineLook.clock(trust: nil, isBatteryBacked: nil, root: root.path, now: now)
        }
        var facts = look()
        #expect(
            facts.battery == .none && !facts.isVirtual && facts.running.isEmpty && facts.installed.isEmpty)
        try root.write("sys/class/rtc/rtc0/since_epoch", "1795460390\n")
        try root.write("proc/77/comm", "chronyd\n")
        try root.write("proc/78/comm", "systemd-timesyn\n")
        try root.write("lib/systemd/system/ntpsec.service", "")
        try root.write("proc/cpuinfo", "flags\t\t: fpu vme hypervisor lahf_lm\n")
        facts = look()
        #expect(facts.battery == .ahead(seconds: -10) && facts.isVirtual)
        #expect(facts.running == ["systemd-timesyncd", "chrony"] && facts.installed == ["ntpsec"])
    }

    @Test("a zone is compared by its rules, not by its name")
    func zone() throws {
        let zones = root.path + "/zoneinfo"
        try root.write("zoneinfo/Asia/Ho_Chi_Minh", "TZif-7")
        try root.write("zoneinfo/Asia/Bangkok", "TZif-7")
        try root.write("zoneinfo/Etc/UTC", "TZif-0")
        try root.write("zoneinfo/tzdata.zi", "# version 2024a\n# This zic input file\n")
        func look(_ name: String) -> ZoneFacts {
            MachineLook.zone(name, zones: zones, localtime: root.path + "/localtime")
        }
        #expect(look("Asia/Ho_Chi_Minh").system == nil && look("Asia/Ho_Chi_Minh").version == "2024a")
        #expect(!look("Asia/Nowhere").isKnown)
        symlink(zones + "/Asia/Bangkok", root.path + "/localtime")
        #expect(look("Asia/Ho_Chi_Minh").system?.isSame == true)
        unlink(root.path + "/localtime")
        symlink(zones + "/Etc/UTC", root.path + "/localtime")
        let other = try #require(look("Asia/Ho_Chi_Minh").system)
        #expect(!other.isSame && other.name.hasSuffix("Etc/UTC"))
    }

    @Test("which decoders programmes need is told by their bytes")
    func decoders() throws {
        let playlists = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Playlists/audio")
        let content = root.path + "/content"
        try FileManager.default.createDirectory(atPath: content, withIntermediateDirectories: true)
        #expect(MachineLook.decoders(root.path).needed == [])
        try FileManager.default.copyItem(
            atPath: playlists.appending(path: "nhac-hieu.wav").path, toPath: content + "/aa")
        #expect(MachineLook.decoders(root.path).needed == [])
        try root.write("content/bb", "fLaC" + String(repeating: "x", count: 99))
        try root.write("content/cc", "\0\0\0\u{20}ftypM4A " + String(repeating: "x", count: 99))
        try root.write("content/dd", "BEGIN:VCALENDAR\r\n")
        #expect(MachineLook.decoders(root.path).needed == [.sndfile, .ffmpeg])
        #expect(MachineLook.decoders(root.path + "/none").needed == [])
    }

    @Test("modes decide what a user may do, and the folders above a file count")
    func modes() throws {
        let lan = Account(name: "lan", uid: 4711, groups: [4711, 4712])
        let file = FileMode(mode: 0o100_640, owner: 0, group: 4712)
        #expect(file.permits(.read, to: lan) && !file.permits(.write, to: lan))
        // The owner's bits count for the owner, also where the group may do more.
        #expect(!FileMode(mode: 0o100_070, owner: 4711, group: 4712).permits(.read, to: lan))
        let nobody = Account(name: "root", uid: 0, groups: [0])
        #expect(FileMode(mode: 0o100_000, owner: 1, group: 1).permits(.write, to: nobody))
        #expect(!FileMode(mode: 0o100_644, owner: 0, group: 0).permits(.execute, to: nobody))
        let path = root.path + "/a/b"
        try root.write("a/b", "x")
        chmod(path, 0o644)
        chmod(root.path, 0o755)
        chmod(root.path + "/a", 0o755)
        #expect(Obstacle.before(path, .read, for: lan) == nil)
        chmod(root.path + "/a", 0o700)
        #expect(Obstacle.before(path, .read, for: lan) == .forbidden(root.path + "/a"))
        #expect(Obstacle.before(path + "c", .read, for: nobody) == .missing(path + "c"))
    }

    @Test("a certificate's end is read from PEM")
    func certificate() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj",
            "/CN=s", "-days", "3", "-keyout", root.path + "/key.pem", "-out", root.path + "/certificate.pem",
        ]
        process.standardError = Pipe()
        try process.run()
        process.waitUntilExit()
        let pem = try Data(contentsOf: URL(fileURLWithPath: root.path + "/certificate.pem"))
        let times = try #require(CertificateTimes(pem: Array(pem)))
        #expect(abs(times.from - Int64(time(nil))) < 600 && times.until - times.from == 3 * 86_400)
        #expect(CertificateTimes(pem: Array("no certificate".utf8)) == nil)
        #expect(CertificateTimes(pem: []) == nil)
    }

    @Test("every fault that the daemon can have has advice of its own")
    func faults() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/StationCore/Station/Faults.swift")
        let text = try String(contentsOf: file, encoding: .utf8)
        let codes = text.matches(of: /case (?:\.\w+(?:, )?)+: "([a-z-]+)"/).map { String($0.output.1) }
        #expect(codes.count >= 12)
        for code in codes { #expect(FaultAdvice.of(code) != nil, "\(code)") }
    }
}
