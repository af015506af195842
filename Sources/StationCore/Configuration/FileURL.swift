/// `file:` URLs (RFC 8089).
package enum FileURL {
    /// The absolute path that a `file:` URL names, or nil if the text is none.
    package static func path(_ text: String) -> String? {
        guard text.hasPrefix("file:") else { return nil }
        var path = text.dropFirst(5)
        if path.hasPrefix("//") {
            path = path.dropFirst(2)
            if path.hasPrefix("localhost/") { path = path.dropFirst(9) }
        }
        guard path.hasPrefix("/") else { return nil }
        return try? ChannelPath.unescape(String(path))
    }
}
