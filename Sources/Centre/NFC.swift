// Safety: the library's own normaliser is not promised to stay under this name. It only reads the text; should it go,
// the build fails and a table of Unicode's takes its place.
@_spi(_Unicode) import Swift

extension String {
    /// The text in Unicode's normalization form C: what stations ask for, whatever a disk or an editor made of it.
    var nfc: String {
        guard utf8.contains(where: { $0 >= 0x80 }) else { return self }
        var form = String.UnicodeScalarView()
        for scalar in _nfc { form.append(scalar) }
        return String(form)
    }

    /// Whether it is in that form already.
    var isNFC: Bool { nfc.utf8.elementsEqual(utf8) }
}
