// What whoever fetches tells the station, as values: how polls ended, what is offered, and what is on the disk.

package import StationTrust

/// Something that fetching brought about.
package enum FetchReport: Sendable {
    /// What the store has from earlier runs: each file's length in bytes by its name. The first report.
    case opened([String: Int64])
    /// When the publisher of what earlier runs believed of an upstream says that it signed it (`x-loa-issued`).
    case issued(upstream: String, String)
    /// The timetables that were active when an earlier run ended, of files that are in the store.
    case recovered([RemoteFile.Kind: SignedTimetable])
    /// All upstreams' timetables of that kind as they are now, and which of them were fetched since the start.
    ///
    /// Calendars and playlists are in the store.
    indirect case offered(RemoteFile.Kind, SignedTimetable, fetched: Set<String>)
    /// A poll ended. All that it brought was told before.
    case polled(upstream: String, PollResult)
    /// Files are in the store for good.
    case stored([TUF.Content])
    /// A file is not had; it is passed over until the next list of what is wanted.
    case unfetchable(RemoteFile, String)
    /// Nothing more of an upstream, or of any, is fetched until the next list of what is wanted.
    case passedOver(upstream: String?)
    /// The key of the log is there, and what an earlier run knew of its store.
    case proofOpened(ProofOpening)
    /// There is no key to sign the log with, and none can be made; why, for a person.
    case proofUnsigned(String)
    /// What bulk transfers have used so far: at the start, as it grows, and where the budget ends.
    case used(BulkUsage)
}

/// How a poll ended.
package enum PollResult: Hashable, Sendable {
    /// Nothing is new.
    case unchanged
    /// What is new was offered.
    ///
    /// `targetsVersion` is the version of the targets that are believed, and `issued` when the publisher says that it
    /// signed the timestamp (`x-loa-issued`), as it stands there.
    case changed(targetsVersion: Int64?, issued: String?)
    /// It could not be had, or not all of it could be believed; what was offered before stays.
    ///
    /// `why` is for a person; `isUnreachable` says that nobody answered, rather than somebody who is not believed.
    case failed(why: String, isUnreachable: Bool)
}

/// How many bytes bulk transfers have brought in a month.
package struct BulkUsage: Hashable, Sendable {
    /// The month, `2026-11`, in UTC.
    package var month: String
    /// Bytes of bodies, also of those that were thrown away.
    package var bytes: Int64

    /// Makes the usage.
    package init(month: String, bytes: Int64) { (self.month, self.bytes) = (month, bytes) }
}
