// What an event wants played and how: ATTACH, PRIORITY, CATEGORIES, X-LOA-… and the `loa-` lines of DESCRIPTION.

extension EventContent {
    /// The longest title, in characters.
    static let maximumTitle = 500
    /// The most ATTACH and the most CATEGORIES of an event.
    static let maximumListLength = 32

    /// Reads the content of an event in the calendar file at `file`.
    ///
    /// The lines of DESCRIPTION mean the same as the properties, and win over them: a person wrote them, while
    /// Outlook adds a PRIORITY and Google an ATTACH of its own to every event.
    init(_ component: CalendarComponent, file: String, warnings: inout [EventError]) throws(EventError) {
        var attached: [ContentVariant] = []
        var described: [ContentVariant] = []
        var failure: EventError?
        for property in component.properties {
            switch property.name {
            case "SUMMARY": title = String(property.text.singleLine.trimmedOfSpaces.prefix(Self.maximumTitle))
            case "PRIORITY": programmeClass = try Self.programmeClass(property)
            case "CATEGORIES":
                for item in property.textList {
                    let theme = item.singleLine.trimmedOfSpaces
                    if !theme.isEmpty, !categories.contains(theme), categories.count < Self.maximumListLength
                    {
                        categories.append(theme)
                    }
                }
            case "X-LOA-LATE": late = try Self.late(property.value, property.line)
            case "ATTACH":
                if contentLine == 0 { contentLine = property.line }
                do throws(EventError) {
                    attached.append(try Self.variant(property, file: file))
                } catch {
                    failure = failure ?? error
                }
            case "DESCRIPTION": break
            case let name where name.hasPrefix("X-LOA-"):
                warnings.append(
                    EventError(line: property.line, description: "\(name.prefix(40)) is not known"))
            default: break
            }
        }
        for property in component.properties where property.name == "DESCRIPTION" {
            try take(DescriptionLines(property.text), property.line, file, &described, &warnings)
        }
        // What an ATTACH says does not matter where lines of the description take its place.
        if let failure, described.isEmpty { throw failure }
        let variants = described.isEmpty ? attached : described
        guard variants.count <= Self.maximumListLength else {
            throw EventError(line: contentLine, description: "more than \(Self.maximumListLength) ATTACH")
        }
        contents = variants.isEmpty ? nil : variants
    }

    private mutating func take(
        _ lines: DescriptionLines, _ line: Int, _ file: String, _ variants: inout [ContentVariant],
        _ warnings: inout [EventError]
    ) throws(EventError) {
        for (key, value) in lines.pairs {
            switch key {
            case "attach":
                contentLine = line
                variants.append(
                    ContentVariant(language: nil, reference: try Self.reference(value, from: file, line)))
            case "class":
                guard let named = ProgrammeClass(rawValue: value.lowercased()) else {
                    throw EventError(
                        line: line,
                        description: "loa-class: \(value.prefix(40)) is not normal, priority or emergency")
                }
                programmeClass = named
            case "late": late = try Self.late(value, line)
            default:
                warnings.append(
                    EventError(
                        line: line, description: "loa-\(key.prefix(40)) in the description is not known"))
            }
        }
    }

    /// RFC 5545 section 3.8.1.9 counts from 1, the highest, to 9; 0 is undefined.
    private static func programmeClass(_ property: ContentLine) throws(EventError) -> ProgrammeClass {
        switch Int(property.value) {
        case 1: return .emergency
        case 2, 3, 4: return .priority
        case 0, 5, 6, 7, 8, 9: return .normal
        default: throw EventError(line: property.line, description: "PRIORITY is not a number from 0 to 9")
        }
    }

    private static func late(_ text: String, _ line: Int) throws(EventError) -> LateRule {
        switch text.uppercased() {
        case "SKIP": return .skip
        case "JOIN": return .join
        case let duration:
            guard let duration = ISODuration(duration), duration.exact >= .zero else {
                throw EventError(
                    line: line,
                    description: "lateness \(text.prefix(40)) is not SKIP, JOIN or a duration like PT10M")
            }
            return .within(duration.exact)
        }
    }

    private static func variant(_ property: ContentLine, file: String) throws(EventError) -> ContentVariant {
        guard property.parameter("ENCODING") == nil, property.parameter("VALUE")?.uppercased() != "BINARY"
        else {
            throw EventError(line: property.line, description: "ATTACH must name a file, not hold one")
        }
        return ContentVariant(
            language: property.parameter("X-LOA-LANGUAGE"),
            reference: try reference(property.value, from: file, property.line))
    }

    /// A URI reference (RFC 3986 section 4.1): a live URL, or a path relative to the calendar file.
    private static func reference(
        _ text: String, from file: String, _ line: Int
    ) throws(EventError) -> ContentReference {
        do throws(ChannelPathError) {
            if let scheme = ChannelPath.scheme(of: text) {
                guard scheme == "https" else {
                    throw ChannelPathError(
                        description: "ATTACH \(text.prefix(80)): neither a path in the channel nor https://")
                }
                return .live(text)
            }
            let path = try ChannelPath.resolve(try ChannelPath.unescape(text), from: file)
            return ContentReference.isPlaylist(path) ? .playlist(path) : .file(path)
        } catch {
            throw EventError(line: line, description: error.description)
        }
    }
}

/// The lines `loa-KEY: VALUE` of a description.
struct DescriptionLines {
    /// Key without `loa-` and in small letters, and value.
    private(set) var pairs: [(key: String, value: String)] = []

    init(_ description: String) {
        guard description.lowercased().contains("loa-") else { return }
        for line in Self.plain(description).split(whereSeparator: \.isNewline) {
            let text = line.trimmedOfSpaces
            guard let colon = text.firstIndex(of: ":") else { continue }
            let key = text[..<colon].lowercased()
            guard key.hasPrefix("loa-"), key.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D })
            else { continue }
            pairs.append((String(key.dropFirst(4)), text[text.index(after: colon)...].trimmedOfSpaces))
        }
    }

    /// The text of a description that a web editor has turned into HTML, as Google's does.
    private static func plain(_ description: String) -> String {
        var result = ""
        var rest = description[...]
        while let special = rest.firstIndex(where: { $0 == "<" || $0 == "&" }) {
            result += rest[..<special]
            rest = rest[special...]
            if let (entity, text) = entities.first(where: { rest.hasPrefix($0.entity) }) {
                result += text
                rest = rest.dropFirst(entity.count)
            } else if rest.first == "<", let close = rest.firstIndex(of: ">") {
                let tag = rest[..<close].lowercased()
                if blocks.contains(where: { tag.hasPrefix($0) }) { result += "\n" }
                rest = rest[rest.index(after: close)...]
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result + rest
    }

    private static let blocks = ["<br", "<p", "</p", "<div", "</div", "<li", "</li"]
    private static let entities: [(entity: String, text: String)] = [
        ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ]
}
