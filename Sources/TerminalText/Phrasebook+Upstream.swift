/// What is wrong with upstreams: with what they signed, with what their servers send, and with what is kept of it.
extension Phrasebook {
    static let upstreams: [Entry] = [
        // What is signed.
        .init("{1} is missing or not of its kind", "{1} bị thiếu hoặc sai kiểu"),
        .init("is of type {1}", "thuộc loại {1}"),
        .init("follows specification {1}, not 1.0", "theo đặc tả {1}, không phải 1.0"),
        .init("key id {1} is not that of its key", "mã khóa {1} không khớp với khóa"),
        .init("is signed twice by key id {1}", "khóa {1} ký hai lần"),
        .init("{1} of {2} signatures", "chỉ có {1} trên {2} chữ ký hợp lệ"),
        .init("expired {1}", "đã hết hạn {1}"),
        .init("rolled back from version {1} to {2}", "bị lùi từ phiên bản {1} về {2}"),
        .init("version {1} instead of {2}", "phiên bản {1} thay vì {2}"),
        .init("{1} bytes instead of {2}", "{1} byte thay vì {2}"),
        .init("another hash than promised", "mã băm khác với điều đã ký"),
        .init("{1} is gone or rolled back", "{1} đã mất hoặc bị lùi phiên bản"),
        .init("not listed by the snapshot", "không có trong snapshot"),
        .init("longer than {1} bytes", "dài hơn {1} byte"),
        .init("not on the server", "không có trên máy chủ"),
        .init("server not reached", "không tới được máy chủ"),
        .init("not a path that could be fetched", "không phải đường dẫn tải được"),
        .init("line {1}, column {2}: {3}", "dòng {1}, cột {2}: {3}"),
        .init("more than {1} values inside each other", "quá {1} giá trị lồng nhau"),
        .init("not UTF-8", "không phải UTF-8"),
        .init("half of a surrogate pair", "nửa cặp surrogate"),
        .init("the name {1} stands twice", "tên {1} được ghi hai lần"),
        .init("a number too large", "số quá lớn"),
        .init(
            "{1} is signed by a role that is not for emergencies alone",
            "{1} được ký bởi vai trò không dành riêng cho tin khẩn cấp"),
        .init("its timetable refers to more than {1} files", "lịch phát nhắc đến quá {1} tệp"),
        .init(
            "more than {1} MiB of calendars and playlists", "lịch và danh sách phát quá {1} MiB"),
        .init("it has no schedule.ics any more", "không còn schedule.ics"),
        .init("it is not on the disk any more", "không còn trên đĩa"),
        .init("no such upstream", "không có trung tâm này"),
        .init("no way there", "không có mạng"),
        // What is carried to and fro.
        .init("another import is under way: wait for its end", "đang nhận một kho khác: hãy chờ xong đã"),
        .init("there is no upstream {1}, only {2}", "không có nguồn {1}, chỉ có {2}"),
        .init("no import is under way", "không có lần nhận kho nào"),
        .init("no folder was handed over", "không nhận được thư mục nào"),
        .init("no folder came with the request", "yêu cầu không kèm thư mục nào"),
        .init(
            "it is the repository of none of the upstreams {1}",
            "kho này không của nguồn nào trong cấu hình: {1}"),
        .init(
            "loaphuongd may not read it: mount it so that everybody may",
            "loaphuongd không có quyền đọc: hãy gắn (mount) sao cho ai cũng đọc được"),
        .init("it is no regular file", "không phải tệp thường"),
        .init("the poll before is still under way", "lần hỏi trước chưa xong"),
        // What servers send.
        .init(
            "a web page came in its place: does the network want somebody to log in?",
            "nhận được một trang web thay vì tệp: mạng có đòi đăng nhập không?"),
        .init("the server has no such part", "máy chủ không có phần đó"),
        .init("the server said {1}", "máy chủ trả lời {1}"),
        .init(
            "the server sent it as {1}, which nobody asked for", "máy chủ gửi dạng {1} mà không ai yêu cầu"),
        .init(
            "the server sent 200 and a Content-Range", "máy chủ trả lời 200 kèm Content-Range"),
        .init(
            "the server sent a part that nobody asked for", "máy chủ gửi một phần mà không ai yêu cầu"),
        .init(
            "the server sent bytes from {1} instead of {2}", "máy chủ gửi từ byte {1} thay vì {2}"),
        .init("the server began at {1}, not at {2}", "máy chủ bắt đầu từ {1}, không phải {2}"),
        .init("its upstream is not configured", "trung tâm của tệp không có trong cấu hình"),
        .init("nobody asked for 304", "trả lời 304 mà không ai hỏi"),
        .init("the server leads to {1}:", "máy chủ chuyển hướng sang {1}:"),
        .init("the server leads to another host, {1}", "máy chủ chuyển hướng sang máy khác, {1}"),
        .init("it leads on and on", "chuyển hướng mãi không dứt"),
        .init("it had to make room", "phải nhường chỗ"),
        // What is kept.
        .init("truncate {1}", "cắt ngắn {1}"), .init("ftruncate {1}", "cắt ngắn {1}"),
        .init("rename {1}", "đổi tên {1}"), .init("unlink {1}", "xóa {1}"),
        .init("keep content", "lưu nội dung"),
        .init(
            "the disk has not kept it; it is fetched again", "đĩa không giữ được; đang tải lại"),
        .init(
            "after a restart the timetable before will be in force: {1}",
            "khởi động lại thì lịch phát trước đó sẽ có hiệu lực: {1}"),
        .init(
            "the disk has no room for all that the timetable needs",
            "đĩa không đủ chỗ cho những gì lịch phát cần"),
        .init(
            "the bytes of this month are used up: only emergencies are fetched",
            "đã dùng hết dung lượng của tháng: chỉ tải tin khẩn cấp"),
    ]
}
