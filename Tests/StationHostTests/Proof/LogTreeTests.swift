import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Testing

@testable import StationHost

/// The tree over the log on the disk, against one of the same lines that is all in memory.
struct LogTreeTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private var state: String { folder.path + "/state" }

    private static func line(_ index: Int) -> String {
        "{\"index\":\(index),\"kind\":\"clock\",\"text\":\"\(String(repeating: "x", count: index % 90))\"}"
    }

    private static func originLine(_ index: Int, _ number: Int, from: Int) -> String {
        "{\"index\":\(index),\"kind\":\"fault\",\"code\":\"proof\",\"origin\":\"loa/ap-3/\(number)\",\"from\":\(from)}"
    }

    /// A journal of so many lines, a segment for each `perSegment`, with others in places.
    private func write(_ count: Int, perSegment: Int = 100, others: [Int: String] = [:]) throws -> [String] {
        let lines = (0..<count).map { others[$0] ?? Self.line($0) }
        try? FileManager.default.removeItem(atPath: state + "/log")
        for start in stride(from: 0, to: count, by: perSegment) {
            let text = lines[start..<min(start + perSegment, count)].map { $0 + "\n" }.joined()
            try folder.write("state/log/" + LogReader.segmentName(firstIndex: Int64(start)), text)
        }
        return lines
    }

    private func tree(isKept: Bool = true) -> LogTree {
        LogTree(state: state, station: "ap-3", isKept: isKept)
    }

    private func roots(_ leaves: [String]) -> [MerkleHash] {
        var edge = MerkleEdge()
        return [edge.root()]
            + leaves.map { leaf in
                edge.append(MerkleHash.leaf(Array(leaf.utf8)))
                return edge.root()
            }
    }

    /// The leaves of a log that began with line `first` and has all from `from` on.
    private func leaves(_ lines: [String], first: Int, from: Int) -> [String] {
        [lines[first]] + lines[from..<first] + lines[(first + 1)...]
    }

    private func check(_ tree: LogTree, _ leaves: [String], _ what: Comment) throws {
        let roots = roots(leaves)
        for size in Set([0, 1, 255, 256, 257, 511, 512, leaves.count]) where size <= leaves.count {
            #expect(try tree.root(of: Int64(size)) == roots[size], what)
        }
        for tile in Tile.added(.entries, from: 0, to: Int64(leaves.count)) {
            let begin = Int(tile.index) * 256
            let expected = EntryBundle.bytes(leaves[begin..<begin + tile.width].map { Array($0.utf8) })
            #expect(try tree.entries(tile) == expected, "\(what) \(tile.path)")
        }
    }

    @Test(
        "It has each line as a leaf, whatever segment it stands in, also a line at a time",
        arguments: [7, 100, 5000])
    func firstLog(perSegment: Int) throws {
        let lines = try write(700, perSegment: perSegment)
        let whole = tree()
        #expect(try whole.fold(.first, lines: 700).root == roots(lines).last)
        try check(whole, lines, "whole")
        let slow = tree(isKept: false)
        for count in 1...700 { _ = try slow.fold(.first, lines: Int64(count)) }
        try check(slow, lines, "line by line")
    }

    @Test("What was kept of it spares a start the journal, and is made again where it is torn or too much")
    func restarts() throws {
        let lines = try write(1100)
        _ = try tree().fold(.first, lines: 1100)
        // Nothing before the last full bundle is read again.
        try folder.write("state/log/" + LogReader.segmentName(firstIndex: 0), "changed\n")
        #expect(try tree().fold(.first, lines: 1100).root == roots(lines).last)
        _ = try write(1100)
        let bundles = state + "/proof/bundles"
        let kept = try Data(contentsOf: URL(fileURLWithPath: bundles))
        #expect(kept.count == 4 * 48)
        for bytes in [kept.prefix(100), kept.prefix(96) + Data(count: 48), Data()] {
            try bytes.write(to: URL(fileURLWithPath: bundles))
            let again = tree()
            #expect(try again.fold(.first, lines: 1100).root == roots(lines).last)
            try check(again, lines, "after damage")
            #expect(try Data(contentsOf: URL(fileURLWithPath: bundles)) == kept)
        }
        // An old image of the log, with a newer tree beside it.
        let older = try write(600)
        #expect(try tree().fold(.first, lines: 600).root == roots(older).last)
    }

    @Test("Damage that looks whole is found when the journal is read again")
    func damagedTree() throws {
        let lines = try write(600)
        _ = try tree().fold(.first, lines: 600)
        let bundles = state + "/proof/bundles"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: bundles))
        bytes[3] ^= 1
        try bytes.write(to: URL(fileURLWithPath: bundles))
        let again = tree()
        #expect(try again.fold(.first, lines: 600).root != roots(lines).last)
        try again.readAgain()
        try check(again, lines, "read again")
    }

    @Test(
        "A later log begins with the line that says so, and has the others in their order",
        arguments: [
            (300, 300), (300, 310), (0, 0), (0, 255), (0, 256), (0, 257), (0, 600), (44, 300), (45, 300),
        ])
    func laterLog(from: Int, first: Int) throws {
        let origin = LogOrigin(number: 2, from: Int64(from))
        let lines = try write(900, others: [first: Self.originLine(first, 2, from: from)])
        let all = leaves(lines, first: first, from: from)
        let whole = tree()
        let head = try whole.fold(origin, lines: 900)
        #expect(head.size == Int64(all.count) && head.root == roots(all).last)
        try check(whole, all, "whole")
        try check(whole, all, "again")
        // A restart at each place, and line by line.
        for count in stride(from: first + 1, through: 900, by: 37) {
            let size = count - from
            #expect(
                try tree().fold(origin, lines: Int64(count)).root == roots(all)[size], "restart at \(count)")
        }
        let slow = tree(isKept: false)
        for count in first + 1...900 { _ = try slow.fold(origin, lines: Int64(count)) }
        try check(slow, all, "line by line")
    }

    @Test("A journal that lacks lines, or the one that begins the log, is no tree")
    func lacking() throws {
        _ = try write(300)
        #expect(throws: LogLeavesError.self) { try tree().fold(.first, lines: 301) }
        let later = tree()
        let origin = LogOrigin(number: 2, from: 10)
        #expect(throws: LogLeavesError.self) { try later.fold(origin, lines: 300) }
        // It was not on the disk yet.
        let lines = try write(301, others: [300: Self.originLine(300, 2, from: 10)])
        #expect(try later.fold(origin, lines: 301).root == roots(leaves(lines, first: 300, from: 10)).last)
    }
}
