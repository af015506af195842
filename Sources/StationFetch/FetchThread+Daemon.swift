import StationCore
package import StationHost

/// How the configuration becomes a fetch thread. Main thread, before the loop.
extension FetchThread {
    /// Makes the fetch thread that a configuration describes; what it reports are events of the station.
    ///
    /// - Throws: `SystemError` when the machine has no thread left, or the state's folder cannot be used.
    package convenience init(_ context: Daemon.FetchContext) throws(SystemError) {
        let configuration = context.configuration
        try self.init(
            Setup(
                upstreams: configuration.upstreams, station: context.station,
                zoneName: configuration.timeZone, zones: ZoneFolder.system.zones,
                network: configuration.network, state: configuration.state, boot: context.boot,
                proof: configuration.proof, handed: context.handed)
        ) { [mailbox = context.mailbox] in mailbox.put(.fetched($0)) }
    }
}
