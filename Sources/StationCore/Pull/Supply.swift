// What is on the disk and what should be: the rules of wanting, switching and letting go (DESIGN.md section 7).

import StationTrust

/// What may be kept on the disk.
package struct StorageRoom: Hashable, Sendable {
    /// The most that content may take, in bytes.
    package var quotaBytes: Int64
    /// What must stay free, in bytes.
    package var reserveBytes: Int64
    /// What is free, in bytes, as far as it was measured.
    package var freeBytes: Int64?
    /// What was half fetched when that was measured, in bytes: it has its room already.
    package var partBytes: Int64

    /// Makes the room.
    package init(quotaBytes: Int64, reserveBytes: Int64, freeBytes: Int64?, partBytes: Int64) {
        (self.quotaBytes, self.reserveBytes) = (quotaBytes, reserveBytes)
        (self.freeBytes, self.partBytes) = (freeBytes, partBytes)
    }
}

/// The two timetables of each kind, the active and the one to come, and the files that they need.
struct Supply: Sendable {
    /// What is needed so soon is fetched first, and never let go.
    static let horizon = Duration.seconds(7 * 86_400)
    /// A timetable becomes active when all is on the disk that it needs so soon.
    static let readyAhead = Duration.seconds(86_400)
    /// Or when its next slot is so near, and all of that slot's own is there.
    static let lastCall = Duration.seconds(150)
    /// So many slots are looked at that may be recalled within the last call.
    private static let mostNear = 64
    /// An emergency is in force for so long at the most: its slot may have begun before it came.
    static let emergencyAge = Duration.seconds(86_400)
    /// So near to a slot nothing is removed: a disk is slow while it does.
    static let quietBefore = Duration.seconds(600)

    /// What the station goes by.
    var active: [RemoteFile.Kind: SignedTimetable] = [:]
    /// What becomes active when it is ready.
    var candidates: [RemoteFile.Kind: SignedTimetable] = [:]
    /// What is being written down, and is active when that is done.
    var adopted: [RemoteFile.Kind: SignedTimetable] = [:]
    /// What is in the store, in bytes, by name.
    var stored: [String: Int64] = [:]

    /// Whether a timetable is to come that does not wait for what cannot be had.
    var isImpatient: Bool { candidates.keys.contains { $0 == .emergency || active[$0] == nil } }

    // MARK: Switching

    /// Whether the timetable that is to come may take the place of the active one now.
    ///
    /// Where there is none yet, its next slot's own is enough: half a timetable is better than none, and what was
    /// tried in vain (`given`) keeps nobody waiting. What is recalled (I14) waits for no content but that of what stands in
    /// its place.
    func isReady(
        _ kind: RemoteFile.Kind, at now: Instant, given: Set<RemoteFile> = [], playing: Set<String> = [],
        isTimeKnown: Bool = true
    ) -> Bool {
        guard adopted[kind] == nil, let candidate = candidates[kind] else { return false }
        guard let active = active[kind] else {
            let next = needs(of: candidate, kind, at: now).first
            return next?.files.allSatisfy { isStored($0) || given.contains($0) } ?? true
        }
        // By a clock in 1970 no slot is near, and everything would seem to be there.
        guard kind == .emergency || isTimeKnown else { return false }
        if isWhole(candidate) { return true }
        let needs = needs(of: candidate, kind, at: now)
        if kind == .emergency {
            return needs.allSatisfy(isStored)
                || isUrgent(candidate, needs, after: active, at: now, given: given)
        }
        let begun = playing.compactMap { active.timetable.slot(id: $0) }
        // What was due a moment ago is looked at too: it may have the place of what plays, or is about to.
        let around = candidate.needs(
            from: begun.map(\.scheduled).reduce(now, min) - Self.lastCall, until: now + Self.lastCall * 2)
        let absent = around.filter { !isStored($0) }
        let absentNews = absent.filter { active.timetable.slot(id: $0.slot)?.scheduled != $0.scheduled }
        // The wake is for the slot at this very distance.
        let near = active.timetable.slots(
            from: now, until: now + Self.lastCall + .nanoseconds(1), limit: Self.mostNear)
        let recalled = (near + begun).filter(candidate.recalls)
        if recalled.contains(where: { !isReplaced($0, by: absentNews) }) { return true }
        guard recalled.isEmpty, !absent.contains(where: { playing.contains($0.slot) }) else { return false }
        if needs.allSatisfy(isStored) { return true }
        guard let next = needs.first else { return false }
        return next.scheduled - now <= Self.lastCall && isStored(next)
    }

    /// Whether a slot that is recalled makes room for another of its upstream whose sound is not there: who puts another
    /// programme in its place does not want silence, and the one before plays (I9).
    private func isReplaced(_ slot: Slot, by absentNews: [SignedTimetable.Need]) -> Bool {
        absentNews.contains { need in
            need.slot.hasPrefix(slot.upstream + "/") && need.scheduled >= slot.scheduled - Self.lastCall
                && need.scheduled <= slot.scheduled + Self.lastCall
        }
    }

    /// Whether an emergency is recalled, or another one has its sound: neither waits for the rest.
    ///
    /// One whose sound cannot be had is in force too: its outcome says so, and it sounds when it comes after all.
    private func isUrgent(
        _ candidate: SignedTimetable, _ needs: [SignedTimetable.Need], after active: SignedTimetable,
        at now: Instant, given: Set<RemoteFile>
    ) -> Bool {
        let old = active.timetable.slots(
            from: now - Self.emergencyAge, until: now + Self.readyAhead, limit: SignedTimetable.mostSlots)
        if old.contains(where: { candidate.recalls($0) }) { return true }
        let known = Set(old.map(\.id))
        return needs.contains { need in
            !known.contains(need.slot) && need.files.allSatisfy { isStored($0) || given.contains($0) }
        }
    }

    private func needs(
        of candidate: SignedTimetable, _ kind: RemoteFile.Kind, at now: Instant
    ) -> [SignedTimetable.Need] {
        candidate.needs(
            from: kind == .emergency ? now - Self.emergencyAge : now, until: now + Self.readyAhead)
    }

    /// When the timetable that is to come may become ready by time alone; nil when it will not.
    func nextLastCall(after now: Instant) -> Instant? {
        RemoteFile.Kind.allCases.filter { candidates[$0] != nil }
            .flatMap { [candidates[$0], active[$0]] }.compactMap { timetable in
                let next = timetable?.timetable.next(after: now + Self.lastCall)
                return next.map { $0.scheduled - Self.lastCall }
            }.min()
    }

    /// Whether all that a timetable's upstreams signed for is on the disk: then no slot of it lacks anything, and none
    /// need be looked at.
    private func isWhole(_ timetable: SignedTimetable) -> Bool {
        timetable.manifest.channels.values.allSatisfy { !$0.contents.values.contains(where: isMissing) }
    }

    private func isStored(_ need: SignedTimetable.Need) -> Bool { need.files.allSatisfy(isStored) }

    private func isStored(_ file: RemoteFile) -> Bool { !isMissing(file.content) }

    func isMissing(_ content: TUF.Content) -> Bool { content.storeName.map { stored[$0] == nil } ?? true }

    // MARK: Wanting

    /// What is to be fetched: the emergencies', then by the first slot that needs it, then the rest while there is
    /// room for it.
    ///
    /// - Returns: the files, and whether what is needed is more than the disk has room for.
    func wanted(at now: Instant, room: StorageRoom) -> (files: [RemoteFile], isCut: Bool) {
        if RemoteFile.Kind.allCases.flatMap(all).allSatisfy(isWhole) { return ([], false) }
        var seen: Set<String> = []
        func isNew(_ file: RemoteFile) -> Bool {
            file.content.storeName.map { seen.insert($0).inserted } ?? false
        }
        let soon = (needs(.emergency, at: now) + needs(.ordinary, at: now)).filter(isNew)
        var bytes = soon.reduce(0) { $0 + ($1.content.length ?? 0) }
        let rest = RemoteFile.Kind.allCases.flatMap {
            (candidates[$0] ?? adopted[$0] ?? active[$0])?.manifest.files ?? []
        }
        .filter(isNew)
        .prefix { file in
            bytes += file.content.length ?? 0
            return bytes <= room.quotaBytes
        }
        // Parts of what is not wanted any more are gone with this list.
        var left = room.freeBytes.map { $0 + room.partBytes - room.reserveBytes } ?? .max
        let missing = (soon + rest).filter { !isStored($0) }
        let fitting = missing.filter { file in
            if file.isEmergency { return true }
            left -= min(left, file.content.length ?? 0)
            return left > 0
        }
        return (fitting, fitting.count < missing.count)
    }

    /// What the active timetable and the one to come need within the horizon, by the slots' instants.
    private func needs(_ kind: RemoteFile.Kind, at now: Instant) -> [RemoteFile] {
        let from = kind == .emergency ? now - Self.emergencyAge : now
        return all(kind)
            .flatMap { $0.needs(from: from, until: now + Self.horizon) }
            .enumerated().sorted { ($0.element.scheduled, $0.offset) < ($1.element.scheduled, $1.offset) }
            .flatMap(\.element.files)
    }

    /// The timetables of a kind, the newest first.
    private func all(_ kind: RemoteFile.Kind) -> [SignedTimetable] {
        [candidates[kind], adopted[kind], active[kind]].compactMap(\.self)
    }

    // MARK: Letting go

    /// The names of files to remove where content takes too much: what no timetable refers to first, then what it
    /// does not need within the horizon.
    func evictable(at now: Instant, room: StorageRoom) -> [String] {
        var excess = max(bytes - room.quotaBytes, room.freeBytes.map { room.reserveBytes - $0 } ?? 0)
        guard excess > 0, !isNearSlot(now) else { return [] }
        let kinds = RemoteFile.Kind.allCases
        let needed = Set(kinds.flatMap { needs($0, at: now) }.compactMap(\.content.storeName))
        let texts = Set(kinds.flatMap(texts))
        let referred = Set(
            kinds.flatMap(all).flatMap(\.manifest.files).compactMap(\.content.storeName))
        let names = stored.keys.sorted().filter { !needed.contains($0) && !texts.contains($0) }
        let order = names.filter { !referred.contains($0) } + names.filter(referred.contains)
        return Array(
            order.prefix { name in
                defer { excess -= stored[name] ?? 0 }
                return excess > 0
            })
    }

    /// Whether content takes more than it may.
    func isOverfull(_ room: StorageRoom) -> Bool {
        bytes > room.quotaBytes || room.freeBytes.map { $0 < room.reserveBytes } ?? false
    }

    /// What the store takes, in bytes.
    var bytes: Int64 { stored.values.reduce(0, +) }

    private func isNearSlot(_ now: Instant) -> Bool {
        active.values.contains {
            !$0.timetable.slots(from: now, until: now + Self.quietBefore, limit: 1).isEmpty
        }
    }

    /// The names of calendars and playlists: without them no start could compile the timetable.
    private func texts(_ kind: RemoteFile.Kind) -> [String] {
        all(kind).flatMap(\.manifest.files)
            .filter { $0.path.hasSuffix(".ics") || ContentReference.isPlaylist($0.path) }
            .compactMap(\.content.storeName)
    }
}
