/// Reads the fields of one object of metadata; whatever is missing or of another kind makes the file refused.
struct Fields {
    /// The role whose file it is.
    let subject: String
    private let json: JSON

    init(_ json: JSON, _ subject: String) { (self.json, self.subject) = (json, subject) }

    func malformed(_ name: String) -> TUF.Refusal { .init(subject, .malformed(name)) }

    /// The field, if it is there.
    func optional(_ name: String) -> JSON? { json[name] }

    func object(_ name: String) throws(TUF.Refusal) -> JSON {
        guard let value = json[name], value.members != nil else { throw malformed(name) }
        return value
    }

    /// What the members of an object are, each read, by their names.
    func byName<Value>(
        _ name: String, _ read: (JSON.Member) throws(TUF.Refusal) -> Value
    ) throws(TUF.Refusal) -> ByteMap<Value> {
        guard let members = json[name]?.members else { throw malformed(name) }
        var entries: [ByteMap<Value>.Entry] = []
        for member in members { entries.append((member.name, try read(member))) }
        return ByteMap(entries)
    }

    func array(_ name: String) throws(TUF.Refusal) -> [JSON] {
        guard let elements = json[name]?.elements else { throw malformed(name) }
        return elements
    }

    func text(_ name: String) throws(TUF.Refusal) -> String {
        guard let text = json[name]?.text else { throw malformed(name) }
        return text
    }

    func texts(_ name: String) throws(TUF.Refusal) -> [String] {
        var texts: [String] = []
        for element in try array(name) {
            guard let text = element.text else { throw malformed(name) }
            texts.append(text)
        }
        return texts
    }

    func integer(_ name: String) throws(TUF.Refusal) -> Int64 {
        guard let number = json[name]?.integer else { throw malformed(name) }
        return number
    }

    /// A version: at least 1, and no more than every reader of JSON holds exactly.
    func version() throws(TUF.Refusal) -> Int64 {
        let version = try integer("version")
        guard 1...(1 << 53) ~= version else { throw malformed("version") }
        return version
    }

    /// A truth value, false if it is not there.
    func flag(_ name: String) throws(TUF.Refusal) -> Bool {
        guard let value = json[name] else { return false }
        guard let flag = value.bool else { throw malformed(name) }
        return flag
    }
}
