import StationTrust

// The one outcome of each slot (I4), made of what was measured (I5).

extension Station {
    /// Ends a playout with its outcome, and forgets it.
    ///
    /// - Parameters:
    ///   - index: its place among the playouts.
    ///   - reason: why it is not, or may not be, as planned; a slot that was heard whole needs none.
    mutating func finish(_ index: Int, reason: Reason?) {
        let playout = playouts[index]
        let sum = playout.measured
        let items = playout.items(sum)
        let isChanged = items.contains(where: \.measured.isChanged)
        let hasBadItem = isChanged || playout.reports.contains { !$0.isPlayable || $0.isCut }
        let problem = isChanged ? .badContent : playout.reports.blockingReason
        let isWhole = sum.framesPlanned > 0 && sum.framesConsumed >= sum.framesPlanned
        let result: String
        var reason = reason
        if sum.framesConsumed <= 0 {
            result = "missed"
            reason = reason ?? .badContent
        } else if isWhole && hasBadItem {
            // All that can be decoded was heard, and it is less than was to be.
            result = "partial"
            reason = problem
        } else if isWhole {
            result = "played"
            // What the end of a permit, or a hand, cut off was nothing.
            if reason != playout.interruption { reason = nil }
        } else {
            result = "partial"
            reason =
                reason ?? playout.shortfall
                ?? (hasBadItem ? problem : .deviceStalled)
        }
        let ended = Ended(
            slot: playout.slot.id, description: playout.slot.description, scheduled: playout.slot.scheduled,
            measured: sum, endedAt: sum.startedAt == nil ? nil : playout.soundedUntil,
            volumeDecibels: playout.volumeDecibels, items: items)
        append(.outcome, outcome(of: ended, result: result, reason: reason))
        if let reason { answerAsker(of: index, refusal: (reason, "it ended before it began")) }
        forget(index)
    }

    /// Drops a playout, and all that was kept for it.
    mutating func forget(_ index: Int) {
        let playout = playouts.remove(at: index)
        if !playout.reports.isEmpty || playout.phase == .preflighting {
            emit(.discard(play: playout.play))
        }
        clear(.content(slot: playout.slot.id))
        contentChecks[playout.slot.id] = nil
        tellContent(of: Slot.programme(of: playout.slot.id))
    }

    /// Gives a slot its outcome whose intent is in the log and which no timetable knows any more.
    mutating func settle(_ intent: LogSummary.OpenIntent, reason: Reason) {
        let record = recoveredPosition.flatMap { Slot.isSame($0.slot, intent.slot) ? $0 : nil }
        let ended = Ended(
            slot: intent.slot, description: intent.description, scheduled: intent.scheduled,
            measured: record.map(Measured.init) ?? Measured(), endedAt: record?.wall,
            volumeDecibels: record?.volumeDecibels, items: record?.items ?? [])
        let isHeard = ended.measured.framesConsumed > 0
        append(.outcome, outcome(of: ended, result: isHeard ? "partial" : "missed", reason: reason))
    }

    /// What all items of an outcome may take, in bytes; a bundle of the log has no longer entries than 65,535 (C2SP
    /// tlog-tiles), and the rest of an outcome is some kilobytes at the most.
    static let mostItemBytes = 48 << 10

    /// The items that an entry has room for: the first ones.
    private static func fitting(_ items: [PositionRecord.Item]) -> ArraySlice<PositionRecord.Item> {
        var left = mostItemBytes
        let count = items.prefix { item in
            // Every byte of a path may need another before it; all else of an item is shorter than that.
            left -= 2 * item.path.utf8.count + 400
            return left >= 0
        }.count
        return items.prefix(count)
    }

    /// What an outcome tells beside result and reason.
    private struct Ended {
        var slot: String
        var description: [JSON.Member]
        var scheduled: Instant
        var measured: Measured
        /// When it ended, if it began.
        var endedAt: Instant?
        var volumeDecibels: Double?
        var items: [PositionRecord.Item]
    }

    private func outcome(of ended: Ended, result: String, reason: Reason?) -> [JSON.Member] {
        let sum = ended.measured
        let kept = Self.fitting(ended.items)
        var body: [JSON.Member] = [.init("slot", .string(ended.slot))] + ended.description
        body += [
            .init("scheduled", .string(text(ended.scheduled))),
            .init("result", .string(result)),
            .init("reason", reason.map { .string($0.rawValue) } ?? .null),
            .init("startedAt", sum.startedAt.map { .string(text($0)) } ?? .null),
            .init("startErrorMicroseconds", sum.startErrorMicroseconds.map(JSON.tenths) ?? .null),
            .init("startMethod", sum.startMethod.map { .string($0) } ?? .null),
            .init("endedAt", ended.endedAt.map { .string(text($0)) } ?? .null),
            .init("framesPlanned", .integer(sum.framesPlanned)),
            .init("framesConsumed", .integer(sum.framesConsumed)),
            .init("rate", sum.rate.map { .integer(Int64($0)) } ?? .null),
            .init("xruns", .integer(Int64(sum.xruns))),
            .init("volumeDecibels", ended.volumeDecibels.map(JSON.tenths) ?? .null),
            .init("items", .array(kept.map(\.outcome))),
        ]
        if kept.count < ended.items.count {
            body.append(.init("itemsLeftOut", .integer(Int64(ended.items.count - kept.count))))
        }
        if sum.isUnproven { body.append(.init("unproven", true)) }
        return body
    }
}

extension Slot {
    /// What the log says of a slot's programme.
    var description: [JSON.Member] {
        [
            .init("programme", .string(programme)),
            .init("title", .string(title)),
            .init("class", .string(programmeClass.rawValue)),
            .init("upstream", .string(upstream)),
            .init("categories", .array(categories.map { .string($0) })),
        ]
    }
}

extension PositionRecord.Item {
    /// What an outcome says of an item.
    fileprivate var outcome: JSON {
        var members: [JSON.Member] = [
            .init("path", .string(path)),
            .init("sha256", sha256.map { .string("\($0)") } ?? .null),
            .init("language", language.map { .string($0) } ?? .null),
            .init("framesConsumed", .integer(measured.framesConsumed)),
            .init("peakDecibels", measured.peakDecibels.map(JSON.tenths) ?? .null),
            .init("loudnessLufs", measured.loudness.integrated.map(JSON.tenths) ?? .null),
        ]
        // Frames went to the card, and nobody heard a thing.
        if measured.loudness.isSilent { members.append(.init("silent", true)) }
        return .object(members)
    }
}

extension JSON {
    /// A measured number with one digit after the point: more would be noise.
    static func tenths(_ number: Double) -> JSON { .decimal((number * 10).rounded() / 10) }
}
