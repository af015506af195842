package import StationTrust

/// One piece of content that a slot asks for, before anybody looked whether it is there.
package struct ContentItem: Hashable, Sendable {
    /// Where content comes from.
    package enum Source: Hashable, Sendable {
        /// A file of an upstream: where it lies there, and what it must be; nil where nobody signed for it.
        case target(upstream: String, path: String, TUF.Content?)
        /// A file that a person handed over as a descriptor, by the number that the control socket gave it.
        case handedOver(token: UInt64, name: String)
        /// The quiet tone of `loa test`.
        case testTone
        /// A live stream.
        case live(url: String)
        /// A line input that the station's configuration names.
        case input(name: String)
        /// What a playlist's line should have named, and why it names nothing that may be played.
        case refused(line: String, why: String)

        /// What the log calls it.
        package var path: String {
            switch self {
            case .target(_, let path, _): path
            case .handedOver(_, let name): name
            case .testTone: "test-tone"
            case .live(let url): url
            case .input(let name): "input:\(name)"
            case .refused(let line, _): line
            }
        }
    }

    /// What sounds, and what it is called.
    package var source: Source
    package var title: String?
    /// The language of its variant, if the timetable names one.
    package var language: String?
    /// What to play instead if it fails.
    package var fallback: Source?

    package init(source: Source, title: String? = nil, language: String? = nil, fallback: Source? = nil) {
        self.source = source
        self.title = title
        self.language = language
        self.fallback = fallback
    }
}

/// How soon content must be known; the later cases go first.
package enum Urgency: Int, Hashable, Comparable, Sendable, CaseIterable {
    /// A slot that is not due yet: a problem is to be seen in the evening.
    case early
    case normal
    case priority
    /// A person waits for it.
    case person
    case emergency

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What the preflight found out about one item: the whole of it was hashed and decoded to its end.
package struct ItemReport: Hashable, Sendable {
    /// Why an item cannot be played.
    package enum Problem: Hashable, Sendable {
        /// It is not there.
        case missing
        /// It is there and cannot be played; the text says why, for a person.
        case bad(String)
        /// It is not what was signed for: the disk has not kept it.
        case spoiled
    }

    /// What will sound: the item itself, or its fallback.
    package var path: String
    /// The item itself, also where its fallback will sound.
    package var itemPath: String
    package var sha256: Digest?
    /// How long it sounds; zero for a live source, which lasts until it is stopped.
    package var duration: Duration
    /// What is wrong with the item itself, even when its fallback will play.
    package var problem: Problem?
    /// Whether the item, or its fallback, will sound.
    package var isPlayable: Bool
    /// Whether its own header or container promises more than can be decoded: what is there is played.
    package var isCut = false

    package init(
        path: String, itemPath: String? = nil, sha256: Digest?, duration: Duration, problem: Problem?,
        isPlayable: Bool
    ) {
        self.path = path
        self.itemPath = itemPath ?? path
        self.sha256 = sha256
        self.duration = duration
        self.problem = problem
        self.isPlayable = isPlayable
    }
}
