import Centre
import Foundation
import StationCore
import StationTrust
import Testing

/// Names with accents, which systems write in two forms: stations ask for the bytes of one.
struct SpellingTests {
    private let desk: Desk

    init() throws {
        desk = try Desk()
        try desk.writeChannel()
        try desk.make()
    }

    /// The forms in which a disk, a calendar and a playlist may have one name: an accent with its letter, or apart.
    static let spellings: [(disk: String, attach: String, line: String)] = [
        ("âm/tin.wav", "âm/tin.wav", "âm/tin.wav"), ("a\u{302}m/tin.wav", "âm/tin.wav", "âm/tin.wav"),
        ("âm/tin.wav", "a\u{302}m/tin.wav", "âm/tin.wav"), ("âm/tin.wav", "âm/tin.wav", "a\u{302}m/tin.wav"),
        ("a\u{302}m/tin.wav", "a\u{302}m/tin.wav", "a\u{302}m/tin.wav"),
    ]

    @Test(
        "a name sounds whatever form of Unicode disk, calendar and playlist have it in", arguments: spellings)
    func spelled(disk: String, attach: String, line: String) throws {
        try desk.remove("channel/âm")
        try desk.write("channel/\(disk)", Desk.tone(seconds: 1))
        try desk.write("channel/tin.m3u8", "\(line)\n")
        let described = Desk.event("c", "C", "tin.m3u8").replacing(
            "ATTACH:tin.m3u8", with: "DESCRIPTION:loa-attach: \(attach)")
        try desk.write(
            "channel/schedule.ics",
            Desk.calendar([Desk.event("a", "A", attach), Desk.event("b", "B", "tin.m3u8"), described]))
        #expect(try preview(desk).problems.isEmpty)
        try desk.publish()
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        // As a station asks: by the bytes of what it has read.
        let texts = try ["schedule.ics", "tin.m3u8"].map { path in
            ChannelSource.File(path: path, bytes: try #require(try eyes.read(path)))
        }
        let source = ChannelSource(upstream: "x", rank: 1, classes: [.normal], files: texts)
        let surroundings = try desk.surroundings
        let station = TimetableStation(id: "x", zone: surroundings.zone)
        let mentions = Timetable.compile([source], for: station, zones: surroundings.zones).timetable.mentions
        #expect(mentions.count == 4)
        for mention in mentions { #expect(try eyes.read(mention.path) != nil, "\(mention)") }
    }

    private func preview(_ desk: Desk) throws -> Preview {
        try Preview(of: desk.channel, station: nil, groups: [], days: 7, desk.surroundings)
    }

    @Test("preview refuses the spelling that publish refuses, at the same place")
    func previewedSpelling() throws {
        try desk.write("channel/schedule.ics", Desk.calendar([Desk.event("a", "A", "a%CC%82m/tin.wav")]))
        let refused = try #require(desk.refusal { try desk.publish() }).problems
        let previewed = try preview(desk).problems
        #expect(previewed == refused && previewed.count == 1)
        #expect(previewed.first?.file == "schedule.ics" && previewed.first?.line == 10)
    }
}
