import StationCore
import StationTrust
import TerminalText

/// A message of the Common Alerting Protocol (OASIS CAP 1.2), as far as loudspeakers can follow it.
struct CAPMessage {
    /// What it is about.
    enum Kind: String {
        case alert = "Alert"
        case update = "Update"
        case cancel = "Cancel"
    }

    /// The message in one language.
    struct Info {
        /// The language tag; nil where there is but one.
        let language: String?
        let title: String
        /// What is read aloud where there is no recording.
        let text: String
        /// A recording that the message holds itself.
        let audio: [UInt8]?
        /// A recording that lies beside the message.
        let file: String?
    }

    static let namespace = "urn:oasis:names:tc:emergency:cap:1.2"

    let kind: Kind
    /// `sender,identifier`, by which other messages refer to it.
    let name: String
    /// The names of the messages that it updates or cancels.
    let references: [String]
    let infos: [Info]
    /// What it calls the areas that it is for.
    let areas: [String]
    /// The earliest end that it gives, in seconds since 1970.
    let expires: Int64?

    /// Reads a message.
    ///
    /// - Throws: when it is none, or one that is not to be put on air.
    init(_ bytes: [UInt8]) throws(CentreError) {
        let root: XMLElement
        do throws(XMLElement.Problem) { root = try XMLElement.read(bytes) } catch {
            throw Self.refusal("\(error.line): \(error.text)")
        }
        guard root.name == "alert", root.namespace == Self.namespace else {
            throw Self.refusal("the outermost element is not alert of \(Self.namespace)")
        }
        guard let identifier = root.value("identifier"), let sender = root.value("sender"),
            let sent = root.value("sent"), RFC3339.instant(of: sent) != nil
        else { throw Self.refusal("identifier, sender or sent is missing") }
        guard root.value("status") == "Actual" else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "bản tin CAP này không phải thật (status \(root.value("status") ?? "–")): không phát",
                    en:
                        "this CAP message is not for real (status \(root.value("status") ?? "–")): not put on air"
                ))
        }
        guard let kind = root.value("msgType").flatMap(Kind.init(rawValue:)) else {
            throw Self.refusal("msgType \(root.value("msgType") ?? "–") is not Alert, Update or Cancel")
        }
        (self.kind, name) = (kind, "\(sender),\(identifier)")
        references = (root.value("references") ?? "").split(whereSeparator: \.isWhitespace).compactMap {
            let parts = $0.split(separator: ",")
            return parts.count == 3 ? "\(parts[0]),\(parts[1])" : nil
        }
        guard kind == .alert || !references.isEmpty else { throw Self.refusal("references are missing") }
        let elements = root.all("info")
        guard kind == .cancel || !elements.isEmpty else { throw Self.refusal("info is missing") }
        var infos: [Info] = []
        for element in elements where kind != .cancel {
            infos.append(try Self.info(element, isOnly: elements.count == 1))
        }
        self.infos = infos
        areas = elements.flatMap { $0.all("area") }.compactMap { $0.value("areaDesc") }
        var ends: [Int64] = []
        for text in elements.compactMap({ $0.value("expires") }) {
            guard let end = RFC3339.instant(of: text) else {
                throw Self.refusal("expires \(text) is no time")
            }
            ends.append(end.seconds)
        }
        expires = ends.min()
    }

    private static func info(_ element: XMLElement, isOnly: Bool) throws(CentreError) -> Info {
        let language = element.value("language") ?? "en-US"
        let title = element.value("headline") ?? element.value("event") ?? ""
        let text = [element.value("headline"), element.value("description"), element.value("instruction")]
            .compactMap(\.self).joined(separator: ".\n")
        let resource = element.all("resource").first { $0.value("mimeType")?.hasPrefix("audio/") == true }
        var audio: [UInt8]?
        if let encoded = resource?["derefUri"]?.text {
            guard let bytes = Base64.bytes(encoded.utf8), !bytes.isEmpty else {
                throw refusal("derefUri is not base64")
            }
            audio = bytes
        }
        return Info(
            language: isOnly ? nil : language, title: title, text: text, audio: audio,
            file: audio == nil ? resource?.value("uri") : nil)
    }

    private static func refusal(_ problem: String) -> CentreError {
        let problem = Phrasebook.translated(problem)
        return CentreError(
            .refused,
            Phrase(
                vi: "không đọc được bản tin CAP: \(problem[.vietnamese])",
                en: "the CAP message is not understood: \(problem[.english])"))
    }
}
