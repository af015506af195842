import CLinux

/// Tells when a sound card comes or goes: the folder of their device nodes changes.
///
/// Loop thread.
///
/// A card that is unplugged while nothing plays is a fault at once, not at its next slot. Without such a folder (a
/// container, a sound server elsewhere) nothing is told, and the card is only tried ahead of slots.
final class CardWatch {
    private let inotify: Descriptor
    private let parent: String
    private let name: String
    /// The number of the watch of the folder itself; negative while it is not there.
    private var watch: Int32 = -1

    /// Watches a folder; while it is not there the one above it, for the first card makes it.
    ///
    /// - Throws: `SystemError` where the kernel watches nothing.
    init(folder: String = "/dev/snd") throws(SystemError) {
        let parts = folder.split(separator: "/")
        name = String(parts.last ?? "")
        parent = "/" + parts.dropLast().joined(separator: "/")
        inotify = Descriptor(owning: try system("inotify") { CLinux_watch() })
        follow()
    }

    /// Readable when something changed.
    var descriptor: Int32 { inotify.number }

    private func follow() {
        // To watch what is watched gives the same number again.
        watch = CLinux_watch_folder(inotify.number, parent + "/" + name)
        if watch < 0 { _ = CLinux_watch_folder(inotify.number, parent) }
    }

    /// Takes what there is to read.
    ///
    /// - Returns: whether a card may have come or gone.
    func take() -> Bool {
        guard CLinux_watch_taken(inotify.number, watch, name) == 1 else { return false }
        follow()
        return true
    }
}
