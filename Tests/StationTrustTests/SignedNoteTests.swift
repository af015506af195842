import Testing

@testable import StationTrust

/// Signed notes and heads of logs, against the examples of their specifications and against forgeries.
struct SignedNoteTests {
    private static var key: SecretKey? { SecretKey(seed: Array(repeating: 7, count: 32)) }
    private static let text = "loa.example.vn/ap-3\n70000\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    private static func note() throws -> (note: SignedNote, key: NoteKey) {
        let key = try #require(key)
        return (
            SignedNote(text, signedBy: key, named: "loa.example.vn/ap-3"),
            try #require(NoteKey("loa.example.vn/ap-3", key.publicBytes))
        )
    }

    @Test("A note that was signed is read, believed with its key, and with no other")
    func signed() throws {
        let (note, key) = try Self.note()
        let read = try #require(SignedNote(note.bytes))
        #expect(read == note && read.isSigned(by: key) && read.text == Self.text)
        let other = try #require(SecretKey(seed: Array(repeating: 8, count: 32)))
        #expect(!read.isSigned(by: try #require(NoteKey(key.name, other.publicBytes))))
        #expect(!read.isSigned(by: try #require(NoteKey("another", key.publicBytes))))
        #expect(NoteKey(text: key.text) == key && key.text.hasPrefix("loa.example.vn/ap-3+"))
        let check = try #require(Checkpoint(text: read.text))
        #expect(check.origin == "loa.example.vn/ap-3" && check.size == 70_000 && check.text == Self.text)
    }

    /// What is done to a note, and whether it is still one.
    static let forgeries: [(from: String, to: String, isNote: Bool)] = [
        ("70000", "70001", true), ("ap-3\n7", "ap-4\n7", true), ("\n\n", "\n", false), ("— ", "- ", false),
        ("\u{2014} loa", "\u{2014}  loa", false), ("70000", "7\t000", false), ("70000", "7\r000", false),
    ]

    @Test("A note that was changed is not believed", arguments: forgeries)
    func forged(from: String, to: String, isNote: Bool) throws {
        let (note, key) = try Self.note()
        let text = String(decoding: note.bytes, as: UTF8.self).replacing(from, with: to, maxReplacements: 1)
        let read = SignedNote(Array(text.utf8))
        #expect((read != nil) == isNote)
        #expect(read?.isSigned(by: key) != true)
    }

    @Test("Of several lines of one key all must be its own, and lines of strangers are passed over")
    func several() throws {
        let (note, key) = try Self.note()
        let stranger = try #require(SecretKey(seed: Array(repeating: 9, count: 32)))
        let theirs = SignedNote(Self.text, signedBy: stranger, named: "witness")
        let lines = String(decoding: note.bytes, as: UTF8.self) + Self.lines(theirs)
        #expect(SignedNote(Array(lines.utf8))?.isSigned(by: key) == true)
        var bad = note.signatures[0].bytes
        bad[0] ^= 1
        let forged = "\u{2014} \(key.name) \(Base64.text(key.id + bad))\n"
        let both = String(decoding: note.bytes, as: UTF8.self) + forged
        #expect(SignedNote(Array(both.utf8))?.isSigned(by: key) == false)
    }

    private static func lines(_ note: SignedNote) -> String {
        let text = String(decoding: note.bytes, as: UTF8.self)
        return String(text[text.index(text.startIndex, offsetBy: note.text.count + 1)...])
    }

    @Test(
        "What is no head is none",
        arguments: ["", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "\n1\nAAAA\n", "a\n1\nAAAA\n"])
    func noHead(text: String) { #expect(Checkpoint(text: text) == nil) }

    @Test("Keys are read as Go's package writes them", arguments: ["", "a+b", "a+00000000+AAAA", "a b+0+A"])
    func noKey(text: String) { #expect(NoteKey(text: text) == nil) }
}
