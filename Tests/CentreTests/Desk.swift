import Centre
import Foundation
import ScratchFolders
import StationCore
import StationHost
import StationTrust
import Synchronization
import TerminalText

/// A centre in a folder of its own: a channel, keys, a repository, and a time that the test sets.
final class Desk {
    /// 2026-11-23 12:00 in Vietnam, a Monday.
    static let start = Instant(seconds: 1_795_410_000)

    private let scratch: ScratchFolder
    var path: String { scratch.path }
    var now = Desk.start
    var calls = DiskCalls.kernel

    var channel: String { path + "/channel" }
    var repository: String { path + "/repo" }
    var folder: String { path + "/keys" }
    var keys: KeySources { KeySources(folders: [folder]) }

    init() throws {
        scratch = try ScratchFolder()
        try FileManager.default.createDirectory(atPath: path + "/channel", withIntermediateDirectories: true)
    }

    var surroundings: Surroundings {
        get throws {
            var surroundings = try Surroundings.system()
            surroundings.now = now
            surroundings.calls = calls
            return surroundings
        }
    }

    // MARK: Commands

    @discardableResult
    func make(
        _ thresholds: [KeySources.Kind: NewRepository.Threshold] = [:], reusesKeys: Bool = false
    ) throws -> NewRepository.Made {
        try NewRepository(
            at: repository, keys: keys, thresholds: thresholds, reusesKeys: reusesKeys, try surroundings
        ).make()
    }

    /// The repository, to be changed with these keys, or all of them.
    func opened(_ keys: KeySources? = nil) throws -> Repository {
        Repository(repository, keys: keys ?? self.keys, try surroundings)
    }

    func prepare() throws -> Publication {
        try Publication(of: channel, into: repository, keys: keys, try surroundings)
    }

    @discardableResult
    func publish() throws -> [Phrase] { try prepare().publish() }

    @discardableResult
    func refresh() throws -> [Phrase] { try opened().refresh().warnings }

    @discardableResult
    func alert(_ order: AlertOrder) throws -> Instant? { try opened().alert(order).end }

    @discardableResult
    func cancel() throws -> Int { try opened().cancelAlerts().count }

    @discardableResult
    func change(_ deed: KeyChange, _ kind: KeySources.Kind, threshold: Int? = nil) throws -> [String] {
        try opened().changeKeys(deed, kind, threshold: threshold).ids
    }

    // MARK: Another centre, to which paths are handed on

    /// Writes its part of the channel: a bulletin for one station.
    func writePart(_ title: String = "Tin ấp 3", seconds: Double = 1) throws {
        let folder = "part/stations/ap-3/"
        try write(folder + "schedule.ics", Self.calendar([Self.event("ap-3", title, "ấp 3.wav")]))
        try write(folder + "ấp 3.wav", Self.tone(seconds: seconds))
    }

    /// What it would sign.
    func handover(
        _ patterns: [String] = ["stations/ap-3/*"], as role: String = "ap-3", keys: String = "their-keys",
        into output: String = "out"
    ) throws -> Handover {
        try Handover(
            of: path + "/part", into: path + "/" + output, as: role, for: patterns,
            keys: KeySources(folders: [path + "/" + keys]), try surroundings)
    }

    @discardableResult
    func sign(_ patterns: [String] = ["stations/ap-3/*"], keys: String = "their-keys") throws
        -> Handover.Receipt
    {
        try handover(patterns, keys: keys).sign()
    }

    /// The public halves of its keys.
    func publicKeys(_ keys: String = "their-keys") throws -> [String] {
        let folder = path + "/" + keys + "/targets/"
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pub.pem") }
            .sorted().map { try String(contentsOfFile: folder + $0, encoding: .utf8) }
    }

    /// What hands its paths on for the first time.
    func delegation(_ patterns: [String] = ["stations/ap-3/*"]) throws -> Delegation {
        var delegation = Delegation(to: "ap-3", path + "/out/ap-3.json")
        (delegation.patterns, delegation.publicKeys) = (patterns, try publicKeys())
        return delegation
    }

    /// Takes what it has signed: with nothing said, as a newer file of a role that has paths already.
    @discardableResult
    func delegate(_ delegation: Delegation? = nil) throws -> [Phrase] {
        try opened().delegate(delegation ?? Delegation(to: "ap-3", path + "/out/ap-3.json"))
    }

    /// Why something was refused.
    func refusal(_ body: () throws -> Void) -> CentreError? {
        do { try body() } catch let error as CentreError { return error } catch {}
        return nil
    }

    // MARK: Files

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws { try scratch.write(name, bytes) }

    func write(_ name: String, _ text: String) throws { try scratch.write(name, text) }

    func read(_ name: String) throws -> [UInt8] { try scratch.read(name) }

    /// The names in a folder of the repository.
    func names(_ folder: String) -> [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: repository + "/" + folder)) ?? []).sorted()
    }

    /// A channel with one daily bulletin of one recording.
    func writeChannel() throws {
        try write("channel/schedule.ics", Self.calendar([Self.event("tin", "Bản tin", "tin.m3u8")]))
        try write("channel/tin.m3u8", "#EXTM3U\n#EXTINF:2,Tin\nâm/tin.wav\n")
        try write("channel/âm/tin.wav", Self.tone(seconds: 2))
    }

    static func calendar(_ events: [String]) -> String {
        (["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN"] + events + ["END:VCALENDAR", ""])
            .joined(separator: "\r\n")
    }

    static func event(_ uid: String, _ title: String, _ attach: String, _ more: String...) -> String {
        ([
            "BEGIN:VEVENT", "UID:\(uid)", "DTSTAMP:20260101T000000Z",
            "DTSTART;TZID=Asia/Ho_Chi_Minh:20260101T050000", "RRULE:FREQ=DAILY", "SUMMARY:\(title)",
            "ATTACH:\(attach)",
        ] + more + ["END:VEVENT"]).joined(separator: "\r\n")
    }

    /// A WAV file, mono, 16 bits.
    static func wav(_ samples: [Double], rate: Int = 8000) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let data = samples.flatMap { little(Int(max(-1, min(1, $0)) * 32_767), 2) }
        return Array("RIFF".utf8) + little(36 + data.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
            + little(1, 2) + little(1, 2) + little(rate, 4) + little(2 * rate, 4) + little(2, 2)
            + little(16, 2) + Array("data".utf8) + little(data.count, 4) + data
    }

    static func tone(seconds: Double, level: Double = 0.25, hertz: Double = 440) -> [UInt8] {
        wav((0..<Int(seconds * 8000)).map { level * sin(2 * .pi * hertz * Double($0) / 8000) })
    }
}

/// A station's eyes: the TUF client of this repository, with what it has kept from one look to the next.
final class Eyes {
    private let repository: String
    private var client: TUF.Client
    private var kept: [String: [UInt8]] = [:]

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    init(_ desk: Desk) throws {
        repository = desk.repository
        client = try TUF.Client(root: try desk.read("repo/metadata/1.root.json"))
    }

    var targetsVersion: Int64? { client.targetsVersion }
    var timestampVersion: Int64? { client.timestamp?.header.version }

    func refresh(at now: Instant) throws { _ = try run(client.refresh(at: now.seconds)) }

    /// What the repository has for that path, checked; nil where it has nothing.
    func read(_ path: String) throws -> [UInt8]? {
        guard case .found(let target) = try run(client.search(for: path)),
            let hash = target.content.sha256
        else { return nil }
        let parts = path.split(separator: "/")
        let name = (parts.dropLast() + ["\(hash).\(parts[parts.count - 1])"]).joined(separator: "/")
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(repository)/targets/\(name)")))
        guard SHA256.hash(bytes) == hash, Int64(bytes.count) == target.content.length else {
            throw Refused(description: "\(path) is not what was signed")
        }
        return bytes
    }

    func custom(_ path: String) throws -> JSON? {
        guard case .found(let target) = try run(client.search(for: path)) else { return nil }
        return target.custom
    }

    private func run(_ first: TUF.Step) throws -> TUF.Next {
        var step = first
        while true {
            for change in step.changes {
                switch change {
                case .store(let role, let bytes): kept[role] = bytes
                case .remove(let role): kept[role] = nil
                }
            }
            switch step.next {
            case .read(let role, _): step = client.resume(with: kept[role].map { .bytes($0) } ?? .missing)
            case .fetch(let request):
                let url = URL(fileURLWithPath: "\(repository)/metadata/\(request.fileName)")
                step = client.resume(with: (try? Data(contentsOf: url)).map { .bytes(Array($0)) } ?? .missing)
            case .refused(let refusal): throw Refused(description: "\(refusal)")
            default: return step.next
            }
        }
    }
}

/// A command that is run to its end.
@discardableResult
func run(_ words: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
