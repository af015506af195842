import Foundation
import StationCore
import StationSimulator
import StationTrust
import Testing

@testable import StationHost

/// The scripted suite of the contract written at `Effect`: the same script runs against the host's store, on real
/// files, and the simulator's, and both must end with the same log.
@Suite("Both executors keep one contract")
struct ContractTests {
    /// What goes wrong, and after how many effects of the station.
    struct Script: CustomTestStringConvertible, Sendable {
        var behaviour = SimulatedStore.Behaviour.sound
        var misbehavesFrom = 0
        var behavesAgainFrom = Int.max
        var crashAfter: Int?
        var losesPower = false

        var testDescription: String {
            "\(behaviour) from \(misbehavesFrom) to \(behavesAgainFrom), crash after \(crashAfter ?? -1), power \(losesPower)"
        }
    }

    static let crashes: [Script] = (1...40).flatMap { after -> [Script] in
        [false, true].map { Script(crashAfter: after, losesPower: $0) }
    }

    static let refusals: [Script] = {
        var scripts: [Script] = []
        for behaviour in [SimulatedStore.Behaviour.refuses, .refusesButKeeps, .stalls] {
            for from in 0...24 {
                for until in [Int.max, from + 1, from + 3, from + 9] {
                    scripts.append(
                        Script(behaviour: behaviour, misbehavesFrom: from, behavesAgainFrom: until))
                }
            }
        }
        return scripts
    }()

    static let refusedCrashes: [Script] = {
        var scripts: [Script] = []
        for behaviour in [SimulatedStore.Behaviour.refuses, .refusesButKeeps] {
            for after in stride(from: 4, through: 30, by: 2) {
                for losesPower in [false, true] {
                    scripts.append(
                        Script(
                            behaviour: behaviour, misbehavesFrom: max(0, after - 5), behavesAgainFrom: after,
                            crashAfter: after, losesPower: losesPower))
                }
            }
        }
        return scripts
    }()

    @Test("in order, and after a crash between any two effects", arguments: crashes)
    func crash(script: Script) throws { try compare(script) }

    @Test("late, failed and not persisted, failed but persisted", arguments: refusals)
    func refusal(script: Script) throws { try compare(script) }

    @Test("a crash while the disk refuses", arguments: refusedCrashes)
    func refusedCrash(script: Script) throws { try compare(script) }

    private func compare(_ script: Script) throws {
        var host = ContractRun(subject: try HostSubject(), script: script)
        try host.play()
        var simulated = ContractRun(subject: SimulatedSubject(), script: script)
        try simulated.play()
        #expect(host.transcript == simulated.transcript)
        for run in [host, simulated] {
            let entries = try run.subject.entries()
            #expect(
                entries.map { $0["index"]?.integer } == (0..<Int64(entries.count)).map { $0 },
                "no gap: \(run.subject.name)")
            let outcomes = entries.filter { $0["kind"]?.text == "outcome" }
            #expect(outcomes.count == 1, "exactly one outcome: \(run.subject.name)")
            // What only /run had is lost with the power: a disk that refuses and a power cut together may begin twice.
            let losesIntent = script.losesPower && script.behaviour != .sound
            #expect(run.begun <= 1 || losesIntent, "begun once: \(run.subject.name)")
            #expect(
                run.soundBeforeIntent == 0, "the intent is kept before the first sample: \(run.subject.name)")
        }
    }
}
