/// What is wrong with a timetable.
extension Phrasebook {
    static let timetable: [Entry] = [
        // Files and lines.
        .init("and {1} more", "và {1} lỗi nữa"),
        .init("{1} more problems are not listed", "còn {1} lỗi nữa không liệt kê"),
        .init("{1} more lines are broken", "còn {1} dòng hỏng nữa"),
        .init("larger than {1} bytes", "lớn hơn {1} byte"),
        .init("a line of more than {1} bytes", "dòng dài hơn {1} byte"),
        .init("a control character ({1}) in the line", "dòng có ký tự điều khiển ({1})"),
        .init("not a line of the form NAME:VALUE", "dòng không có dạng TÊN:GIÁ-TRỊ"),
        .init("the value is not UTF-8", "giá trị không phải UTF-8"),
        .init("a parameter that is no NAME=VALUE", "tham số không có dạng TÊN=GIÁ-TRỊ"),
        .init("the parameter {1} is not UTF-8", "tham số {1} không phải UTF-8"),
        .init("a quotation mark has no second one", "dấu ngoặc kép không được đóng"),
        .init(
            "a VCALENDAR starts before the last one has ended",
            "VCALENDAR mới bắt đầu khi cái trước chưa kết thúc"),
        .init("BEGIN:{1} outside of a VCALENDAR", "BEGIN:{1} nằm ngoài VCALENDAR"),
        .init("components lie more than {1} deep in each other", "các thành phần lồng nhau quá {1} lớp"),
        .init("END:{1} without its BEGIN", "END:{1} không có BEGIN"),
        .init("{1} has no END", "{1} không có END"),
        .init("{1} outside of a VCALENDAR", "{1} nằm ngoài VCALENDAR"),
        .init("more than {1} properties", "hơn {1} thuộc tính"),
        .init("the file ends before END:VCALENDAR", "tệp kết thúc trước END:VCALENDAR"),
        .init("no calendar: BEGIN:VCALENDAR is missing", "không phải lịch: thiếu BEGIN:VCALENDAR"),
        .init(
            "no event is understood; an empty timetable must say X-LOA-EMPTY:TRUE",
            "không hiểu được sự kiện nào; lịch trống phải ghi X-LOA-EMPTY:TRUE"),
        .init(
            "more than {1} events: from here on none is read", "hơn {1} sự kiện: từ đây trở đi không đọc nữa"),
        .init("more than {1} rules: this one is not followed", "hơn {1} quy tắc lặp: bỏ qua quy tắc này"),
        .init("it has no schedule.ics", "không có tệp schedule.ics"),
        .init(
            "{1} does not end with END:VCALENDAR: it is not whole",
            "{1} không kết thúc bằng END:VCALENDAR: tệp chưa trọn vẹn"),
        .init(
            "no event of {1} is understood; an empty timetable must say X-LOA-EMPTY:TRUE",
            "không hiểu được sự kiện nào của {1}; lịch trống phải ghi X-LOA-EMPTY:TRUE"),
        .init(
            "no event of {1} is understood: line {2}: {3}",
            "không hiểu được sự kiện nào của {1}: dòng {2}: {3}"),
        // Events.
        .init("an event without UID", "sự kiện không có UID"),
        .init(
            "a UID that is empty, has line breaks or more than {1} bytes",
            "UID trống, có xuống dòng hoặc dài hơn {1} byte"),
        .init("SEQUENCE is no number", "SEQUENCE không phải số"),
        .init("an event without DTSTART", "sự kiện không có DTSTART"),
        .init("more than {1} RRULE", "hơn {1} RRULE"),
        .init("EXRULE is no part of RFC 5545; use EXDATE", "RFC 5545 không có EXRULE; hãy dùng EXDATE"),
        .init("DTEND is before DTSTART", "DTEND trước DTSTART"),
        .init(
            "DTEND is DTSTART: the slot ends with its last item",
            "DTEND trùng DTSTART: chương trình kết thúc khi phát hết tệp cuối"),
        .init("{1} is no duration", "{1} không phải thời lượng"),
        .init("a period that ends before it starts", "khoảng thời gian kết thúc trước khi bắt đầu"),
        .init(
            "an all-day event has no time at which to play",
            "sự kiện cả ngày không có giờ để phát"),
        .init("{1}: {2} is no date and time", "{1}: {2} không phải ngày giờ"),
        .init("{1} is not in the years {2} to {3}", "{1} không nằm trong các năm {2} đến {3}"),
        .init("the time zone {1} is not known", "không biết múi giờ {1}"),
        .init(
            "the same UID and SEQUENCE as the event of line {1}, which is dropped",
            "trùng UID và SEQUENCE với sự kiện ở dòng {1}; sự kiện đó bị bỏ"),
        .init(
            "RECURRENCE-ID names no instance of the series; it plays by itself",
            "RECURRENCE-ID không ứng với lần nào của chuỗi; sẽ phát riêng"),
        .init("PRIORITY is not a number from 0 to 9", "PRIORITY không phải số từ 0 đến 9"),
        .init(
            "lateness {1} is not SKIP, JOIN or a duration like PT10M",
            "độ trễ {1} không phải SKIP, JOIN hoặc thời lượng như PT10M"),
        .init(
            "loa-class: {1} is not normal, priority or emergency",
            "loa-class: {1} không phải normal, priority hoặc emergency"),
        .init("loa-{1} in the description is not known", "không biết dòng loa-{1} trong phần mô tả"),
        .init(
            "the upstream may not use class {1}, nor any below it",
            "nguồn này không được dùng cấp {1}, cũng không được dùng cấp thấp hơn"),
        .init("class {1} is not allowed here: lowered to {2}", "không được dùng cấp {1} ở đây: hạ xuống {2}"),
        .init(
            "nothing to play: neither ATTACH nor a line loa-attach",
            "không có gì để phát: thiếu ATTACH hoặc dòng loa-attach"),
        .init("ATTACH must name a file, not hold one", "ATTACH phải ghi tên tệp, không được chứa tệp"),
        .init(
            "ATTACH {1}: neither a path in the channel nor https://",
            "ATTACH {1}: không phải đường dẫn trong thư mục chương trình, cũng không phải https://"),
        .init("more than {1} ATTACH", "hơn {1} ATTACH"),
        .init(
            "a live stream or line input is never an emergency",
            "luồng trực tiếp không bao giờ được là tin khẩn cấp"),
        .init(
            "a live stream or line input needs an end: DTEND or DURATION",
            "luồng trực tiếp cần giờ kết thúc: DTEND hoặc DURATION"),
        .init("the channel has no file {1}", "thư mục chương trình không có tệp {1}"),
        .init("the channel has no playlist {1}", "thư mục chương trình không có danh sách phát {1}"),
        // Rules.
        .init("the rule gives nothing after the first instance", "quy tắc lặp không cho lần nào sau lần đầu"),
        .init(
            "too much to count for COUNT, or to search for an instance",
            "quy tắc lặp phải tính quá nhiều (COUNT, hoặc tìm một lần)"),
        .init("more than {1} times a day", "hơn {1} lần mỗi ngày"),
        .init("{1} is no NAME=VALUE", "{1} không có dạng TÊN=GIÁ-TRỊ"),
        .init("{1} is given twice", "{1} được ghi hai lần"),
        .init("FREQ is missing", "thiếu FREQ"),
        .init("COUNT and UNTIL exclude each other", "không dùng COUNT và UNTIL cùng lúc"),
        .init(
            "a number in BYDAY needs FREQ=MONTHLY or YEARLY", "số trong BYDAY cần FREQ=MONTHLY hoặc YEARLY"),
        .init("a number in BYDAY does not go with BYWEEKNO", "số trong BYDAY không đi cùng BYWEEKNO"),
        .init("BYWEEKNO needs FREQ=YEARLY", "BYWEEKNO cần FREQ=YEARLY"),
        .init("BYMONTHDAY does not go with FREQ=WEEKLY", "BYMONTHDAY không đi cùng FREQ=WEEKLY"),
        .init("BYYEARDAY does not go with FREQ={1}", "BYYEARDAY không đi cùng FREQ={1}"),
        .init("BYSETPOS needs another BY part beside it", "BYSETPOS cần thêm một phần BY khác"),
        .init("{1} has more than {2} values", "{1} có hơn {2} giá trị"),
        .init("{1}=0 means nothing", "{1}=0 không có nghĩa"),
        .init("{1}={2} is not a number from {3} to {4}", "{1}={2} không phải số từ {3} đến {4}"),
        .init("{1} is no weekday", "{1} không phải thứ trong tuần"),
        .init("UNTIL={1} is no date or time", "UNTIL={1} không phải ngày hoặc giờ"),
        .init("{1} is not known", "không biết {1}"),
    ]

    static let playlists: [Entry] = [
        .init("a path that is empty or longer than {1} bytes", "đường dẫn trống hoặc dài hơn {1} byte"),
        .init("a path with a control character", "đường dẫn có ký tự điều khiển"),
        .init("the path {1} is not relative", "đường dẫn {1} không phải đường dẫn tương đối"),
        .init("the path {1} climbs out of the channel", "đường dẫn {1} ra ngoài thư mục chương trình"),
        .init("the path {1} names no file", "đường dẫn {1} không chỉ tệp nào"),
        .init(
            "the path {1} leaves {2}, whose files stand alone",
            "đường dẫn {1} ra ngoài {2}; các tệp ở đó đứng riêng"),
        .init("the path {1} is not UTF-8", "đường dẫn {1} không phải UTF-8"),
        .init("write ? as %3F and # as %23 in {1}", "hãy viết ? thành %3F và # thành %23 trong {1}"),
        .init("write % as %25 in {1}", "hãy viết % thành %25 trong {1}"),
        .init(
            "a live URL that is too long, or has other than ASCII characters",
            "địa chỉ luồng trực tiếp quá dài, hoặc có ký tự ngoài ASCII"),
        .init("{1} is not https://", "{1} không phải https://"),
        .init(
            "{1} is not on a host that the upstream may relay", "{1} không ở máy chủ mà nguồn được tiếp sóng"),
        .init("no entry", "không có mục nào"),
        .init(
            "more than {1} entries: from here on none is played", "quá {1} mục: từ đây không phát mục nào"),
        .init(
            "its {1} items are more than {2}: the rest is not played",
            "có {1} mục, nhiều hơn {2}: phần còn lại không phát"),
        .init("more than {1} slots within two minutes", "quá {1} lượt phát trong hai phút"),
        .init("a NUL byte in the line", "dòng có byte NUL"),
        .init("the line is not UTF-8", "dòng không phải UTF-8"),
        .init("a fallback must be a file of the channel", "tệp dự phòng phải nằm trong thư mục chương trình"),
        .init("{1} names no input", "{1} không chỉ ngõ vào nào"),
        .init("{1} is a playlist inside a playlist", "{1} là danh sách phát nằm trong danh sách phát"),
        .init("more than {1} folders deep", "sâu hơn {1} lớp thư mục"),
        .init("more than {1} files: from here on none is read", "hơn {1} tệp: từ đây trở đi không đọc nữa"),
        .init(
            "a link, which is not followed: it may lead out of the folder",
            "liên kết, không đi theo: có thể dẫn ra ngoài thư mục"),
        .init("more than {1} MiB of calendars and playlists", "lịch và danh sách phát lớn hơn {1} MiB"),
        .init("its folder does not answer", "thư mục của nguồn không trả lời"),
        .init("the folder is still being read", "vẫn đang đọc thư mục"),
        .init("an upstream could not be read", "có nguồn không đọc được"),
    ]
}
