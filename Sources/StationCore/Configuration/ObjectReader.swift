/// Collects what is wrong with a configuration while it is read on.
final class ProblemList {
    private(set) var problems: [ConfigurationError.Problem] = []

    func add(_ place: JSON5.Place, _ key: String, _ message: String) {
        problems.append(.init(place: place, key: key, message: message))
    }
}

/// Reads one object key by key; in the end whatever it was not asked for is an unknown key.
///
/// Nothing here throws: each answer is nil where the key is missing or wrong, and a wrong one is on the list. So all
/// that is wrong with a file is told at once, to somebody who may have driven far to hear it.
struct ObjectReader {
    let place: JSON5.Place
    private let path: String
    private let members: [JSON5.Member]
    private let list: ProblemList
    private var known: [String] = []

    /// Begins to read what must be an object.
    init?(_ value: JSON5, path: String, list: ProblemList) {
        guard case .object(let members) = value.content else {
            list.add(value.place, path, "expected an object in { }, found \(value.shown)")
            return nil
        }
        (place, self.path, self.members, self.list) = (value.place, path, members, list)
    }

    /// Ends it: names the keys that nobody asked for.
    func finish() {
        for member in members where !known.contains(member.name) {
            let guess = nearest(to: member.name, among: known)
            let hint = guess.map { "; did you mean \($0)?" } ?? "; known are \(known.joined(separator: ", "))"
            list.add(member.place, path(member.name), "unknown key\(hint)")
        }
    }

    // MARK: Complaints

    /// Complains about the value of a key, or about the object that lacks it.
    func complain(_ key: String, _ message: String) {
        list.add(members.first { $0.name == key }?.value.place ?? place, path(key), message)
    }

    /// Whether anything stands there for the key.
    func has(_ key: String) -> Bool { members.contains { $0.name == key } }

    private func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    // MARK: Values

    /// The value of a key, where one stands there; where it is nullable, `null` is none.
    private mutating func take(_ key: String, nullable: Bool) -> JSON5? {
        known.append(key)
        guard let value = members.first(where: { $0.name == key })?.value else { return nil }
        return nullable && value.content == .null ? nil : value
    }

    /// The value of a key, decoded; nil and a complaint where that fails.
    mutating func read<Value>(
        _ key: String, expecting expected: String, nullable: Bool = false, _ decode: (JSON5.Content) -> Value?
    ) -> Value? {
        guard let value = take(key, nullable: nullable) else { return nil }
        if let decoded = decode(value.content) { return decoded }
        list.add(value.place, path(key), "expected \(expected), found \(value.shown)")
        return nil
    }

    /// Complains if a required key is missing.
    func require(_ key: String, _ expected: String) {
        if !has(key) { list.add(place, path(key), "is missing: expected \(expected)") }
    }

    /// Replaces a whole number by the one that stands there; `1e6` is whole, `1.5` is not.
    mutating func integer(_ key: String, in range: ClosedRange<Int>, of unit: String, into target: inout Int)
    {
        let expected = "a whole number\(unit) from \(range.lowerBound) to \(range.upperBound)"
        let number = read(key, expecting: expected) { content -> Int? in
            guard let number = content.wholeNumber, range ~= number else { return nil }
            return number
        }
        if let number { target = number }
    }

    /// Replaces a number by the one that stands there.
    mutating func number(
        _ key: String, in range: ClosedRange<Double>, of unit: String, into target: inout Double
    ) {
        let bounds = "from \(shortest(range.lowerBound)) to \(shortest(range.upperBound))"
        let number = read(key, expecting: "a number\(unit) \(bounds)") { content -> Double? in
            guard let number = content.number, range ~= number else { return nil }
            return number
        }
        if let number { target = number }
    }

    /// Replaces a truth value by the one that stands there.
    mutating func flag(_ key: String, into target: inout Bool) {
        let flag = read(key, expecting: "true or false") { content -> Bool? in
            if case .bool(let flag) = content { flag } else { nil }
        }
        if let flag { target = flag }
    }

    /// Replaces a text by the one that stands there.
    mutating func text(_ key: String, _ form: TextForm, into target: inout String) {
        if let text = text(key, form) { target = text }
    }

    /// The text that stands there.
    mutating func text(_ key: String, _ form: TextForm, nullable: Bool = false) -> String? {
        read(key, expecting: form.expected, nullable: nullable) { form.text($0) }
    }

    /// Replaces a list of texts, no two of them equal where `unique`, by the one that stands there.
    mutating func texts(
        _ key: String, _ form: TextForm, count: ClosedRange<Int>, unique: Bool = true,
        into target: inout [String]
    ) {
        let name = path(key)
        guard let elements = list(key, of: form.expected, count: count) else { return }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = form.text(element.content) else {
                list.add(
                    element.place, "\(name)[\(index)]", "expected \(form.expected), found \(element.shown)")
                continue
            }
            if unique, texts.contains(text) {
                list.add(element.place, "\(name)[\(index)]", "\(element.shown) stands twice")
            }
            texts.append(text)
        }
        target = texts
    }

    /// The elements of a list, or nil and a complaint where there is none or they are too few or too many.
    private mutating func list(_ key: String, of what: String, count: ClosedRange<Int>) -> [JSON5]? {
        let least = count.lowerBound == 0 ? "at most" : "\(count.lowerBound) to"
        return read(key, expecting: "a list in [ ] of \(least) \(count.upperBound), each \(what)") {
            content -> [JSON5]? in
            guard case .array(let elements) = content, count ~= elements.count else { return nil }
            return elements
        }
    }

    /// Reads the object that stands there.
    mutating func object(_ key: String, nullable: Bool = false, _ body: (inout ObjectReader) -> Void) {
        guard let value = take(key, nullable: nullable) else { return }
        read(value, path(key), body)
    }

    /// Reads each object of a list.
    mutating func objects(
        _ key: String, count: ClosedRange<Int>, _ body: (Int, inout ObjectReader) -> Void
    ) {
        let name = path(key)
        for (index, value) in (list(key, of: "an object in { }", count: count) ?? []).enumerated() {
            read(value, "\(name)[\(index)]") { body(index, &$0) }
        }
    }

    private func read(_ value: JSON5, _ path: String, _ body: (inout ObjectReader) -> Void) {
        guard var reader = ObjectReader(value, path: path, list: list) else { return }
        body(&reader)
        reader.finish()
    }

    /// Reads an object whose keys the writer chooses, as name and text.
    mutating func pairs(
        _ key: String, names: TextForm, values: TextForm, count: Int
    ) -> [(name: String, text: String)] {
        guard let value = take(key, nullable: false) else { return [] }
        guard case .object(let members) = value.content, members.count <= count else {
            complain(key, "expected an object in { } of at most \(count), found \(value.shown)")
            return []
        }
        return members.compactMap { member in
            guard names.text(.string(member.name)) != nil else {
                list.add(member.place, "\(path(key)).\(member.name)", "expected as name \(names.expected)")
                return nil
            }
            guard let text = values.text(member.value.content) else {
                let message = "expected \(values.expected), found \(member.value.shown)"
                list.add(member.value.place, "\(path(key)).\(member.name)", message)
                return nil
            }
            return (member.name, text)
        }
    }
}

extension JSON5.Content {
    /// The number, if it is one without a fraction that fits.
    var wholeNumber: Int? {
        switch self {
        case .integer(let number): Int(exactly: number)
        case .decimal(let number): whole(number)
        default: nil
        }
    }

    /// The number, if it is one.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let number): number
        default: nil
        }
    }
}

extension JSON5 {
    /// The value as a complaint quotes it, cut to a few words.
    var shown: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let number): "\(number)"
        case .decimal(let number): shortest(number)
        case .string(let text): text.count > 40 ? "\"\(text.prefix(40))…\"" : "\"\(text)\""
        case .array(let elements): "a list of \(elements.count)"
        case .object: "an object"
        }
    }
}

/// The number without a fraction of zero, as people write it.
func shortest(_ number: Double) -> String {
    whole(number).map { "\($0)" } ?? "\(number)"
}

/// The number as an integer, if it is one that a double holds exactly.
///
/// `Int(exactly:)` does the same, but asks for libm, which nothing here links.
private func whole(_ number: Double) -> Int? {
    guard number.magnitude < 0x1p53, Double(Int(number)) == number else { return nil }
    return Int(number)
}

/// The word that somebody most likely meant: at most a third of it mistyped, or the same word with another unit.
func nearest(to word: String, among words: [String]) -> String? {
    let best = words.min { editDistance(word, $0) < editDistance(word, $1) }
    if let best, editDistance(word, best) <= max(1, min(word.count, best.count) / 3) { return best }
    return words.first { sharedStart($0, word) >= 4 }
}

private func sharedStart(_ left: String, _ right: String) -> Int {
    zip(left.lowercased(), right.lowercased()).prefix { $0 == $1 }.count
}

/// How many letters must be put in, left out, changed or swapped with their neighbour; capitals do not count.
private func editDistance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.lowercased().prefix(64)), Array(right.lowercased().prefix(64)))
    var (before, last) = ([Int](), Array(0...right.count))
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            var cost = min(
                last[column + 1] + 1, current[column] + 1,
                last[column] + (left[row] == right[column] ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, before[column - 1] + 1)
            }
            current.append(cost)
        }
        (before, last) = (last, current)
    }
    return last[right.count]
}
