import Glibc

/// Who has a sound card open, as the kernel tells it: a card that is busy is somebody's (T12).
///
/// Any thread.
package enum CardHolder {
    /// More are not named.
    private static let most = 3

    /// The processes that have a card open for playing, such as `pulseaudio (812)`; empty where nobody can say.
    ///
    /// All cards count: a name of ALSA's configuration does not tell which one is behind it.
    package static func names(proc: String = "/proc") -> [String] {
        var holders: [String] = []
        for card in inside(proc + "/asound", "card") {
            for device in inside(card, "pcm") where device.hasSuffix("p") {
                for part in inside(device, "sub") {
                    guard let owner = owner(of: part), holders.count < most else { continue }
                    // The service's unit hides the processes of others: then the number has to do.
                    let name = text(proc + "/\(owner)/comm").first ?? "process"
                    let holder = "\(name) (\(owner))"
                    if !holders.contains(holder) { holders.append(holder) }
                }
            }
        }
        return holders
    }

    private static func owner(of part: String) -> Int? {
        for line in text(part + "/status") where line.hasPrefix("owner_pid") {
            return line.split(separator: ":").last.flatMap { Int($0.filter { !$0.isWhitespace }) }
        }
        return nil
    }

    private static func inside(_ folder: String, _ prefix: String) -> [String] {
        ((try? namesInDirectory(folder)) ?? []).filter { $0.hasPrefix(prefix) }.sorted().map {
            folder + "/" + $0
        }
    }

    private static func text(_ path: String) -> [Substring] {
        let bytes = (try? readFile(path, limit: 4096)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
