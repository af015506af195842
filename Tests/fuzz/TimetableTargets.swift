// Calendars and playlists, as a centre or whoever holds its keys may write them.

import Glibc
import StationCore
import Synchronization

/// An iCalendar file: whatever it says, slots come in their order, by their names, and play what the channel has.
@Sendable func lookAtCalendar(_ bytes: [UInt8]) {
    let isEmergency = bytes.first == UInt8(ascii: "!")
    let path = isEmergency ? "emergency/schedule.ics" : "schedule.ics"
    let source = ChannelSource(
        upstream: "xa", rank: 1, classes: ProgrammeClass.allCases, liveHosts: [liveHost],
        files: [
            .init(path: path, bytes: isEmergency ? Array(bytes.dropFirst()) : bytes),
            .init(path: "a.m3u8", bytes: Array("a.wav\nhttps://\(liveHost)/a\n".utf8)),
        ])
    let station = TimetableStation(id: "a", zone: home)
    let result = Timetable.compile([source], for: station, zones: zones)
    promise(result.problems.count <= Timetable.maximumProblems, "the problems are bounded")
    for problem in result.problems {
        promise(problem.line >= 1 && problem.line <= bytes.count + 1, "\(problem) is in the file")
    }
    let timetable = result.timetable
    let slots = timetable.slots(from: .distantPast, until: .distantFuture, limit: 100)
    promise(slots.count <= 100, "the limit is kept")
    for (earlier, later) in zip(slots, slots.dropFirst()) {
        promise(earlier.scheduled <= later.scheduled, "\(later.id) comes after \(earlier.id)")
    }
    promise(Set(slots.map(\.id)).count == slots.count, "a slot is there once")
    for slot in slots { lookAt(slot, timetable, isEmergency: isEmergency) }
    guard let middle = slots.dropFirst(slots.count / 2).first else { return }
    let rest = timetable.slots(from: middle.scheduled, until: .distantFuture, limit: 50)
    let expected = slots.filter { $0.scheduled >= middle.scheduled }.prefix(50)
    promise(
        rest.prefix(expected.count).map(\.id) == expected.map(\.id), "from the middle on there are the same")
}

private func lookAt(_ slot: Slot, _ timetable: Timetable, isEmergency: Bool) {
    promise(timetable.slot(id: slot.id) != nil, "\(slot.id) is found by its name")
    if let end = slot.hardEnd { promise(end >= slot.scheduled, "\(slot.id) ends after its beginning") }
    promise(slot.programmeClass != .emergency || isEmergency, "an emergency is of its own folder")
    promise(slot.title.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "a title is one line")
    for (_, entry) in timetable.entries(of: slot) { lookAt(entry, in: isEmergency ? "emergency/" : "") }
}

/// A playlist: every entry stays in the channel, or is relayed from a host that may be.
@Sendable func lookAtPlaylist(_ bytes: [UInt8]) {
    for path in ["a.m3u8", "stations/a/b.m3u8", "emergency/c.m3u8"] {
        let (playlist, problems) = Playlist.read(bytes, path: path, liveHosts: [liveHost])
        promise(playlist.entries.count <= Playlist.maximumEntries, "the entries are bounded")
        promise(problems.count <= Playlist.maximumProblems, "the problems are bounded")
        promise(playlist.lines.count == playlist.entries.count, "each entry has its line")
        promise(zip(playlist.lines, playlist.lines.dropFirst()).allSatisfy(<), "the lines ascend")
        promise(!playlist.entries.isEmpty || !problems.isEmpty, "what plays nothing says why")
        for entry in playlist.entries {
            lookAt(entry, in: path.hasPrefix("emergency/") ? "emergency/" : "")
        }
    }
}

private func lookAt(_ entry: Playlist.Entry, in folder: String) {
    switch entry.source {
    case .file(let path): lookAt(path, in: folder)
    case .live(let url):
        let start = "https://\(liveHost)"
        let rest = url.dropFirst(start.count).first
        promise(url.lowercased().hasPrefix(start), "\(url) is of the host")
        promise(rest.map { "/:?#\\".contains($0) } ?? true, "\(url) is of the host and no longer one")
    case .input(let name):
        promise(!name.isEmpty && name.utf8.allSatisfy { $0 >= 0x20 }, "an input has a name")
    case .refused(_, let why): promise(!why.isEmpty, "who refuses says why")
    }
    if let fallback = entry.fallback { lookAt(fallback, in: folder) }
}

/// A path inside the channel, by the bytes alone.
private func lookAt(_ path: String, in folder: String) {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    promise(
        !parts.isEmpty
            && parts.allSatisfy {
                !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
            },
        "\(path) stays in the channel")
    promise(path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "\(path) has no control character")
    promise(path.utf8.starts(with: folder.utf8), "\(path) stays in \(folder)")
}

private let liveHost = "live.example"

// MARK: Zones

/// The zones of the system, each read once.
private let zones = Zones { name in
    if let zone = cache.withLock({ $0[name] }) { return zone }
    let zone = readZone(name)
    cache.withLock { $0[name] = .some(zone) }
    return zone
}

private let cache = Mutex<[String: ZoneFile?]>([:])

private let home: ZoneFile = {
    guard let zone = readZone("Asia/Ho_Chi_Minh") else { fatalError("install tzdata") }
    return zone
}()

private func readZone(_ name: String) -> ZoneFile? {
    guard let file = fopen("/usr/share/zoneinfo/\(name)", "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return try? ZoneFile(bytes: Array(bytes[..<count]))
}
