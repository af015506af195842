import CLinux
import Foundation
import ScratchFolders
import StationCore
import Testing

@testable import StationHost

/// The commands that switch the amplifier.
struct AmplifierTests {
    private let folder: ScratchFolder
    private let done: JobQueue<Completion>

    init() throws {
        folder = try ScratchFolder()
        done = try JobQueue()
    }

    private func shell(_ script: String) -> [String] { ["/bin/sh", "-c", "cd \(folder.path) && \(script)"] }

    private func turn(_ amplifier: AmplifierThread, isOn: Bool) -> Completion? {
        amplifier.turn(isOn: isOn) { [done] in done.put($0) }
        return done.wait(atMost: 20_000_000_000)?.first
    }

    private var text: String { (try? folder.read("out")).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    @Test("the commands are run with their arguments as they stand, one after the other")
    func order() throws {
        let amplifier = try AmplifierThread(
            .init(
                on: shell("sleep 0.2; echo \"on $0\" >> out") + ["a b;c"], off: shell("echo off >> out")))
        for isOn in [true, false, true] { amplifier.turn(isOn: isOn) { [done] in done.put($0) } }
        var completions: [Completion] = []
        while completions.count < 3 { completions += try #require(done.wait(atMost: 20_000_000_000)) }
        #expect(completions == [.done, .done, .done])
        #expect(text == "on a b;c\noff\non a b;c\n")
    }

    @Test("without commands nothing is done, and that at once")
    func none() throws {
        #expect(turn(try AmplifierThread(nil), isOn: true) == .done)
    }

    @Test("a command that fails, or is not there, is told")
    func failure() throws {
        let amplifier = try AmplifierThread(.init(on: shell("exit 3"), off: ["/none/amplifier"]))
        guard case .failed(let on) = turn(amplifier, isOn: true) else { return #expect(Bool(false)) }
        #expect(on.contains("ended with code 3"))
        guard case .failed(let off) = turn(amplifier, isOn: false) else { return #expect(Bool(false)) }
        #expect(off.contains("/none/amplifier"))
    }

    @Test("a command that hangs is ended with everything that it started, and the next one is run")
    func hangs() throws {
        let amplifier = try AmplifierThread(
            .init(on: shell("(sleep 2; echo late >> out) & sleep 600"), off: shell("echo off >> out")),
            patience: 1_000_000_000)
        guard case .failed(let problem) = turn(amplifier, isOn: true) else { return #expect(Bool(false)) }
        #expect(problem.contains("did not end within 1 s"))
        #expect(turn(amplifier, isOn: false) == .done)
        sleep(2)
        #expect(text == "off\n")
    }

    @Test("at the daemon's end a running command is ended with all that it started, and holds up no other")
    func hurry() throws {
        let amplifier = try AmplifierThread(
            .init(
                on: shell("echo on >> out; (sleep 2; echo late >> out) & sleep 600"),
                off: shell("echo off >> out")))
        amplifier.turn(isOn: true) { _ in }
        while text.isEmpty { usleep(10_000) }
        amplifier.hurry()
        #expect(turn(amplifier, isOn: false) == .done)
        sleep(3)
        #expect(text == "on\noff\n")
    }
}
