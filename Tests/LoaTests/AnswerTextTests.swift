import StationCore
import StationTrust
import TerminalText
import Testing
import loa

/// How answers look to a person, in both languages.
struct AnswerTextTests {
    private func json(_ text: String) throws -> JSON {
        try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1 << 20))
    }

    private static let status = """
        {"station":{"id":"ap-3","name":"Loa ấp 3"},"version":"0.1","state":"playing",\
        "clock":{"trust":"synchronised","now":"2026-11-23T05:00:07.120000+07:00","zone":"Asia/Ho_Chi_Minh",\
        "errorMicroseconds":1200},\
        "playing":{"programme":"ban-tin-sang","title":"Bản tin sáng","class":"normal","item":"audio/a.mp3",\
        "startedAt":"2026-11-23T05:00:00.000012+07:00","positionSeconds":67.1},\
        "next":{"programme":"do-man","title":"Độ mặn","class":"priority","at":"2026-11-24T10:45:00+07:00",\
        "ready":false,"problem":"bad-content"},\
        "upstreams":[{"name":"xa","url":"/srv/xa","targetsVersion":null,"lastContact":"2026-11-23T04:59:01+07:00",\
        "lastChange":null,"stale":false,"error":null}],\
        "device":{"name":"hw:0","state":"open","rate":48000,"channels":1,"xruns":2},\
        "storage":{"freeBytes":12345678901,"contentBytes":950},\
        "proof":{"origin":null,"size":1,"uploaded":0,"rootHash":null},\
        "faults":[{"code":"content","since":"2026-11-22T20:00:00+07:00","message":"do-man: cut"}]}
        """

    @Test("status in Vietnamese")
    func statusInVietnamese() throws {
        let expected = """
            Loa ấp 3 (ap-3) · phiên bản 0.1
            Trạng thái     đang phát
            Đồng hồ        T2 23/11/2026 05:00:07 · Asia/Ho_Chi_Minh · đã đồng bộ · sai số ±1,2 ms
            Đang phát      Bản tin sáng · audio/a.mp3 · từ 05:00:00 · 1:07
            Sắp phát       T3 24/11/2026 10:45:00 · Độ mặn (ưu tiên) · CHƯA sẵn sàng: nội dung hỏng
            Nguồn          xa · /srv/xa · liên lạc 04:59:01
            Card âm thanh  hw:0 · đang mở · 48000 Hz · 1 kênh · 2 lần hụt tiếng
            Đĩa            còn trống 12,3 GB · chương trình 950 B
            Nhật ký        1 mục · đã gửi 0
            Sự cố          nội dung · từ CN 22/11/2026 20:00:00 · do-man: cut

            """
        #expect(StatusText(.vietnamese).status(try json(Self.status)) == expected)
    }

    @Test("status in English")
    func statusInEnglish() throws {
        let expected = """
            Loa ấp 3 (ap-3) · version 0.1
            State       playing
            Clock       Mon 2026-11-23 05:00:07 · Asia/Ho_Chi_Minh · synchronised · error ±1.2 ms
            Playing     Bản tin sáng · audio/a.mp3 · since 05:00:00 · 1:07
            Next        Tue 2026-11-24 10:45:00 · Độ mặn (priority) · NOT ready: the content is broken
            Upstream    xa · /srv/xa · contact 04:59:01
            Sound card  hw:0 · open · 48000 Hz · 1 channel · 2 xruns
            Disk        12.3 GB free · programmes 950 B
            Log         1 entry · 0 uploaded
            Faults      content · since Sun 2026-11-22 20:00:00 · do-man: cut

            """
        #expect(StatusText(.english).status(try json(Self.status)) == expected)
    }

    @Test("a fault makes status end with 1, and a mute does not")
    func statusCode() throws {
        #expect(ExitCode(.status, answer: try json(Self.status)) == .no)
        #expect(ExitCode(.status, answer: ["state": "muted", "faults": []]) == .fine)
    }

    @Test("an answer that lacks members, or has strange ones, is still shown")
    func strange() throws {
        for text in [
            "{}", "[]", "7", "{\"clock\":{\"now\":\"soon\"},\"faults\":[7],\"upstreams\":[{}],\"state\":3}",
        ] {
            for language in Language.allCases {
                #expect(!StatusText(language).status(try json(text)).isEmpty)
                #expect(!StatusText(language).next(try json(text)).isEmpty)
                #expect(!EntryText(language).entry(try json(text)).isEmpty)
                #expect(!EntryText(language).why(try json(text)).isEmpty)
                for verb in Verb.allCases { #expect(!ReplyText(language).done(verb, try json(text)).isEmpty) }
                #expect(!ReplyText(language).refused(.no, try json(text), .stop).isEmpty)
            }
        }
        #expect(StatusText(.english).status(["state": "asleep"]).contains("State       asleep"))
    }

    @Test("next gives a line a slot, its columns below each other whatever the letters are")
    func next() throws {
        // The first title is written with combining marks.
        let answer = try json(
            """
            [{"programme":"a","title":"Ba\\u0309n tin sa\\u0301ng","class":"normal","at":"2026-11-23T05:00:00+07:00",\
            "ready":true,"problem":null,"slot":"xa/a@1","until":null},\
            {"programme":"b","title":"Góc 早 😀","class":"emergency","at":"2026-11-29T17:25:00+07:00",\
            "ready":false,"problem":"outside-hours","slot":"xa/b@2","until":null}]
            """)
        #expect(
            StatusText(.vietnamese).next(answer)
                == """
                T2 23/11/2026 05:00:00  Ba\u{309}n tin sa\u{301}ng          sẵn sàng                            xa/a@1
                CN 29/11/2026 17:25:00  Góc 早 😀 (KHẨN CẤP)  CHƯA sẵn sàng: ngoài giờ được phát  xa/b@2

                """)
        #expect(StatusText(.english).next([]) == "No slot is to come.\n")
    }

    static let head =
        #""boot":"b","monotonicNanoseconds":1,"wall":"2026-11-23T05:00:18.100000+07:00","clock":"#
    static let entries: [(String, String, String)] = [
        (
            #""kind":"boot","clock":"holdover","version":"0.1","station":"ap-3","tornBytes":0"#,
            "khởi động · phiên bản 0.1", "started · version 0.1"
        ),
        (
            #""kind":"boot","version":"0.1","tornBytes":1500"#,
            "khởi động · phiên bản 0.1 · sửa đuôi nhật ký (1,5 kB)",
            "started · version 0.1 · repaired the log's end (1.5 kB)"
        ),
        (
            #""kind":"clock","from":"untrusted","to":"synchronised","stepMicroseconds":-3200000"#,
            "Đồng hồ · KHÔNG tin được → đã đồng bộ · giờ nhảy −3,2 s",
            "Clock · NOT trusted → synchronised · stepped by −3.2 s"
        ),
        (
            #""kind":"timetable","versions":{"xa":"1"},"events":8,"problems":1"#,
            "lịch phát mới · xa · 8 sự kiện · 1 LỖI", "new timetable · xa · 8 events · 1 PROBLEM"
        ),
        (
            #""kind":"intent","title":"Bản tin","startAt":"2026-11-23T05:00:20.000000+07:00""#,
            "chuẩn bị phát: Bản tin · 05:00:20", "about to play: Bản tin · 05:00:20"
        ),
        (
            #""kind":"outcome","title":"Bản tin","scheduled":"2026-11-23T05:00:00+07:00","result":"played","#
                + #""reason":null,"startedAt":"2026-11-23T05:00:00.000012+07:00","startErrorMicroseconds":12.4,"#
                + #""endedAt":"2026-11-23T05:00:18+07:00","framesPlanned":10,"framesConsumed":10,"xruns":0,"#
                + #""volumeDecibels":-6.0,"items":[{"path":"a.mp3","framesConsumed":5,"loudnessLufs":-22.1},"#
                + #"{"path":"b.mp3","framesConsumed":5,"loudnessLufs":-25.0},{"path":"c.mp3","framesConsumed":0}]"#,
            "đã phát: Bản tin · T2 23/11/2026 05:00:00 · 05:00:00–05:00:18 · lệch giờ 12 µs · âm lượng −6 dB"
                + " · độ to −25…−22,1 LUFS",
            "played: Bản tin · Mon 2026-11-23 05:00:00 · 05:00:00–05:00:18 · start error 12 µs · volume −6 dB"
                + " · loudness −25…−22.1 LUFS"
        ),
        (
            #""kind":"outcome","title":"Bản tin","result":"played","scheduled":"2026-11-23T05:00:00+07:00","#
                + #""startedAt":"2026-11-23T05:00:00+07:00","items":[{"path":"a.mp3","framesConsumed":5,"peakDecibels":null,"loudnessLufs":null,"silent":true}]"#,
            "đã phát: Bản tin · T2 23/11/2026 05:00:00 · 05:00:00–– · KHÔNG CÓ TIẾNG: âm thanh đã phát là im lặng",
            "played: Bản tin · Mon 2026-11-23 05:00:00 · 05:00:00–– · NOT A SOUND: what was played is silence"
        ),
        (
            #""kind":"outcome","title":"Bản tin","result":"played","scheduled":"2026-11-23T05:00:00+07:00","#
                + #""startedAt":"2026-11-23T05:00:00+07:00","items":[{"path":"a.mp3","framesConsumed":5,"loudnessLufs":-16.0},"#
                + #"{"path":"b.mp3","framesConsumed":5,"loudnessLufs":null,"silent":true}]"#,
            "đã phát: Bản tin · T2 23/11/2026 05:00:00 · 05:00:00–– · độ to −16 LUFS · KHÔNG CÓ TIẾNG trong b.mp3",
            "played: Bản tin · Mon 2026-11-23 05:00:00 · 05:00:00–– · loudness −16 LUFS · NOT A SOUND in b.mp3"
        ),
        (
            #""kind":"outcome","title":"Bản tin","scheduled":"2026-11-23T05:00:00+07:00","result":"partial","#
                + #""reason":"device-missing","startedAt":"2026-11-23T05:00:00+07:00","startErrorMicroseconds":null,"#
                + #""endedAt":"2026-11-23T05:00:04+07:00","framesPlanned":1000,"framesConsumed":255,"xruns":1,"#
                + #""volumeDecibels":null,"items":[],"unproven":true"#,
            "phát DỞ: Bản tin · T2 23/11/2026 05:00:00 · không thấy card âm thanh · 05:00:00–05:00:04 · 26 %"
                + " · 1 lần hụt tiếng · không có bằng chứng (card thử)",
            "PARTIAL: Bản tin · Mon 2026-11-23 05:00:00 · the sound card is missing · 05:00:00–05:00:04 · 26 %"
                + " · 1 xrun · unproven (a card without a clock)"
        ),
        (
            #""kind":"outcome","title":"Bản tin","scheduled":"2026-11-23T05:00:00+07:00","result":"missed","#
                + #""reason":"clock-untrusted","startedAt":null"#,
            "KHÔNG phát: Bản tin · T2 23/11/2026 05:00:00 · đồng hồ không tin được",
            "MISSED: Bản tin · Mon 2026-11-23 05:00:00 · the clock is not trusted"
        ),
        (
            #""kind":"device","name":"hw:0","state":"lost","reason":"device-busy""#,
            "Card âm thanh · hw:0 · MẤT · card âm thanh đang bận",
            "Sound card · hw:0 · LOST · the sound card is busy"
        ),
        (
            #""kind":"command","verb":"mute","by":"tam","uid":1000,"accepted":true,"until":"2026-11-23T07:00:00+07:00","#
                + #""reason":"muted""#,
            "tam gọi mute · muted · đến 07:00:00", "tam asked to mute · muted · until 07:00:00"
        ),
        (
            #""kind":"command","verb":"play","by":"tam","accepted":false,"title":"a.mp3","reason":"outside-hours""#,
            "tam gọi play · BỊ TỪ CHỐI · a.mp3 · ngoài giờ được phát",
            "tam asked to play · REFUSED · a.mp3 · outside the permitted hours"
        ),
        (
            #""kind":"command","verb":"stop","by":"tam","accepted":true,"slots":["xa/a@1","local/test@2"],"#
                + #""titles":["Bản tin","test tone"],"repeats":["xa/lu"],"repeatTitles":["Lũ quét"]"#,
            "tam gọi stop · Bản tin, tiếng thử · Không phát lại nữa: Lũ quét.",
            "tam asked to stop · Bản tin, test tone · Will not sound again: Lũ quét."
        ),
        (
            #""kind":"command","verb":"stop","by":"tam","accepted":true,"slots":["xa/a@1"],"repeats":[]"#,
            "tam gọi stop · xa/a@1", "tam asked to stop · xa/a@1"
        ),
        (
            #""kind":"fault","code":"device","state":"raised","message":"hw:0: gone""#,
            "SỰ CỐ: card âm thanh · hw:0: gone", "FAULT: sound card · hw:0: gone"
        ),
        (
            #""kind":"fault","code":"device","state":"cleared","message":"""#, "hết sự cố: card âm thanh",
            "fault over: sound card"
        ),
        (
            #""kind":"fault","code":"content","state":"raised","message":"xa/a@1: a.mp3: not there (+2)""#,
            "SỰ CỐ: nội dung · xa/a@1: a.mp3: không có (+2)", "FAULT: content · xa/a@1: a.mp3: not there (+2)"
        ),
        (
            #""kind":"clock","from":"untrusted","to":"synchronised","stepMicroseconds":1772398860000000"#,
            "Đồng hồ · KHÔNG tin được → đã đồng bộ · giờ nhảy 20514 ngày",
            "Clock · NOT trusted → synchronised · stepped by 20514 days"
        ),
        (
            #""kind":"timetable","versions":{"xa":"9f","xa/emergency":"8e"},"targets":{"xa":12},"events":1"#,
            "lịch phát mới · xa bản 12, xa/emergency · 1 sự kiện",
            "new timetable · xa version 12, xa/emergency · 1 event"
        ),
        (
            #""kind":"outcome","title":"Lũ","class":"emergency","scheduled":"2026-11-23T05:00:00+07:00","#
                + #""result":"played","reason":"power-lost""#,
            "đã phát: Lũ (KHẨN CẤP) · T2 23/11/2026 05:00:00 · bị ngắt quãng: mất điện hoặc máy khởi động lại",
            "played: Lũ (EMERGENCY) · Mon 2026-11-23 05:00:00 · interrupted: the power or the daemon went"
        ),
        (#""kind":"novelty""#, "novelty · {", "novelty · {"),
    ]

    @Test("each kind of entry has its line in both languages", arguments: entries)
    func entry(body: String, vietnamese: String, english: String) throws {
        let entry = try json("{\(body),\"wall\":\"2026-11-23T05:00:18.100000+07:00\"}")
        #expect(EntryText(.vietnamese).entry(entry).hasPrefix("T2 23/11/2026 05:00:18  \(vietnamese)"))
        let line = EntryText(.english).entry(entry)
        #expect(line.hasPrefix("Mon 2026-11-23 05:00:18  \(english)"))
        if !english.hasSuffix("{") { #expect(line == "Mon 2026-11-23 05:00:18  \(english)") }
    }

    @Test("where entries of the log are lost it says so, and how many")
    func gap() {
        let text = ReplyText(.english)
        #expect(text.gap(from: ["index": 4], to: ["index": 5]) == nil)
        #expect(text.gap(from: .null, to: ["index": 5]) == nil)
        #expect(text.gap(from: ["index": 4], to: ["index": 7]) == "⋯ 2 entries are missing here\n")
    }

    @Test("an entry written by an untrusted clock is marked as doubtful")
    func doubt() throws {
        let entry = try json(
            #"{"kind":"boot","version":"1","wall":"1970-01-01T07:00:05+07:00","clock":"untrusted"}"#)
        #expect(EntryText(.english).entry(entry) == "Thu 1970-01-01 07:00:05? started · version 1")
    }

    @Test("answers to the verbs that act, and refusals with what to do")
    func replies() throws {
        let english = ReplyText(.english), vietnamese = ReplyText(.vietnamese)
        #expect(english.done(.play, ["title": "Bản tin", "slot": "x"]) == "Playing: Bản tin\n")
        #expect(vietnamese.done(.test, ["title": "test tone"]) == "Phát: tiếng thử\n")
        #expect(english.done(.stop, ["stopped": []]) == "Nothing was playing.\n")
        let stopped: JSON = ["stopped": ["xa/a@1", "local/test@2"], "titles": ["Bản tin", "test tone"]]
        #expect(vietnamese.done(.stop, stopped) == "Đã dừng: Bản tin, tiếng thử.\n")
        #expect(english.done(.stop, ["stopped": ["xa/a@1"]]) == "Stopped: xa/a@1.\n")
        let repeats: JSON = ["stopped": [], "repeats": [["programme": "xa/lu", "title": "Lũ quét"]]]
        #expect(
            english.done(.stop, repeats) == "Nothing was playing.\nWill not sound again: Lũ quét.\n")
        #expect(vietnamese.done(.unmute, [:]) == "Đã bật tiếng lại.\n")
        #expect(vietnamese.done(.volume, ["volumeDecibels": .decimal(-6.5)]) == "Âm lượng −6,5 dB\n")
        #expect(
            vietnamese.done(.mute, ["until": "2026-11-23T07:00:00+07:00"])
                == "Đã tắt tiếng đến T2 23/11/2026 07:00:00. Chỉ tin khẩn cấp vẫn phát.\n")
        #expect(
            english.refused(.no, ["error": "the guard refuses: muted", "reason": "muted"], .test)
                == "Not permitted: the station is muted.\n→ Unmute it: loa unmute\n")
        #expect(english.refused(.usage, ["error": "a mute lasts"], .stop) == "a mute lasts\n")
        #expect(
            english.refused(.no, ["error": "a.mp3: is empty", "reason": "bad-content"], .play("a.mp3"))
                .hasPrefix("Cannot be played: a.mp3: is empty.\n→ "))
        let unknown: JSON = ["error": "there is no programme tin", "reason": "no-content"]
        #expect(
            english.refused(.no, unknown, .play("tin")).hasPrefix("There is no file and no programme tin."))
        #expect(
            vietnamese.refused(.no, ["error": "a.mp3: is empty", "reason": "bad-content"], .play("a.mp3"))
                .hasPrefix("Không phát được: a.mp3: trống.\n→ "))
        #expect(english.unreachable("/run/s").contains("/run/s"))
    }

    @Test(
        "who may not is told which group may, and how to come into it",
        arguments: [
            (.status, "loaphuong "), (.log(since: nil, until: nil, follow: false), "loaphuong "),
            (.volume(nil), "loaphuong "), (.stop, "loaphuong-operators "),
            (.volume(-6), "loaphuong-operators "),
        ] as [(Request, String)])
    func notPermitted(request: Request, group: String) {
        for language in Language.allCases {
            let text = ReplyText(language).refused(.notPermitted, ["error": "x"], request)
            #expect(text.contains("usermod -aG \(group)"), "\(text)")
        }
    }

    @Test("a slot whose content nobody has looked at is not called ready, and a mute stands beside a fault")
    func notChecked() throws {
        let slot = try json(
            #"[{"title":"Tin","at":"2026-11-23T05:00:00+07:00","ready":false,"problem":null}]"#)
        #expect(StatusText(.english).next(slot) == "Mon 2026-11-23 05:00:00  Tin  not checked yet\n")
        #expect(StatusText(.vietnamese).next(slot).contains("chưa kiểm tra"))
        let mute = try json(#"{"until":"2026-11-23T07:00:00+07:00","reason":"đám tang"}"#)
        #expect(
            StatusText(.vietnamese).mute(mute) == "ĐANG TẮT TIẾNG đến T2 23/11/2026 07:00:00 · đám tang\n")
        #expect(StatusText(.english).mute(["until": .null, "reason": .null]) == nil)
    }

    @Test("every reason of the contract has its words in both languages", arguments: Reason.allCases)
    func reason(_ reason: Reason) throws {
        let code = reason.rawValue
        let entry: JSON = ["kind": "outcome", "result": "missed", "title": "T", "reason": .string(code)]
        let vietnamese = EntryText(.vietnamese).entry(entry)
        let english = EntryText(.english).entry(entry)
        #expect(!vietnamese.hasSuffix("· \(code)"))
        #expect(!english.hasSuffix("· \(code)"))
    }

    @Test("nothing from outside can drive the terminal")
    func harmless() throws {
        let evil = "\\u001b[2J\\u202e\\u0085\\r\\n\\u2028x"
        let slot =
            #"{"title":"\#(evil)","class":"\#(evil)","at":"\#(evil)","ready":false,"problem":"\#(evil)","slot":"\#(evil)"}"#
        let answers =
            [
                StatusText(.english).next(try json("[\(slot)]")),
                StatusText(.english).status(
                    try json(
                        #"{"station":{"id":"\#(evil)","name":"\#(evil)"},"version":"\#(evil)","state":"\#(evil)","playing":\#(slot),"#
                            + #""next":\#(slot),"clock":{"now":"\#(evil)","zone":"\#(evil)","trust":"\#(evil)"},"#
                            + #""upstreams":[{"name":"\#(evil)","url":"\#(evil)","lastContact":"\#(evil)","error":"\#(evil)"}],"#
                            + #""device":{"name":"\#(evil)","state":"\#(evil)"},"faults":[{"code":"\#(evil)","since":"\#(evil)","message":"\#(evil)"}]}"#
                    )),
                EntryText(.english).why(try json(#"{"slot":"\#(evil)","next":\#(slot),"entries":[]}"#)),
                ReplyText(.english).done(.play, try json(#"{"title":"\#(evil)"}"#)),
                ReplyText(.english).refused(.no, try json(#"{"error":"\#(evil)"}"#), .stop),
                ReplyText(.english).refused(.no, try json(#"{"reason":"\#(evil)"}"#), .stop),
            ]
            + ["boot", "clock", "timetable", "intent", "outcome", "device", "command", "fault", evil].map {
                kind in
                EntryText(.english).entry(
                    (try? json(
                        #"{"kind":"\#(kind)","wall":"2026-11-23T05:0\#(evil)","version":"\#(evil)","from":"\#(evil)","to":"\#(evil)","#
                            + #""versions":{"\#(evil)":"1"},"title":"\#(evil)","startAt":"\#(evil)","scheduled":"\#(evil)","result":"\#(evil)","#
                            + #""reason":"\#(evil)","startedAt":"\#(evil)","endedAt":"\#(evil)","name":"\#(evil)","state":"\#(evil)","verb":"\#(evil)","#
                            + #""by":"\#(evil)","until":"\#(evil)","code":"\#(evil)","message":"\#(evil)"}"#))
                        ?? .null)
            }
        for answer in answers {
            for scalar in answer.unicodeScalars where scalar != "\n" {
                #expect(
                    scalar.properties.generalCategory != .control
                        && scalar.properties.generalCategory != .format)
            }
            #expect(!answer.contains("\u{2028}"))
        }
    }
}
