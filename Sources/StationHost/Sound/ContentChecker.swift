import CLinux
import Glibc
import StationAudio
import StationCore
import StationTrust

/// Looks at content before anybody hears it: opens, hashes and decodes it to its end.
///
/// Preflight thread.
struct ContentChecker: Sendable {
    /// The loudness gain lies within these, in dB: a whisper is not made a shout, nor its noise.
    private static let gainRange = -24.0...12.0
    /// No item is longer, in seconds.
    private static let mostSeconds = 6 * 3600
    /// No item takes longer to decode, in nanoseconds: others wait for their turn.
    private static let patience: Int64 = 300_000_000_000

    /// The folder of verified content, each file named by its hash.
    let content: String
    /// What people handed over.
    let handed: HandedFiles
    /// The loudness that every item is brought to, in LUFS.
    let targetLoudness: Double
    /// Files that may be open at once.
    let allowance: FileAllowance

    /// What has been found of a play's items so far.
    struct Progress: Sendable {
        let items: [ContentItem]
        let urgency: Urgency
        fileprivate var sounds: [PreparedContent.Item] = []
        fileprivate var reports: [ItemReport] = []
        /// What a person handed over, by its token: it can be taken but once.
        fileprivate var taken: [UInt64: HeldFile] = [:]

        init(items: [ContentItem], urgency: Urgency) {
            self.items = items
            self.urgency = urgency
        }
    }

    /// It was told to stop before its end.
    private struct Interruption: Error {}

    /// Looks at the items that nobody has looked at yet.
    ///
    /// - Parameters:
    ///   - progress: what has been found; it grows by whole items.
    ///   - shouldContinue: asked before each piece that is read or decoded.
    /// - Returns: nil when it was told to stop before its end.
    func go(on progress: inout Progress, shouldContinue: () -> Bool) -> PreparedContent? {
        while progress.reports.count < progress.items.count {
            let index = progress.reports.count
            do throws(Interruption) {
                let item = progress.items[index]
                var (sound, report) = try check(item.source, index, &progress, shouldContinue)
                if sound == nil, let fallback = item.fallback {
                    let (other, found) = try check(fallback, index, &progress, shouldContinue)
                    if let other {
                        // What is wrong is still wrong with the item, and named by it.
                        sound = other
                        (report.path, report.sha256, report.duration) = (
                            found.path, found.sha256, found.duration
                        )
                        (report.isPlayable, report.isCut) = (true, found.isCut)
                    }
                }
                if let sound { progress.sounds.append(sound) }
                progress.reports.append(report)
            } catch { return nil }
        }
        return PreparedContent(items: progress.sounds, reports: progress.reports)
    }

    private func check(
        _ source: ContentItem.Source, _ index: Int, _ progress: inout Progress, _ shouldContinue: () -> Bool
    ) throws(Interruption) -> (PreparedContent.Item?, ItemReport) {
        var report = ItemReport(
            path: source.path, sha256: nil, duration: .zero, problem: .missing, isPlayable: false)
        if case .refused(_, let why) = source {
            report.problem = .bad(why)
            return (nil, report)
        }
        let file: HeldFile
        do throws(SystemError) {
            file = try open(source, &progress)
            report.sha256 = try hash(file, source, shouldContinue)
        } catch {
            switch error.code {
            case ECANCELED: throw Interruption()
            case ENOENT: break
            case EBADMSG: report.problem = .spoiled
            default: report.problem = .bad("\(error)")
            }
            return (nil, report)
        }
        let found = try decode(file, index, report, shouldContinue)
        guard file.isUnchanged else {
            // What was hashed is not what would sound.
            (report.sha256, report.problem) = (nil, .bad("changes while it is read"))
            return (nil, report)
        }
        return found
    }

    /// Whole again, on the descriptor that will be decoded: what lies on a disk for months does not stay what it was.
    private func hash(
        _ file: HeldFile, _ source: ContentItem.Source, _ shouldContinue: () -> Bool
    ) throws(SystemError) -> Digest {
        if case .target(_, let path, let content?) = source {
            return try ContentFile.verify(
                file.number, path, is: content, shouldContinue: shouldContinue)
        }
        return try ContentFile.hash(file.number, source.path, shouldContinue: shouldContinue)
    }

    private func open(
        _ source: ContentItem.Source, _ progress: inout Progress
    ) throws(SystemError) -> HeldFile {
        switch source {
        case .target(_, let path, let signed):
            guard let name = signed?.storeName else { throw SystemError(call: "open \(path)", code: ENOENT) }
            return try HeldFile(allowance, for: progress.urgency) { () throws(SystemError) in
                try ContentFile.open(name, below: content)
            }
        case .handedOver(let token, let name):
            if let file = progress.taken[token] { return file }
            let file = try HeldFile(allowance, for: progress.urgency) { () throws(SystemError) in
                guard let file = handed.take(token) else {
                    throw SystemError(call: "open \(name)", code: ENOENT)
                }
                return file
            }
            try ContentFile.check(file.number, name)
            progress.taken[token] = file
            return file
        case .testTone:
            return try HeldFile(allowance, for: progress.urgency) { () throws(SystemError) in
                try TestTone.open()
            }
        case .live(let url): throw SystemError(call: "open \(url)", code: EPROTONOSUPPORT)
        case .input(let name): throw SystemError(call: "open input:\(name)", code: EPROTONOSUPPORT)
        case .refused(let line, _): throw SystemError(call: "open \(line)", code: EINVAL)
        }
    }

    private func decode(
        _ file: HeldFile, _ index: Int, _ report: ItemReport, _ shouldContinue: () -> Bool
    ) throws(Interruption) -> (PreparedContent.Item?, ItemReport) {
        var report = report
        var isInterrupted = false
        do throws(DecodeError) {
            let deadline = CLinux_monotonic() + Self.patience
            let found = try Preflight(descriptor: file.number, maximumSeconds: Self.mostSeconds) {
                isInterrupted = !shouldContinue()
                return !isInterrupted && CLinux_monotonic() < deadline
            }
            report.duration = .nanoseconds(found.nanoseconds)
            report.problem = found.isTruncated ? .bad("is cut off") : nil
            report.isCut = found.isTruncated
            report.isPlayable = true
            let gain = found.loudness.map { targetLoudness - $0 } ?? 0
            let item = PreparedContent.Item(
                index: index, file: file, frames: found.frames, rate: found.format.rate,
                gainDecibels: min(max(gain, Self.gainRange.lowerBound), Self.gainRange.upperBound))
            return (item, report)
        } catch {
            if isInterrupted { throw Interruption() }
            report.problem = .bad("\(error)")
            return (nil, report)
        }
    }
}
