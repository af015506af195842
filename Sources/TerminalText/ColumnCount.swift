/// Counts the columns that terminals give to scalars, one after the other: some count only behind certain others.
///
/// As `wcwidth` of PyPI has it (0.9.4); terminals differ about scripts that stack their letters.
struct ColumnCount {
    /// Columns of the syllable under way: a sign beside its letter, or a letter below it, makes them two.
    private var syllable = 0
    /// Whether what was counted last may still be made wider by a sign behind it.
    private var isOpen = false
    /// Whether it becomes wide where it is shown as a picture.
    private var isWidened = false
    /// Whether that was a picture, which a skin colour joins.
    private var isPicture = false
    /// Whether the next scalar is one picture with the last.
    private var isJoined = false
    /// Whether the next letter stands below the last.
    private var isStacked = false
    /// Whether the last was the first half of a flag.
    private var isHalfFlag = false

    /// Columns that the next scalar adds.
    mutating func add(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value == Self.joiner {
            isJoined = !isStacked
            return 0
        }
        if isJoined {
            isJoined = false
            return 0
        }
        if scalar.value == Self.asPicture {
            defer { isOpen = false }
            return isOpen && isWidened ? widen() : 0
        }
        if Self.flags ~= scalar.value {
            defer { isHalfFlag.toggle() }
            return isHalfFlag ? 0 : count(1, scalar) + widen()
        }
        isHalfFlag = false
        if isPicture, scalar.properties.isEmojiModifier { return 0 }
        return addLetter(scalar)
    }

    private mutating func addLetter(_ scalar: Unicode.Scalar) -> Int {
        if Self.stackers.contains(scalar.value) {
            isStacked = true
            return 0
        }
        switch scalar.properties.generalCategory {
        case .spacingMark where isOpen:
            (isOpen, isStacked) = (false, false)
            return widen()
        case .spacingMark, .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator, .control:
            isStacked = false
            return 0
        case .format where !Self.shown.contains(where: { $0 ~= scalar.value }):
            isStacked = false
            return 0
        default: break
        }
        if Self.vowelsOfHangul.contains(where: { $0 ~= scalar.value }) { return 0 }
        return count(Self.isWide(scalar) ? 2 : 1, scalar)
    }

    /// Makes the syllable two columns wide.
    private mutating func widen() -> Int {
        defer { syllable = 2 }
        return 2 - syllable
    }

    private mutating func count(_ columns: Int, _ scalar: Unicode.Scalar) -> Int {
        isOpen = true
        isWidened = columns == 1 && scalar.properties.isEmoji
        isPicture = scalar.properties.isEmoji
        if isStacked {
            isStacked = false
            return widen()
        }
        syllable = columns
        return columns
    }

    private static let joiner: UInt32 = 0x200D
    /// VARIATION SELECTOR-16: what stands before it is shown as a picture.
    private static let asPicture: UInt32 = 0xFE0F
    /// Signs behind which a consonant stands below the one before: of Khmer, and of the scripts of India.
    private static let stackers: Set<UInt32> = [
        0x94D, 0x9CD, 0xA4D, 0xACD, 0xB4D, 0xBCD, 0xC4D, 0xCCD, 0xD4D, 0xDCA, 0x1039, 0x17D2, 0x1A60, 0x1B44,
        0x1BAB, 0xA806, 0xA8C4, 0xA9C0, 0xAAF6, 0x10A3F, 0x11046, 0x110B9, 0x11133, 0x111C0, 0x11235, 0x1134D,
        0x113D0, 0x11442, 0x114C2, 0x115BF, 0x1163F, 0x116B6, 0x11839, 0x1193E, 0x119E0, 0x11A47, 0x11A99,
        0x11C3F, 0x11D45, 0x11D97, 0x11F42,
    ]
    private static let flags: ClosedRange<UInt32> = 0x1F1E6...0x1F1FF
    /// Format characters that are seen: the soft hyphen, and Arabic signs above numbers.
    private static let shown: [ClosedRange<UInt32>] = [
        0xAD...0xAD, 0x600...0x605, 0x6DD...0x6DD, 0x70F...0x70F, 0x890...0x891, 0x8E2...0x8E2,
        0x110BD...0x110BD, 0x110CD...0x110CD,
    ]
    /// They stand inside the syllable of the consonant before, or for one that is not there.
    private static let vowelsOfHangul: [ClosedRange<UInt32>] = [
        0x1160...0x11FF, 0x3164...0x3164, 0xD7B0...0xD7FF, 0xFFA0...0xFFA0,
    ]

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmojiPresentation || wide.contains { $0 ~= scalar.value }
    }

    /// What is wide in Unicode Standard Annex 11 beside the pictures, with the gaps that are not assigned.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E, 0x3041...0x3247,
        0x3250...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE6B, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18DF2, 0x1AFF0...0x1B2FB, 0x1D300...0x1D376, 0x1F200...0x1F265,
        0x1F6D8...0x1F6DC, 0x1FA70...0x1FAF8, 0x20000...0x3FFFD,
    ]
}
