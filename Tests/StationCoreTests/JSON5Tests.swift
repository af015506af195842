import StationCore
import Testing

/// What the JSON5 reader takes and refuses, by the examples and rules of the JSON5 specification 1.0.0.
struct JSON5Tests {
    /// The value without its places, as text.
    private func plain(_ value: JSON5) -> String {
        switch value.content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let number): "\(number)"
        case .decimal(let number): "\(number)"
        case .string(let text): "<\(text)>"
        case .array(let elements): "[" + elements.map(plain).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\($0.name):\(plain($0.value))" }.joined(separator: ",") + "}"
        }
    }

    static let valid: [(String, String)] = [
        ("null", "null"), ("true", "true"), ("false", "false"), ("[]", "[]"), ("{}", "{}"),
        // Comments and space, the odd ones too.
        ("// a\n1", "1"), ("/* a\n* / */1/**/", "1"), ("\u{FEFF}\u{A0}\u{2003}\u{B}\u{C}1\u{2028}", "1"),
        ("[1, // a\r\n/*,*/2,]", "[1,2]"), ("{a:1,}", "{a:1}"), ("1 // end without a line end", "1"),
        // Keys.
        ("{$_a1:1,'b c':2,\"d\":3}", "{$_a1:1,b c:2,d:3}"),
        ("{tên:1, ünïcødé:2, \\u0061b:3}", "{tên:1,ünïcødé:2,ab:3}"),
        ("{null:1,true:2,while:3,Infinity:4}", "{null:1,true:2,while:3,Infinity:4}"),
        ("{a\u{301}:1}", "{a\u{301}:1}"),
        // Texts.
        ("'it\\'s \"so\"'", "<it's \"so\">"), ("\"it's\"", "<it's>"),
        ("'\\b\\f\\n\\r\\t\\v\\0'", "<\u{8}\u{C}\n\r\t\u{B}\0>"),
        ("'\\x41\\u00e9\\uD83D\\uDE00'", "<Aé😀>"), ("'\\q\\A\\/\\\\'", "<qA/\\>"),
        ("'a\\\nb\\\r\nc\\\rd\\\u{2028}e'", "<abcde>"), ("'a\u{2028}b\tc'", "<a\u{2028}b\tc>"),
        ("'Phường'", "<Phường>"),
        // Numbers.
        ("0", "0"), ("-0", "0"), ("+7", "7"), ("-9223372036854775808", "-9223372036854775808"),
        ("0xFf", "255"),
        ("-0x10", "-16"), (".5", "0.5"), ("5.", "5.0"), ("-.5e1", "-5.0"), ("5.e-1", "0.5"),
        ("1E+3", "1000.0"),
        ("Infinity", "inf"), ("-Infinity", "-inf"), ("+NaN", "nan"),
    ]

    @Test("a valid text gives its value", arguments: valid)
    func accepts(text: String, value: String) throws {
        #expect(plain(try JSON5.parse(Array(text.utf8))) == value)
    }

    static let invalid: [(String, Int, Int, String)] = [
        ("", 1, 1, "expected a value, found the end"),
        ("// only\n", 2, 1, "expected a value, found the end"),
        ("{\n  a: 1\n  b: 2\n}", 3, 3, "expected ',' or '}', found 'b'"),
        ("{a 1}", 1, 4, "expected ':' after the key a"),
        ("{a:}", 1, 4, "expected a value, found '}'"),
        ("{,}", 1, 2, "expected a key, found ','"),
        ("{1:2}", 1, 2, "expected a key, found '1'"),
        ("{a:1,", 1, 6, "expected '}', found the end"),
        ("{a:1]", 1, 5, "expected ',' or '}', found ']'"),
        ("[,]", 1, 2, "expected a value, found ','"),
        ("[1,,2]", 1, 4, "expected a value, found ','"),
        ("[1", 1, 3, "expected ',' or ']', found the end"),
        ("{a:1,\r\n 'a':2}", 2, 2, "the key a stands twice, first in line 1"),
        ("{a:b}", 1, 4, "expected a value, found b; a text needs quotes"),
        ("{a:Inf}", 1, 4, "expected a value, found Inf; a text needs quotes"),
        ("{a:05}", 1, 4, "a number may not begin with 0"),
        ("{a:1x}", 1, 5, "a number may not go on with 'x'"),
        ("{a:1.2.3}", 1, 7, "a number may not go on with '.'"),
        ("{a:05:00}", 1, 4, "a number may not begin with 0"),
        ("{a:.}", 1, 5, "expected a digit, found '}'"),
        ("{a:1e}", 1, 6, "expected a digit, found '}'"),
        ("{a:0x}", 1, 6, "expected a hexadecimal digit, found '}'"),
        ("{a:- 1}", 1, 5, "expected a digit, found ' '"),
        ("{a:9223372036854775808}", 1, 4, "a number too large"),
        ("{a:0xFFFFFFFFFFFFFFFF}", 1, 4, "a number too large"),
        ("{a:1e999}", 1, 4, "a number too large"),
        ("{a:'b\n'}", 1, 6, "a text ends on its line, or the line ends with a backslash"),
        ("{a:'b}", 1, 4, "this text has no closing '"),
        ("'\\x4'", 1, 5, "expected 2 hexadecimal digits, found '''"),
        ("'\\1'", 1, 2, "JSON5 has no octal escapes"),
        ("'\\01'", 1, 2, "JSON5 has no octal escapes"),
        ("'\\uD800'", 1, 2, "half of a surrogate pair"),
        ("'\\", 1, 3, "a backslash at the end"),
        ("/* a\n", 1, 1, "this comment has no end"),
        ("/ a", 1, 1, "a comment begins with // or /*"),
        ("# a", 1, 1, "expected a value, found '#'"),
        ("1 2", 1, 3, "expected nothing after the value, found '2'"),
        ("{\\u0031a:1}", 1, 2, "this escape does not belong in a key"),
        ("{“a”:1}", 1, 2, "expected a key, found '“'"),
        ("{ giờ: 'ấp', x: ? }", 1, 17, "expected a value, found '?'"),
    ]

    @Test("an invalid text is refused with the place and the reason", arguments: invalid)
    func refuses(text: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: JSON5Error.self) { try JSON5.parse(Array(text.utf8)) }
        #expect(error?.message == message)
        #expect(error?.place == JSON5.Place(line: line, column: column))
    }

    @Test("every key and value knows its line and column")
    func places() throws {
        let value = try JSON5.parse(Array("// é\r\n{\n  ấp: [1,\r    'x'],\n}".utf8))
        guard case .object(let members) = value.content, case .array(let elements) = members[0].value.content
        else {
            Issue.record("not an object with a list")
            return
        }
        #expect(value.place == .init(line: 2, column: 1))
        #expect(members[0].place == .init(line: 3, column: 3))
        #expect(members[0].value.place == .init(line: 3, column: 7))
        #expect(elements.map(\.place) == [.init(line: 3, column: 8), .init(line: 4, column: 5)])
    }

    @Test("bytes that are not UTF-8 are refused with their place")
    func notUTF8() {
        let error = #expect(throws: JSON5Error.self) {
            try JSON5.parse(Array("{\n a: '".utf8) + [0xFF, 0x27, 0x7D])
        }
        #expect(error?.message == "not UTF-8")
        #expect(error?.place == JSON5.Place(line: 2, column: 6))
    }

    @Test("attack list, deep nesting: the bounds of the configuration on size and depth hold")
    func bounds() {
        let deep = Array((String(repeating: "[", count: 32) + String(repeating: "]", count: 32)).utf8)
        #expect(throws: Never.self) { try JSON5.parse(deep) }
        #expect(throws: JSON5Error.self) { try JSON5.parse(Array("[".utf8) + deep + Array("]".utf8)) }
        let hostile = [UInt8](repeating: UInt8(ascii: "["), count: JSON5.maximumBytes)
        #expect(throws: JSON5Error.self) { try JSON5.parse(hostile) }
        let long = [UInt8](repeating: UInt8(ascii: " "), count: JSON5.maximumBytes)
        #expect(throws: JSON5Error.self) { try JSON5.parse(long + Array("1".utf8)) }
        #expect(throws: Never.self) { try JSON5.parse(long.dropLast() + Array("1".utf8)) }
    }
}
