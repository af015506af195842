// Safety: the library's own normaliser is not promised to stay under this name. It only reads the text; should it go,
// the build fails and a table of Unicode's takes its place.
@_spi(_Unicode) import Swift

extension String {
    /// Whether the text is in Unicode's normalization form C, as the names in playlists must be.
    var isNFC: Bool {
        var form = String.UnicodeScalarView()
        for scalar in _nfc { form.append(scalar) }
        return String(form).utf8.elementsEqual(utf8)
    }
}
