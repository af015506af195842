import StationTrust
import Testing
import loa

/// Whether a station may be interrupted (T41).
struct IdlenessTests {
    private static func answer(_ state: String, next: JSON) -> JSON {
        ["state": .string(state), "clock": ["now": "2026-11-23T04:20:00.000000+07:00"], "next": next]
    }

    private static func slot(_ at: String) -> JSON { ["title": "Bản tin", "at": .string(at)] }

    static let judged: [(JSON, Idleness)] = [
        (answer("idle", next: .null), .idle), (answer("faulted", next: .null), .idle),
        (answer("muted", next: slot("2026-11-23T05:00:00.000000+07:00")), .idle),
        (
            answer("idle", next: slot("2026-11-23T04:50:00.000000+07:00")),
            .due(title: "Bản tin", at: "2026-11-23T04:50:00.000000+07:00")
        ),
        (answer("idle", next: slot("2026-11-23T04:50:01.000000+07:00")), .idle),
        (answer("playing", next: .null), .sounding), (answer("arming", next: .null), .sounding),
        (answer("idle", next: slot("soon")), .unknown), (["state": "idle"], .unknown), ([:], .unknown),
    ]

    @Test("T41: within half an hour of a slot, and while one sounds, a station is busy", arguments: judged)
    func idle(answer: JSON, idleness: Idleness) {
        #expect(Idleness(answer, for: .seconds(1800)) == idleness)
        #expect(
            ExitCode(.idle(for: .seconds(1800)), answer: answer) == (idleness == .idle ? .fine : .no))
    }
}
