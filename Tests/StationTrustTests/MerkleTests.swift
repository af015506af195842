import Testing

@testable import StationTrust

/// Trees, proofs and tiles, against the values of RFC 6962's authors and by every size that is small.
struct MerkleTests {
    /// The leaves of Certificate Transparency's own tests, and the root over the first of them, for each number.
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    /// A tree of numbered leaves, all of whose perfect subtrees are at hand.
    private struct Tree {
        var levels: [[MerkleHash]] = [[]]
        var roots: [MerkleHash] = []

        init(_ leaves: [[UInt8]]) {
            var edge = MerkleEdge()
            roots = [edge.root()]
            for leaf in leaves {
                let hash = MerkleHash.leaf(leaf)
                edge.append(hash)
                roots.append(edge.root())
                levels[0].append(hash)
            }
            while let last = levels.last, last.count > 1 {
                levels.append(
                    stride(from: 0, to: last.count - 1, by: 2).map { MerkleHash.node(last[$0], last[$0 + 1]) }
                )
            }
        }

        func node(_ level: Int, _ index: Int64) -> MerkleHash { levels[level][Int(index)] }
    }

    private static func numbered(_ count: Int) -> Tree { Tree((0..<count).map { Array("entry \($0)".utf8) }) }

    @Test("The roots are those of Certificate Transparency's tests")
    func known() throws {
        let tree = Tree(try Self.leaves.map { try #require(Hexadecimal.bytes($0)) })
        #expect(tree.roots.map { Hexadecimal.text($0.bytes) } == Self.roots)
    }

    @Test("An edge goes on from what was kept of it, and takes perfect subtrees as it takes their leaves")
    func edges() throws {
        let tree = Self.numbered(300)
        var edge = MerkleEdge()
        edge.append(perfect: tree.node(8, 0), level: 8)
        for index in 256..<300 {
            edge = try #require(MerkleEdge(size: edge.size, subtrees: edge.subtrees))
            edge.append(tree.node(0, Int64(index)))
        }
        #expect(edge.size == 300 && edge.root() == tree.roots[300])
        #expect(MerkleEdge(size: 300, subtrees: Array(edge.subtrees.dropLast())) == nil)
    }

    @Test("Every entry of every small tree is proven to be in it, and nowhere else")
    func inclusion() {
        let tree = Self.numbered(70)
        for size in 1...70 {
            #expect(MerkleProof.root(of: Int64(size), tree.node) == tree.roots[size])
            for index in 0..<size {
                let proof = MerkleProof.inclusion(of: Int64(index), in: Int64(size), tree.node)
                func holds(_ leaf: Int, at place: Int, of size: Int, _ proof: [MerkleHash]) -> Bool {
                    MerkleProof.isIncluded(
                        tree.node(0, Int64(leaf)), at: Int64(place), in: Int64(size), root: tree.roots[size],
                        proof)
                }
                #expect(holds(index, at: index, of: size, proof))
                #expect(!holds((index + 1) % 70, at: index, of: size, proof))
                #expect(!holds(index, at: index, of: size, proof + [tree.roots[1]]))
                #expect(!holds(index, at: size, of: size, proof))
                #expect(proof.isEmpty || !holds(index, at: index, of: size, Array(proof.dropLast())))
                #expect(size == 1 || !holds(index, at: (index + 1) % size, of: size, proof))
            }
        }
    }

    @Test("Every tree is proven to begin with every older one, and with no other")
    func consistency() {
        let tree = Self.numbered(70)
        for size in 0...70 {
            for old in 0...size {
                let proof = MerkleProof.consistency(from: Int64(old), to: Int64(size), tree.node)
                func holds(_ root: MerkleHash, _ now: MerkleHash, _ proof: [MerkleHash]) -> Bool {
                    MerkleProof.isConsistent(
                        from: (Int64(old), root), to: (Int64(size), now), proof)
                }
                #expect(holds(tree.roots[old], tree.roots[size], proof), "\(old) of \(size)")
                let other = MerkleHash.leaf(Array("other".utf8))
                #expect(!holds(other, tree.roots[size], proof))
                #expect(old == 0 || !holds(tree.roots[old], other, proof))
                #expect(!holds(tree.roots[old], tree.roots[size], proof + [other]))
                #expect(proof.isEmpty || !holds(tree.roots[old], tree.roots[size], Array(proof.dropLast())))
            }
        }
        #expect(
            !MerkleProof.isConsistent(
                from: (3, tree.roots[3]), to: (2, tree.roots[2]), []))
    }

    @Test("Tiles lie where tlog-tiles has them, and a tree of 70,000 has those that it says")
    func tiles() {
        #expect(Tile(.hashes(level: 0), 1_234_067).path == "tile/0/x001/x234/067")
        #expect(Tile(.entries, 0, width: 7).path == "tile/entries/000.p/7")
        #expect(Tile(.hashes(level: 3), 1000, width: 255).path == "tile/3/x001/000.p/255")
        let all = Tile.levels.map { Tile.added(.hashes(level: $0), from: 0, to: 70_000) }
        #expect(all.map(\.count) == [274, 2, 1, 0, 0, 0, 0, 0])
        #expect(all.prefix(3).map { $0.last?.width } == [112, 17, 1])
        #expect(all[0].dropLast().allSatisfy { !$0.isPartial })
        #expect(Tile.added(.entries, from: 0, to: 256) == [Tile(.entries, 0)])
        #expect(Tile.added(.hashes(level: 1), from: 0, to: 256) == [Tile(.hashes(level: 1), 0, width: 1)])
        // What grew comes again, what was full does not.
        #expect(
            Tile.added(.entries, from: 300, to: 600)
                == [Tile(.entries, 1), Tile(.entries, 2, width: 88)])
        #expect(Tile.added(.hashes(level: 1), from: 300, to: 400) == [])
    }

    @Test("A bundle gives back its entries, and what is cut or too much is none")
    func bundles() {
        let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: EntryBundle.mostEntryBytes)]
        let bytes = EntryBundle.bytes(entries)
        #expect(bytes.count == 6 + 1 + 65_535 && bytes[2...4] == [0, 1, 1] && bytes[5...6] == [255, 255])
        func found(_ bytes: [UInt8], atMost most: Int = 256) -> [[UInt8]]? {
            bytes.withUnsafeBytes { buffer in
                EntryBundle.entries(in: buffer, atMost: most)?.map { Array(buffer[$0]) }
            }
        }
        #expect(found(bytes) == entries)
        #expect(found(bytes, atMost: 2) == nil && found(bytes.dropLast()) == nil && found([0]) == nil)
    }
}
