package import StationCore
package import StationTrust

/// What asks upstreams and fetches from them: the executor's border to the network.
///
/// Every function is called on the loop thread and returns at once; what comes of it is reported to the mailbox that
/// it was made with.
package protocol Fetching: AnyObject {
    /// Asks an upstream whether there is anything new; one poll of it at a time.
    ///
    /// - Parameters:
    ///   - upstream: its name.
    ///   - time: by which metadata is judged, in seconds since 1970.
    ///   - certificatesAt: by which certificates of servers are, likewise; nil for the clock's time.
    ///   - isAsked: whether somebody asked for it: then files that servers had wrong wait no longer.
    func poll(_ upstream: String, at time: Int64, certificatesAt: Int64?, isAsked: Bool)
    /// Reads a repository that was handed over in place of its upstream's server, from now on.
    ///
    /// - Parameters:
    ///   - token: under which its folder was handed over.
    ///   - upstream: whose it is; nil for the upstream whose root lies there.
    ///   - done: hears whose it is, or why it cannot be read.
    func beginImport(_ token: UInt64, upstream: String?, done: @escaping @Sendable (Completion) -> Void)
    /// Asks the server of that upstream again.
    func endImport()
    /// Reads timetables for a station with other groups, languages or another zone from now on.
    ///
    /// What is active is reported as recovered again, compiled anew; the next poll brings what else it needs.
    func configure(_ station: TimetableStation, zoneName: String)
    /// Fetches these files in this order in place of those before; what failed before is tried again.
    func want(_ files: [RemoteFile])
    /// Removes files of the store of content.
    func evict(_ names: [String])
    /// Writes down, durably, which timetable of a kind is the active one.
    func adopt(_ kind: RemoteFile.Kind, _ manifest: Manifest, done: @escaping @Sendable (Completion) -> Void)
    /// Makes the tree over the first lines of the log on the disk.
    func foldLog(_ origin: LogOrigin, lines: Int64, done: @escaping @Sendable (Completion) -> Void)
    /// Brings the log's store up to a head.
    func uploadLog(_ order: LogUpload.Order, done: @escaping @Sendable (Completion) -> Void)
    /// Puts what the centre is to know into the log's store, signed.
    func uploadStatus(_ status: JSON, done: @escaping @Sendable (Completion) -> Void)
}
