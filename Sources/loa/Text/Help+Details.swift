import TerminalText

// What `loa VERB --help` says below the verb's first line.

extension Verb {
    /// More about it, one line each.
    var details: [Phrase] {
        switch self {
        case .status: Self.statusDetails
        case .next: Self.nextDetails
        case .log: Self.logDetails
        case .why: Self.whyDetails
        case .verify: Self.verifyDetails
        case .sync: Self.syncDetails
        case .import: Self.importDetails
        case .export: Self.exportDetails
        case .play: Self.playDetails
        case .stop: Self.stopDetails
        case .mute: Self.muteDetails
        case .volume: Self.volumeDetails
        case .test: Self.testDetails
        case .doctor: Self.doctorDetails
        case .simulate: Self.simulateDetails
        case .demo: Self.demoDetails
        case .unmute: []
        }
    }

    private static let statusDetails = [
        Phrase(
            vi:
                "--idle-for D: chỉ hỏi loa có im trong suốt D (như 30m) không; không thì kết thúc bằng 1.",
            en:
                "--idle-for D: only whether nothing sounds, or is due within D (such as 30m); else ends with 1."
        )
    ]

    private static let nextDetails = [
        Phrase(
            vi: "--days N: trong bao nhiêu ngày tới, 1 đến 31 (mặc định 7).",
            en: "--days N: for so many days, 1 to 31 (default 7)."),
        Phrase(
            vi:
                "Trên màn hình từ 80 cột là bảng theo ngày, nếu không là danh sách; --grid, --list: luôn như vậy.",
            en: "On a terminal of 80 columns a grid of days, else a list; --grid and --list: always that."),
        Phrase(
            vi:
                "✓ sẵn sàng, ✗ chưa sẵn sàng, · chưa kiểm tra; ! ưu tiên, !! khẩn cấp; +2: còn hai buổi nữa lúc đó.",
            en:
                "✓ ready, ✗ not ready, · not checked yet; ! priority, !! emergency; +2: two more at that time."
        ),
    ]

    private static let logDetails = [
        Phrase(
            vi: "T là giờ địa phương như 05:00 hoặc 2026-11-23T05:00, hoặc RFC 3339.",
            en: "T is a local time such as 05:00 or 2026-11-23T05:00, or RFC 3339."),
        Phrase(
            vi: "--follow: chờ và in tiếp các mục mới. Với --json, mỗi mục một dòng.",
            en: "--follow: goes on with the entries to come. With --json, one entry a line."),
        Phrase(
            vi: "Ctrl-C để thôi (kết thúc bằng 130); loaphuongd dừng thì báo và kết thúc bằng 69.",
            en: "Ctrl-C ends it (with 130); where loaphuongd ends it says so, and ends with 69."),
    ]

    private static let whyDetails = [
        Phrase(
            vi: "SLOT như trong loa next; TIME như 05:00 hoặc 2026-11-23T05:00.",
            en: "SLOT as in loa next; TIME such as 05:00 or 2026-11-23T05:00.")
    ]

    private static let syncDetails = [
        Phrase(
            vi: "Chờ đến khi tải xong; kết thúc bằng 1 nếu một trung tâm không trả lời.",
            en: "Waits until everything is there; ends with 1 if an upstream failed.")
    ]

    private static let importDetails = [
        Phrase(
            vi: "PATH là kho của trung tâm (có metadata/ và targets/), chép nguyên sang USB hoặc thẻ nhớ.",
            en:
                "PATH is a centre's repository (with metadata/ and targets/), copied whole to a stick or card."
        ),
        Phrase(
            vi: "Chữ ký, hạn dùng được kiểm tra như khi tải qua mạng; kho cũ hơn bản đang có bị từ chối.",
            en: "Signatures and dates count as over the network; one older than the station's is refused."),
        Phrase(
            vi: "--upstream NAME: kho của nguồn nào (mặc định: nguồn có khóa gốc nằm trong kho).",
            en: "--upstream NAME: whose repository it is (default: the upstream whose root lies there)."),
        Phrase(
            vi: "Chờ đến khi nhận xong rồi mới được rút; kết thúc bằng 1 nếu còn thiếu hay bị từ chối.",
            en: "Waits until all is read: then pull it out. Ends with 1 if any is missing or refused."),
    ]

    private static let exportDetails = [
        Phrase(
            vi: "Ghi PATH/TRẠM/ như kho nhật ký của trung tâm, có chữ ký; lần sau chỉ ghi thêm phần mới.",
            en: "Writes PATH/STATION/ as the centre's store has it, signed; the next time only what is new."),
        Phrase(
            vi: "Ở trung tâm: loa-centre verify PATH. Xong lệnh là rút USB được.",
            en: "At the centre: loa-centre verify PATH. When it ends the stick may be pulled out."),
    ]

    private static let playDetails = [
        Phrase(
            vi: "Vẫn trong giờ được phát và âm lượng tối đa; ghi vào nhật ký ai đã gọi.",
            en: "Within the permitted hours and level; the log says who asked.")
    ]

    private static let stopDetails = [
        Phrase(
            vi: "Luôn được phép, trong 200 ms.",
            en: "Always works, within 200 ms.")
    ]

    private static let muteDetails = [
        Phrase(
            vi: "D như 90m, 2h, 1d hoặc PT2H, nhiều nhất 31 ngày; R là lý do: đám tang, kỳ thi…",
            en: "D such as 90m, 2h, 1d or PT2H, at most 31 days; R is why: a funeral, an exam…"),
        Phrase(vi: "Tin khẩn cấp đã xác thực vẫn phát.", en: "Verified emergencies still sound."),
    ]

    private static let volumeDetails = [
        Phrase(
            vi: "DB từ -60 đến 0; mức tối đa của từng khung giờ vẫn giữ.",
            en: "DB from -60 to 0; the ceiling of each band of hours still holds.")
    ]

    private static let simulateDetails = [
        Phrase(
            vi: "Chạy chương trình thật trong thời gian ảo, với lịch và tệp của loa; không phát tiếng.",
            en: "Runs the real program in virtual time over this station's timetable; makes no sound."),
        Phrase(
            vi: "--days N: bao nhiêu ngày, 1 đến 31 (mặc định 7).",
            en: "--days N: for so many days, 1 to 31 (default 7)."),
        Phrase(
            vi: "--at T: bắt đầu từ T (mặc định: bây giờ).", en: "--at T: from T on (default: now)."),
        Phrase(
            vi: "--clock-step D[@T]: đồng hồ bị chỉnh lệch D (-1h, +2m); mặc định trước lần phát đầu.",
            en: "--clock-step D[@T]: the clock is set by D (-1h, +2m); before the first slot by default."),
        Phrase(
            vi: "--power-cut T[/T|/D]: mất điện; mặc định 5 phút.",
            en: "--power-cut T[/T|/D]: the power goes; for 5 minutes by default."),
        Phrase(
            vi: "--network-down T[/T|/D], --card-lost T[/T|/D]: mất mạng, mất card; mặc định đến hết.",
            en: "--network-down T[/T|/D], --card-lost T[/T|/D]: they go; to the end by default."),
        Phrase(
            vi: "--config FILE: tệp cấu hình; mặc định là của loaphuongd đang chạy.",
            en: "--config FILE: the configuration; the daemon's own by default."),
        Phrase(
            vi:
                "T như 05:00 hoặc 2026-11-23T05:00. Kết thúc bằng 1 nếu không phát trọn hết.",
            en: "T such as 05:00 or 2026-11-23T05:00. Ends with 1 unless all is played without a fault."),
    ]
    private static let doctorDetails = [
        Phrase(
            vi: "Không cần loaphuongd đang chạy; không phát ra tiếng. sudo thì thấy được nhiều hơn.",
            en: "Needs no running loaphuongd, and makes no sound. With sudo it sees more."),
        Phrase(
            vi: "--config FILE: tệp cấu hình (mặc định: tệp mà loaphuongd đang dùng).",
            en: "--config FILE: the configuration (default: the one that loaphuongd goes by)."),
        Phrase(
            vi: "✗ sự cố, ! cảnh báo, ✓ tốt. Kết thúc bằng 1 nếu có sự cố.",
            en: "✗ a fault, ! a warning, ✓ fine. Ends with 1 if there is a fault."),
    ]

    private static let demoDetails = [
        Phrase(
            vi: "Phát một chương trình của Playlists/ sau 5 giây, rồi in nhật ký.",
            en: "Plays a programme of Playlists/ in 5 seconds, then prints the log.")
    ]

    private static let verifyDetails = [
        Phrase(
            vi:
                "NOTE là tệp checkpoint đã lưu trước đây (hoặc nội dung của nó): nhật ký phải nối tiếp nó.",
            en:
                "NOTE is a checkpoint that was kept, as a file or its text: the log must go on from it."
        ),
        Phrase(
            vi: "Kết thúc bằng 1 nếu có gì sai; in khóa công khai để trung tâm enrol.",
            en: "Ends with 1 if anything is wrong; shows the public key that the centre enrols."),
    ]

    private static let testDetails = [
        Phrase(vi: "Chỉ trong giờ được phát.", en: "Only within the permitted hours.")
    ]
}
