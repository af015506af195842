import StationTrust
import Testing

/// What the strict parser takes and refuses; each row is one trap that some reader fell into.
struct JSONParserTests {
    private func parse(_ text: String) throws -> JSON { try parse(Array(text.utf8)) }

    private func parse(_ bytes: [UInt8]) throws -> JSON {
        try JSONParser.parse(bytes, limits: .init(bytes: 1 << 20))
    }

    static let valid: [(String, JSON)] = [
        ("null", .null),
        (" true\n", true),
        ("false", false),
        ("0", 0),
        ("-0", 0),
        ("-12", -12),
        ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("1.0", .decimal(1)),
        ("1e3", .decimal(1000)),
        ("1E+2", .decimal(100)),
        ("-0.5e-2", .decimal(-0.005)),
        ("1e-400", .decimal(0)),
        ("\"\"", ""),
        ("\"a/b\\/c\"", "a/b/c"),
        (#""\"\\\b\f\n\r\t""#, "\"\\\u{8}\u{C}\n\r\t"),
        (#""\u0000\u00e9\u20AC\uD83D\ude00""#, "\0\u{E9}€😀"),
        (#""\u0000""#, "\0"),
        ("\"Bản tin\u{7F}\u{2028}\u{FFFF}\"", "Bản tin\u{7F}\u{2028}\u{FFFF}"),
        ("[]", []),
        ("[ ]", []),
        ("[1,\t[2 ,3]]", [1, [2, 3]]),
        ("{}", [:]),
        (#"{"":1}"#, ["": 1]),
        (#"{"b":1, "a" :{"b":null}}"#, ["b": 1, "a": ["b": .null]]),
        // Two spellings of one letter are two names.
        ("{\"\u{E9}\":1,\"e\u{301}\":2}", ["\u{E9}": 1, "e\u{301}": 2]),
    ]

    @Test("a valid document gives its value", arguments: valid)
    func accepts(text: String, value: JSON) throws {
        #expect(try parse(text) == value)
    }

    static let invalid: [(String, Int)] = [
        ("", 0), ("  ", 2), ("nul", 0), ("nulll", 4), ("True", 0), ("NaN", 0), ("Infinity", 0),
        ("-", 1), ("+1", 0), ("01", 1), ("-01", 2), ("1.", 2), (".5", 0), ("1.e1", 2), ("1e", 2),
        ("1e+", 3), ("0x10", 1), ("1_000", 1), ("--1", 1), ("1 2", 2), ("1e999", 0), ("-1e999", 0),
        ("9223372036854775808", 0), ("-9223372036854775809", 0), ("99999999999999999999999", 0),
        ("\"", 1), ("\"a", 2), ("'a'", 0), ("\"\\\"", 3), ("\"\\x41\"", 1), ("\"\\u12g4\"", 5),
        ("\"\\u12", 5), ("\"\\", 1), ("\"\\v\"", 1), ("\"a\nb\"", 2), ("\"\t\"", 1), ("\"\0\"", 1),
        (#""\uD800""#, 1), (#""\uDC00""#, 1), (#""\uD800\uD800""#, 1), (#""\uD800x""#, 1),
        (#""\uDE00\uD83D""#, 1),
        ("[", 1), ("[1", 2), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3), ("[1}", 2), ("]", 0), ("[1]]", 3),
        ("{", 1), ("{\"a\"}", 4), ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1), ("{1:1}", 1),
        ("{\"a\":1 \"b\":2}", 7), ("{\"a\" 1}", 5), ("{,}", 1), ("{\"a\":1]", 6), ("{\"a\":1", 6),
        ("/* */1", 0), ("1//", 1), ("\u{FEFF}1", 0), ("1\u{FEFF}", 1), ("\u{A0}1", 0), ("\u{B}1", 0),
        ("1\0", 1), ("\0", 0),
        (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"\u0061":2}"#, 7), (#"[{"x":{"a":1,"b":2,"a":3}}]"#, 19),
    ]

    @Test("an invalid document is refused at the byte where it goes wrong", arguments: invalid)
    func refuses(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try parse(text) }
        #expect(error?.offset == offset)
    }

    static let notUTF8: [([UInt8], Int)] = [
        ([0x22, 0xFF, 0x22], 1),
        // Overlong, half of a pair, beyond Unicode, cut off, a continuation without a start.
        ([0x22, 0xC0, 0xAF, 0x22], 1),
        ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
        ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
        ([0x22, 0x61, 0xE1, 0xBA, 0x22], 2),
        ([0x31, 0x80], 1),
        // UTF-16
        ([0xFE, 0xFF, 0x00, 0x31], 0),
    ]

    @Test("bytes that are not UTF-8 are refused wherever they stand", arguments: notUTF8)
    func refusesBytes(bytes: [UInt8], offset: Int) {
        let error = #expect(throws: JSONError.self) { try parse(bytes) }
        #expect(error?.kind == .notUTF8)
        #expect(error?.offset == offset)
    }

    @Test("an error names line and column, counted in characters")
    func place() {
        let error = #expect(throws: JSONError.self) {
            try parse("{\n  \"tên\": 1,\n  \"giờ\": 05\n}")
        }
        #expect(error?.line == 3)
        #expect(error?.column == 11)
        #expect(error?.description == "line 3, column 11: expected no digit after a leading 0")
    }

    @Test("attack list, deep nesting: the limits of JSON on size and depth are exact")
    func limits() throws {
        func parse(_ text: String, _ limits: JSONParser.Limits) throws -> JSON {
            try JSONParser.parse(Array(text.utf8), limits: limits)
        }
        #expect(throws: Never.self) { try parse("[[1]]", .init(bytes: 5, depth: 2)) }
        let long = #expect(throws: JSONError.self) { try parse("[[1]]", .init(bytes: 4, depth: 2)) }
        #expect(long?.kind == .tooLong(limit: 4))
        let deep = #expect(throws: JSONError.self) { try parse("[[1]]", .init(bytes: 5, depth: 1)) }
        #expect(deep?.kind == .tooDeep(limit: 1))
        // Brackets that were closed again do not count.
        #expect(throws: Never.self) { try parse("[[],[],{},[{}]]", .init(bytes: 99, depth: 3)) }
        let hostile = String(repeating: "[", count: 1 << 20)
        #expect(throws: JSONError.self) { try parse(hostile, .init(bytes: 1 << 20)) }
    }

    @Test("an object of a hundred thousand names is read, and its one double name found")
    func manyNames() throws {
        let names = (0..<100_000).map { "\"name\($0)\":\($0)" }.joined(separator: ",")
        let limits = JSONParser.Limits(bytes: 1 << 22)
        let value = try JSONParser.parse(Array("{\(names)}".utf8), limits: limits)
        #expect(value["name99999"] == 99999)
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parse(Array("{\(names),\"name7\":0}".utf8), limits: limits)
        }
        #expect(error?.kind == .duplicateName("name7"))
    }

    @Test("a name that stands twice is found wherever it stands in an object of any size")
    func duplicates() throws {
        for count in [2, 31, 32, 33, 34, 64] {
            for place in [0, (count - 1) / 2, count - 2] {
                var names = (0..<count).map { "\"é\($0)\":0" }
                let limits = JSONParser.Limits(bytes: 1 << 16)
                let whole = Array("{\(names.joined(separator: ","))}".utf8)
                #expect(throws: Never.self) { try JSONParser.parse(whole, limits: limits) }
                names[count - 1] = names[place]
                let error = #expect(throws: JSONError.self) {
                    try JSONParser.parse(Array("{\(names.joined(separator: ","))}".utf8), limits: limits)
                }
                #expect(error?.kind == .duplicateName("é\(place)"))
            }
        }
    }

    @Test("a range of a buffer is read as if it stood alone")
    func range() throws {
        let bytes = Array("{\"a\":1}\n{\"b\":tru}\n".utf8)
        let limits = JSONParser.Limits(bytes: 10)
        #expect(try JSONParser.parse(bytes, in: 0..<7, limits: limits) == ["a": 1])
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parse(bytes, in: 8..<17, limits: limits)
        }
        #expect(error?.offset == 5)
        #expect(error?.line == 1)
        // The end of the range is the end, though the buffer goes on.
        #expect(throws: JSONError.self) { try JSONParser.parse(bytes, in: 0..<6, limits: limits) }
    }

    @Test("what is written is read back as the same value and the same bytes")
    func roundTrip() throws {
        let value: JSON = [
            "chữ": "Ấp 3\u{0}\u{1F}\u{7F}\"\\/\u{2028}😀e\u{301}",
            "numbers": [
                0, -1, .integer(.min), .integer(.max), .decimal(1), .decimal(-0.0),
                .decimal(.leastNonzeroMagnitude),
                .decimal(.greatestFiniteMagnitude), .decimal(0.1),
            ],
            "nested": [[], [:], [["a": .null], true, false]],
        ]
        let read = try parse(value.bytes)
        #expect(read == value)
        #expect(read.bytes == value.bytes)
    }

    @Test("the scan gives the wanted members and checks the grammar of the rest")
    func scan() throws {
        func scan(_ text: String) throws -> JSON {
            let limits = JSONParser.Limits(bytes: 1000, depth: 4)
            return try JSONParser.members(["kind", "index"], of: Array(text.utf8), limits: limits)
        }
        let entry = #"{"index":7,"x":{"kind":[1,{"a":"\n"},[]],"y":{}},"k\u0069nd":"boot","z":-1.5e3}"#
        #expect(try scan(entry) == ["index": 7, "kind": "boot"])
        #expect(try scan(" { } ") == [:])
        for broken in [
            "[]", "7", "{\"x\":[1,]}", "{\"x\":{1:2}}", "{\"x\":\"\\q\"}", "{\"x\":\"\u{1}\"}",
            "{\"x\":[[[[1]]]]}",
            "{\"x\":01}", "{\"x\":1}}", "{\"kind\":1,\"kind\":1}", "{\"kind\":1,\"\\u006bind\":1}",
            "{\"x\":nul}",
            "{\"x\":{\"a\":1]}", "{\"x\"}", "{\"x\":1",
        ] {
            #expect(throws: JSONError.self, "\(broken)") { try scan(broken) }
        }
    }

    @Test("values are equal by their bytes, not by what Unicode calls equal")
    func equality() {
        #expect(JSON.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSON.integer(1) != .decimal(1))
        #expect(Set<JSON>([.string("\u{E9}"), .string("e\u{301}"), .string("\u{E9}")]).count == 2)
        let both: JSON = ["e\u{301}": 1, "\u{E9}": 2]
        #expect(both["\u{E9}"] == 2)
        #expect(both["e\u{301}"] == 1)
    }

    @Test("every cut and every flipped bit of a document is refused or read, and never crashes")
    func mutilated() throws {
        let document = Array(#"{"a":[1,-2.5e3,true,null,"\u00e9\uD83D\uDE00é"],"b":{"c":"\\"}}"#.utf8)
        for length in 0..<document.count {
            #expect(throws: JSONError.self) { try parse(Array(document[..<length])) }
        }
        for index in document.indices {
            for bit in 0..<8 {
                var flipped = document
                flipped[index] ^= 1 << UInt8(bit)
                if let value = try? parse(flipped) { #expect(try parse(value.bytes) == value) }
                _ = try? JSONParser.members(["a"], of: flipped, limits: .init(bytes: 1000))
            }
        }
    }
}
