import TerminalText

/// What the demo says.
enum DemoText {
    static let noPlaylists = Phrase(
        vi: "Không thấy thư mục Playlists/ của Loa Phường.",
        en: "The folder Playlists/ of Loa Phường is not found.")
    static let made = Phrase(
        vi: "Trung tâm thử: đã tạo khóa và kho chương trình.",
        en: "A centre for the demo: its keys and its repository are made.")
    static let measuring = Phrase(vi: "kiểm tra tệp", en: "checking files")
    static func served(_ url: String) -> Phrase {
        Phrase(
            vi: "Đã ký và đưa lên Playlists/; máy chủ web của bản thử: \(url)",
            en: "Playlists/ is signed and published; the demo's web server: \(url)")
    }
    static let card = Phrase(
        vi: "Phát một bản tin ngắn qua card mặc định sau vài giây.",
        en: "Plays a short bulletin on the default card in a few seconds.")
    static let noCard = Phrase(
        vi: "Máy này không có card âm thanh: phát vào card “null” của ALSA, không nghe thấy gì.",
        en: "This machine has no sound card: plays to ALSA's null, where nothing is heard.")
    static let numbered = Phrase(vi: "nhật ký liền mạch", en: "the log has no gap")
    static let intentFirst = Phrase(
        vi: "ghi ý định trước khi phát, và đúng một kết quả",
        en: "one intent before the sound, and one outcome")
    static let played = Phrase(vi: "đã phát", en: "it was played")
    static let consumed = Phrase(vi: "card nhận đủ mọi mẫu tiếng", en: "the card consumed every frame")
    static let noFault = Phrase(vi: "không có sự cố", en: "there was no fault")
    static let endedWell = Phrase(vi: "loaphuongd kết thúc êm", en: "loaphuongd ended in order")
    static let unproven = Phrase(
        vi: "Kết quả ghi là chưa chứng minh được (unproven): card “null” không có đồng hồ.",
        en: "The outcome is marked unproven: ALSA's null has no clock that could prove anything.")

    static func failed(_ problem: Phrase) -> Phrase {
        Phrase(vi: "Không chạy được: \(problem[.vietnamese])", en: "It failed: \(problem[.english])")
    }
    static func kept(_ folder: String) -> Phrase {
        Phrase(vi: "Còn giữ lại để xem: \(folder)", en: "Kept for a look: \(folder)")
    }
}
