import StationCore
import StationTrust
import TerminalText
import Testing

@testable import loa

/// How the slots to come stand side by side.
struct WeekGridTests {
    private static let now = RFC3339.instant(of: "2026-11-23T18:00:00+07:00") ?? .distantPast

    private func slot(
        _ at: String, _ title: String, ready: JSON = true, problem: JSON = .null,
        class code: String = "normal"
    ) -> JSON {
        [
            "at": .string("\(at):00.000000+07:00"), "title": .string(title), "ready": ready,
            "problem": problem,
            "class": .string(code), "slot": .string("xa/x@\(at)"),
        ]
    }

    private func grid(
        _ slots: [JSON], _ language: Language = .english, columns: Int = 80, days: Int = 7,
        paint: Paint = .off
    ) -> [String] {
        let text = ReplyText(language, paint: paint).grid(
            .array(slots), columns: columns, now: Self.now, days: days)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("days stand side by side, today first, whatever letters the titles have")
    func week() {
        let slots = [
            slot("2026-11-24T05:00", "Bản tin sáng"), slot("2026-11-24T17:00", "早早早早早", class: "priority"),
            slot("2026-11-25T05:00", "Ba\u{309}n tin sa\u{301}ng", ready: false),
            slot(
                "2026-11-26T05:00", "ព្រះរាជាណាចក្រកម្ពុជា", ready: false, problem: "device-busy", class: "emergency"),
        ]
        let lines = grid(slots)
        #expect(lines[0] == "     │Mon 11-23│Tue 11-24│Wed 11-25│Thu 11-26│Fri 11-27│Sat 11-28│Sun 11-29")
        #expect(lines[1].hasPrefix("05:00│         │✓ Bản ti…│· Ba\u{309}n ti…│✗!!"))
        #expect(lines[2].hasPrefix("17:00│         │✓!早早早…│         │"))
        #expect(lines[4] == "✓ ready  · not checked yet  ✗ NOT ready  ! priority  !! EMERGENCY  ")
        #expect(lines[6] == "✗ NOT ready: the sound card is busy")
        #expect(lines[7] == "  → Another program holds the card: fuser -v /dev/snd/*")
        #expect(lines[8].hasPrefix("  Thu 2026-11-26 05:00:00  ព្រះ"))
        for line in lines[0...2] { #expect(TextWidth.columns(line) == 75, "\(line)") }
        #expect(grid(slots, .vietnamese)[0].hasPrefix("     │T2 23/11 │T3 24/11 │T4 25/11 "))
        #expect(TextWidth.columns(grid(slots, columns: 120)[1]) == 117)
        // Few days have the room of a week.
        #expect(grid(slots, days: 2)[1].hasPrefix("05:00│                        │✓ Bản tin sáng"))
    }

    @Test("more times than rows become hours, and what is worst of an hour is seen")
    func hours() {
        let slots = (0..<336).map { index in
            let (day, half) = (24 + index / 48, index % 48)
            let time = "\(half / 2 < 10 ? "0" : "")\(half / 2):\(half % 2 == 0 ? "00" : "30")"
            let isBad = index == 49
            return slot(
                "2026-11-\(day)T\(time)", "Bài \(index)", ready: .bool(!isBad),
                problem: isBad ? "no-content" : .null)
        }
        let lines = grid(slots)
        #expect(lines.count < 40)
        #expect(
            lines[1] == "00h  │         │✓ Bài … +1│✗ Bài … +1"
                || lines[1].hasPrefix("00h  │         │✓ Bài +1")
                || lines[1].hasPrefix("00h  │         │✓ Bà"))
        #expect(lines[1].contains("✗"))
        #expect(!lines[2].contains("✗"))
        #expect(lines.contains { $0.contains("After that") && $0.contains("Mon 2026-11-30 00:00:00") })
        for line in lines[0...24] { #expect(TextWidth.columns(line) <= 80, "\(line)") }
    }

    @Test("many that wait for one thing are told together")
    func obstacles() {
        let slots = (0..<9).map {
            slot("2026-11-24T0\($0):00", "Tin", ready: false, problem: "clock-untrusted")
        }
        let lines = grid(slots, .vietnamese)
        #expect(lines.contains("✗ CHƯA sẵn sàng: đồng hồ không tin được (9 buổi)"))
        #expect(lines.contains("  và 4 buổi nữa"))
        #expect(lines.count { $0.hasPrefix("  T3 24/11/2026") } == 5)
    }

    @Test("longer than a week stands below it; nothing to come is said; no title drives the terminal")
    func others() {
        let lines = grid([slot("2026-11-24T05:00", "a\u{1B}[2J"), slot("2026-12-03T05:00", "b")], days: 14)
        #expect(lines[0].contains("Mon 11-23") && lines[3].contains("Mon 11-30"))
        #expect(!lines.joined().contains("\u{1B}"))
        #expect(grid([], .vietnamese) == ["Không có chương trình nào sắp phát.", ""])
        let two = grid([slot("2026-11-24T05:00", "a")], days: 1)
        #expect(
            two[0] == "     │Mon 11-23                 │Tue 11-24                 "
                || two[0].contains("Tue 11-24"))
    }

    @Test("colour is there where it is wanted, and says nothing that the letters do not")
    func colour() {
        let slots = [slot("2026-11-24T05:00", "Tin", ready: false, problem: "muted")]
        let painted = grid(slots, paint: Paint(isOn: true)).joined(separator: "\n")
        #expect(painted.contains("\u{1B}[31m✗\u{1B}[0m"))
        let plain = painted.replacing(/\u{1B}\[[0-9]+m/, with: "")
        #expect(plain == grid(slots).joined(separator: "\n"))
    }
}
