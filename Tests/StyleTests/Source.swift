import Foundation

/// One file of the project, as the rules see it.
struct Source {
    /// From the project's folder on: `Sources/StationCore/Time/Now.swift`.
    let path: String
    let text: String
    /// The text with comments and strings blanked; for other languages the text.
    let code: String
    let lines: [Substring]
    let codeLines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        let masked = ["swift", "c", "h"].contains { path.hasSuffix("." + $0) }
        code = masked ? CodeMask.code(of: text) : text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        codeLines = code.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }
    var isShipped: Bool { path.hasPrefix("Sources/") }
    /// The target that it belongs to: the folder under Sources or Tests.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// The number of the line, from 1, that holds that place of the code.
    func line(of place: String.Index, in text: String) -> Int {
        text[..<place].utf8.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    }
}

extension Source {
    /// The project's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All files that people wrote, in the order of their paths.
    static let all: [Source] = {
        let tops = ["Package.swift", "README.md", "Sources", "Tests", "systemd", "Playlists", ".ci"]
        var found: [Source] = []
        for top in tops {
            let folder = root.appending(path: top)
            let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
            for path in names.isEmpty ? [top] : names.sorted().map({ top + "/" + $0 }) {
                let bytes = try? Data(contentsOf: root.appending(path: path))
                guard let bytes, let text = String(data: bytes, encoding: .utf8), !text.contains("\0") else {
                    continue  // A folder, or sound.
                }
                found.append(Source(path: path, text: text))
            }
        }
        return found
    }()
}
