package import StationTrust

/// Which of a station's logs its entries go to at the store.
///
/// The first one goes on for as long as the store's head is one of this very journal. When it is not any more (the
/// state was lost, an old image of it restored, the card copied to another board), a new one begins with the entry that
/// says so: a head that contradicts an earlier one is never signed (I6).
package struct LogOrigin: Hashable, Sendable {
    /// The how manieth log of the station it is, from 1.
    package let number: Int64
    /// How many entries of the journal other logs have already.
    package let from: Int64

    /// The first one.
    package static let first = LogOrigin(number: 1, from: 0)

    /// No station has more: each is a loss.
    package static let most: Int64 = 9999

    /// Makes an origin.
    package init(number: Int64, from: Int64) { (self.number, self.from) = (number, from) }

    /// The origin that an entry begins; nil for all others.
    package init?(begunBy entry: JSON) {
        guard entry["kind"]?.text == Entry.Kind.fault.rawValue, entry["code"]?.text == Faults.Code.proof.name,
            let name = entry["origin"]?.text, let number = Self.number(name),
            let from = entry["from"]?.integer,
            from >= 0
        else { return nil }
        self.init(number: number, from: from)
    }

    /// The line that names it in its heads.
    package func name(of station: String) -> String { Self.name(number, of: station) }

    /// The line that names the how manieth log of a station in its heads: `loa/STATION`, `loa/STATION/2`.
    package static func name(_ number: Int64, of station: String) -> String {
        keyName(of: station) + (number == 1 ? "" : "/\(number)")
    }

    /// What the key of a station is called, whichever of its logs it signs.
    package static func keyName(of station: String) -> String { "loa/" + station }

    /// Where it is kept, below the station's folder at the store: nothing, or a folder with a slash behind it.
    package var folder: String { number == 1 ? "" : "\(number)/" }

    /// The number that the name of a folder, or the end of a log's name, says; nil where it is none of a later log.
    package static func number(ofFolder name: some StringProtocol) -> Int64? {
        Int64(name).flatMap { 2...most ~= $0 && String($0) == name ? $0 : nil }
    }

    private static func number(_ name: String) -> Int64? {
        name.split(separator: "/").last.flatMap { number(ofFolder: $0) }
    }
}

/// The head of a log, before anybody has signed it: how many entries it has, and the root over them.
package struct LogHead: Hashable, Sendable {
    /// Which log it is of.
    package var origin: LogOrigin
    /// How many entries it has.
    package var size: Int64
    /// The root of the tree over them.
    package var root: MerkleHash

    /// Makes a head.
    package init(origin: LogOrigin, size: Int64, root: MerkleHash) {
        (self.origin, self.size, self.root) = (origin, size, root)
    }
}
