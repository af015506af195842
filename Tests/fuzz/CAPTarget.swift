// Messages of the Common Alerting Protocol, as a weather service or whoever calls itself one may write them.

import TerminalText

@testable import Centre

/// A message that is understood says who sent it and what to read; one that is not says why, in both languages.
@Sendable func lookAtCAP(_ bytes: [UInt8]) {
    lookAtXML(bytes)
    let message: CAPMessage
    do throws(CentreError) { message = try CAPMessage(bytes) } catch {
        promise(!error.message[.english].isEmpty && !error.message[.vietnamese].isEmpty, "a refusal says why")
        return
    }
    promise(message.name.contains(","), "it has a sender and an identifier")
    promise(message.kind == .alert || !message.references.isEmpty, "what it ends is named")
    promise(message.infos.isEmpty == (message.kind == .cancel), "what ends others says nothing itself")
    for info in message.infos {
        promise(info.audio?.isEmpty != true, "a recording inside has bytes")
        promise(info.audio == nil || info.file == nil, "a recording is inside or beside")
        promise((info.language == nil) == (message.infos.count == 1), "of several each has its language")
    }
    promise(message.references.allSatisfy { $0.contains(",") }, "a reference names a message")
}

/// The document that it is written in: no deeper and no wider than it may be, and text as everybody reads it.
private func lookAtXML(_ bytes: [UInt8]) {
    do throws(XMLElement.Problem) {
        var count = 0
        lookAt(try XMLElement.read(bytes), depth: 1, &count)
        promise(count <= XMLElement.Limits.elements, "the elements are bounded")
    } catch {
        promise(error.line >= 1 && error.line <= bytes.count + 1, "\(error) is in the file")
        promise(!error.text.isEmpty, "a problem says what it is")
    }
}

private func lookAt(_ element: XMLElement, depth: Int, _ count: inout Int) {
    count += 1
    promise(depth <= XMLElement.Limits.depth, "the depth is bounded")
    promise(
        !element.name.isEmpty && !element.name.contains(":"), "\(element.name) is a name without its prefix")
    promise(
        element.text.unicodeScalars.allSatisfy { $0.value >= 0x20 || [0x09, 0x0A, 0x0D].contains($0.value) },
        "a text has no control character")
    for child in element.children { lookAt(child, depth: depth + 1, &count) }
}
