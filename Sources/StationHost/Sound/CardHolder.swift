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
                    let process = proc + "/\(owner)"
                    let name = text(process + "/comm").first.map(String.init) ?? user(of: process)
                    let holder = "\(name) (\(owner))"
                    if !holders.contains(holder) { holders.append(holder) }
                }
            }
        }
        return holders
    }

    /// Whose a process is, where its name is not to be seen: the service's unit hides it.
    private static func user(of process: String) -> String {
        var information = stat()
        guard stat(process, &information) == 0 else { return "?" }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4096)
        // Safety: the name that `entry` points to is in the buffer, which outlives their use here.
        return buffer.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress {
                getpwuid_r(information.st_uid, &entry, start, buffer.count, &found)
            }
            let name = found?.pointee.pw_name.map { String(cString: $0) }
            return "user " + (name ?? "\(information.st_uid)")
        }
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
