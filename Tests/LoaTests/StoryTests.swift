import StationTrust
import TerminalText
import Testing
import loa

/// What `loa why` says of one slot.
struct StoryTests {
    private func json(_ text: String) throws -> JSON {
        try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1 << 20))
    }

    @Test("why tells how a slot ended, what to do about it, and the entries about it")
    func why() throws {
        let outcome =
            #"{"kind":"outcome","title":"Bản tin","scheduled":"2026-11-23T05:00:00+07:00","result":"missed","reason":"muted","#
            + #""startedAt":null,"wall":"2026-11-23T05:10:00+07:00"}"#
        let answer = try json(
            "{\"slot\":\"xa/a@1\",\"outcome\":\(outcome),\"next\":null,\"entries\":[\(outcome)]}")
        #expect(
            EntryText(.vietnamese).why(answer) == """
                KHÔNG phát: Bản tin · T2 23/11/2026 05:00:00 · loa đang tắt tiếng
                → Bật tiếng lại: loa unmute

                Trong nhật ký:
                  T2 23/11/2026 05:10:00  KHÔNG phát: Bản tin · T2 23/11/2026 05:00:00 · loa đang tắt tiếng

                """)
        let toCome = try json(
            #"{"slot":"xa/a@1","outcome":null,"next":{"title":"Bản tin","at":"2026-11-24T05:00:00+07:00","ready":true,"#
                + #""problem":null},"entries":[]}"#)
        #expect(EntryText(.english).why(toCome) == "to come: Bản tin · Tue 2026-11-24 05:00:00\nready\n")
    }

    @Test("why of a slot to come names all that stands against it, its content and who goes first")
    func against() throws {
        let answer = try json(
            #"{"slot":"xa/a@1","result":"to-come","outcome":null,"next":{"title":"Bản tin","class":"normal","#
                + #""at":"2026-11-24T05:00:00+07:00","ready":false,"problem":"clock-untrusted","against":["#
                + #"{"reason":"clock-untrusted"},{"reason":"device-busy","device":"hw:0","holders":["mpd (812)"]},"#
                + #"{"reason":"muted","until":"2026-11-24T07:00:00+07:00","said":"đám tang"},"#
                + #"{"reason":"outside-hours","hours":["06:00–21:00"]}],"items":["#
                + #"{"path":"a.mp3","language":"vi","state":"verified","message":null},"#
                + #"{"path":"b.mp3","language":null,"state":"bad","message":"b.mp3: not there"},"#
                + #"{"path":"c.mp3","language":null,"state":"coming","message":null},"#
                + #"{"path":"d.mp3","language":null,"state":"unchecked","message":null}],"#
                + #""competing":[{"reason":"overlap","title":"Thời sự","class":"normal","at":"2026-11-24T04:59:00+07:00"},"#
                + #"{"reason":"pre-empted","title":"Độ mặn","class":"priority","at":"2026-11-24T05:01:00+07:00"}]},"#
                + #""again":null,"entries":[{"kind":"command","verb":"mute","by":"lan","reason":"đám tang","#
                + #""wall":"2026-11-23T20:00:00+07:00"}]}"#)
        #expect(
            EntryText(.vietnamese).why(answer) == """
                sẽ phát: Bản tin · T3 24/11/2026 05:00:00
                CHƯA sẵn sàng:
                  ✗ đồng hồ không tin được
                    → Kiểm tra mạng và đồng bộ giờ (timedatectl). Máy có pin đồng hồ: đặt clock.batteryBacked.
                  ✗ card âm thanh đang bận · hw:0 · mpd (812) đang giữ
                    → Chương trình khác đang giữ card: fuser -v /dev/snd/*
                  ✗ loa đang tắt tiếng · đến T3 24/11/2026 07:00:00 · đám tang · do lan
                    → Bật tiếng lại: loa unmute
                  ✗ ngoài giờ được phát · giờ được phát: 06:00–21:00
                    → Xem lại giờ hẹn của chương trình, hoặc khung giờ hours trong cấu hình.
                  ✓ a.mp3 (vi)
                  ✗ b.mp3 · không có
                  · c.mp3 · đang tải về
                  · d.mp3 · chưa kiểm tra nội dung
                  ! chờ chương trình đang phát kết thúc: Thời sự, T3 24/11/2026 04:59:00
                  ! nhường cho chương trình cấp cao hơn: Độ mặn (ưu tiên), T3 24/11/2026 05:01:00

                Trong nhật ký:
                  T2 23/11/2026 20:00:00  lan gọi mute · đám tang

                """)
    }

    @Test("why of a slot that is over tells of the next one, and whether that is ready")
    func again() throws {
        let answer = try json(
            #"{"slot":"xa/a@1","outcome":{"title":"Tin","result":"missed","reason":"off","#
                + #""scheduled":"2026-11-23T05:00:00+07:00"},"next":null,"again":{"title":"Tin","#
                + #""at":"2026-11-24T05:00:00+07:00","ready":true,"problem":null,"against":[],"items":[]},"entries":[]}"#
        )
        #expect(
            EntryText(.english).why(answer) == """
                MISSED: Tin · Mon 2026-11-23 05:00:00 · the station was off
                → Check mains and battery; see last -x and journalctl.

                next time: Tin · Tue 2026-11-24 05:00:00
                ready

                """)
    }

    @Test("the outcome's colour is that of its result, and only where colours are wanted")
    func colour() throws {
        for (result, code) in [("played", "32"), ("partial", "33"), ("missed", "31")] {
            let entry = try json(#"{"kind":"outcome","title":"Tin","result":"\#(result)"}"#)
            let painted = EntryText(.english, paint: Paint(isOn: true)).printed(entry)
            #expect(painted.contains("\u{1B}[\(code)m") && painted.contains(": Tin\u{1B}[0m"))
            #expect(EntryText(.english).printed(entry) == painted.replacing(/\u{1B}\[[0-9]+m/, with: ""))
        }
        for (environment, isTerminal, isOn) in [
            ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false),
            (["NO_COLOR": ""], true, true), (["TERM": "dumb"], true, false),
        ] as [([String: String], Bool, Bool)] {
            #expect(Paint(isTerminal: isTerminal, environment: environment).isOn == isOn)
        }
    }

    private static let outcome =
        #"{"kind":"outcome","wall":"2026-11-23T05:03:00.2+07:00","clock":"holdover","title":"Bản tin","class":"normal","#
        + #""upstream":"xa","scheduled":"2026-11-23T05:00:00+07:00","result":"partial","reason":"stopped-by-hand","#
        + #""startedAt":"2026-11-23T05:01:00.000012+07:00","startErrorMicroseconds":12.4,"startMethod":"delay-fit","#
        + #""endedAt":"2026-11-23T05:03:00+07:00","framesPlanned":14400000,"framesConsumed":5760000,"rate":48000,"#
        + #""xruns":1,"volumeDecibels":-6.0,"items":[{"path":"a.mp3","sha256":"9b12ca5fc21a111df7ac","language":"vi","#
        + #""framesConsumed":4800000,"peakDecibels":-7.1,"loudnessLufs":-22.3},"#
        + #"{"path":"b.mp3","sha256":null,"language":null,"framesConsumed":960000,"peakDecibels":null,"#
        + #""loudnessLufs":null,"silent":true},"#
        + #"{"path":"c.mp3","sha256":"00","language":null,"framesConsumed":0,"peakDecibels":null,"loudnessLufs":null}]}"#

    @Test(
        "why tells when it sounded, how late, how long, how loud, which files, of which timetable, by which clock"
    )
    func facts() throws {
        let answer = try json(
            #"{"slot":"xa/a@1","result":"partial","outcome":\#(Self.outcome),"next":null,"#
                + #""timetable":{"targets":{"xa":12}},"entries":[]}"#)
        #expect(
            EntryText(.vietnamese).why(answer) == """
                phát DỞ: Bản tin · T2 23/11/2026 05:00:00 · có người tại chỗ dừng · KHÔNG CÓ TIẾNG trong b.mp3

                Bắt đầu   05:01:00 · trễ 1:00 · lệch giờ 12 µs (đo tại card)
                Kết thúc  05:03:00 · đã phát 2:00 trên 5:00 · 40 %
                Tiếng     âm lượng −6 dB · 1 lần hụt tiếng
                Tệp       a.mp3 (vi) · 1:40 · độ to −22,3 LUFS · đỉnh −7,1 dB · sha256 9b12ca5fc21a…
                Tệp       b.mp3 · 0:20 · KHÔNG CÓ TIẾNG · tệp bị ghi đè khi đang phát, không rõ nội dung
                Tệp       c.mp3 · không được phát
                Lịch      xa bản 12
                Đồng hồ   tự chạy (tin được)

                """)
        #expect(
            EntryText(.english).why(answer) == """
                PARTIAL: Bản tin · Mon 2026-11-23 05:00:00 · a person stopped it · NOT A SOUND in b.mp3

                Began      05:01:00 · 1:00 late · start error 12 µs (measured at the card)
                Ended      05:03:00 · 2:00 of 5:00 heard · 40 %
                Sound      volume −6 dB · 1 xrun
                File       a.mp3 (vi) · 1:40 · loudness −22.3 LUFS · peak −7.1 dB · sha256 9b12ca5fc21a…
                File       b.mp3 · 0:20 · NOT A SOUND · written to while it played: nobody knows what sounded
                File       c.mp3 · not heard
                Timetable  xa version 12
                Clock      holdover (trusted)

                """)
    }

    @Test("what a person played has no timetable and is not late; what has no outcome yet has begun")
    func others() throws {
        let byHand = try json(
            #"{"slot":"local/play@1","outcome":{"title":"a.mp3","upstream":"local","result":"played","#
                + #""scheduled":"2026-11-23T05:00:00+07:00","startedAt":"2026-11-23T05:00:02+07:00","#
                + #""endedAt":"2026-11-23T05:00:04+07:00","framesConsumed":3,"framesPlanned":2,"rate":1},"#
                + #""timetable":{"targets":{"local":1}},"entries":[]}"#)
        #expect(
            EntryText(.english).why(byHand) == """
                played: a.mp3 · Mon 2026-11-23 05:00:00

                Began  05:00:02
                Ended  05:00:04 · 0:03 heard, what was repeated included (it is 0:02 long)

                """)
        let running = try json(
            #"{"slot":"xa/a@1","title":"Bản tin","scheduled":"2026-11-23T05:00:00+07:00","result":"playing","#
                + #""outcome":null,"next":null,"entries":[]}"#)
        #expect(
            EntryText(.vietnamese).why(running)
                == "đã bắt đầu, chưa kết thúc: Bản tin · T2 23/11/2026 05:00:00\n")
    }
}
