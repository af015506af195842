import StationCore
package import StationTrust
import TerminalText

/// `loa-centre preview`: what a folder would put on air, without a repository.
package struct Preview {
    /// What a station would play at one instant.
    package struct Entry: Hashable, Sendable {
        /// When it is due, in RFC 3339 in the centre's zone.
        package let at: String
        /// The hard end, likewise; nil where the slot ends with its last item.
        package let until: String?
        /// What people call it.
        package let title: String
        /// The class: `normal`, `priority`, `emergency`.
        package let programmeClass: String
        /// The programme's UID.
        package let programme: String
        /// What sounds, item by item: paths and URLs.
        package let items: [String]

        /// As `--json` has it.
        package var json: JSON {
            [
                "at": .string(at), "until": until.map { .string($0) } ?? .null, "title": .string(title),
                "class": .string(programmeClass), "programme": .string(programme),
                "items": .array(items.map { .string($0) }),
            ]
        }
    }

    /// The slots, in their order.
    package let entries: [Entry]
    /// What is wrong with the folder, as far as the timetable of that station shows it.
    package let problems: [ChannelProblem]

    private static let mostSlots = 10_000

    /// Compiles a folder for a station.
    ///
    /// - Parameters:
    ///   - folder: the channel's.
    ///   - station: the station's id; nil for one that has no calendar of its own.
    ///   - groups: its groups.
    ///   - days: how far ahead.
    ///   - surroundings: time and zones.
    /// - Throws: when the folder cannot be read.
    package init(
        of folder: String, station: String?, groups: [String], days: Int, _ surroundings: Surroundings
    ) throws(CentreError) {
        let contents = try ChannelFolder.read(folder)
        let channel = Channel(contents.texts, audio: contents.others, surroundings)
        let compiled = channel.compile(
            TimetableStation(id: station ?? "/", groups: groups, zone: surroundings.zone))
        let asked = groups.map(Audience.group) + (station.map { [.station($0)] } ?? [])
        problems =
            contents.problems + ChannelProblem.all(compiled.problems)
            + ChannelProblem.spellings(compiled.timetable.mentions)
            + Self.unknown(asked, among: Audience.named(in: contents.texts.map(\.path)))
        let end = surroundings.now + .seconds(Int64(days) * 86_400)
        entries = compiled.timetable.slots(from: surroundings.now, until: end, limit: Self.mostSlots).map {
            slot in
            let items = compiled.timetable.entries(of: slot).map { _, entry in
                switch entry.source {
                case .file(let path): path
                case .live(let url): url
                case .input(let name): "input:\(name)"
                case .refused(let line, _): line
                }
            }
            return Entry(
                at: surroundings.text(slot.scheduled), until: slot.hardEnd.map(surroundings.text),
                title: slot.title.isEmpty ? slot.programme : slot.title,
                programmeClass: slot.programmeClass.rawValue, programme: slot.programme, items: items)
        }
    }

    /// Groups and stations that the channel has no calendar for: mistyped, or content with what is for all.
    private static func unknown(_ asked: [Audience], among known: [Audience]) -> [ChannelProblem] {
        asked.filter { !known.contains($0) }.map { audience in
            let list = known.names(atMost: mostNames)
            return ChannelProblem(
                .warning, audience.calendar,
                known.isEmpty
                    ? Phrase(
                        vi: "không có tệp này: chỉ thấy chương trình chung",
                        en: "there is none: what is shown is for all")
                    : Phrase(
                        vi: "không có tệp này: chỉ thấy chương trình chung. Có lịch riêng: "
                            + list[.vietnamese],
                        en: "there is none: what is shown is for all. With calendars of their own: "
                            + list[.english]))
        }
    }

    /// So many groups and stations are listed.
    private static let mostNames = 20
}
