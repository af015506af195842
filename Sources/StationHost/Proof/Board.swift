import Glibc
import StationTrust

/// Which board this is: the station's key belongs to it, so that a copy of its card on another board has none.
///
/// Any thread. What the card itself holds (the system's own `machine-id` included) says nothing: a copy has it too. It is
/// only asked where a machine tells nothing else, such as a container.
enum Board {
    private static let mostBytes = 4096
    private static let mostInterfaces = 64
    /// The address was given by the maker (Linux: `NET_ADDR_PERM`), not made up at the start.
    private static let permanent = "0"

    /// Hexadecimal digits that stand for this board, the same at every start.
    static func identity(root: String = "") -> String {
        let told =
            serialNumber(root).map { "serial \($0)" }
            ?? networkAddress(root).map { "address \($0)" }
            ?? text(root + "/etc/machine-id").map { "machine \($0)" } ?? "unknown"
        return Hexadecimal.text(Array(SHA256.hash(told.utf8).bytes.prefix(8)))
    }

    /// The maker's number, where one was given: many boards have the same zeros.
    private static func serialNumber(_ root: String) -> String? {
        text(root + "/sys/firmware/devicetree/base/serial-number").flatMap { Set($0).count > 1 ? $0 : nil }
    }

    /// The lowest address of a network card that is built in.
    private static func networkAddress(_ root: String) -> String? {
        let folder = root + "/sys/class/net/"
        let names = (try? namesInDirectory(folder)) ?? []
        return names.sorted().prefix(mostInterfaces).compactMap { name in
            guard text(folder + name + "/addr_assign_type") == permanent, isBuiltIn(folder + name) else {
                return nil
            }
            return text(folder + name + "/address")
        }.min()
    }

    /// Whether it is a device, and none that can be pulled out: a modem on USB comes and goes.
    private static func isBuiltIn(_ interface: String) -> Bool {
        guard let subsystem = try? linkTarget(interface + "/device/subsystem") else { return false }
        return !subsystem.hasSuffix("/usb")
    }

    private static func text(_ path: String) -> String? {
        guard let bytes = try? readFile(path, limit: mostBytes) else { return nil }
        let text = String(decoding: bytes.filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    private static func linkTarget(_ path: String) throws(SystemError) -> String {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try system("readlink") {
            bytes.withUnsafeMutableBytes { buffer in
                buffer.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, buffer.count) } ?? 0
            }
        }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
