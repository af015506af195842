/// Why a CAP message cannot be read: what is wrong with its XML, and with what it says.
extension Phrasebook {
    static let cap: [Entry] = [
        .init("longer than {1} bytes", "dài hơn {1} byte"),
        .init("no element", "không có phần tử nào"),
        .init("something stands behind the document", "còn nội dung thừa ở sau cùng"),
        .init("an encoding other than UTF-8", "bảng mã không phải UTF-8"),
        .init("a document type is not allowed", "không được khai báo DOCTYPE"),
        .init("-- in a comment", "có -- trong lời chú thích"),
        .init("more than {1} levels or {2} elements", "quá {1} tầng hoặc quá {2} phần tử"),
        .init("the name {1}", "tên {1} không dùng được"),
        .init("the prefix {1} has no namespace", "tiền tố {1} không có không gian tên"),
        .init("no space before an attribute", "thiếu dấu cách trước một thuộc tính"),
        .init(
            "the attribute {1} stands twice, or there are too many",
            "thuộc tính {1} ghi hai lần, hoặc có quá nhiều thuộc tính"),
        .init("the attribute {1} has no value", "thuộc tính {1} không có giá trị"),
        .init("no quotation mark", "thiếu dấu nháy"),
        .init("< in an attribute", "có dấu < trong một thuộc tính"),
        .init("an attribute has no end", "một thuộc tính không có chỗ kết thúc"),
        .init("the end of another element than {1}", "thẻ đóng không khớp với phần tử {1}"),
        .init("an end tag is not closed", "thẻ đóng thiếu dấu >"),
        .init("a control character", "có ký tự điều khiển"),
        .init("a declaration inside the document", "có khai báo ở giữa tài liệu"),
        .init("]]> in a text", "có ]]> trong văn bản"),
        .init("{1} has no end", "{1} không có chỗ kết thúc"),
        .init("the entity &{1}; is not known", "không biết ký hiệu &{1};"),
        .init("the outermost element is not alert of {1}", "phần tử ngoài cùng không phải alert của {1}"),
        .init("identifier, sender or sent is missing", "thiếu identifier, sender hoặc sent"),
        .init(
            "msgType {1} is not Alert, Update or Cancel", "msgType {1} không phải Alert, Update hay Cancel"),
        .init("references are missing", "thiếu references"),
        .init("info is missing", "thiếu info"),
        .init("expires {1} is no time", "expires {1} không phải thời gian"),
        .init("derefUri is not base64", "derefUri không phải base64"),
    ]
}
