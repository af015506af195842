import StationCore
import StationHost
import StationTrust

/// Reads one of a channel's timetables out of its repository: the calendars, then all that they refer to.
///
/// Fetch thread; one at a time of a repository, after a poll that was believed.
final class ChannelReading {
    /// The most paths of a timetable; nobody's channel is nearly as large.
    static let mostPaths = 50_000

    /// What is read, for whom, and what was read before.
    struct Question {
        let kind: RemoteFile.Kind
        let reader: ChannelReader
        /// The time by which the poll was judged, in seconds since 1970.
        let time: Int64
        /// Whether that is what a clock says which is believed; else it is earlier than now, nobody knows how much.
        let isTimeKnown: Bool
        /// What the upstream had the last time.
        let before: Manifest.Channel?
    }

    private let question: Question
    private let repository: Repository
    private let store: ContentStore
    private let then: (Result<Manifest.Channel, Repository.Problem>, Repository.Problem?) -> Void
    private var channel = Manifest.Channel()
    /// Why something that another centre signs for was left as it was, the first time.
    private var lapse: Repository.Problem?
    private var texts: [String: [UInt8]] = [:]
    private var textBytes = 0
    /// Whether whoever signed said when.
    private var isDated = true
    /// What is still to be looked for, and everything that was.
    private var pending: [String]
    private var asked: Set<String>
    private var isWaiting = false
    private var isAdvancing = false
    private var hasEnded = false

    /// - Parameters:
    ///   - question: what is read.
    ///   - repository: has it.
    ///   - store: has its texts, or gets them.
    ///   - then: is told once what there is, and why some of it was left as it was, if it was: nobody signs for it any
    ///     more, or it is not there. Maybe before `start` returns.
    init(
        _ question: Question, _ repository: Repository, _ store: ContentStore,
        then: @escaping (Result<Manifest.Channel, Repository.Problem>, Repository.Problem?) -> Void
    ) {
        (self.question, self.repository, self.store, self.then) = (question, repository, store, then)
        pending = question.reader.station.calendarPaths.filter { RemoteFile.Kind(of: $0) == question.kind }
        asked = Set(pending)
    }

    /// Begins, and goes on by itself.
    ///
    /// A loop, not a recursion: what is known already answers at once, a thousand times in a row.
    func start() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while !isWaiting, !hasEnded {
            if pending.isEmpty { addReferences() }
            guard let path = pending.popLast() else { return conclude() }
            isWaiting = true
            repository.find(path, for: purpose) { [self] in found(path, $0) }
        }
    }

    private var isEmergency: Bool { question.kind == .emergency }
    private var purpose: TransferRequest.Purpose { isEmergency ? .emergency : .metadata }

    private func addReferences() {
        let references = question.reader.references(texts).filter { RemoteFile.Kind(of: $0) == question.kind }
        pending = references.filter { asked.insert($0).inserted }
        guard asked.count > Self.mostPaths else { return }
        end(.failure(.init(description: "its timetable refers to more than \(Self.mostPaths) files")))
    }

    private func found(_ path: String, _ result: Result<TUF.Target?, Repository.Problem>) {
        switch result {
        case .failure(let problem):
            guard problem.isExpired else { return end(.failure(problem)) }
            guard isEmergency else { return leaveAsItWas(path, problem) }
            // An alert's signature ends with it: until somebody signs for the next there is none.
            end(.success(Manifest.Channel()))
        // What nobody offers is missed by whoever compiles the timetable.
        case .success(nil): goOn()
        case .success(let target?):
            if isEmergency, let problem = noteEmergency(path, target) { return end(.failure(problem)) }
            take(path, target.content, isOfOthers: !isEmergency && target.signer?.patterns != nil)
        }
    }

    private func take(_ path: String, _ content: TUF.Content, isOfOthers: Bool) {
        channel.contents[path] = content
        guard ChannelReader.isText(path) else { return goOn() }
        read(path, content, isOfOthers: isOfOthers)
    }

    /// Leaves what another centre signs for as it was, where that has run out or is not there any more: a commune's
    /// lapse freezes nothing that its district sends.
    private func leaveAsItWas(_ path: String, _ problem: Repository.Problem) {
        lapse = lapse ?? problem
        channel.contents[path] = nil
        guard let kept = question.before?.contents[path], !ChannelReader.isText(path) || store.contains(kept)
        else { return goOn() }
        take(path, kept, isOfOthers: false)
    }

    /// Notes until when an emergency is one, and who said so.
    ///
    /// - Returns: why it is none: whoever may sign for other things too cannot make an emergency (DESIGN.md section 7).
    private func noteEmergency(_ path: String, _ target: TUF.Target) -> Repository.Problem? {
        guard let signer = target.signer, let patterns = signer.patterns,
            patterns.allSatisfy({ RemoteFile.Kind(of: $0) == .emergency })
        else {
            return .init(description: "\(path) is signed by a role that is not for emergencies alone")
        }
        let issued = signer.issued.flatMap(UTCTime.seconds)
        isDated = isDated && issued != nil
        let longest = Int64(LogSummary.longestEmergency.components.seconds)
        // Who signs ahead of time gets no more of it.
        let begin =
            question.isTimeKnown ? min(issued ?? question.time, question.time) : issued ?? question.time
        let end = Instant(seconds: min(signer.expires, begin + longest))
        channel.expires = min(channel.expires ?? end, end)
        return nil
    }

    private func read(_ path: String, _ content: TUF.Content, isOfOthers: Bool) {
        textBytes += Int(clamping: content.length ?? 0)
        guard textBytes <= ChannelReader.mostTextBytes else {
            let problem = "more than \(ChannelReader.mostTextBytes >> 20) MiB of calendars and playlists"
            return end(.failure(.init(description: problem)))
        }
        if let kept = store.read(content, limit: ChannelReader.mostTextBytes) {
            texts[path] = kept
            return goOn()
        }
        repository.text(of: path, content, for: purpose) { [self] result in
            do {
                let bytes = try result.get()
                try store.keep(bytes, as: content)
                texts[path] = bytes
                goOn()
            } catch let problem as Repository.Problem {
                guard isOfOthers, !problem.isUnreachable else { return end(.failure(problem)) }
                leaveAsItWas(path, problem)
            } catch { end(.failure(.init(description: "\(error)"))) }
        }
    }

    private func goOn() {
        isWaiting = false
        start()
    }

    private func conclude() {
        channel.targetsVersion = repository.targetsVersion
        // Without a date an emergency is as old as its first sight, however often it is seen.
        if !isDated, let before = question.before, before.contents == channel.contents {
            channel.expires = before.expires
        }
        end(.success(channel))
    }

    private func end(_ result: Result<Manifest.Channel, Repository.Problem>) {
        guard !hasEnded else { return }
        hasEnded = true
        then(result, lapse)
    }
}
