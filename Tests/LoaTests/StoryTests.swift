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

                  T2 23/11/2026 05:10:00  KHÔNG phát: Bản tin · T2 23/11/2026 05:00:00 · loa đang tắt tiếng

                """)
        let toCome = try json(
            #"{"slot":"xa/a@1","outcome":null,"next":{"title":"Bản tin","at":"2026-11-24T05:00:00+07:00","ready":true,"#
                + #""problem":null},"entries":[]}"#)
        #expect(EntryText(.english).why(toCome) == "to come: Bản tin · Tue 2026-11-24 05:00:00\nready\n")
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
