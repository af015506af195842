import CCurl

/// Where a server may lead whoever asks it for a file.
///
/// To itself only, whatever the path and port: it cannot make a station ask others in the station's own network, or
/// show the station's certificate to them. Nor to files of this machine, nor from https to http.
enum Redirect {
    /// The schemes that may be used where a URL is what is asked for.
    static func schemes(from url: String) -> [String] {
        let scheme = part(CURLUPART_SCHEME, of: url) ?? ""
        return scheme == "http" ? ["http", "https"] : [scheme]
    }

    /// Why it does not go there; nil if it does.
    static func refusal(of place: String, from url: String) -> String? {
        guard schemes(from: url).contains(part(CURLUPART_SCHEME, of: place) ?? "") else {
            return "the server leads to \(place.prefix { $0 != ":" }):"
        }
        let host = part(CURLUPART_HOST, of: place) ?? ""
        return host == part(CURLUPART_HOST, of: url) ? nil : "the server leads to another host, \(host)"
    }

    /// A part of a URL in lower case; nil where it has none, or is no URL.
    private static func part(_ part: CURLUPart, of url: String) -> String? {
        guard let parts = curl_url() else { return nil }
        defer { curl_url_cleanup(parts) }
        guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parts, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text).lowercased()
    }
}
