// Playlists: M3U8 in UTF-8, read into entries that are confined to the channel.

/// What a programme plays, in order.
package struct Playlist: Hashable, Sendable {
    /// Where an entry's sound comes from.
    package enum Source: Hashable, Sendable {
        /// A path inside the channel's folder.
        case file(String)
        /// An `https://` URL on a host that the upstream may relay.
        case live(String)
        /// A line input that the station's configuration names.
        case input(String)
        /// A line that names nothing that may be played, and why: what the playlist lacks shows in the outcome.
        case refused(line: String, why: String)
    }

    /// One item of a playlist.
    package struct Entry: Hashable, Sendable {
        /// What sounds.
        package var source: Source
        /// The title of `#EXTINF`.
        package var title: String?
        /// What to play instead if this fails: a path inside the channel's folder.
        package var fallback: String?

        /// Makes the entry.
        package init(source: Source, title: String? = nil, fallback: String? = nil) {
            self.source = source
            self.title = title
            self.fallback = fallback
        }

        /// Whether it plays what is being said now, so that it has no end of its own.
        package var isLive: Bool {
            switch source {
            case .file, .refused: false
            case .live, .input: true
            }
        }
    }

    /// What is played, in order.
    package var entries: [Entry]
    /// For each entry the line of the file on which it stands, from 1.
    package var lines: [Int]

    /// The longest playlist file, in bytes.
    package static let maximumBytes = 4 << 20
    /// The longest line, in bytes.
    package static let maximumLineBytes = 16 << 10
    /// The most entries, of a playlist and of a slot: each is a file that stays open while the slot plays, and a
    /// member of its outcome, which is one line of the log.
    package static let maximumEntries = 500
    /// The most problems that one playlist reports.
    package static let maximumProblems = 100

    /// Makes the playlist of entries and the lines on which they stand.
    package init(entries: [Entry], lines: [Int]) {
        self.entries = entries
        self.lines = lines
    }

    /// Reads the bytes of the playlist at `path` of the channel; a broken line is reported, and where it should
    /// name an entry it is one that cannot be played.
    ///
    /// `liveHosts` are the hosts whose live streams may be relayed.
    package static func read(
        _ bytes: [UInt8], path: String, liveHosts: [String]
    ) -> (playlist: Playlist, problems: [(line: Int, message: String)]) {
        var reader = PlaylistReader(path: path, liveHosts: liveHosts)
        guard bytes.count <= maximumBytes else {
            return (Playlist(entries: [], lines: []), [(1, "larger than \(maximumBytes) bytes")])
        }
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        for line in rest.split(separator: 0x0A, omittingEmptySubsequences: false) { reader.read(line) }
        if reader.entries.isEmpty && reader.problems.isEmpty { reader.problems = [(1, "no entry")] }
        return (Playlist(entries: reader.entries, lines: reader.lines), reader.problems)
    }
}

/// Collects the entries of a playlist line by line.
private struct PlaylistReader {
    let path: String
    let liveHosts: [String]
    var entries: [Playlist.Entry] = []
    var lines: [Int] = []
    var problems: [(line: Int, message: String)] = []
    private var number = 0
    private var isFull = false
    /// What the lines before an entry say about it.
    private var title: String?
    private var fallback: String?

    init(path: String, liveHosts: [String]) {
        self.path = path
        self.liveHosts = liveHosts
    }

    mutating func read(_ bytes: ArraySlice<UInt8>) {
        number += 1
        guard !isFull else { return }
        do {
            let line = try text(of: bytes)
            if line.isEmpty { return }
            if line.hasPrefix("#") { return try takeTag(line) }
            add(try source(line))
        } catch {
            report(error.description)
            guard bytes.first != UInt8(ascii: "#") else { return }
            let line = String(decoding: bytes.prefix(Self.shown), as: UTF8.self).singleLine
            add(.refused(line: line, why: error.description))
        }
    }

    /// So much of a line that is refused is shown, in bytes.
    private static let shown = 80

    private mutating func report(_ problem: String) {
        if problems.count < Playlist.maximumProblems { problems.append((number, problem)) }
    }

    private mutating func add(_ source: Playlist.Source) {
        guard entries.count < Playlist.maximumEntries else {
            isFull = true
            return report("more than \(Playlist.maximumEntries) entries: from here on none is played")
        }
        lines.append(number)
        entries.append(Playlist.Entry(source: source, title: title, fallback: fallback))
        (title, fallback) = (nil, nil)
    }

    private func text(of bytes: ArraySlice<UInt8>) throws(ChannelPathError) -> String {
        guard bytes.count <= Playlist.maximumLineBytes else {
            throw ChannelPathError(description: "a line of more than \(Playlist.maximumLineBytes) bytes")
        }
        guard !bytes.contains(0) else { throw ChannelPathError(description: "a NUL byte in the line") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ChannelPathError(description: "the line is not UTF-8")
        }
        return text.trimmedOfSpaces
    }

    private mutating func takeTag(_ line: String) throws(ChannelPathError) {
        if let value = line.value(after: "#LOA-FALLBACK:") {
            guard ChannelPath.scheme(of: value) == nil else {
                throw ChannelPathError(description: "a fallback must be a file of the channel")
            }
            fallback = try ChannelPath.resolve(value, from: path)
        } else if let value = line.value(after: "#EXTINF:") {
            let sides = value.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
            title = sides.count == 2 ? String(sides[1]).trimmedOfSpaces.singleLine : nil
            if title?.isEmpty == true { title = nil }
        }
    }

    private func source(_ line: String) throws(ChannelPathError) -> Playlist.Source {
        if let name = line.value(after: "input:") {
            guard !name.isEmpty, name.utf8.count <= 64, name.singleLine == name else {
                throw ChannelPathError(description: "\(line.prefix(80)) names no input")
            }
            return .input(name)
        }
        if line.utf8.starts(with: "https:".utf8) {
            try ChannelPath.checkLive(line, hosts: liveHosts)
            return .live(line)
        }
        // Not `scheme(of:)`: a file may be called "5:30.mp3".
        guard !line.contains("://") else {
            throw ChannelPathError(description: "\(line.prefix(80)) is not https://")
        }
        let file = try ChannelPath.resolve(line, from: path)
        guard !ContentReference.isPlaylist(file) else {
            throw ChannelPathError(description: "\(line.prefix(80)) is a playlist inside a playlist")
        }
        return .file(file)
    }
}

extension ContentReference {
    /// Whether a path is that of a playlist, by its ending.
    static func isPlaylist(_ path: String) -> Bool { path.lowercased().hasSuffix(".m3u8") }
}

extension StringProtocol {
    /// Without the white space at both ends, the no-break space that web editors leave included.
    var trimmedOfSpaces: String {
        func isSpace(_ character: Character) -> Bool { character.isWhitespace }
        var rest = self[...]
        while let first = rest.first, isSpace(first) { rest = rest.dropFirst() }
        while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
        return String(rest)
    }

    /// What comes after a prefix, without white space; `nil` when the text does not begin with it.
    func value(after prefix: String) -> String? {
        utf8.starts(with: prefix.utf8)
            ? String(self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...]).trimmedOfSpaces : nil
    }
}

extension String {
    /// With a space for each control character and line break: fit for a log line and a terminal.
    var singleLine: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value)
        }
        guard unicodeScalars.contains(where: isControl) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars { result.append(isControl(scalar) ? " " : scalar) }
        return String(result)
    }
}
