// What a file must be, and the check while it arrives.

extension TUF {
    /// How long a file is and what its hashes are, as far as somebody trusted said.
    package struct Content: Hashable, Sendable {
        /// A hash of the whole file.
        package struct Hash: Hashable, Sendable {
            /// What it is hashed with.
            package let algorithm: HashAlgorithm
            /// The digest as metadata and names of files have it: lower-case hexadecimal digits.
            package let digits: String

            init(_ algorithm: HashAlgorithm, _ bytes: [UInt8]) {
                (self.algorithm, digits) = (algorithm, Hexadecimal.text(bytes))
            }
        }

        /// Bytes; nil if nobody said.
        package let length: Int64?
        /// Those with an algorithm that is known here, the strongest named first, each once; none if nobody said.
        package let hashes: [Hash]

        /// What a file of that length and hash is.
        package init(length: Int64, sha256: Digest) {
            (self.length, hashes) = (length, [Hash(.sha256, sha256.bytes)])
        }

        /// Reads what `json` wrote; nil if it is none.
        package init?(_ json: JSON) {
            guard let content = try? Content(Fields(json, "")), content.length != nil, !content.hashes.isEmpty
            else { return nil }
            self = content
        }

        /// Length and hashes as metadata has them.
        package var json: JSON {
            let hashes = hashes.map { JSON.Member($0.algorithm.rawValue, .string($0.digits)) }
            return ["length": length.map { .integer($0) } ?? .null, "hashes": .object(hashes)]
        }

        /// Reads `length` and `hashes`.
        ///
        /// A hash of an unknown kind is left to others, but one that could be checked must be there if any is.
        init(_ fields: Fields) throws(Refusal) {
            if let length = fields.optional("length") {
                guard let number = length.integer, number >= 0 else { throw fields.malformed("length") }
                self.length = number
            } else {
                length = nil
            }
            guard let listed = fields.optional("hashes") else {
                hashes = []
                return
            }
            var hashes: [Hash] = []
            for algorithm in HashAlgorithm.allCases {
                guard let value = listed[algorithm.rawValue] else { continue }
                guard let bytes = value.text.flatMap(Hexadecimal.bytes), bytes.count == algorithm.byteCount
                else { throw fields.malformed("hashes") }
                hashes.append(Hash(algorithm, bytes))
            }
            guard !hashes.isEmpty else { throw fields.malformed("hashes") }
            self.hashes = hashes
        }

        /// The SHA-256, if it is among the hashes.
        package var sha256: Digest? {
            hashes.first { $0.algorithm == .sha256 }.flatMap { Digest(text: $0.digits) }
        }

        /// Whether a whole file is it.
        package func isOf(_ bytes: [UInt8]) -> Bool { (try? check(bytes, of: "")) != nil }

        /// Checks a whole file at once.
        func check(_ bytes: [UInt8], of subject: String) throws(Refusal) {
            var check = ContentCheck(self, of: subject)
            try check.take(bytes[...])
            try check.finish()
        }
    }

    /// Checks a file against what it should be while it arrives.
    package struct ContentCheck: ~Copyable {
        private let subject: String
        private let expected: Content
        private var count: Int64 = 0
        private var sha256: StationTrust.Hash?
        private var sha512: StationTrust.Hash?

        /// Begins to check a file.
        ///
        /// - Parameters:
        ///   - content: what it should be.
        ///   - subject: its name, for what is thrown.
        package init(_ content: Content, of subject: String) {
            (expected, self.subject) = (content, subject)
            let algorithms = content.hashes.map(\.algorithm)
            sha256 = algorithms.contains(.sha256) ? StationTrust.Hash(.sha256) : nil
            sha512 = algorithms.contains(.sha512) ? StationTrust.Hash(.sha512) : nil
        }

        /// Takes the next piece.
        ///
        /// - Throws: as soon as the file is longer than it should be; nothing more of it need be fetched.
        package mutating func take(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
            try add(bytes.count)
            hash(bytes)
        }

        /// Takes the next piece.
        ///
        /// - Throws: as soon as the file is longer than it should be.
        package mutating func take(_ bytes: ArraySlice<UInt8>) throws(Refusal) {
            try add(bytes.count)
            bytes.withUnsafeBytes { hash($0) }
        }

        private mutating func add(_ more: Int) throws(Refusal) {
            count += Int64(more)
            guard let length = expected.length, count > length else { return }
            throw Refusal(subject, .wrongLength(expected: length, found: count))
        }

        private mutating func hash(_ bytes: UnsafeRawBufferPointer) {
            sha256?.update(bytes)
            sha512?.update(bytes)
        }

        /// Ends the file.
        ///
        /// - Throws: if it is shorter than it should be, or one of its hashes is another.
        package consuming func finish() throws(Refusal) {
            if let length = expected.length, count != length {
                throw Refusal(subject, .wrongLength(expected: length, found: count))
            }
            var found: [Content.Hash] = []
            if let hash = sha256.take() { found.append(.init(.sha256, hash.finish())) }
            if let hash = sha512.take() { found.append(.init(.sha512, hash.finish())) }
            guard found == expected.hashes else { throw Refusal(subject, .wrongHash) }
        }
    }
}
