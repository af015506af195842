package import TerminalText

/// What is to be thought of a log.
///
/// What is compared: the *head* in the folder (signed size and root), what the folder's *entries* and *tiles* hash to,
/// and the head that was *remembered* when all was sound the last time.
///
/// | verdict | head | entries and tiles | remembered head |
/// |---|---|---|---|
/// | `sound` | signed by a trusted key | all there, lead to its root | the same, or the beginning of it |
/// | `new` | as above | as above | there is none: first log of the station, seen first |
/// | `lost` | as above, but the station's 2nd, 3rd … log | as above | nobody has acknowledged its beginning |
/// | `incomplete` | signed | the last ones are not there yet, nothing contradicts | still there |
/// | `malformed` | signed | fit, but an entry is no JSON, or `index` does not grow | any |
/// | `truncated` | signed, or gone | missing in the middle, or were there the last time | covers them |
/// | `tampered` | signed, or its signature is not its key's | one does not fit the root | its beginning, or none |
/// | `rolled-back` | signed, smaller than the remembered one | lead to its root | not contradicted |
/// | `forked` | signed | lead to its root, or not | of no smaller head a beginning: two histories were signed |
/// | `unknown-key` | signed by no trusted key | not looked at | any |
///
/// Where several are true the last one of the table counts, and all are told. `sound` and `new` are well; a head is
/// remembered when its log is `sound`, `new` or `lost`.
package enum LogVerdict: String, Hashable, Sendable, CaseIterable, Comparable {
    case sound, new, lost, incomplete, malformed, truncated, tampered
    case rolledBack = "rolled-back"
    case forked
    case unknownKey = "unknown-key"

    /// Whether nobody has to look after it.
    package var isWell: Bool { self == .sound || self == .new }

    /// Whether all that is signed is there and fits: what is remembered then is true.
    package var isRemembered: Bool { isWell || self == .lost }

    package static func < (left: Self, right: Self) -> Bool { left.severity < right.severity }

    private var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// One thing that is wrong with a log, and where.
package struct LogFinding: Hashable, Sendable {
    /// What is wrong, by a code that stays as it is.
    package enum Code: String, Hashable, Sendable {
        /// No trusted key has signed the head.
        case keyUnknown = "key-unknown"
        /// There is no head.
        case headMissing = "head-missing"
        /// The head cannot be read, or is none.
        case headUnreadable = "head-unreadable"
        /// The head's signature is not that of the key that it names.
        case signatureBad = "signature-bad"
        /// The head is another log's.
        case headOfAnother = "head-of-another"
        /// An entry is not the one that was signed for.
        case entryEdited = "entry-edited"
        /// Two entries stand in each other's place.
        case entriesSwapped = "entries-swapped"
        /// An entry that was signed for is left out.
        case entryRemoved = "entry-removed"
        /// An entry that was not signed for stands between the others.
        case entryInserted = "entry-inserted"
        /// A bundle is not made of as many entries as its name says.
        case bundleMalformed = "bundle-malformed"
        /// A bundle of entries is not there.
        case entriesMissing = "entries-missing"
        /// A tile's hashes are not those that were signed for.
        case tileEdited = "tile-edited"
        /// A tile of hashes is not there.
        case tileMissing = "tile-missing"
        /// What is there does not lead to the root, and nothing shows where.
        case rootDiffers = "root-differs"
        /// A file cannot be read.
        case unreadable
        /// The head is older than one that was seen.
        case headOlder = "head-older"
        /// Two heads were signed of which none is the beginning of the other.
        case historiesDiffer = "histories-differ"
        /// An entry is no JSON object with an index.
        case entryMalformed = "entry-malformed"
        /// An entry's index is not larger than the one's before.
        case indexNotGrowing = "index-not-growing"
        /// A log behind the first one does not begin with why it was begun.
        case beginningMissing = "beginning-missing"
        /// A log was begun anew, and nobody has acknowledged it.
        case newOrigin = "new-origin"
    }

    /// What it makes of the log.
    package let verdict: LogVerdict
    /// What is wrong.
    package let code: Code
    /// The entries that it is about, by their positions; nil where it is about none.
    package var entries: Range<Int64>?
    /// The file that it is about, below the store's folder; nil where it is about none.
    package var file: String?
    /// The same in words.
    package let message: Phrase

    /// Makes a finding.
    package init(
        _ verdict: LogVerdict, _ code: Code, entries: Range<Int64>? = nil, file: String? = nil,
        _ message: Phrase
    ) {
        (self.verdict, self.code, self.entries, self.file) = (verdict, code, entries, file)
        self.message = message
    }
}

/// What was found of one log.
package struct LogResult: Hashable, Sendable {
    /// Which log.
    package let origin: String
    /// What is wrong with it, nothing where all is well; no more than a hundred things.
    package var findings: [LogFinding] = []
    /// How many entries the signed head has; nil where there is none that is believed.
    package var size: Int64?
    /// The head's root in base64.
    package var root: String?
    /// How many entries the remembered head had; nil where none was remembered.
    package var rememberedSize: Int64?
    /// How many entries were read.
    package var entriesRead: Int64 = 0

    /// More are not told: a folder full of rubbish would fill the screen.
    static let mostFindings = 100

    /// What is to be thought of it: the worst of what was found.
    package var verdict: LogVerdict {
        findings.map(\.verdict).max() ?? (rememberedSize == nil ? .new : .sound)
    }

    /// Makes the result of a log of which nothing is known yet.
    init(origin: String) { self.origin = origin }

    mutating func add(_ finding: LogFinding) {
        if findings.count < Self.mostFindings { findings.append(finding) }
    }
}
