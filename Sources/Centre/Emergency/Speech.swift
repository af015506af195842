import CLinux
import Glibc
import StationHost
import TerminalText

/// Text read aloud by `espeak-ng`, where that is installed.
enum Speech {
    private static let programs = ["/usr/bin/espeak-ng", "/usr/local/bin/espeak-ng"]
    /// The longest text, in bytes: ten minutes of speech.
    private static let mostBytes = 10_000
    /// No text takes longer, in nanoseconds.
    private static let patience: Int64 = 20_000_000_000
    private static let mostSoundBytes = 64 << 20

    /// A WAV file of the text in that language.
    ///
    /// - Throws: when there is no text or no voice, or the program fails.
    static func wav(_ text: String, language: String) throws(CentreError) -> [UInt8] {
        guard !text.isEmpty, text.utf8.count <= mostBytes else {
            throw CentreError(
                .refused,
                Phrase(
                    vi:
                        "bản tin CAP không có bản ghi âm, và không có lời để đọc hoặc lời dài quá \(mostBytes) byte",
                    en: "the CAP message has no recording, and no text or one of more than \(mostBytes) bytes"
                ))
        }
        guard let program = programs.first(where: { access($0, X_OK) == 0 }) else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "bản tin CAP không có bản ghi âm: cài espeak-ng để đọc lời, hoặc dùng --audio",
                    en: "the CAP message has no recording: install espeak-ng to have it read, or use --audio")
            )
        }
        // A tag as espeak-ng names its voices, and nothing that could be an option.
        let voice = language.lowercased().prefix { $0.isASCII && ($0.isLetter || $0 == "-") }
        let scratch = try attempt { () throws(SystemError) in try Scratch.make() }
        defer { scratch.remove() }
        return try attempt { () throws(SystemError) in
            try DurableFile.replace(scratch.text, with: Array(text.utf8), .kernel)
            try run([
                program, "-v", voice.isEmpty ? "vi" : String(voice), "-f", scratch.text, "-w", scratch.sound,
            ])
            return try readFile(scratch.sound, limit: mostSoundBytes)
        }
    }

    private static func run(_ words: [String]) throws(SystemError) {
        let process = withCommandLine(words) { CLinux_spawn($0) }
        guard process > 0 else { throw SystemError(call: words[0], code: -Int32(process)) }
        var status: Int32 = 0
        guard CLinux_wait_child(process, patience, &status) == 0 else {
            kill(-process, SIGKILL)
            _ = CLinux_wait_child(process, -1, &status)
            throw SystemError(call: words[0], code: ETIMEDOUT)
        }
        guard status == 0 else { throw SystemError(call: words[0], code: EIO) }
    }

    /// A folder for the text and the sound.
    private struct Scratch {
        let folder: String
        var text: String { folder + "/text" }
        var sound: String { folder + "/sound.wav" }

        static func make() throws(SystemError) -> Scratch {
            let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            var template = Array((parent + "/loa-centre-XXXXXX").utf8CString)
            let isMade = template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
            }
            guard isMade else { throw SystemError(call: "mkdtemp in \(parent)", code: errno) }
            return Scratch(
                folder: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }

        func remove() {
            unlink(text)
            unlink(sound)
            rmdir(folder)
        }
    }
}
