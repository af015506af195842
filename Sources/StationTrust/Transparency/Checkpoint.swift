/// The head of a log: its origin, how many entries it has, and the root over them (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    /// Which log it is.
    package let origin: String
    /// How many entries it has.
    package let size: Int64
    /// The root of the tree over them.
    package let root: MerkleHash

    /// Makes a head.
    package init(origin: String, size: Int64, root: MerkleHash) {
        (self.origin, self.size, self.root) = (origin, size, root)
    }

    /// Reads a note's text; nil if it is no head.
    ///
    /// Lines behind the third say nothing to anybody here.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last?.isEmpty == true, lines.dropLast().allSatisfy({ !$0.isEmpty }),
            let size = Int64(lines[1]), size >= 0, String(size) == lines[1],
            let root = Base64.bytes(lines[2].utf8).flatMap({ MerkleHash($0) })
        else { return nil }
        (origin, self.size, self.root) = (String(lines[0]), size, root)
    }

    /// The text that is signed.
    package var text: String { "\(origin)\n\(size)\n\(Base64.text(root.bytes))\n" }
}
