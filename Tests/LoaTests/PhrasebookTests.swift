import CCurl
import Foundation
import StationTrust
import Testing

@testable import TerminalText
@testable import loa

/// What the daemon says in English is said to a technician in Vietnamese.
struct PhrasebookTests {
    static let messages: [(String, String)] = [
        (
            "xa/schedule.ics:7: the channel has no file audio/tin sáng.mp3",
            "xa/schedule.ics:7: thư mục chương trình không có tệp audio/tin sáng.mp3"
        ),
        ("xa/schedule.ics:9: RRULE: FREQ is missing", "xa/schedule.ics:9: RRULE: thiếu FREQ"),
        (
            "xa/a@2026-11-23T05:00:00+07:00: a.mp3: is broken MP3: no frame",
            "xa/a@2026-11-23T05:00:00+07:00: a.mp3: là MP3 bị hỏng: không có khung nào"
        ),
        ("open /srv/xa: Permission denied", "mở /srv/xa: không có quyền"),
        ("hw:0: device-missing", "hw:0: không thấy card âm thanh"),
        ("hw:0: held by mpd (812): device-busy", "hw:0: mpd (812) đang giữ: card âm thanh đang bận"),
        ("and 7 more", "và 7 lỗi nữa"),
        (
            "/etc/s.json5:3:4: hours[0].from: expected a time from \"00:00\" to \"23:59\", found \"25:00\"",
            "/etc/s.json5:3:4: hours[0].from: cần giờ từ \"00:00\" đến \"23:59\", lại thấy \"25:00\""
        ),
        ("something that nobody has foreseen", "something that nobody has foreseen"), ("", ""),
    ]

    @Test("a message is put into Vietnamese, what it is about stays as it is", arguments: messages)
    func translated(english: String, vietnamese: String) {
        #expect(Phrasebook.translated(english)[.vietnamese] == vietnamese)
    }

    @Test("in English only the codes of reasons become words")
    func english() {
        #expect(Phrasebook.translated("hw:0: device-missing")[.english] == "hw:0: the sound card is missing")
        #expect(Phrasebook.translated("a.mp3: is empty")[.english] == "a.mp3: is empty")
    }

    @Test(
        "what the C library says of the errors that a station meets",
        arguments: [
            ENOENT, EACCES, EPERM, EISDIR, ENOTDIR, EIO, ENOSPC, EROFS, EDQUOT, EFBIG, EINVAL, ETIMEDOUT,
            ECONNREFUSED,
            ECONNRESET, EPIPE, EMFILE, ENFILE, ENOMEM, EBUSY, ENODEV, ENXIO, ELOOP, ENAMETOOLONG,
            EPROTONOSUPPORT, EPROTO,
            ESTALE, EEXIST, EADDRINUSE,
        ])
    func errorNumbers(code: Int32) {
        let text = String(cString: strerror(code))
        #expect(Phrasebook.translated("open a: \(text)")[.vietnamese].hasPrefix("mở a: "))
        #expect(Phrasebook.translated(text)[.vietnamese] != text, "\(text)")
    }

    @Test(
        "what the linked libcurl says of the failures that a transfer meets",
        arguments: [
            CURLE_UNSUPPORTED_PROTOCOL, CURLE_FAILED_INIT, CURLE_URL_MALFORMAT, CURLE_COULDNT_RESOLVE_PROXY,
            CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_WEIRD_SERVER_REPLY, CURLE_PARTIAL_FILE,
            CURLE_READ_ERROR, CURLE_OUT_OF_MEMORY, CURLE_OPERATION_TIMEDOUT, CURLE_RANGE_ERROR,
            CURLE_SSL_CONNECT_ERROR, CURLE_BAD_DOWNLOAD_RESUME, CURLE_GOT_NOTHING, CURLE_SEND_ERROR,
            CURLE_RECV_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_BAD_CONTENT_ENCODING, CURLE_SSL_CACERT_BADFILE, CURLE_PROXY, CURLE_SSL_CLIENTCERT,
        ].map(\.rawValue))
    func transferFailures(code: UInt32) {
        let text = String(cString: curl_easy_strerror(CURLcode(code)))
        #expect(Phrasebook.translated("timestamp: \(text)")[.vietnamese] != "timestamp: \(text)", "\(text)")
    }

    // MARK: Every message has its Vietnamese

    /// Whose messages reach `loa`: every folder of these, also those that are not there yet.
    private static let targets = ["StationCore", "StationAudio", "StationHost", "StationFetch"]

    /// Files whose texts never reach a person at the station: tables, formats, and what only the journal has.
    private static let silent: Set = [
        // Windows' names of zones, and the system's own files, which the configuration's fault names as a whole.
        "WindowsZones.swift", "ZoneFile.swift", "ZoneFileReader.swift",
    ]

    /// The files that are looked at.
    static var places: [String] {
        let found = targets.flatMap { target in
            let all = FileManager.default.enumerator(atPath: sources.appending(path: target).path)
            return (all?.compactMap { $0 as? String } ?? []).map { "\(target)/\($0)" }
        }
        return (found + ["Centre/Emergency/XMLElement.swift"]).filter { path in
            path.hasSuffix(".swift") && !silent.contains { path.hasSuffix("/\($0)") }
        }
        .sorted()
    }

    /// What looks like a message and is none that `loa` shows: the journal's, `Why`'s keys, parts of messages.
    private static let others: Set = [
        // For the journal and the service supervisor.
        "Content-Type: application/octet-stream", "the log cannot be signed: {}",
        "the head that the store took cannot be kept: {}", "playing {}", "arming {}", "fault: {}",
        "amplifier: {}",
        "the state directory cannot be written: {}", "another loaphuongd is running: {}",
        "the {} thread makes no progress: the watchdog is not fed", "card {}: {} (errno {})",
        "real-time scheduling is refused (errno {}); playing without it", "{} is there and is no socket",
        "somebody answers at {}", "{\"error\":\"too many logs are being read\"}\n", "listen at {}", "lock {}",
        "the position cannot be written: {}", "the log cannot be opened: {}", "the log cannot be written: {}",
        "{} entries of the log wait for the disk: from here on they are lost",
        "{} entries of the log are lost: neither the disk nor the memory had room for them",
        "the log's checkpoint does not fit the log; it is read whole",
        "a segment of the log cannot be read; its entries are lost: {}", "{} is damaged; entries are lost",
        // What a board is known by.
        "serial {}", "address {}", "machine {}",
        // Fields of requests.
        "Cache-Control: no-cache", "Accept-Encoding: identity", "If-None-Match: {}", "If-Modified-Since: {}",
        "If-Range: {}",
        // What a web page begins with.
        "<!doctype html",
        // Mistakes of the program itself.
        "an entry must follow the one before", "asked before appending", "a ring of seconds, not of hours",
        // The end of Windows' names of zones.
        " Standard Time",
        // Which entries explain a reason.
        "fault clock-untrusted", "command mute", "fault content", "fault timetable", "fault device",
        "command stop", "command play", "command test",
        // Parts that others are made of, whole in what is tested by itself.
        " of minutes", " of LUFS", " of days", " of seconds", " of decibels", " of hertz", " of channels",
        " of milliseconds", " of emergencies", " of bytes", "{}, found {}", "; did you mean {}?",
        "; known are {}", "unknown key{}", "a whole number{} from {} to {}", "from {} to {}", "a number{} {}",
        "at most", "{} to", "a list in [ ] of {} {}, each {}",
        "expected at least {}, as long as the longest broadcast",
    ]

    @Test("every message of the sources that loa shows is in the phrasebook", arguments: places)
    func complete(place: String) throws {
        let text = try String(contentsOf: Self.sources.appending(path: place), encoding: .utf8)
        for message in Literals(text).sentences where !Self.others.contains(message) {
            let filled = message.replacing("{}", with: "Q7")
            #expect(Phrasebook.translated(filled)[.vietnamese] != filled, "no Vietnamese for: \(message)")
        }
    }

    @Test("the places where messages are written are found")
    func found() {
        #expect(Self.places.count > 150)
        #expect(Self.places.contains("StationCore/Station/Faults.swift"))
        #expect(Self.places.contains("StationHost/Control/Request.swift"))
    }

    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

    @Test("every fault that the station knows has its words in both languages")
    func faults() throws {
        let file = Self.sources.appending(path: "StationCore/Station/Faults.swift")
        let text = try String(contentsOf: file, encoding: .utf8)
        let names = try #require(text.firstRange(of: "var name: String {"))
        let codes = Literals(String(text[names.upperBound...].prefix { $0 != "}" })).found
        #expect(codes.contains("timetable"))
        for code in codes + ["downtime-not-judged"] {
            #expect(Catalogue.fault(code)[.vietnamese] != Catalogue.fault(code)[.english], "\(code)")
        }
    }

    static let composed = [
        "unknown key; did you mean volume?", "unknown key; known are a, b", "unknown key",
        "expected a whole number of seconds from 5 to 60, found 3",
        "expected a whole number from 1 to 8, found 0",
        "expected a number of decibels from -60 to 0, found 3", "expected a number from 1 to 2, found 3",
        "expected a list in [ ] of at most 16 upstreams, each an object, found 3",
        "expected at least 10, as long as the longest broadcast, found 3",
    ]

    @Test("messages that are made of parts are known as a whole", arguments: composed)
    func parts(message: String) {
        let text = Phrasebook.translated(message)[.vietnamese]
        #expect(!text.contains("expected") && !text.contains("unknown") && !text.contains("found"), "\(text)")
    }
}
