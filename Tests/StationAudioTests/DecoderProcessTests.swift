import CLinux
import Foundation
import Testing

@testable import StationAudio

/// A program that decodes, and does what it should not.
@Suite("A decoder in a process of its own")
struct DecoderProcessTests {
    private let shop: Workshop

    init() throws {
        shop = try Workshop()
        try shop.write("input", Array("input".utf8))
    }

    /// Half a second, so that a test of patience takes no longer.
    private static let impatient = DecoderProcess.Limits(patience: 500_000_000)
    /// For what must end by itself.
    private static let patient = DecoderProcess.Limits(patience: 60_000_000_000)

    /// The beginning of a mono sound of 8000 frames a second.
    private static let header =
        #"printf '.snd\000\000\000\030\377\377\377\377\000\000\000\006\000\000\037\100\000\000\000\001'"#
    /// Ten frames.
    private static let frames = "printf '0123456789012345678901234567890123456789'"

    /// Writes a decoder that is a script; it can start no other program but in its own place.
    private func program(_ lines: String...) throws -> String {
        try shop.write("script", Array((["#!/bin/sh"] + lines).joined(separator: "\n").utf8))
        // What anybody has open for writing is not run, also a child of another test on its way to its program.
        try shop.run("sh", "-c", "cp script decoder && chmod 755 decoder")
        return shop.path("decoder")
    }

    private func start(
        _ command: [String], limits: DecoderProcess.Limits = Self.patient
    ) throws -> DecoderProcess {
        try DecoderProcess(command, input: shop.open("input"), limits: limits)
    }

    private func decoder(
        _ program: String, limits: DecoderProcess.Limits = Self.impatient
    ) throws -> FFmpegDecoder {
        try FFmpegDecoder(
            FFmpegDecoder.start(
                FileBytes(descriptor: shop.open("input")), format: .mp4, program: program, limits: limits),
            format: .mp4)
    }

    /// All that a process gives.
    private func output(_ process: DecoderProcess) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = bytes.withUnsafeMutableBytes { process.read(into: $0) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// How many frames a decoder gives before it says that there are no more.
    private func count(_ decoder: some Decoder, most: Int = .max) throws -> Int {
        var buffer = [Float](repeating: 0, count: 1024 * decoder.format.channels)
        while decoder.framesDecoded < most {
            if try buffer.withUnsafeMutableBufferPointer({ try decoder.read(into: $0, frames: 1024) }) == 0 {
                break
            }
        }
        return decoder.framesDecoded
    }

    private func isGone(_ process: pid_t) -> Bool { kill(process, 0) == -1 && errno == ESRCH }

    private func text(_ path: String) -> String {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    // MARK: What it does wrong

    @Test("one that gives nothing is not waited for")
    func hangs() throws {
        let path = try program("exec sleep 600")
        #expect(throws: DecodeError.decoderFailed("ffmpeg gave nothing for too long")) { try decoder(path) }
    }

    @Test("one that stops in the middle is ended, and what it gave is played", arguments: [true, false])
    func stops(asksFirst: Bool) throws {
        let decoder = try decoder(program(Self.header, Self.frames, "exec sleep 600"))
        let process = decoder.process.number
        if asksFirst {
            let limit = Date(timeIntervalSinceNow: 60)
            while !decoder.isReady(frames: 10), Date() < limit { usleep(1000) }
            // That which reads is not kept: it may ask again.
            #expect(!decoder.isReady(frames: 11))
            while !decoder.isReady(frames: 11), Date() < limit { usleep(1000) }
            #expect(Date() < limit, "nobody waits for ever")
        }
        #expect(try count(decoder) == 10)
        #expect(decoder.isTruncated)
        #expect(decoder.process.ending == .stuck)
        #expect(isGone(process))
    }

    @Test("who has waited for one that stops does not wait again for what it left")
    func givenUp() throws {
        let decoder = try decoder(
            program(Self.header, Self.frames, "exec sleep 600"), limits: .init(patience: 4_000_000_000))
        let limit = Date(timeIntervalSinceNow: 60)
        while !decoder.isReady(frames: 11), Date() < limit { usleep(1000) }
        let before = CLinux_monotonic()
        var frames: [Float] = [0, 0, 0, 0]
        let counts = try (0..<4).map { _ in
            try frames.withUnsafeMutableBufferPointer { try decoder.read(into: $0, frames: 4) }
        }
        #expect(counts == [4, 4, 2, 0])
        #expect(CLinux_monotonic() - before < 3_500_000_000)
        #expect(decoder.isTruncated)
    }

    @Test("one that gives frame after frame, and each late, is given up within the time for one block")
    func trickles() throws {
        // Counting takes time, and no other program.
        let script =
            Self.header + "; while :; do printf 0123; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; done"
        let decoder = try decoder(program(script))
        let before = CLinux_monotonic()
        let frames = try count(decoder)
        #expect(frames < 1024)
        #expect(decoder.isTruncated)
        #expect(CLinux_monotonic() - before < 20_000_000_000)
    }

    @Test("it is told what the file is and that it opens files alone: nothing is left to its guess")
    func told() throws {
        let wanted = #"" -protocol_whitelist file "*" -f mov -i file:/proc/self/fd/0 ""#
        let path = try program(
            "case \" $* \" in *\(wanted)*) ;; *) exit 1;; esac", Self.header, Self.frames)
        #expect(try count(decoder(path)) == 10)
    }

    @Test("one that never ends is gone when nobody reads it any more")
    func endless() throws {
        let path = try program(Self.header, "while :; do \(Self.frames); done")
        var process: pid_t = 0
        do {
            let decoder = try decoder(path)
            process = decoder.process.number
            #expect(try count(decoder, most: 100_000) >= 100_000)
            #expect(!isGone(process))
        }
        #expect(isGone(process))
    }

    @Test("one that works without end and gives nothing runs out of its processor time")
    func spins() throws {
        var limits = Self.patient
        limits.seconds = 1
        let process = try start([program("while :; do :; done")], limits: limits)
        #expect(output(process) == "")
        #expect(process.ending == .exited(code: 128 + SIGKILL))
    }

    @Test("one that asks for more memory than it may have does not get it")
    func memory() throws {
        var limits = Self.patient
        limits.memory = 100 << 20
        // 160 MB, which the machine has.
        let lines = "a=0123456789; i=0; while [ $i -lt 24 ]; do a=$a$a; i=$((i+1)); done; echo whole"
        let process = try start([program(lines)], limits: limits)
        #expect(output(process) == "")
        #expect(process.ending != .stuck && process.ending != .exited(code: 0))
    }

    @Test("one that fails leaves what it gave, and it counts as cut off")
    func fails() throws {
        let decoder = try decoder(program(Self.header, Self.frames, "exit 3"))
        #expect(try count(decoder) == 10)
        #expect(decoder.isTruncated)
        #expect(decoder.process.ending == .exited(code: 3))
    }

    @Test("one that tells an error and ends well leaves something out; one whose library talks is whole")
    func complains() throws {
        let complaining = try decoder(
            program(Self.header, Self.frames, "echo '[a @ 0x5] [error] no frame' >&2"))
        #expect(try count(complaining) == 10)
        #expect(complaining.isTruncated)
        #expect(complaining.process.error == "no frame")
        let silent = try decoder(program(Self.header, Self.frames, "echo 'Warning: insecure memory!' >&2"))
        #expect(try count(silent) == 10)
        #expect(!silent.isTruncated)
    }

    @Test("one that does nothing but complain gets no more time, and no more room")
    func floods() throws {
        let process = try start([program("while :; do echo nonsense >&2; done")], limits: Self.impatient)
        #expect(output(process) == "")
        #expect(process.ending == .stuck)
        #expect(process.complaint == "nonsense")
        #expect(process.complaintBytes.count <= 1024)
    }

    @Test(
        "one that gives something else than sound is told",
        arguments: ["echo 'a page, and no sound at all'", "printf '.snd\\377\\377\\377\\377%40s'"])
    func nonsense(line: String) throws {
        let path = try program(line)
        #expect(throws: DecodeError.decoderFailed("ffmpeg gives something else than sound")) {
            try decoder(path)
        }
    }

    @Test("many that are left in the middle leave neither a process nor a descriptor")
    func leaves() throws {
        let path = try program(Self.header, "while :; do \(Self.frames); done")
        let input = try FileBytes(descriptor: shop.open("input"))
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
                let path =
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"))
                return path.map { $0.hasPrefix("pipe:") || $0 == shop.path("input") } ?? false
            }.count
        }
        let before = try descriptors()
        var processes: [pid_t] = []
        for _ in 0..<200 {
            let decoder = try FFmpegDecoder(
                FFmpegDecoder.start(input, format: .mp4, program: path, limits: Self.patient), format: .mp4)
            processes.append(decoder.process.number)
        }
        // A zombie would still be there to be signalled.
        #expect(processes.filter { !isGone($0) } == [])
        // Other tests have pipes of their own, but not by the hundred.
        #expect(try descriptors() < before + 100)
    }

    // MARK: What it may not do

    @Test("it has three descriptors, one variable, no rights to gain, and its limits")
    func confined() throws {
        // What a careless part of the daemon would leave open, and what no decoder should see.
        let open = Glibc.open("/etc/hostname", O_RDONLY)
        defer { close(open) }
        setenv("LOA_TEST_SECRET", "secret", 1)
        defer { unsetenv("LOA_TEST_SECRET") }
        let process = try start(
            [program("echo ready", "exec sleep 600")], limits: .init(patience: 300_000_000))
        var line = [UInt8](repeating: 0, count: 6)
        #expect(line.withUnsafeMutableBytes { process.read(into: $0) } == 6)
        let place = "/proc/\(process.number)"
        let limit = Date(timeIntervalSinceNow: 60)
        while text(place + "/comm") != "sleep\n", Date() < limit { usleep(1000) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place + "/fd").sorted() == ["0", "1", "2"])
        // The shell adds where it is.
        let variables = text(place + "/environ").split(separator: "\0").filter { !$0.hasPrefix("PWD=") }
        #expect(variables == ["LC_ALL=C"])
        let status = text(place + "/status")
        for wanted in [
            "NoNewPrivs:\t1", "Seccomp:\t2", "SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000",
        ] {
            #expect(status.contains(wanted + "\n"), "\(wanted)")
        }
        let limits = text(place + "/limits").split(separator: "\n").map { $0.split(separator: " ") }
        for (name, value) in [
            ("cpu", "30"), ("file", "0"), ("core", "0"), ("address", "1073741824"), ("open", "16"),
            ("locked", "65536"), ("realtime", "0"),
        ] {
            let line = try #require(limits.first { $0[1] == name })
            #expect(line.filter { $0 == value }.count == 2, "\(name): \(line)")
        }
        #expect(text(place + "/oom_score_adj") == "1000\n")
        let fields = text(place + "/stat").split(separator: ")").last?.split(separator: " ") ?? []
        #expect(fields[3] == "\(process.number)", "a session of its own")
        #expect(fields[16] == "5", "stands back behind others")
    }

    @Test("it starts no process, and signals none")
    func alone() throws {
        let forking = try start([program("/bin/ls /", "echo forked")])
        #expect(output(forking) == "")
        #expect(forking.complaint?.contains("fork") ?? false)
        let killing = try start([program("kill -0 $PPID && echo killed", "echo end")])
        #expect(output(killing) == "end\n")
    }

    /// The kernel's numbers of calls that act on another process, and of two that every program makes.
    #if arch(x86_64)
    private static let calls = (
        tgkill: 234, sigqueue: 129, tgsigqueue: 297, prlimit: 302, setpriority: 141, ioprio: 251,
        setscheduler: 144, setparam: 142, setattr: 314, setaffinity: 203, fcntl: 72
    )
    #elseif arch(arm64)
    private static let calls = (
        tgkill: 131, sigqueue: 138, tgsigqueue: 240, prlimit: 261, setpriority: 140, ioprio: 30,
        setscheduler: 119, setparam: 118, setattr: 274, setaffinity: 122, fcntl: 25
    )
    #endif

    @Test("it signals, slows down and limits no process but itself, by whichever call")
    func keepsToItself() throws {
        let calls = Self.calls
        let others = [
            "\(calls.tgkill), $p, $p, 0", "\(calls.sigqueue), $p, 0, 0",
            "\(calls.tgsigqueue), $p, $p, 0, 0", "\(calls.prlimit), $p, 7, 0, 0",
            "\(calls.setpriority), 0, $p, 5", "\(calls.setpriority), 2, 0, 5",
            "\(calls.ioprio), 1, $p, 0", "\(calls.setscheduler), $p, 0, 0",
            "\(calls.setparam), $p, 0", "\(calls.setattr), $p, 0, 0", "\(calls.setaffinity), $p, 8, 0",
            // F_SETOWN and F_SETOWN_EX.
            "\(calls.fcntl), 0, 8, $p", "\(calls.fcntl), 0, 15, 0",
        ]
        // F_GETFD last.
        let own = [
            "\(calls.tgkill), $$ + 0, $$ + 0, 0", "\(calls.prlimit), 0, 7, 0, 0", "\(calls.fcntl), 0, 1, 0",
        ]
        let lines = (others + own).map { "print syscall(\($0)) < 0 ? $! + 0 : 0, ' ';" }
        // From its input: for a program among its arguments it opens /dev/null, which it may not.
        try shop.write("input", Array(("$p = getppid;" + lines.joined()).utf8))
        let process = try start(["/usr/bin/perl"])
        #expect(output(process) == String(repeating: "\(EPERM) ", count: others.count) + "0 0 0 ")
    }

    @Test("it opens no socket")
    func offline() throws {
        let listener = CLinux_listen(shop.path("socket"), 0o777, 1)
        try #require(listener >= 0)
        defer { close(listener) }
        let process = try start([
            "/usr/bin/ffmpeg", "-v", "error", "-nostdin", "-i", "unix:" + shop.path("socket"),
        ])
        #expect(output(process) == "")
        #expect(process.complaint?.contains("not permitted") ?? false, "\(process.complaint ?? "")")
        #expect(CLinux_accept(listener) == -EAGAIN, "nobody has called")
    }

    @Test("it reads no file but its own, the system's programs and its input")
    func blind() throws {
        try shop.write("secret", Array("secret".utf8))
        func copies(_ path: String) throws -> String {
            output(
                try start([
                    "/usr/bin/ffmpeg", "-v", "error", "-nostdin", "-f", "data", "-i", "file:" + path, "-map",
                    "0",
                    "-c", "copy", "-f", "data", "pipe:1",
                ]))
        }
        #expect(try copies("/proc/self/fd/0") == "input")
        #expect(try copies(shop.path("secret")) == "")
        #expect(try copies("/etc/passwd") == "")
        #expect(try copies("/proc/\(getpid())/environ") == "")
    }

    @Test("it writes no file")
    func harmless() throws {
        try shop.write("kept", Array("kept".utf8))
        for name in ["kept", "new"] {
            let process = try start([
                "/usr/bin/ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "sine=duration=1", "-f",
                "wav",
                "-y", shop.path(name),
            ])
            #expect(output(process) == "")
            #expect(process.ending != .exited(code: 0))
        }
        #expect(try shop.bytes("kept") == Array("kept".utf8))
        #expect(access(shop.path("new"), F_OK) == -1)
    }

    @Test("it ends with the thread that started it")
    func orphan() throws {
        let path = try program("exec sleep 600")
        nonisolated(unsafe) var process: DecoderProcess?
        let input = try shop.open("input")
        let isStarted = DispatchSemaphore(value: 0)
        let thread = Foundation.Thread {
            process = try? DecoderProcess([path], input: input, limits: Self.patient)
            isStarted.signal()
        }
        thread.start()
        isStarted.wait()
        let number = try #require(process).number
        let limit = Date(timeIntervalSinceNow: 60)
        // Nobody has reaped it: it is there, and dead.
        while !text("/proc/\(number)/stat").contains(") Z "), Date() < limit { usleep(1000) }
        #expect(text("/proc/\(number)/stat").contains(") Z "))
    }

    @Test("a program that is not there is told by its errno")
    func missing() throws {
        #expect(throws: DecoderProcess.SpawnError(code: ENOENT)) { try start(["/none/decoder"]) }
    }
}
