// Safety: the library's own normaliser is not promised to stay under this name. It only reads the text; should it go,
// the build fails and a table of Unicode's takes its place.
@_spi(_Unicode) import Swift

extension String {
    /// The text in Unicode's normalization form C: what stations ask for, whatever a disk or an editor made of it.
    var nfc: String {
        guard !unicodeScalars.allSatisfy(Self.isSurelyNFC) else { return self }
        var form = String.UnicodeScalarView()
        for scalar in _nfc { form.append(scalar) }
        return String(form)
    }

    /// Whether it is NFC wherever it stands.
    ///
    /// Of the Latin blocks, where Vietnamese has its letters, and of ordinary punctuation everything is: a calendar of
    /// many megabytes need not be taken apart.
    private static func isSurelyNFC(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x300, 0x1E00..<0x1F00, 0x2010..<0x2028: true
        default: false
        }
    }

    /// Whether it is in that form already.
    var isNFC: Bool { nfc.utf8.elementsEqual(utf8) }
}
