/// What the daemon says in English, in both languages.
///
/// Log and protocol hold one language, so that entries stay comparable for ten years; a person gets their own. What
/// is not known here is shown as it is, so that an older `loa` still answers.
package enum Phrasebook {
    /// A message with places for what differs, `{1}` to `{9}`, in their order.
    struct Entry: Sendable {
        private let pieces: [[UInt8]]
        private let vietnamese: String

        init(_ english: String, _ vietnamese: String) {
            pieces = Self.pieces(english)
            self.vietnamese = vietnamese
        }

        /// What stands between the places.
        private static func pieces(_ template: String) -> [[UInt8]] {
            var pieces: [[UInt8]] = [[]]
            var rest = Array(template.utf8)[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "{"), rest.dropFirst().first == UInt8(ascii: "}") {
                    rest.removeFirst(2)
                    pieces.append([])
                } else {
                    pieces[pieces.count - 1].append(byte)
                }
            }
            return pieces
        }

        /// What stands in the places of a text; nil where it is another message.
        func captures(in text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
            guard let first = pieces.first, let last = pieces.last, text.starts(with: first) else {
                return nil
            }
            guard pieces.count > 1 else { return text.count == first.count ? [] : nil }
            var rest = text.dropFirst(first.count)
            guard rest.count > last.count, rest.suffix(last.count).elementsEqual(last) else { return nil }
            var captures: [ArraySlice<UInt8>] = []
            for piece in pieces.dropFirst().dropLast() {
                guard let place = Phrasebook.place(of: piece, in: rest.dropFirst()) else { return nil }
                captures.append(rest[..<place])
                rest = rest[(place + piece.count)...]
            }
            guard rest.count > last.count else { return nil }
            captures.append(rest.dropLast(last.count))
            // What a message begins with is a name, not another message's beginning.
            if first.isEmpty, Phrasebook.place(of: Phrasebook.separator, in: captures[0]) != nil {
                return nil
            }
            return captures
        }

        /// The message in Vietnamese with its places filled.
        func filled(_ captures: [String]) -> String {
            captures.enumerated().reduce(vietnamese) { text, capture in
                let parts = text.split(separator: "{\(capture.offset + 1)}", omittingEmptySubsequences: false)
                return parts.joined(separator: capture.element)
            }
        }
    }

    /// So deep one message is looked for inside another.
    private static let mostNested = 4
    /// What stands between what a message is about and the message.
    private static let separator: [UInt8] = [UInt8(ascii: ":"), UInt8(ascii: " ")]

    private static let entries =
        timetable + playlists + configuration + sound + commands + upstreams + transfers + proof + cap
        + system

    /// A message of the daemon in both languages.
    package static func translated(_ message: String) -> Phrase {
        let more = more(behind: message)
        let first = String(message.dropLast(more.count))
        return Phrase(
            vi: translation(first, .vietnamese, mostNested) + more,
            en: translation(first, .english, mostNested) + more)
    }

    /// What stands behind a fault's first message where there are more, such as ` (+2)`.
    private static func more(behind message: String) -> Substring {
        guard let open = message.lastIndex(of: "("), message.last == ")", message[..<open].last == " " else {
            return ""
        }
        let inside = message[open...].dropFirst().dropLast()
        guard inside.first == "+", Int64(inside) != nil else { return "" }
        return message[message.index(before: open)...]
    }

    private static func translation(_ message: String, _ language: Language, _ depth: Int) -> String {
        guard depth > 0 else { return message }
        let bytes = Array(message.utf8)
        // Before a message stands what it is about: a file with its line, a slot, a property.
        var start = 0
        while true {
            let rest = text(bytes[start...])
            if isReason(rest) { return text(bytes[..<start]) + reason(rest)[language] }
            if language == .vietnamese, let found = whole(bytes[start...], depth) {
                return text(bytes[..<start]) + found
            }
            guard let colon = place(of: separator, in: bytes[start...]) else { return message }
            start = colon + separator.count
        }
    }

    /// The Vietnamese of what is one message from its beginning to its end.
    private static func whole(_ bytes: ArraySlice<UInt8>, _ depth: Int) -> String? {
        for entry in entries {
            guard let captures = entry.captures(in: bytes) else { continue }
            return entry.filled(captures.map { translation(text($0), .vietnamese, depth - 1) })
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Where a piece stands first.
    private static func place(of piece: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard piece.count <= bytes.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - piece.count)).first { bytes[$0...].starts(with: piece) }
    }
}
