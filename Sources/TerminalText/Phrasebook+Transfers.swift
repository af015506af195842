/// Why a transfer failed, in libcurl's words (`curl_easy_strerror`): those of Debian 12, and of later versions.
extension Phrasebook {
    static let transfers: [Entry] = [
        .init("Couldn't resolve host name", noSuchHost), .init("Could not resolve hostname", noSuchHost),
        .init("Couldn't resolve proxy name", noSuchProxy), .init("Could not resolve proxy name", noSuchProxy),
        .init("Couldn't connect to server", noConnection), .init("Could not connect to server", noConnection),
        .init("Couldn't resume download", noRest), .init("Could not resume download", noRest),
        .init("Timeout was reached", "quá lâu không có trả lời, hoặc quá chậm"),
        .init("Weird server reply", "máy chủ trả lời không đúng giao thức"),
        .init("Server returned nothing (no headers, no data)", "máy chủ ngắt kết nối mà không trả lời gì"),
        .init("Transferred a partial file", "bị ngắt giữa chừng, tệp chưa tải hết"),
        .init("Requested range was not delivered by the server", "máy chủ không gửi đúng phần đã yêu cầu"),
        .init("Unrecognized or bad HTTP Content or Transfer-Encoding", "máy chủ gửi sai cách mã hóa HTTP"),
        .init("Failed sending data to the peer", "mất kết nối khi đang gửi yêu cầu"),
        .init("Failure when receiving data from the peer", "mất kết nối khi đang nhận"),
        .init("SSL connect error", "không lập được kết nối mã hóa (TLS) với máy chủ"),
        .init("SSL peer certificate or SSH remote key was not OK", "chứng chỉ của máy chủ không hợp lệ"),
        .init(
            "Problem with the local SSL certificate",
            "chứng chỉ hoặc khóa của cụm loa (clientCertificate, clientKey) không dùng được"),
        .init("SSL Client Certificate required", "máy chủ đòi chứng chỉ của cụm loa (clientCertificate)"),
        .init(
            "Problem with the SSL CA cert (path? access rights?)",
            "không đọc được chứng chỉ gốc (caFile): sai đường dẫn hoặc thiếu quyền?"),
        .init("proxy handshake error", "không thỏa thuận được với proxy"),
        .init("Unsupported protocol", "giao thức không được hỗ trợ"),
        .init("URL using bad/illegal format or missing URL", "địa chỉ (URL) viết sai"),
        .init("Failed initialization", "không khởi động được việc tải"),
        .init("Failed to open/read local data from file/application", "không đọc được tệp trên máy"),
        .init("A value or data field grew larger than allowed", "máy chủ gửi phần đầu quá dài"),
        .init("Out of memory", "hết bộ nhớ"),
    ]

    private static let noSuchHost = "không tìm thấy tên máy chủ"
    private static let noSuchProxy = "không tìm thấy tên proxy"
    private static let noConnection = "không kết nối được máy chủ"
    private static let noRest = "không tải tiếp được phần còn lại"
}
