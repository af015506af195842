import CLinux
import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Testing

@testable import StationHost

/// What comes through the control socket as a descriptor.
struct HandedFileTests {
    @Test("a regular file is hashed before the station hears of it, and kept until it is taken")
    func file() throws {
        let server = try ServerUnderTest()
        try server.folder.write("tone.wav", [UInt8](repeating: 7, count: 1_000_003))
        let file = try Descriptor.open(server.folder.path + "/tone.wav", O_RDONLY)
        // Where the sender stands in the file is theirs, and must not matter.
        lseek(file.number, 500_000, SEEK_SET)
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"play\",\"name\":\"tone.wav\"}\n", descriptor: file.number)
        let answer = client.answer()
        let hash = SHA256.hash([UInt8](repeating: 7, count: 1_000_003))
        #expect(answer.first?.contains("token: 1") == true)
        #expect(answer.first?.contains("tone.wav") == true)
        #expect(answer.first?.contains("\(hash.bytes)") == true || answer.first?.contains("\(hash)") == true)
        #expect(answer.last == "{\"end\":0}")
        #expect(Self.isKept(server))
        #expect(!Self.isKept(server))
    }

    /// Whether the first file that was handed over is there; it is not any more afterwards.
    private static func isKept(_ server: ServerUnderTest) -> Bool {
        switch server.handed.take(1) {
        case .some: true
        case .none: false
        }
    }

    /// Descriptors that are nothing to play, and what is wrong with them.
    enum Garbage: CaseIterable {
        case directory, pipe, socket, device, writeOnly, pathOnly, none

        func open(_ folder: String) -> Int32 {
            switch self {
            case .directory: return Glibc.open(folder, O_RDONLY | O_CLOEXEC)
            case .pipe:
                var ends: [Int32] = [0, 0]
                Glibc.pipe(&ends)
                close(ends[1])
                return ends[0]
            case .socket: return Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            case .device: return Glibc.open("/dev/zero", O_RDONLY | O_CLOEXEC)
            case .writeOnly: return Glibc.open(folder + "/f", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            case .pathOnly: return Glibc.open(folder + "/f", CLinux_O_PATH | O_CREAT | O_CLOEXEC, 0o600)
            case .none: return -1
            }
        }
    }

    @Test(
        "what is no readable regular file is refused, and the connection goes on", arguments: Garbage.allCases
    )
    func garbage(_ garbage: Garbage) throws {
        let server = try ServerUnderTest()
        try server.folder.write("f", "x")
        let given = garbage.open(server.folder.path)
        defer { if given >= 0 { close(given) } }
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"play\",\"name\":\"x\"}\n", descriptor: given)
        #expect(client.answer().last == "{\"end\":64}")
        client.send("{\"verb\":\"status\"}\n")
        #expect(client.answer().last == "{\"end\":0}")
        #expect(!Self.isKept(server))
    }

    @Test("a file larger than the bound is refused unread")
    func large() throws {
        let server = try ServerUnderTest()
        try server.folder.write("f", "x")
        truncate(server.folder.path + "/f", off_t(HandedFiles.mostBytes + 1))
        let file = try Descriptor.open(server.folder.path + "/f", O_RDONLY)
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"play\",\"name\":\"x\"}\n", descriptor: file.number)
        #expect(client.answer().first?.contains("larger than") == true)
    }

    @Test("whatever clients do, no descriptor is left behind")
    func noLeak() async {
        await #expect(processExitsWith: .success) {
            func openDescriptors() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            }
            // What the libraries open once and keep is opened before.
            try Self.misbehave(rounds: 1)
            usleep(500_000)
            let before = try openDescriptors()
            // The detector must see a leak before its silence means anything.
            let leaked = Glibc.open("/dev/null", O_RDONLY)
            let withLeak = try openDescriptors()
            precondition(withLeak == before + 1)
            close(leaked)
            try Self.misbehave(rounds: 40)
            // Threads that end close what they had a moment later; what leaked stays.
            var after = try openDescriptors()
            for _ in 0..<100 where after != before {
                usleep(50_000)
                after = try openDescriptors()
            }
            precondition(after == before, "\(before) descriptors before, \(after) after")
            exit(0)
        }
    }

    /// Everything that a client can do with descriptors and connections, many times.
    private static func misbehave(rounds: Int) throws {
        let server = try ServerUnderTest()
        try server.folder.write("f", "x")
        for _ in 0..<rounds {
            for garbage in Garbage.allCases {
                let given = garbage.open(server.folder.path)
                let client = try RawClient(server.socket)
                client.send("{\"verb\":\"play\",\"name\":\"x\"}\n", descriptor: given)
                _ = client.answer()
                // A descriptor that nobody asked for, with a half line, and away.
                client.send("{\"verb", descriptor: given)
                if given >= 0 { close(given) }
            }
            let file = try Descriptor.open(server.folder.path + "/f", O_RDONLY)
            let client = try RawClient(server.socket)
            client.send("{\"verb\":\"status\"}\n", descriptor: file.number)
            client.send("{\"verb\":\"play\",\"name\":\"x\"}\n{\"verb\":\"log\"}\n", descriptor: file.number)
            if client.answer().count < 2 { throw SystemError(call: "answer", code: EPROTO) }
            _ = client.answer()
            let stranger = try RawClient(server.socket)
            stranger.send("{\"verb\":\"log\",\"follow\":true}\n")
        }
        // A last answer after all ends were noticed; followers notice theirs when the log grows.
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"status\"}\n")
        _ = client.answer()
        server.bell.ring()
        server.end()
    }
}
