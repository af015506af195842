import StationCore
import Synchronization

/// The thread that reads files which may be slow, away from the loop: the upstreams' folders and the configuration.
final class FolderThread: Sendable {
    /// What the thread is asked to do.
    private enum Job: Sendable {
        case readTimetable(EffectID)
        case measure(EffectID)
        case reload(path: String)
        case adopt(LoadedConfiguration)
    }

    /// A read of the folders that was asked for and has not ended.
    private struct Reading {
        /// Whose folder it is at; nil before the first.
        var upstream: String?
        /// How often it was asked for again meanwhile.
        var skipped = 0
    }

    /// So many reads in a row may find the one before still under way, before that is a fault.
    private static let mostSkipped = 3

    private let jobs: JobQueue<Job>
    private let mailbox: Mailbox<Event>
    private let reading = Mutex(Reading?.none)
    private let begins: @Sendable (String) -> Void

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - loaded: the configuration to begin with.
    ///   - zones: where zones are read.
    ///   - mailbox: gets timetables and completions.
    ///   - reloads: gets configurations that were read anew.
    ///   - begins: hears, on this thread, of each upstream before its folder is read; a test lets one hang.
    /// - Throws: `SystemError` when the machine has no thread left.
    init(
        _ loaded: LoadedConfiguration, zones: ZoneFolder, mailbox: Mailbox<Event>,
        reloads: Mailbox<Result<LoadedConfiguration, ConfigurationFileError>>,
        begins: @escaping @Sendable (_ upstream: String) -> Void = { _ in }
    ) throws(SystemError) {
        let jobs = try JobQueue<Job>()
        self.jobs = jobs
        self.mailbox = mailbox
        self.begins = begins
        let reader = TimetableReader(loaded, zones: zones)
        try Thread.start("folder") { [self] in
            while true {
                for job in jobs.wait() ?? [] { carryOut(job, reader, zones, reloads) }
            }
        }
    }

    /// Looks whether the timetable has changed.
    ///
    /// A folder that does not answer (a network share, a dying disk) must not let questions pile up behind it.
    func readTimetable(_ id: EffectID) {
        let underWay = reading.withLock { reading in
            reading?.skipped += 1
            defer { reading = reading ?? Reading() }
            return reading
        }
        guard let underWay else { return jobs.put(.readTimetable(id)) }
        if underWay.skipped >= Self.mostSkipped, let upstream = underWay.upstream {
            mailbox.put(.timetableRefused(upstream: upstream, "its folder does not answer"))
        }
        mailbox.put(.completed(id, .failed("the folder is still being read")))
    }

    /// Measures what is free and what is used.
    func measure(_ id: EffectID) {
        if reading.withLock({ ($0?.skipped ?? 0) > 0 }) {
            mailbox.put(.completed(id, .failed("the folder is still being read")))
        } else {
            jobs.put(.measure(id))
        }
    }

    /// Reads the configuration file anew.
    func reload(_ path: String) { jobs.put(.reload(path: path)) }

    /// Goes by another configuration from now on.
    func adopt(_ loaded: LoadedConfiguration) { jobs.put(.adopt(loaded)) }

    private func read(_ id: EffectID, _ reader: TimetableReader) {
        for event in reader.read(begins: note) { mailbox.put(event) }
        let ended = reading.withLock { $0.take() }
        // The station was told that the folder does not answer: only a timetable tells it otherwise.
        if let ended, ended.skipped >= Self.mostSkipped {
            for event in reader.readAnew(begins: begins) { mailbox.put(event) }
        }
        mailbox.put(.completed(id, reader.isWhole ? .done : .failed("an upstream could not be read")))
    }

    private func note(_ upstream: String) {
        reading.withLock { $0?.upstream = upstream }
        begins(upstream)
    }

    private func carryOut(
        _ job: Job, _ reader: TimetableReader, _ zones: ZoneFolder,
        _ reloads: Mailbox<Result<LoadedConfiguration, ConfigurationFileError>>
    ) {
        switch job {
        case .readTimetable(let id): read(id, reader)
        case .measure(let id): mailbox.put(.completed(id, reader.measure()))
        case .reload(let path):
            do throws(ConfigurationFileError) {
                reloads.put(.success(try LoadedConfiguration.read(path, zones: zones)))
            } catch { reloads.put(.failure(error)) }
        case .adopt(let loaded): reader.loaded = loaded
        }
    }
}
