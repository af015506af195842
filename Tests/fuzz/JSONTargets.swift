// JSON as it is hashed and signed, and the station's configuration.

import StationCore
import StationTrust

/// Canonical JSON: one form for each value, and by it the value again.
@Sendable func lookAtCanonicalJSON(_ bytes: [UInt8]) {
    guard let value = try? JSONParser.parse(bytes, limits: .init(bytes: bytes.count)) else { return }
    let written = value.bytes
    promise((try? JSONParser.parse(written, limits: .init(bytes: written.count))) == value, "it reads back")
    lookAtMembers(of: value, bytes)
    guard let canonical = try? value.canonicalBytes() else {
        promise(value.hasDecimal, "only a decimal has no canonical form")
        return
    }
    promise(!value.hasDecimal, "a decimal has no canonical form")
    promise(canonical == value.canonicalByHand, "the form of the specification")
    // Control characters stand as they are in the canonical form, which other JSON does not allow.
    guard canonical.allSatisfy({ $0 >= 0x20 }) else { return }
    guard let again = try? JSONParser.parse(canonical, limits: .init(bytes: canonical.count)) else {
        fatalError("broken: the canonical form is JSON")
    }
    promise(again == value.sorted, "the canonical form is of the same value")
    promise((try? again.canonicalBytes()) == canonical, "the canonical form is its own")
}

/// The quick look at a few members finds what the whole document says.
private func lookAtMembers(of value: JSON, _ bytes: [UInt8]) {
    guard let members = value.members else { return }
    let names = members.prefix(2).map(\.name)
    let found = try? JSONParser.members(names, of: bytes, limits: .init(bytes: bytes.count))
    promise(found == .object(Array(members.prefix(2))), "the scan finds what the parser finds")
}

extension JSON {
    fileprivate var hasDecimal: Bool {
        switch self {
        case .decimal: true
        case .array(let elements): elements.contains(where: \.hasDecimal)
        case .object(let members): members.contains { $0.value.hasDecimal }
        default: false
        }
    }

    /// With the members of all objects in the order of their names' bytes.
    fileprivate var sorted: JSON {
        switch self {
        case .array(let elements): .array(elements.map(\.sorted))
        case .object(let members):
            .object(
                members.map { Member($0.name, $0.value.sorted) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        default: self
        }
    }

    /// The canonical form, written a second time and as plainly as can be.
    fileprivate var canonicalByHand: [UInt8] {
        switch sorted {
        case .null: Array("null".utf8)
        case .bool(let value): Array("\(value)".utf8)
        case .integer(let number): Array(String(number).utf8)
        case .decimal: []
        case .string(let text): Self.quoted(text)
        case .array(let elements):
            [0x5B] + Array(elements.map(\.canonicalByHand).joined(separator: [0x2C])) + [0x5D]
        case .object(let members):
            [0x7B]
                + Array(
                    members.map { Self.quoted($0.name) + [0x3A] + $0.value.canonicalByHand }
                        .joined(separator: [0x2C])) + [0x7D]
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        [0x22] + text.utf8.flatMap { $0 == 0x22 || $0 == 0x5C ? [0x5C, $0] : [$0] } + [0x22]
    }
}

/// The configuration: what is taken prints as what is read back as the same.
@Sendable func lookAtConfiguration(_ bytes: [UInt8]) {
    let text: JSON5?
    do { text = try JSON5.parse(bytes) } catch {
        text = nil
        lookAt(error.place, bytes)
    }
    do throws(ConfigurationError) {
        let configuration = try Configuration.read(bytes)
        promise(text != nil, "what is configured is JSON5")
        let printed = configuration.json.bytes
        var again = try? Configuration.read(printed)
        // Secrets are not shown.
        again?.network.proxy = configuration.network.proxy
        if let headers = configuration.proof?.headers { again?.proof?.headers = headers }
        promise(again == configuration, "the effective configuration reads back")
    } catch {
        promise(!error.problems.isEmpty, "who refuses says why")
        for problem in error.problems { lookAt(problem.place, bytes) }
    }
}

private func lookAt(_ place: JSON5.Place, _ bytes: [UInt8]) {
    promise(place.line >= 1 && place.line <= bytes.count + 1, "line \(place.line) is in the file")
    promise(place.column >= 1 && place.column <= bytes.count + 1, "column \(place.column) is in the file")
}
