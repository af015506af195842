import CLinux
import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Synchronization
import Testing

@testable import StationHost

/// What the control socket makes of good and bad clients.
struct ControlServerTests {
    @Test("requests on one connection are answered in their order, also those that came together")
    func pipelined() throws {
        let server = try ServerUnderTest()
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"status\"}\n{\"verb\":\"next\",\"days\":2}\n{\"verb\":\"stop\"}\n")
        for command in ["status", "next(days: 2)", "stop"] {
            let answer = client.answer()
            #expect(answer.count == 2)
            #expect(answer.first?.hasPrefix("{\"command\":\"\(command)\"") == true)
            #expect(answer.last == "{\"end\":0}")
        }
    }

    static let garbage: [(String, String)] = [
        ("", "not JSON"), ("status", "not JSON"), ("{\"verb\":\"status\"", "not JSON"),
        ("\u{0}\u{1}\u{2}", "not JSON"), ("[]", "verb is missing"), ("{}", "verb is missing"),
        ("{\"verb\":7}", "verb must be a text"), ("{\"verb\":\"sing\"}", "no verb sing"),
        ("{\"verb\":\"doctor\"}", "no verb doctor in this version"),
        ("{\"verb\":\"status\",\"verb\":\"stop\"}", "not JSON"),
        ("{\"verb\":\"status\",\"days\":1}", "has no days"),
        ("{\"verb\":\"next\",\"days\":32}", "days must be"),
        ("{\"verb\":\"next\",\"days\":1e99}", "days must be"),
        ("{\"verb\":\"next\",\"days\":\"1\"}", "days must be"),
        ("{\"verb\":\"mute\",\"reason\":\"x\"}", "mute needs seconds"),
        ("{\"verb\":\"mute\",\"seconds\":60}", "reason is missing"),
        ("{\"verb\":\"mute\",\"seconds\":99999999,\"reason\":\"x\"}", "seconds must be"),
        ("{\"verb\":\"volume\",\"decibels\":1}", "decibels must be"),
        ("{\"verb\":\"play\",\"name\":\"x\"}", "no file came"),
        ("{\"verb\":\"log\",\"since\":\"yesterday\"}", "since is no time"),
        ("{\"verb\":\"why\",\"about\":\"\"}", "about must be"),
        (String(repeating: "[", count: 1000), "not JSON"),
    ]

    @Test(
        "a line that is not understood is answered with what is wrong, and the next one is answered",
        arguments: garbage)
    func wrongRequests(line: String, problem: String) throws {
        let server = try ServerUnderTest()
        let client = try RawClient(server.socket)
        client.send(line + "\n")
        let answer = client.answer()
        #expect(answer.first?.contains(problem) == true, "\(answer)")
        #expect(answer.last == "{\"end\":64}")
        client.send("{\"verb\":\"status\"}\n")
        #expect(client.answer().last == "{\"end\":0}")
    }

    @Test(
        "attack list, control socket, a 10 MB line: it is refused when 64 kB have come, others are answered"
    )
    func hugeLine() throws {
        let server = try ServerUnderTest()
        let client = try RawClient(server.socket)
        let taken = client.send([UInt8](repeating: UInt8(ascii: "a"), count: 10 << 20))
        // What the kernel keeps for a socket pair comes on top of what the server reads.
        #expect(taken < 1 << 20)
        #expect(client.answer().last == "{\"end\":64}")
        let other = try RawClient(server.socket)
        other.send("{\"verb\":\"status\"}\n")
        #expect(other.answer().last == "{\"end\":0}")
    }

    @Test(
        "attack list, control socket, 1,000 connections: of the silent at most 64 are kept, who asks is answered"
    )
    func thousandConnections() throws {
        let server = try ServerUnderTest()
        var idle: [RawClient] = []
        for _ in 0..<1000 { idle.append(try RawClient(server.socket)) }
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"stop\"}\n")
        #expect(client.answer().last == "{\"end\":0}")
        #expect(server.mostOpen.withLock { $0 } <= ControlServer.Limits.connections)
        withExtendedLifetime(idle) {}
    }

    @Test("attack list, control socket, half a line: it is waited for ten seconds, however slowly it drips")
    func halfLine() throws {
        let server = try ServerUnderTest()
        let client = try RawClient(server.socket)
        let other = try RawClient(server.socket)
        for _ in 0..<3 {
            client.send(" ")
            // Once this is answered the server has seen the drop before it.
            other.send("{\"verb\":\"status\"}\n")
            #expect(other.answer().count == 2)
            server.pass(.seconds(4))
        }
        #expect(client.isClosed(within: 3))
    }

    @Test("a connection that asks nothing is closed after a minute, and not before")
    func idle() throws {
        let server = try ServerUnderTest()
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"status\"}\n")
        #expect(client.answer().count == 2)
        server.pass(.seconds(50))
        client.send("{\"verb\":\"status\"}\n")
        #expect(client.answer().count == 2)
        server.pass(.seconds(61))
        #expect(client.line() == nil)
    }

    @Test("attack list, control socket, another user: who is in none of the groups is told so, and closed")
    func stranger() throws {
        let server = try ServerUnderTest(access: Access(owners: []) { _, _, _ in false })
        let client = try RawClient(server.socket)
        let answer = client.answer()
        #expect(answer.first?.contains("only root and the group loaphuong may ask") == true)
        #expect(answer.last == "{\"end\":77}")
        #expect(client.line() == nil)
    }

    @Test("who is refused before the question was sent hears that, and not that nobody is there")
    func refusedBeforeTheQuestion() throws {
        let server = try ServerUnderTest(access: Access(owners: []) { _, _, _ in false })
        let client = try ControlClient(server.socket)
        // Until the server has answered and closed.
        usleep(300_000)
        try client.ask(["verb": "status"])
        guard case .answer = try client.line(), case .end(77) = try client.line() else {
            Issue.record("another answer")
            return
        }
    }

    @Test(
        "who may only read is answered, and acts on nothing",
        arguments: [
            ("{\"verb\":\"status\"}", 0), ("{\"verb\":\"next\"}", 0), ("{\"verb\":\"volume\"}", 0),
            ("{\"verb\":\"log\"}", 0),
            ("{\"verb\":\"stop\"}", 77), ("{\"verb\":\"volume\",\"decibels\":-6}", 77),
            ("{\"verb\":\"unmute\"}", 77),
            ("{\"verb\":\"mute\",\"seconds\":60,\"reason\":\"x\"}", 77), ("{\"verb\":\"test\"}", 77),
            ("{\"verb\":\"play\",\"programme\":\"x\"}", 77), ("{\"verb\":\"play\",\"name\":\"x\"}", 77),
        ])
    func reader(line: String, code: Int) throws {
        let server = try ServerUnderTest(
            access: Access(owners: []) { _, _, group in group == Access.readers })
        let client = try RawClient(server.socket)
        client.send(line + "\n")
        #expect(client.answer().last == "{\"end\":\(code)}")
    }

    static let users: [(uid: UInt32, groups: [String], mayRead: Bool, mayAct: Bool)] = [
        (0, [], true, true), (990, [], true, true), (1000, [], false, false), (1000, ["sudo"], false, false),
        (1000, ["loaphuong"], true, false), (1000, ["loaphuong-operators"], true, true),
        (1000, ["loaphuong", "loaphuong-operators"], true, true),
    ]

    @Test("root, the daemon's own user and two groups are known, nobody else", arguments: users)
    func access(uid: UInt32, groups: [String], mayRead: Bool, mayAct: Bool) {
        let access = Access(owners: [0, 990]) { _, _, group in groups.contains(group) }
        let decision = access.decide(uid: uid, groups: [uid])
        #expect(decision.mayRead == mayRead && decision.mayAct == mayAct)
    }

    @Test("a machine without the groups knows root and the daemon's user alone")
    func systemAccess() {
        // No user of that number, no group of those names on a machine that builds this.
        #expect(Access.system.decide(uid: 4_000_000_000, groups: [4_000_000_000]).mayRead == false)
        #expect(Access.system.decide(uid: 0, groups: [0]).mayAct)
    }

    @Test("the kernel tells the supplementary groups of who asks, and one of them is enough")
    func supplementaryGroups() throws {
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        defer { for end in pair { close(end) } }
        var own = [gid_t](repeating: 0, count: 1024)
        let count = getgroups(Int32(own.count), &own)
        #expect(Access.groups(at: pair[0]) == Array(own.prefix(Int(count))))

        // Only root can give another process a group; the test as it runs in CI is root's.
        guard geteuid() == 0 else { return }
        let server = try ServerUnderTest(access: Access(owners: []) { _, groups, _ in groups.contains(4242) })
        chmod(server.folder.path, 0o755)
        for (group, code) in [("4242", "0"), ("4243", "77")] {
            let client = Process()
            client.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let script = """
                import os, socket, sys
                os.setgroups([int(sys.argv[2])]); os.setgid(65534); os.setuid(65534)
                s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
                try: s.sendall(b'{"verb":"status"}\\n')
                except BrokenPipeError: pass
                lines = s.makefile()
                print(lines.readline(), lines.readline())
                """
            client.arguments = ["python3", "-c", script, server.socket, group]
            let output = Pipe()
            client.standardOutput = output
            try client.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            client.waitUntilExit()
            #expect(text.contains("{\"end\":\(code)}"), "\(text)")
        }
    }
}
