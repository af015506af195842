/// Counts the columns that terminals give to scalars, one after the other: some count only behind certain others.
///
/// As `wcwidth` of PyPI has it, which terminals agree with best; the conjuncts of Indian scripts are left out.
struct ColumnCount {
    /// Whether what was counted last may still be made wider by what stands behind it.
    private var isOpen = false
    /// Whether it becomes wide where it is shown as a picture.
    private var isWidened = false
    /// Whether that was a picture, which a skin colour joins.
    private var isPicture = false
    /// Whether the next scalar is one picture with the last.
    private var isJoined = false
    /// Whether the last was the first half of a flag.
    private var isHalfFlag = false

    /// Columns that the next scalar adds.
    mutating func add(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value == Self.joiner {
            isJoined = true
            return 0
        }
        if isJoined {
            isJoined = false
            return 0
        }
        if scalar.value == Self.asPicture {
            defer { isOpen = false }
            return isOpen && isWidened ? 1 : 0
        }
        if Self.flags ~= scalar.value {
            defer { isHalfFlag.toggle() }
            return isHalfFlag ? 0 : count(2, scalar)
        }
        isHalfFlag = false
        if isPicture, scalar.properties.isEmojiModifier { return 0 }
        switch scalar.properties.generalCategory {
        case .spacingMark:
            // A vowel beside its consonant: one column, however many there are.
            defer { isOpen = false }
            return isOpen ? 1 : 0
        case .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator, .control: return 0
        case .format where !Self.shown.contains(where: { $0 ~= scalar.value }): return 0
        default: break
        }
        if Self.vowelsOfHangul.contains(where: { $0 ~= scalar.value }) { return 0 }
        return count(Self.isWide(scalar) ? 2 : 1, scalar)
    }

    private mutating func count(_ columns: Int, _ scalar: Unicode.Scalar) -> Int {
        let properties = scalar.properties
        isOpen = true
        isWidened = columns == 1 && properties.isEmoji
        isPicture = properties.isEmoji
        return columns
    }

    private static let joiner: UInt32 = 0x200D
    /// VARIATION SELECTOR-16: what stands before it is shown as a picture.
    private static let asPicture: UInt32 = 0xFE0F
    private static let flags: ClosedRange<UInt32> = 0x1F1E6...0x1F1FF
    /// Format characters that are seen: the soft hyphen, and Arabic signs above numbers.
    private static let shown: [ClosedRange<UInt32>] = [
        0xAD...0xAD, 0x600...0x605, 0x6DD...0x6DD, 0x70F...0x70F, 0x890...0x891, 0x8E2...0x8E2,
        0x110BD...0x110BD, 0x110CD...0x110CD,
    ]
    /// They stand inside the syllable of the consonant before.
    private static let vowelsOfHangul: [ClosedRange<UInt32>] = [0x1160...0x11FF, 0xD7B0...0xD7FF]

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
