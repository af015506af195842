import StationAudio
import StationCore
import StationHost
import StationTrust
import TerminalText

/// A file of the channel that is to be published: looked at, and found fit.
struct CheckedFile {
    let path: String
    let length: Int64
    let sha256: String
    /// Where its bytes come from.
    let source: TargetFiles.Wanted.Source
    /// What it says, for a calendar or a playlist.
    private(set) var text: [UInt8]?
    /// How it sounds, for audio.
    private(set) var measurement: Measurement?

    init(path: String, text: [UInt8]) {
        (self.path, self.text, source) = (path, text, .bytes(text))
        (length, sha256) = (Int64(text.count), SHA256.hash(text).description)
    }

    init(
        path: String, length: Int64, sha256: String, measurement: Measurement,
        source: TargetFiles.Wanted.Source
    ) {
        (self.path, self.length, self.sha256) = (path, length, sha256)
        (self.measurement, self.source) = (measurement, source)
    }

    /// As a targets role lists it.
    var target: JSON {
        let target: JSON = ["hashes": ["sha256": .string(sha256)], "length": .integer(length)]
        return measurement.map { target.with("custom", $0.json) } ?? target
    }

    /// As a repository is to offer it.
    var wanted: TargetFiles.Wanted { .init(path: path, length: length, sha256: sha256, source: source) }
}

/// How far a long piece of work is.
package struct Progress: Hashable, Sendable {
    /// What is being done.
    package enum Stage: Hashable, Sendable {
        /// Files are read and decoded to their end.
        case checking
        /// What the repository offers is compared with it.
        case comparing
        /// Files are copied into the repository.
        case copying
    }

    /// What is being done.
    package var stage: Stage
    /// Bytes of it that are done, and all of them.
    package var done: Int64
    package var total: Int64
}

/// Looks at everything of a channel before it is published, and finds out what no station could take.
struct ChannelCheck {
    let channel: Channel
    let audiences: [Audience]
    /// Everything that is to be published, in the order of paths' bytes.
    private(set) var files: [CheckedFile] = []
    private(set) var problems: [ChannelProblem]

    private let folder: String
    /// What of the channel is signed; nil for all of it.
    private let patterns: [TUF.PathPattern]?
    private let contents: ChannelFolder.Contents
    /// What is known of recordings that were published before, by their hash.
    private let known: [String: Measurement]

    /// So far ahead slots are compared with the length of what they play.
    private static let horizon = Duration.seconds(31 * 86_400)
    private static let mostSlots = 10_000

    /// Reads and checks a folder.
    ///
    /// - Parameters:
    ///   - folder: the channel's, or that of a part of one.
    ///   - patterns: the part; nil for a whole channel.
    ///   - offers: what was published before, each with how it was measured.
    ///   - surroundings: time and zones.
    ///   - progress: told before each file.
    /// - Throws: when the folder cannot be read; what is wrong in it is in `problems`.
    init(
        _ folder: String, for patterns: [TUF.PathPattern]? = nil, known offers: [JSON],
        _ surroundings: Surroundings, progress: (Progress) -> Void
    ) throws(CentreError) {
        (self.folder, self.patterns) = (folder, patterns)
        let measured = offers.compactMap { target in
            target.sha256.flatMap { hash in Measurement(target["custom"]).map { (hash, $0) } }
        }
        known = Dictionary(measured) { first, _ in first }
        contents = try ChannelFolder.read(folder)
        problems = contents.problems
        channel = Channel(contents.texts, audio: contents.others, surroundings)
        audiences = [.all] + Audience.named(in: contents.texts.map(\.path))
        checkTexts()
        let paths = checkTimetables()
        checkFiles(paths, progress)
        checkPatterns()
        checkSlots(from: surroundings.now)
        tellUnused(paths)
    }

    /// Throws all problems where one of them keeps the folder from being signed.
    func require(orElse refused: Phrase) throws(CentreError) {
        let count = problems.count { $0.severity == .error }
        guard count > 0 else { return }
        throw CentreError(
            .refused,
            Phrase(
                vi: "\(refused[.vietnamese]): \(count) lỗi",
                en: "\(refused[.english]): \(Format.counted(count, "error"))"),
            problems: problems)
    }

    // MARK: Texts

    private mutating func checkTexts() {
        // Of a part any calendar will do: which one, its pattern says.
        if !contents.texts.contains(where: {
            patterns != nil && $0.path.hasSuffix(".ics") || $0.path == "schedule.ics"
        }) {
            problems.append(
                ChannelProblem(
                    .error, "schedule.ics",
                    Phrase(
                        vi: "không có tệp này: \(folder) có đúng là thư mục chương trình không?",
                        en: "there is none: is \(folder) the folder of a channel?")))
        }
    }

    /// Compiles what each audience gets; returns the paths that their programmes refer to.
    private mutating func checkTimetables() -> [String] {
        var seen: Set<ChannelProblem> = []
        var mentions: Set<Timetable.Mention> = []
        for audience in audiences {
            let compiled = channel.compile(audience)
            for problem in ChannelProblem.all(compiled.problems)
            where seen.insert(problem).inserted {
                problems.append(problem)
            }
            mentions.formUnion(compiled.timetable.mentions)
        }
        problems += ChannelProblem.spellings(mentions)
        return Set(mentions.map(\.path.nfc)).sorted()
    }

    // MARK: Files

    private mutating func checkFiles(_ paths: [String], _ progress: (Progress) -> Void) {
        let texts = Dictionary(contents.texts.map { ($0.path, $0.bytes) }) { first, _ in first }
        let others = Set(contents.others)
        for file in contents.texts where file.path.hasSuffix(".ics") {
            files.append(CheckedFile(path: file.path, text: file.bytes))
        }
        var audio: [(path: String, length: Int64)] = []
        for path in paths {
            if let text = texts[path] {
                files.append(CheckedFile(path: path, text: text))
            } else if others.contains(path) {
                let name = contents.name(onDisk: path)
                audio.append((path, ContentFile.length(of: name, below: folder)))
            }
        }
        var state = Progress(stage: .checking, done: 0, total: audio.reduce(0) { $0 + $1.length })
        for (path, length) in audio {
            progress(state)
            checkAudio(path, length)
            state.done += length
        }
        if !audio.isEmpty { progress(state) }
        files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private mutating func checkAudio(_ path: String, _ length: Int64) {
        do {
            let name = contents.name(onDisk: path)
            let file = try ContentFile.open(name, below: folder)
            let hash = try ContentFile.hash(file.number, path).description
            let measurement: Measurement
            if let known = known[hash] {
                measurement = known
            } else {
                measurement = try Measurement(descriptor: file.number)
            }
            files.append(
                CheckedFile(
                    path: path, length: length, sha256: hash, measurement: measurement,
                    source: .file(name, below: folder)))
            for warning in measurement.warnings {
                problems.append(ChannelProblem(.warning, path, warning))
            }
            if OutsideDecoder.needed(by: file.number) == .ffmpeg {
                problems.append(
                    ChannelProblem(
                        .warning, path,
                        Phrase(
                            vi: "chỉ trạm có cài ffmpeg mới phát được; nên đổi sang MP3, Opus hoặc FLAC",
                            en: "plays only at stations with ffmpeg: better make it MP3, Opus or FLAC")))
            }
        } catch {
            problems.append(ChannelProblem(.error, path, Phrasebook.translated("\(error)")))
        }
    }

    /// What is not handed on to somebody no station takes from them; emergencies never are.
    private mutating func checkPatterns() {
        guard let patterns else { return }
        let emergencies = (contents.texts.map(\.path) + contents.others).filter(Role.isEmergency)
        for path in emergencies {
            problems.append(
                ChannelProblem(
                    .error, path,
                    Phrase(
                        vi: "emergency/ không bao giờ được giao: chỉ khóa emergency/ của kho mới ký được",
                        en: "emergency/ is never handed on: only the repository's own emergency keys sign it")
                ))
        }
        for file in files
        where !Role.isEmergency(file.path) && !patterns.contains(where: { $0.matches(file.path) }) {
            problems.append(
                ChannelProblem(
                    .error, file.path,
                    Phrase(
                        vi: "không khớp --path nào, không trạm nào nhận: dấu * không vượt qua dấu /",
                        en: "is of no --path, and no station would take it: a * crosses no /")))
        }
    }

    // MARK: Slots

    private mutating func checkSlots(from now: Instant) {
        let lengths = Dictionary(files.map { ($0.path, $0.measurement?.milliseconds ?? 0) }) { first, _ in
            first
        }
        var seen: Set<String> = []
        for audience in audiences {
            let timetable = channel.compile(audience).timetable
            for slot in timetable.slots(from: now, until: now + Self.horizon, limit: Self.mostSlots)
            where seen.insert("\(slot.file):\(slot.line)").inserted {
                checkLength(of: slot, longest(slot, timetable, lengths))
                if timetable.entries(of: slot).contains(where: { $0.entry.isLive }) {
                    warn(
                        slot,
                        Phrase(
                            vi: "tiếp âm: trạm chỉ phát nếu cấu hình có live: true và liveHosts, hoặc inputs",
                            en: "a relay: stations play it only with live: true and liveHosts, or inputs"))
                }
            }
        }
    }

    private mutating func checkLength(of slot: Slot, _ content: Int64) {
        guard let end = slot.hardEnd else { return }
        let room = (end - slot.scheduled).nanoseconds / 1_000_000
        guard content > room else { return }
        warn(
            slot,
            Phrase(
                vi: "“\(slot.title)” dài \(Format.clock(content)), nhưng lịch chỉ cho "
                    + "\(Format.clock(room)): phần cuối bị cắt",
                en: "“\(slot.title)” takes \(Format.clock(content)) and has "
                    + "\(Format.clock(room)): its end is cut off"))
    }

    private mutating func warn(_ slot: Slot, _ message: Phrase) {
        problems.append(ChannelProblem(.warning, slot.file, line: slot.line, message))
    }

    /// What a slot takes at the most, in milliseconds: what is for everybody and the longest of its languages.
    private func longest(_ slot: Slot, _ timetable: Timetable, _ lengths: [String: Int64]) -> Int64 {
        var common: Int64 = 0
        var languages: [String: Int64] = [:]
        for (language, entry) in timetable.entries(of: slot) {
            guard case .file(let path) = entry.source else { continue }
            if let language {
                languages[language, default: 0] += lengths[path] ?? 0
            } else {
                common += lengths[path] ?? 0
            }
        }
        return common + (languages.values.max() ?? 0)
    }

    private mutating func tellUnused(_ paths: [String]) {
        let used = Set(paths)
        let unused = contents.others.filter { !used.contains($0) && !Role.isEmergency($0) }
        guard let first = unused.first else { return }
        problems.append(
            ChannelProblem(
                .warning, first,
                unused.count == 1
                    ? Phrase(
                        vi: "không chương trình nào dùng tệp này: không đưa lên",
                        en: "no programme refers to it: not published")
                    : Phrase(
                        vi: "và \(unused.count - 1) tệp nữa không chương trình nào dùng: không đưa lên",
                        en: "no programme refers to it, nor to \(unused.count - 1) more: not published")))
    }
}
