import Glibc
import ScratchFolders
import Testing

@testable import StationCore
@testable import StationHost

/// Who is named when a card is busy.
struct CardHolderTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        let running = "state: RUNNING\nowner_pid   : 812\ntrigger_time: 5\n"
        try folder.write("asound/card0/pcm0p/sub0/status", "closed\n")
        try folder.write("asound/card1/pcm0c/sub0/status", running.replacing("812", with: "7"))
        try folder.write("asound/card1/pcm3p/sub0/status", running)
        try folder.write("asound/card1/pcm3p/sub1/status", running)
        try folder.write("asound/cards", "")
        try folder.write("812/comm", "pulseaudio\n")
    }

    @Test("T12: whoever plays on a card is named once, with the number by which to end them")
    func names() throws {
        #expect(CardHolder.names(proc: folder.path) == ["pulseaudio (812)"])
        #expect(CardHolder.names(proc: folder.path + "/nowhere") == [])
    }

    @Test("T12: where the unit hides the name of whoever plays, the number is told")
    func hidden() throws {
        #expect(unlink(folder.path + "/812/comm") == 0)
        #expect(CardHolder.names(proc: folder.path) == ["process (812)"])
    }

    @Test("T12: the fault of a busy card says who holds it")
    func fault() {
        let now = Clocks.read()
        var station = Station(settings: ContractRun.settings, now: now)
        _ = station.handle(.started(Recovery(log: LogSummary(), position: nil, boot: "b")), at: now)
        _ = station.handle(
            .card(.lost(name: "hw:0", reason: .deviceBusy, holders: ["pulseaudio (812)"])), at: now)
        #expect(station.faults.all.map(\.message).contains("hw:0: held by pulseaudio (812): device-busy"))
    }
}
