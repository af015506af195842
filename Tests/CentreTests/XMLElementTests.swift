import Testing

@testable import Centre

/// What is read as XML, and how far.
struct XMLElementTests {
    private func nested(_ depth: Int) -> [UInt8] {
        Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
    }

    @Test("elements lie sixteen deep in each other, and no deeper")
    func depth() throws {
        _ = try XMLElement.read(nested(16))
        #expect(throws: XMLElement.Problem.self) { try XMLElement.read(nested(17)) }
    }

    @Test("there are ten thousand elements, and no more")
    func count() throws {
        func wide(_ count: Int) -> [UInt8] {
            Array(("<a>" + String(repeating: "<b/>", count: count - 1) + "</a>").utf8)
        }
        #expect(try XMLElement.read(wide(10_000)).children.count == 9999)
        #expect(throws: XMLElement.Problem.self) { try XMLElement.read(wide(10_001)) }
    }

    @Test("text is what it means: entities, references, CDATA, comments left out, in any namespace")
    func text() throws {
        let text =
            "<?xml version='1.0'?><p:a xmlns:p='n'>&lt;&#x1EA1;<!-- x --><![CDATA[<&]]><p:b c=\"&gt;\"/> z</p:a>"
        let element = try XMLElement.read(Array(text.utf8))
        #expect(element.name == "a" && element.namespace == "n")
        #expect(element.text == "<ạ<& z")
        #expect(element["b"]?.namespace == "n")
    }

    @Test("a control character is none of XML's, wherever it stands", arguments: ["%", "<![CDATA[%]]>"])
    func control(text: String) throws {
        func read(_ character: String) throws -> XMLElement {
            try XMLElement.read(Array("<a>\(text.replacing("%", with: character))</a>".utf8))
        }
        #expect(try read("\t").text == "\t")
        #expect(throws: XMLElement.Problem.self) { try read("\u{1}") }
    }

    @Test("a problem names its line")
    func line() {
        let problem = #expect(throws: XMLElement.Problem.self) {
            try XMLElement.read(Array("<a>\n<b>\n</c></a>".utf8))
        }
        #expect(problem?.line == 3)
    }
}
