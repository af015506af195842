/// What is wrong with the log and with its store.
extension Phrasebook {
    static let proof: [Entry] = [
        .init("the key is none", "khóa không dùng được"),
        .init("the log cannot be sent: {1}", "không gửi được nhật ký: {1}"),
        .init("the log cannot be read for its store: {1}", "không đọc được nhật ký để gửi: {1}"),
        .init(
            "the store's log is not one of this disk: a new one begins, and what is missing is lost",
            "nhật ký ở kho không phải của đĩa này: mở nhật ký mới, phần thiếu coi như mất"),
        .init("there is no key", "không có khóa"),
        .init("there is no store", "chưa cấu hình kho nhật ký"),
        .init("the status has no canonical form", "không ký được trạng thái"),
        .init("what the store has as checkpoint is none", "checkpoint ở kho không phải checkpoint"),
        .init("the store's checkpoint was changed by somebody", "checkpoint ở kho đã bị ai đó sửa"),
        .init("what the store has there is too long", "tệp ở kho quá dài"),
        .init("the store has too many logs of this station", "kho có quá nhiều nhật ký của trạm này"),
        .init("the store gave no answer to the question", "kho không trả lời đúng câu hỏi"),
        .init(
            "the log's tree is not made yet: ask again in a minute",
            "chưa dựng xong cây của nhật ký: một phút nữa hãy thử lại"),
        .init("who asked is gone", "người hỏi đã đi mất"),
        .init(
            "what lies there is another log of this station than the disk has: a new one begins, export it again",
            "ở đó là nhật ký khác với nhật ký trên đĩa của cụm loa: đã mở nhật ký mới, hãy chép lại"),
        .init("something more urgent came", "có việc khẩn hơn"),
        .init("the server said that there is no such place", "máy chủ báo không có chỗ đó"),
        .init("the store has not taken the status", "kho không nhận trạng thái"),
        .init("the journal is not what was written to it", "nhật ký trên đĩa khác với những gì đã ghi"),
        .init("the log has fewer lines than were written", "nhật ký thiếu dòng so với lúc ghi"),
        .init("the log has no such entries", "nhật ký không có những mục đó"),
        .init("the entry that begins {1} is lost", "mất mục mở đầu của {1}"),
        .init("a part of the log cannot be read: {1}", "có phần nhật ký không đọc được: {1}"),
        .init("line {1} of the log is no entry", "dòng {1} của nhật ký không phải là một mục"),
        .init("entries {1} to {2} are not in the log", "thiếu các mục {1} đến {2}"),
        .init("line {1} is entry {2}, behind entry {3}", "dòng {1} là mục {2}, đứng sau mục {3}"),
        .init(
            "the log on the disk is not the one that was written to it",
            "nhật ký trên đĩa khác với những gì đã ghi"),
        .init("what was given as a head is none", "thứ đã đưa không phải checkpoint"),
        .init(
            "{1} head was not signed with this station's key",
            "checkpoint {1} không được ký bằng khóa của trạm này"),
        .init(
            "{1} head is of {2}, which this log knows nothing of",
            "checkpoint {1} thuộc {2}, nhật ký này không biết đến"),
        .init(
            "{1} head has {2} entries of {3}, and here are fewer: the end is lost",
            "checkpoint {1} có {2} mục của {3}, ở đây ít hơn: phần cuối đã mất"),
        .init(
            "{1} head of {2} entries is none of this log: entries were changed",
            "checkpoint {1} ({2} mục) không khớp nhật ký này: có mục đã bị sửa"),
        .init("the store's", "ở kho"),
        .init("the given", "đã đưa"),
    ]
}
