import StationCore
package import StationHost
package import StationTrust
import TerminalText

/// Trusts a station's log key, or trusts it no more.
///
/// A key comes from the station by hand: whoever could write it into the store could sign there as well.
package struct Enrolment {
    private let folder: ProofFolder
    private let station: String
    /// The key that is spoken of.
    package let key: NoteKey

    /// Understands a key as text.
    ///
    /// - Throws: `CentreError` for what is no key or no station, and for a key of another station.
    package init(_ folder: ProofFolder, _ station: String, key text: String) throws(CentreError) {
        guard ProofFolder.isStation(station) else { throw Self.noStation(station) }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let key = NoteKey(text: String(words[0])) else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "không phải khóa dạng loa/\(station)+…; lấy tại trạm: loa verify",
                    en: "this is no key such as loa/\(station)+…; the station says it: loa verify"))
        }
        let name = LogOrigin.keyName(of: station)
        guard key.name == name else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "khóa này là của \(key.name), không phải của \(name)",
                    en: "this key is that of \(key.name), and not of \(name)"))
        }
        (self.folder, self.station, self.key) = (folder, station, key)
    }

    /// Trusts the key from now on; false where it was trusted already.
    package func enrol(_ calls: DiskCalls) throws(CentreError) -> Bool {
        let lock = try folder.lockMemory()
        defer { _ = lock.number }
        var memory = try folder.memory(of: station)
        guard !memory.keys.contains(key) else { return false }
        guard memory.keys.count < StationMemory.mostKeys else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(station): đã có \(memory.keys.count) khóa; hãy bỏ khóa cũ bằng --remove",
                    en:
                        "\(station): it has \(memory.keys.count) keys already; take old ones away with --remove"
                ))
        }
        memory.keys.append(key)
        try folder.keep(memory, of: station, calls)
        return true
    }

    /// Trusts the key no more; what it has signed is remembered.
    package func remove(_ calls: DiskCalls) throws(CentreError) {
        let lock = try folder.lockMemory()
        defer { _ = lock.number }
        var memory = try folder.memory(of: station)
        guard let place = memory.keys.firstIndex(of: key) else {
            throw CentreError(
                .refused, Phrase(vi: "khóa này không được tin", en: "this key is not among the trusted ones"))
        }
        memory.keys.remove(at: place)
        try folder.keep(memory, of: station, calls)
    }

    /// No folder of a station has such a name.
    static func noStation(_ name: String) -> CentreError {
        CentreError(
            .refused, Phrase(vi: "không có trạm tên \(name)", en: "there is no station called \(name)"))
    }
}
