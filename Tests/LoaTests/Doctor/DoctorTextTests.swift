import StationTrust
import TerminalText
import Testing

@testable import loa

/// How a diagnosis looks: worst first, in two languages, in colour only where that is wanted.
struct DoctorTextTests {
    private static let findings: [Finding] = [
        .ok(.disk, Phrase(vi: "còn trống 5 GB", en: "5 GB free")),
        .fault(
            .card, Phrase(vi: "hw:0: không thấy card âm thanh", en: "hw:0: the sound card is missing"),
            Phrase(vi: "Cắm lại card.", en: "Replug it.")),
        .warning(.mute, Phrase(vi: "ĐANG TẮT TIẾNG", en: "MUTED"), Phrase(same: "loa unmute")),
    ]

    private func report(_ language: Language, isOn: Bool = false, width: Int? = nil) -> String {
        DoctorText(language).report(
            Self.findings, paint: Paint(isOn: isOn), width: width, nanoseconds: 812_000_000)
    }

    @Test("a diagnosis tells what is worst first, and counts")
    func reports() {
        #expect(
            report(.vietnamese) == """
                ✗ Card âm thanh  hw:0: không thấy card âm thanh
                                 → Cắm lại card.
                ! Tắt tiếng      ĐANG TẮT TIẾNG
                                 → loa unmute
                ✓ Đĩa            còn trống 5 GB

                1 sự cố · 1 cảnh báo · 1 mục tốt · 812 ms

                """)
        #expect(
            report(.english) == """
                ✗ Sound card  hw:0: the sound card is missing
                              → Replug it.
                ! Mute        MUTED
                              → loa unmute
                ✓ Disk        5 GB free

                1 fault · 1 warning · 1 fine · 812 ms

                """)
    }

    @Test("colour stands beside the marks, and takes nothing from them")
    func colour() {
        let painted = report(.english, isOn: true)
        #expect(painted.hasPrefix("\u{1B}[31m✗\u{1B}[0m \u{1B}[1mSound card\u{1B}[0m  hw:0"))
        #expect(painted.contains("\u{1B}[33m!\u{1B}[0m") && painted.contains("\u{1B}[32m✓\u{1B}[0m"))
        #expect(painted.replacing(/\u{1B}\[[0-9]*m/, with: "") == report(.english))
    }

    @Test("on a terminal lines are broken at spaces and stay below each other")
    func broken() {
        let lines = report(.vietnamese, width: 48).split(separator: "\n")
        #expect(lines[0] == "✗ Card âm thanh  hw:0: không thấy card âm thanh")
        let narrow = report(.vietnamese, width: 40).split(separator: "\n")
        #expect(narrow[0] == "✗ Card âm thanh  hw:0: không thấy card")
        #expect(narrow[1] == "                 âm thanh")
    }

    @Test("as JSON it is one object on one line, in English, with the worst as the result")
    func json() throws {
        let text = DoctorText(.vietnamese).json(Self.findings)
        #expect(
            text
                == #"{"result":"fault","checks":[{"check":"disk","result":"ok","message":"5 GB free","advice":null},"#
                + #"{"check":"card","result":"fault","message":"hw:0: the sound card is missing","advice":"Replug it."},"#
                + #"{"check":"mute","result":"warning","message":"MUTED","advice":"loa unmute"}]}"# + "\n")
    }

    @Test("every check has a code and a name of its own")
    func names() {
        for language in Language.allCases {
            #expect(Set(Check.allCases.map { $0.name[language] }).count == Check.allCases.count)
        }
        #expect(Check.allCases.allSatisfy { $0.rawValue.allSatisfy { $0.isLowercase || $0 == "-" } })
    }

    static let terminals: [(isTerminal: Bool, environment: [String: String], isOn: Bool)] = [
        (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false),
        (true, ["NO_COLOR": ""], true),
        (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm-256color"], true),
    ]

    @Test("colour is for terminals that want it", arguments: terminals)
    func paint(isTerminal: Bool, environment: [String: String], isOn: Bool) {
        #expect(Paint(isTerminal: isTerminal, environment: environment).isOn == isOn)
    }

    @Test("what would drive a terminal is not printed, in colour or not")
    func harmless() {
        for isOn in [true, false] {
            let text = Paint(isOn: isOn).printed([[.init("a\u{1B}[2Jb", .red)]])
            #expect(!text.contains("\u{1B}[2J"))
        }
    }
}
