// Compiles channels into a timetable: which file's programme counts, and what of it the station may play.

extension Timetable {
    /// The most events of a timetable; those beyond are reported and left out.
    package static let maximumEvents = 100_000
    /// The most rules of a timetable, each of which is asked for its next slots now and then; the rest is reported.
    package static let maximumRules = 10_000
    /// The most problems that are handed back.
    package static let maximumProblems = 1000
    /// How many days and shorter units may be looked at to count and to search instances, over all events.
    ///
    /// A hundred thousand weekly events of two years each use a fifth of it; hostile rules use it up in seconds.
    static let searchBudget = 100_000_000

    /// A compiled timetable and what was found on the way.
    package struct Compilation: Sendable {
        /// An upstream whose timetable is not to be believed.
        package struct Refusal: Hashable, Sendable {
            package var upstream: String
            /// The first of its calendars in which no event is understood.
            package var file: String
            /// Whether its other calendars have no event either.
            package var isEmpty = true
        }

        /// What was understood.
        package var timetable = Timetable()
        /// In the order of channels and files; at most `maximumProblems`, of which the last says how many are left out.
        package var problems: [TimetableProblem] = []
        /// The upstreams one of whose calendars has no event at all and does not say `X-LOA-EMPTY:TRUE`: their
        /// timetable must not replace an older one.
        package var refused: [Refusal] = []
    }

    /// Compiles the channels of a station.
    ///
    /// Whatever is not understood is reported with file and line, and everything else is taken.
    package static func compile(
        _ channels: [ChannelSource], for station: TimetableStation, zones: Zones
    ) -> Compilation {
        var compiler = TimetableCompiler(station: station, zones: zones)
        for channel in channels { compiler.add(channel) }
        return compiler.finish()
    }
}

/// Collects a timetable channel by channel.
private struct TimetableCompiler {
    let station: TimetableStation
    let zones: Zones
    private var timetable = Timetable()
    private var problems: [TimetableProblem] = []
    private var unreported = 0
    private var refused: [Timetable.Compilation.Refusal] = []
    private var table = ZoneTable()
    private let stationZone: Int
    private var eventCount = 0
    private var searchBudget = Timetable.searchBudget
    /// The channel at hand.
    private var source: ChannelSource
    private var files: [String: [UInt8]] = [:]
    /// The UIDs of the files so far of the channel, which are more special than those to come.
    private var taken: Set<String> = []

    init(station: TimetableStation, zones: Zones) {
        self.station = station
        self.zones = zones
        stationZone = table.index(of: station.zone)
        source = ChannelSource(upstream: "", rank: 0, classes: [], files: [])
    }

    mutating func add(_ channel: ChannelSource) {
        source = channel
        files = [:]
        taken = []
        for file in channel.files { files[file.path] = file.bytes }
        timetable.channels.append(
            Timetable.Channel(name: channel.upstream, rank: channel.rank, expires: channel.expires))
        let before = timetable.programmes.count
        for path in station.calendarPaths {
            if let bytes = files[path] { addCalendar(path, bytes) }
        }
        guard timetable.programmes.count > before, refused.last?.upstream == channel.upstream else { return }
        refused[refused.count - 1].isEmpty = false
    }

    mutating func finish() -> Timetable.Compilation {
        timetable.index()
        timetable.zones = table.zones
        timetable.stationZone = station.zone
        if unreported > 0, let last = problems.popLast() {
            problems.append(
                TimetableProblem(
                    upstream: last.upstream, file: last.file, line: last.line,
                    message: "\(unreported + 1) more problems are not listed"))
        }
        return Timetable.Compilation(timetable: timetable, problems: problems, refused: refused)
    }

    private mutating func warn(_ file: String, _ line: Int, _ message: String) {
        report(file, line, message, .warning)
    }

    private mutating func report(
        _ file: String, _ line: Int, _ message: String, _ severity: TimetableProblem.Severity = .error
    ) {
        guard problems.count < Timetable.maximumProblems else {
            unreported += 1
            return
        }
        problems.append(
            TimetableProblem(
                severity: severity, upstream: source.upstream, file: file, line: line, message: message))
    }

    // MARK: Calendars

    private mutating func addCalendar(_ path: String, _ bytes: [UInt8]) {
        guard bytes.count <= ICalendarLimits.fileBytes else {
            report(path, 1, "larger than \(ICalendarLimits.fileBytes) bytes")
            refuse(path)
            return
        }
        var reader = EventReader(file: path, bytes: bytes, zones: zones, stationZone: stationZone)
        var parser = ICalendarParser(bytes)
        var groups = EventGroups()
        var understood = 0
        while let component = parser.next() {
            guard component.name == "VEVENT" else { continue }
            guard eventCount < Timetable.maximumEvents else {
                report(
                    path, component.line,
                    "more than \(Timetable.maximumEvents) events: from here on none is read")
                break
            }
            eventCount += 1
            do throws(EventError) {
                let (event, error) = try reader.read(component, table: &table)
                if error == nil { understood += 1 }
                if let error, !error.isReported { report(path, error.line, error.description) }
                groups.add(event)
            } catch {
                report(path, error.line, error.description)
            }
            for warning in reader.warnings { warn(path, warning.line, warning.description) }
            reader.warnings = []
        }
        for (line, message) in parser.problems { report(path, line, message) }
        if parser.unreported > 0 {
            report(path, parser.problems.last?.line ?? 1, "\(parser.unreported) more lines are broken")
        }
        let isEmpty = parser.calendarProperties.contains { property in
            property.name == "X-LOA-EMPTY" && property.value.uppercased() == "TRUE"
        }
        if understood == 0 && !isEmpty {
            report(path, 1, "no event is understood; an empty timetable must say X-LOA-EMPTY:TRUE")
            refuse(path)
        }
        for group in groups.inOrder where taken.insert(group.uid).inserted { add(group, path) }
    }

    private mutating func refuse(_ path: String) {
        guard refused.last?.upstream != source.upstream else { return }
        refused.append(.init(upstream: source.upstream, file: path))
    }

    // MARK: Events

    private mutating func add(_ group: EventGroup, _ path: String) {
        for warning in group.warnings { warn(path, warning.line, warning.description) }
        guard let master = group.master else { return addOverrides(group, path) }
        // Cancelled or not understood, the series gives nothing, and neither do its exceptions.
        guard !master.isCancelled, !master.isBroken, let start = master.start,
            let recurrences = recurrences(master, start, path), let programme = programme(master, nil, path)
        else { return }
        let segments = segments(group, programme, path)
        let excluded = master.exceptions + group.single.compactMap(\.recurrence)
        let originals = addSingles(master, excluded, segments)
        let (instants, days) = Self.split(excluded)
        let series = recurrences.map { recurrence in
            Series(
                recurrence: recurrence, zone: start.zone, excluded: instants + originals, excludedDays: days,
                segments: segments)
        }
        guard timetable.series.count + series.count <= Timetable.maximumRules else {
            report(path, master.line, "more than \(Timetable.maximumRules) rules: this one is not followed")
            return addOverrides(group, path)
        }
        timetable.series += series
        addOverrides(group, path, series, originals, programme)
    }

    /// The rules of an event made ready; `nil` when one of them cannot be followed.
    private mutating func recurrences(
        _ master: CalendarEvent, _ start: ZonedTime, _ path: String
    ) -> [Recurrence]? {
        var recurrences: [Recurrence] = []
        for rule in master.rules {
            do {
                let recurrence = try Recurrence(
                    rule: rule, start: start.civil, zone: table.zones[start.zone],
                    budget: &searchBudget)
                try recurrence.checkRate(budget: &searchBudget)
                if !recurrence.isSpent {
                    recurrences.append(recurrence)
                } else if rule.count != 1 {
                    warn(path, master.line, "the rule gives nothing after the first instance")
                }
            } catch {
                report(path, master.line, "RRULE: \(error)")
                return nil
            }
        }
        return recurrences
    }

    private static func split(_ names: [InstanceName]) -> (instants: [Instant], days: [CivilDate]) {
        var (instants, days): ([Instant], [CivilDate]) = ([], [])
        for name in names {
            switch name {
            case .instant(let instant): instants.append(instant)
            case .day(let day): days.append(day)
            }
        }
        return (instants, days)
    }

    /// Adds the start of an event and its RDATEs; returns the instants that need no rule any more.
    private mutating func addSingles(
        _ master: CalendarEvent, _ excluded: [InstanceName], _ segments: [Series.Segment]
    ) -> [Instant] {
        let (instants, days) = Self.split(excluded)
        let (gone, goneDays) = (Set(instants), Set(days))
        var seen: Set<Instant> = []
        let first = master.start.map { [(time: $0, length: SlotLength?.none)] } ?? []
        for (time, length) in first + master.additions where seen.insert(time.instant).inserted {
            let zone = table.zones[time.zone]
            if gone.contains(time.instant) || goneDays.contains(time.civil.date) { continue }
            guard var single = Series.single(time.civil, time.instant, zone, segments) else { continue }
            if let length { single.hardEnd = length.end(of: time.civil, single.scheduled, zone) }
            timetable.singles.append(single)
        }
        return Array(seen)
    }

    /// What holds from the start, and what each exception with RANGE=THISANDFUTURE changes from its instance on.
    private mutating func segments(_ group: EventGroup, _ programme: Int, _ path: String) -> [Series.Segment]
    {
        var segments = [
            Series.Segment(from: .distantPast, shift: 0, programme: programme, length: group.master?.length)
        ]
        for event in group.lasting {
            guard case .instant(let original) = event.recurrence else { continue }
            if event.isCancelled || event.isBroken {
                segments.append(Series.Segment(from: original, shift: 0, programme: nil, length: nil))
            } else if let start = event.start, let own = self.programme(event, programme, path) {
                let wall = table.zones[start.zone].civilTime(at: original)
                segments.append(
                    Series.Segment(
                        from: original, shift: start.civil.seconds - wall.seconds, programme: own,
                        length: event.length))
            }
        }
        return segments.sorted { $0.from < $1.from }
    }

    /// Adds the instances that were moved or changed one by one.
    private mutating func addOverrides(
        _ group: EventGroup, _ path: String, _ series: [Series] = [], _ originals: [Instant] = [],
        _ master: Int? = nil
    ) {
        for event in group.single where !event.isCancelled && !event.isBroken {
            guard let start = event.start, let name = event.recurrence else { continue }
            guard let programme = programme(event, master, path) else { continue }
            let original: Instant
            switch name {
            case .instant(let instant): original = instant
            case .day(let day):
                // The instance of that day: at the series' own time of day.
                let zone = group.master?.start?.zone ?? start.zone
                let second = (group.master?.start ?? start).civil.secondOfDay
                original = table.zones[zone].instant(of: CivilTime(date: day, secondOfDay: second))
            }
            if group.master != nil, !originals.contains(original),
                !series.contains(where: { $0.isInstance(original, zones: table.zones) })
            {
                warn(path, event.line, "RECURRENCE-ID names no instance of the series; it plays by itself")
            }
            let zone = table.zones[start.zone]
            timetable.singles.append(
                Timetable.Single(
                    scheduled: start.instant, original: original,
                    hardEnd: event.length?.end(of: start.civil, start.instant, zone), programme: programme))
        }
    }

    // MARK: Programmes

    /// Adds what an event plays; `nil` when the station plays nothing of it.
    ///
    /// An exception that names no content has that of `master`.
    private mutating func programme(_ event: CalendarEvent, _ master: Int?, _ path: String) -> Int? {
        let content = event.content
        let inherited = master.map { timetable.programmes[$0].contents }
        guard let contents = content.contents.map(station.choose) ?? inherited else {
            report(path, event.line, "nothing to play: neither ATTACH nor a line loa-attach")
            return nil
        }
        // All of its languages are those of other stations.
        if contents.isEmpty { return nil }
        let line = content.contentLine == 0 ? event.line : content.contentLine
        guard let granted = grantedClass(content.programmeClass, path, event.line) else { return nil }
        for variant in contents {
            guard
                check(
                    variant.reference, path, line, isEmergency: granted == .emergency,
                    hasEnd: event.length != nil)
            else { return nil }
        }
        let count = contents.reduce(0) {
            $0 + timetable.entries(of: $1, upstream: source.upstream).count
        }
        if count > Playlist.maximumEntries {
            report(
                path, line,
                "its \(count) items are more than \(Playlist.maximumEntries): the rest is not played")
        }
        timetable.programmes.append(
            Timetable.Programme(
                channel: timetable.channels.count - 1, uid: event.uid, title: content.title,
                programmeClass: granted, categories: content.categories, late: content.late,
                contents: contents,
                file: path, line: event.line, contentLine: line))
        return timetable.programmes.count - 1
    }

    /// The class itself, or the highest below it that the file and the upstream may use.
    private mutating func grantedClass(_ wanted: ProgrammeClass, _ path: String, _ line: Int)
        -> ProgrammeClass?
    {
        let allowed = source.classes.filter { allowed in
            allowed <= wanted && (allowed != .emergency || ChannelPath.isEmergency(path))
        }
        guard let granted = allowed.max() else {
            report(path, line, "the upstream may not use class \(wanted.rawValue), nor any below it")
            return nil
        }
        if granted < wanted {
            warn(path, line, "class \(wanted.rawValue) is not allowed here: lowered to \(granted.rawValue)")
        }
        return granted
    }

    /// Checks that what an event names is there and may be played; reads the playlist when it is one.
    private mutating func check(
        _ reference: ContentReference, _ path: String, _ line: Int, isEmergency: Bool, hasEnd: Bool
    ) -> Bool {
        var isLive = false
        switch reference {
        case .live(let url):
            do {
                try ChannelPath.checkLive(url, hosts: source.liveHosts)
            } catch {
                report(path, line, error.description)
                return false
            }
            isLive = true
        case .file(let file): checkAudio(file, path, line)
        case .playlist(let file): isLive = checkPlaylist(file, path, line)
        }
        if isLive && isEmergency {
            report(path, line, "a live stream or line input is never an emergency")
            return false
        }
        if isLive && !hasEnd {
            report(path, line, "a live stream or line input needs an end: DTEND or DURATION")
            return false
        }
        return true
    }

    private mutating func checkAudio(_ file: String, _ path: String, _ line: Int) {
        guard let audio = source.audio else { return }
        // Equal strings may be written with other code points; the file is opened by its own.
        guard let place = audio.firstIndex(of: file) else {
            report(path, line, "the channel has no file \(file)")
            return
        }
        let channel = timetable.channels.count - 1
        if !audio[place].utf8.elementsEqual(file.utf8) {
            timetable.channels[channel].spellings[file] = audio[place]
        }
    }

    /// Reads a playlist once; whether it has a live entry.
    private mutating func checkPlaylist(_ file: String, _ path: String, _ line: Int) -> Bool {
        let channel = timetable.channels.count - 1
        if let playlist = timetable.channels[channel].playlists[file] {
            return playlist.entries.contains(where: \.isLive)
        }
        guard let bytes = files[file] else {
            report(path, line, "the channel has no playlist \(file)")
            return false
        }
        var (playlist, problems) = Playlist.read(bytes, path: file, liveHosts: source.liveHosts)
        for (line, message) in problems { report(file, line, message) }
        for index in playlist.entries.indices {
            guard case .file(let audio) = playlist.entries[index].source else { continue }
            checkAudio(audio, file, playlist.lines[index])
            if let spelling = timetable.channels[channel].spellings[audio] {
                playlist.entries[index].source = .file(spelling)
            }
        }
        timetable.channels[channel].playlists[file] = playlist
        return playlist.entries.contains(where: \.isLive)
    }
}
