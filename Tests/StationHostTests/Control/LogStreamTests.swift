import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Testing

@testable import StationHost

/// What `log` and `why` send of the log.
struct LogStreamTests {
    private func line(_ index: Int, kind: String = "fault", more: String = "") -> String {
        let wall = RFC3339.string(
            from: Instant(seconds: 1_800_000_000 + Int64(index)), offset: 25_200, fraction: .microseconds)
        return
            "{\"index\":\(index),\"kind\":\"\(kind)\",\"boot\":\"b\",\"monotonicNanoseconds\":\(index),"
            + "\"wall\":\"\(wall)\",\"clock\":\"holdover\"\(more)}"
    }

    private func write(_ server: ServerUnderTest, _ range: Range<Int>, segment: Int) throws {
        let text = range.map { line($0) + "\n" }.joined()
        try server.folder.write("state/log/" + LogReader.segmentName(firstIndex: Int64(segment)), text)
    }

    @Test("the whole log comes byte for byte over all segments, then what only /run has, then the end")
    func whole() throws {
        let server = try ServerUnderTest()
        try write(server, 0..<3000, segment: 0)
        try write(server, 3000..<3010, segment: 3000)
        try server.folder.write("log.jsonl", (3005..<3012).map { line($0) + "\n" }.joined() + "{\"torn")
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"log\"}\n")
        let answer = client.answer()
        #expect(answer.dropLast() == (0..<3012).map { line($0) }[...])
        #expect(answer.last == "{\"end\":0}")
        #expect(client.line() == nil)
    }

    @Test("a segment that cannot be read is passed over, and told behind all the others")
    func unreadable() throws {
        let server = try ServerUnderTest()
        try write(server, 0..<3, segment: 0)
        try write(server, 6..<9, segment: 6)
        // It opens and does not read, whoever runs the test.
        try server.folder.write("state/log/" + LogReader.segmentName(firstIndex: 3) + "/.keep", "")
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"log\"}\n")
        let answer = client.answer()
        #expect(answer.prefix(6) == (Array(0..<3) + Array(6..<9)).map { line($0) }[...])
        #expect(answer.count == 8 && answer[6].contains("a part of the log cannot be read"))
        #expect(answer.last == "{\"end\":69}")
    }

    @Test("since and until choose by the wall clock")
    func bounds() throws {
        let server = try ServerUnderTest()
        try write(server, 0..<100, segment: 0)
        let client = try RawClient(server.socket)
        let since = RFC3339.string(from: Instant(seconds: 1_800_000_010), offset: 0)
        let until = RFC3339.string(from: Instant(seconds: 1_800_000_020), offset: -3600)
        client.send("{\"verb\":\"log\",\"since\":\"\(since)\",\"until\":\"\(until)\"}\n")
        #expect(client.answer().dropLast() == (10..<20).map { line($0) }[...])
    }

    @Test("who follows gets what is there, then each new entry once it is there whole")
    func follow() throws {
        let server = try ServerUnderTest()
        try write(server, 0..<2, segment: 0)
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"log\",\"follow\":true}\n")
        #expect(client.line() == line(0))
        #expect(client.line() == line(1))
        let path = server.state + "/log/" + LogReader.segmentName(firstIndex: 0)
        let file = try Descriptor.open(path, O_WRONLY | O_APPEND)
        func append(_ text: String) {
            _ = Array(text.utf8).withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
            server.bell.ring()
        }
        append(String(line(2).prefix(20)))
        append(String(line(2).dropFirst(20)) + "\n")
        #expect(client.line() == line(2))
        try write(server, 3..<4, segment: 3)
        server.bell.ring()
        #expect(client.line() == line(3))
    }

    @Test("who reads slowly holds nobody up, and gets everything in the end")
    func slow() throws {
        let server = try ServerUnderTest()
        try write(server, 0..<20_000, segment: 0)
        let slow = try RawClient(server.socket)
        slow.send("{\"verb\":\"log\"}\n")
        for _ in 0..<3 {
            let other = try RawClient(server.socket)
            other.send("{\"verb\":\"log\"}\n")
            #expect(other.answer().count == 20_001)
        }
        #expect(slow.answer().count == 20_001)
    }

    @Test("more readers than may be at once are told so")
    func tooMany() throws {
        let server = try ServerUnderTest()
        try write(server, 0..<1, segment: 0)
        var followers: [RawClient] = []
        for _ in 0..<ControlServer.Limits.streams {
            let client = try RawClient(server.socket)
            client.send("{\"verb\":\"log\",\"follow\":true}\n")
            #expect(client.line() == line(0))
            followers.append(client)
        }
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"log\"}\n")
        #expect(client.answer().last == "{\"end\":69}")
    }

    @Test("why finds its slot among thousands of entries")
    func why() throws {
        let server = try ServerUnderTest()
        var lines = (0..<5000).map { line($0) }
        lines[4000] = line(
            4000, kind: "outcome",
            more: ",\"slot\":\"a/b@2026-01-01T05:00:00+07:00\",\"result\":\"missed\",\"reason\":\"off\"")
        try server.folder.write(
            "state/log/" + LogReader.segmentName(firstIndex: 0), lines.map { $0 + "\n" }.joined())
        let client = try RawClient(server.socket)
        client.send("{\"verb\":\"why\",\"about\":\"a/b@2026-01-01T05:00:00+07:00\"}\n")
        let answer = client.answer()
        #expect(answer.first?.contains("\"reason\":\"off\"") == true)
        #expect(answer.last == "{\"end\":0}")
        client.send("{\"verb\":\"why\",\"about\":\"a/c@2026-01-01T05:00:00+07:00\"}\n")
        #expect(client.answer().last == "{\"end\":1}")
    }
}
