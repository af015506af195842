import StationCore
package import StationTrust
import TerminalText

/// One slot that will be on air otherwise than before, or not at all, or for the first time.
package struct AirDifference: Hashable, Sendable {
    /// What becomes of it.
    package enum Kind: String, Sendable {
        case added, removed
        /// Same slot: another time, title, class or content.
        case changed
    }

    /// Whom it concerns; a change for all stations is not repeated for groups and stations.
    package let audience: Audience
    /// What becomes of it.
    package let kind: Kind
    /// The slot's identity without the upstream's name: `UID@ORIGINAL`.
    package let slot: String
    /// When it is due, in RFC 3339 in the centre's zone; for what is removed, when it was.
    package let at: String
    /// When it was due before, where that changes.
    package let before: String?
    /// What people call it.
    package let title: String
    /// The class: `normal`, `priority`, `emergency`.
    package let programmeClass: String
    /// Whether it stands in place of a programme for all stations: an equal UID in the more special file.
    package let isReplacement: Bool

    /// As `--json` has it.
    package var json: JSON {
        var members: [JSON.Member] = [
            .init("kind", .string(kind.rawValue)), .init("at", .string(at)), .init("title", .string(title)),
            .init("class", .string(programmeClass)), .init("slot", .string(slot)),
        ]
        if let before { members.append(.init("before", .string(before))) }
        if isReplacement { members.append(.init("isReplacement", true)) }
        switch audience {
        case .all: break
        case .group(let name): members.append(.init("group", .string(name)))
        case .station(let name): members.append(.init("station", .string(name)))
        }
        return .object(members)
    }
}

/// A channel with what each of its files is: enough to tell what sounds when.
struct Programme {
    let channel: Channel
    /// The hash of each file, by path.
    let hashes: [String: String]

    /// A slot with the hashes of what it plays.
    private struct Heard: Equatable {
        let slot: Slot
        let sound: [String]

        static func == (left: Self, right: Self) -> Bool {
            left.slot.scheduled == right.slot.scheduled && left.slot.title == right.slot.title
                && left.slot.programmeClass == right.slot.programmeClass
                && left.slot.hardEnd == right.slot.hardEnd && left.sound == right.sound
        }
    }

    private static let mostSlots = 10_000

    private func slots(_ audience: Audience, from: Instant, until: Instant) -> [Heard] {
        let timetable = channel.compile(audience).timetable
        return timetable.slots(from: from, until: until, limit: Self.mostSlots).map { slot in
            let sound = timetable.entries(of: slot).map { language, entry -> String in
                let name = (language ?? "") + " "
                switch entry.source {
                case .file(let path): return name + (hashes[path] ?? path)
                case .live(let url): return name + url
                case .input(let input): return name + "input:" + input
                case .refused(let line, _): return name + line
                }
            }
            return Heard(slot: slot, sound: sound)
        }
    }

    /// What is different on air from one channel to another, in the order of time.
    static func differences(
        from old: Programme, to new: Programme, audiences: [Audience], from start: Instant, until end: Instant
    ) -> [AirDifference] {
        var differences: [AirDifference] = []
        var common: Set<String> = []
        let shared = Dictionary(
            new.slots(.all, from: start, until: end).map { ($0.slot.programme, $0.slot.file) }
        ) { first, _ in first }
        for audience in audiences {
            let before = Dictionary(
                old.slots(audience, from: start, until: end).map { ($0.slot.id, $0) }
            ) { first, _ in first }
            let after = new.slots(audience, from: start, until: end)
            let ids = Set(after.map(\.slot.id))
            var found: [(heard: Heard, kind: AirDifference.Kind)] = []
            for heard in after {
                guard let earlier = before[heard.slot.id] else {
                    found.append((heard, .added))
                    continue
                }
                if earlier != heard { found.append((heard, .changed)) }
            }
            found += before.values.filter { !ids.contains($0.slot.id) }
                .sorted { $0.slot.id < $1.slot.id }.map { ($0, .removed) }
            found.sort {
                ($0.heard.slot.scheduled, $0.heard.slot.id) < ($1.heard.slot.scheduled, $1.heard.slot.id)
            }
            for (heard, kind) in found {
                let key = "\(kind) \(heard.slot.id) \(heard.slot.scheduled.seconds) \(heard.sound)"
                if audience == .all { common.insert(key) } else if common.contains(key) { continue }
                let file = shared[heard.slot.programme]
                differences.append(
                    difference(
                        audience, kind, heard.slot, before[heard.slot.id]?.slot, new.channel,
                        isReplacement: kind != .removed && file != nil && file != heard.slot.file))
            }
        }
        return differences
    }

    private static func difference(
        _ audience: Audience, _ kind: AirDifference.Kind, _ slot: Slot, _ earlier: Slot?, _ channel: Channel,
        isReplacement: Bool
    ) -> AirDifference {
        func text(_ slot: Slot) -> String { channel.surroundings.text(slot.scheduled) }
        let before = kind == .changed && earlier?.scheduled != slot.scheduled ? earlier.map(text) : nil
        return AirDifference(
            audience: audience, kind: kind, slot: String(slot.id.dropFirst(Channel.name.count + 1)),
            at: text(slot), before: before, title: slot.title.isEmpty ? slot.programme : slot.title,
            programmeClass: slot.programmeClass.rawValue, isReplacement: isReplacement)
    }
}
