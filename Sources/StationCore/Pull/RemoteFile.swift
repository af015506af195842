package import StationTrust

/// A file that an upstream offers, for which somebody whom it trusts has signed.
package struct RemoteFile: Hashable, Sendable {
    /// The upstream's name.
    package var upstream: String
    /// Where it lies in the repository.
    package var path: String
    /// What it is.
    package var content: TUF.Content

    /// Makes the file.
    package init(upstream: String, path: String, content: TUF.Content) {
        (self.upstream, self.path, self.content) = (upstream, path, content)
    }

    /// Whether it belongs to an emergency: then nothing else is fetched before it, and no budget counts it.
    package var isEmergency: Bool { Kind(of: path) == .emergency }

    /// The two timetables of a channel, which are switched each by itself.
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// Signed with keys of its own, and first in everything.
        case emergency
        case ordinary

        /// The one to which a file belongs.
        package init(of path: String) {
            self = ChannelPath.isEmergency(path) ? .emergency : .ordinary
        }
    }
}

extension TUF.Content {
    /// The name of the file in the store of content: the hexadecimal form of its strongest hash.
    package var storeName: String? { hashes.first?.digits }
}
