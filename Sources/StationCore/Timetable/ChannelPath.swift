// Paths inside a channel's folder: resolved like URI references, and never outside of the folder.

import StationTrust

/// Why a path or URL was refused.
struct ChannelPathError: Error {
    var description: String
}

enum ChannelPath {
    /// The longest path, in bytes.
    static let maximumBytes = 1024
    /// The longest URL, in bytes.
    static let maximumURLBytes = 2048
    /// What is below this folder is signed with keys of its own, and stands alone.
    static let emergencyFolder = "emergency/"

    /// Resolves a relative path against the file that names it.
    ///
    /// A file below `emergency/` may name only what is below it too: other keys must not change an emergency. It goes
    /// by bytes, as the kernel does: to Swift a `/` with an accent behind it is another character, and parts nothing.
    static func resolve(_ path: String, from file: String) throws(ChannelPathError) -> String {
        guard !path.isEmpty, path.utf8.count <= maximumBytes else {
            throw ChannelPathError(description: "a path that is empty or longer than \(maximumBytes) bytes")
        }
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw ChannelPathError(description: "a path with a control character")
        }
        let slash = UInt8(ascii: "/")
        guard path.utf8.first != slash else {
            throw ChannelPathError(description: "the path \(path) is not relative")
        }
        var parts = file.utf8.split(separator: slash).dropLast()
        for part in path.utf8.split(separator: slash) {
            if part.elementsEqual(".".utf8) { continue }
            guard part.elementsEqual("..".utf8) else {
                parts.append(part)
                continue
            }
            guard parts.popLast() != nil else {
                throw ChannelPathError(description: "the path \(path) climbs out of the channel")
            }
        }
        let result = parts.map { String(Substring($0)) }.joined(separator: "/")
        guard !result.isEmpty, path.utf8.last != slash else {
            throw ChannelPathError(description: "the path \(path) names no file")
        }
        guard !isEmergency(file) || isEmergency(result) else {
            throw ChannelPathError(
                description: "the path \(path) leaves \(emergencyFolder), whose files stand alone")
        }
        return result
    }

    /// Whether a path is below `emergency/`, by its bytes.
    static func isEmergency(_ path: String) -> Bool { path.utf8.starts(with: emergencyFolder.utf8) }

    /// Undoes the `%XX` of a URI reference without query and fragment (RFC 3986 section 2.1).
    static func unescape(_ reference: String) throws(ChannelPathError) -> String {
        let text = Array(reference.utf8)
        guard !text.contains(UInt8(ascii: "?")), !text.contains(UInt8(ascii: "#")) else {
            throw ChannelPathError(description: "write ? as %3F and # as %23 in \(reference)")
        }
        var bytes: [UInt8] = []
        var position = 0
        while position < text.count {
            if text[position] == UInt8(ascii: "%") {
                guard position + 2 < text.count, let high = Hexadecimal.digit(text[position + 1]),
                    let low = Hexadecimal.digit(text[position + 2])
                else { throw ChannelPathError(description: "write % as %25 in \(reference)") }
                bytes.append(high << 4 | low)
                position += 3
            } else {
                bytes.append(text[position])
                position += 1
            }
        }
        guard let result = String(validating: bytes, as: UTF8.self) else {
            throw ChannelPathError(description: "the path \(reference) is not UTF-8")
        }
        return result
    }

    /// The scheme of a reference that has one, in small letters (RFC 3986 section 3.1).
    static func scheme(of reference: String) -> String? {
        guard let colon = reference.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = reference.utf8[..<colon]
        guard let first = scheme.first, (0x41...0x5A).contains(first & 0xDF),
            scheme.allSatisfy({ byte in
                (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte)
                    || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
            })
        else { return nil }
        return String(reference[..<colon]).lowercased()
    }

    /// Checks that a URL is plain `https` to one of `hosts`, without a user name in it.
    static func checkLive(_ url: String, hosts: [String]) throws(ChannelPathError) {
        guard url.utf8.count <= maximumURLBytes, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ChannelPathError(
                description: "a live URL that is too long, or has other than ASCII characters")
        }
        guard scheme(of: url) == "https", url.dropFirst(6).hasPrefix("//") else {
            throw ChannelPathError(description: "\(url) is not https://")
        }
        let authority = url.dropFirst(8).prefix { !"/?#\\".contains($0) }
        let host = authority.prefix { $0 != ":" }.lowercased()
        guard !authority.contains("@"), !host.isEmpty, hosts.contains(where: { $0.lowercased() == host })
        else {
            throw ChannelPathError(description: "\(url) is not on a host that the upstream may relay")
        }
    }
}
