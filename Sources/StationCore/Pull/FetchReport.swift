// What whoever fetches tells the station, as values: how polls ended, what is offered, and what is on the disk.

package import StationTrust

/// Something that fetching brought about.
package enum FetchReport: Sendable {
    /// A poll ended. All that it brought was told before.
    case polled(upstream: String, PollResult)
    /// One of an upstream's timetables is another one than before, and all that it refers to is known.
    case offered(ChannelOffer)
    /// What the store has from earlier runs: each file's length in bytes by its name. The first report.
    case opened([String: Int64])
    /// Files are in the store for good.
    case stored([TUF.Content])
    /// A file is not had; it is passed over until the next list of what is wanted.
    case unfetchable(RemoteFile, String)
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
    /// It could not be had, or not all of it could be believed; what was offered before stays. For a person.
    case failed(String)
}

/// One of an upstream's timetables, as its repository has it now.
package struct ChannelOffer: Hashable, Sendable {
    /// The upstream's name.
    package var upstream: String
    /// Which of its timetables.
    package var kind: RemoteFile.Kind
    /// Its calendars and playlists, which are in the store.
    package var texts: [String: [UInt8]]
    /// What each path is that calendars and playlists refer to, and they themselves; a path that is not here is
    /// nobody's target.
    package var contents: [String: TUF.Content]

    /// Makes the offer.
    package init(
        upstream: String, kind: RemoteFile.Kind, texts: [String: [UInt8]] = [:],
        contents: [String: TUF.Content] = [:]
    ) {
        (self.upstream, self.kind, self.texts, self.contents) = (upstream, kind, texts, contents)
    }
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
