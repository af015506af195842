import CLinux
import Glibc
import StationAudio
import StationCore

/// The thread that hashes content and decodes it to its end before anybody hears it.
///
/// A thread of its own: the preflight of the next slot takes seconds on a small board, and must not keep the decode
/// thread from the slot that is playing.
final class PreflightThread: Sendable {
    /// The loudness gain lies within these, in dB: a whisper is not made a shout, nor its noise.
    private static let gainRange = -24.0...12.0
    /// No item is longer, in seconds.
    private static let mostSeconds = 6 * 3600
    /// No item takes longer to decode, in nanoseconds: others wait for their turn.
    private static let patience: Int64 = 300_000_000_000

    private enum Job: Sendable {
        case check(EffectID, PlayID, [ContentItem])
        case end
    }
    private let jobs: JobQueue<Job>

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - folders: each upstream's folder.
    ///   - handed: what people handed over.
    ///   - targetLoudness: the loudness that every item is brought to, in LUFS.
    ///   - done: gets each result, on this thread.
    /// - Throws: `SystemError` when the machine has no thread left.
    init(
        folders: [String: String], handed: HandedFiles, targetLoudness: Double,
        done: @escaping @Sendable (EffectID, PlayID, PreparedContent) -> Void
    ) throws(SystemError) {
        let jobs = try JobQueue<Job>()
        self.jobs = jobs
        let checker = Checker(folders: folders, handed: handed, targetLoudness: targetLoudness)
        try Thread.start("preflight") {
            while true {
                for job in jobs.wait() ?? [] {
                    guard case .check(let id, let play, let items) = job else { return }
                    done(id, play, checker.check(items))
                }
            }
        }
    }

    deinit { jobs.put(.end) }

    func check(_ id: EffectID, _ play: PlayID, _ items: [ContentItem]) { jobs.put(.check(id, play, items)) }

    /// Looks at items; owned by the thread.
    private struct Checker: Sendable {
        let folders: [String: String]
        let handed: HandedFiles
        let targetLoudness: Double

        func check(_ items: [ContentItem]) -> PreparedContent {
            var sounds: [PreparedContent.Item] = []
            var reports: [ItemReport] = []
            for (index, item) in items.enumerated() {
                var (sound, report) = check(item.source, index)
                if sound == nil, let fallback = item.fallback {
                    let (other, found) = check(fallback, index)
                    if let other {
                        // What is wrong is still wrong with the item, and named by it.
                        sound = other
                        (report.path, report.sha256, report.duration) = (
                            found.path, found.sha256, found.duration
                        )
                        (report.isPlayable, report.isCut) = (true, found.isCut)
                    }
                }
                if let sound { sounds.append(sound) }
                reports.append(report)
            }
            return PreparedContent(items: sounds, reports: reports)
        }

        private func check(_ source: ContentItem.Source, _ index: Int) -> (PreparedContent.Item?, ItemReport)
        {
            var report = ItemReport(
                path: source.path, sha256: nil, duration: .zero, problem: .missing, isPlayable: false)
            do throws(SystemError) {
                let file = try open(source)
                report.sha256 = try ContentFile.hash(file.number, source.path)
                return decode(file, index, report)
            } catch {
                if error.code != ENOENT { report.problem = .bad("\(error)") }
                return (nil, report)
            }
        }

        private func open(_ source: ContentItem.Source) throws(SystemError) -> Descriptor {
            switch source {
            case .channel(let upstream, let path):
                guard let folder = folders[upstream] else {
                    throw SystemError(call: "open \(path)", code: ENOENT)
                }
                return try ContentFile.open(path, below: folder)
            case .handedOver(let token, let name):
                guard let file = handed.take(token) else {
                    throw SystemError(call: "open \(name)", code: ENOENT)
                }
                try ContentFile.check(file.number, name)
                return file
            case .testTone: return try TestTone.open()
            case .live(let url): throw SystemError(call: "open \(url)", code: EPROTONOSUPPORT)
            case .input(let name): throw SystemError(call: "open input:\(name)", code: EPROTONOSUPPORT)
            }
        }

        private func decode(
            _ file: consuming Descriptor, _ index: Int, _ report: ItemReport
        ) -> (PreparedContent.Item?, ItemReport) {
            var report = report
            do throws(DecodeError) {
                let deadline = CLinux_monotonic() + PreflightThread.patience
                let found = try Preflight(
                    descriptor: file.number, maximumSeconds: PreflightThread.mostSeconds
                ) {
                    CLinux_monotonic() < deadline
                }
                report.duration = .nanoseconds(found.nanoseconds)
                report.problem = found.isTruncated ? .bad("is cut off") : nil
                report.isCut = found.isTruncated
                report.isPlayable = true
                let gain = found.loudness.map { targetLoudness - $0 } ?? 0
                let item = PreparedContent.Item(
                    index: index, descriptor: file.release(), frames: found.frames, rate: found.format.rate,
                    gainDecibels: min(max(gain, gainRange.lowerBound), gainRange.upperBound))
                return (item, report)
            } catch {
                report.problem = .bad("\(error)")
                return (nil, report)
            }
        }

        private var gainRange: ClosedRange<Double> { PreflightThread.gainRange }
    }
}
