import StationTrust

/// How the entries of a bundle differ from the leaves that were signed for: the first difference, as people say it.
enum BundleComparison: Hashable {
    case same
    /// This one is another.
    case edited(Int)
    /// These two stand in each other's place.
    case swapped(Int, Int)
    /// This one is left out, and the others have moved up.
    case removed(Int)
    /// This one was put in, and the others have moved back.
    case inserted(Int)
    /// Those from here on are not there.
    case cut(Int)

    /// Compares hashes of entries with the leaves of a tile, or with as many of them as there are.
    init(_ found: [MerkleHash], with leaves: [MerkleHash]) {
        guard let first = zip(found, leaves).firstIndex(where: { $0 != $1 }) else {
            self = found.count < leaves.count ? .cut(found.count) : .same
            return
        }
        let (rest, signed) = (found[(first + 1)...], leaves[(first + 1)...])
        if let second = signed.firstIndex(of: found[first]), second < found.count,
            found[second] == leaves[first],
            found[(first + 1)..<second] == leaves[(first + 1)..<second]
        {
            self = .swapped(first, second)
        } else if Self.begins(found[first...], signed) {
            self = .removed(first)
        } else if Self.begins(rest, leaves[first...]) {
            self = .inserted(first)
        } else {
            self = .edited(first)
        }
    }

    /// Whether two are the same as far as both go, and that is somewhere.
    private static func begins(_ left: ArraySlice<MerkleHash>, _ right: ArraySlice<MerkleHash>) -> Bool {
        !left.isEmpty && !right.isEmpty && zip(left, right).allSatisfy { $0 == $1 }
    }
}

extension Sequence {
    fileprivate func firstIndex(where isSo: (Element) -> Bool) -> Int? {
        enumerated().first { isSo($0.element) }?.offset
    }
}
