import CLinux
import Glibc

/// The tone of `loa test`, as a WAV file in memory: it goes the way of all content.
enum TestTone {
    static let seconds = 3
    /// The level, in dB relative to full scale.
    static let decibels = -26.0
    static let frequency = 440.0
    private static let rate = 48_000
    /// The tone comes and goes over so many seconds, so that it neither clicks nor startles.
    private static let ramp = 0.2

    /// Makes the file.
    static func open() throws(SystemError) -> Descriptor {
        let bytes = wav()
        return Descriptor(
            owning: try system("memfd_create") {
                bytes.withUnsafeBytes { CLinux_memory_file("test-tone", $0.baseAddress, $0.count) }
            })
    }

    private static func wav() -> [UInt8] {
        let count = seconds * rate
        var bytes = Array("RIFF".utf8) + little(UInt32(36 + 2 * count)) + Array("WAVEfmt ".utf8)
        bytes += little(UInt32(16)) + little(UInt16(1)) + little(UInt16(1)) + little(UInt32(rate))
        bytes += little(UInt32(2 * rate)) + little(UInt16(2)) + little(UInt16(16))
        bytes += Array("data".utf8) + little(UInt32(2 * count))
        let peak = 32_767 * pow(10, decibels / 20)
        for index in 0..<count {
            let time = Double(index) / Double(rate)
            let edge = min(1, time / ramp, (Double(seconds) - time) / ramp)
            bytes += little(UInt16(bitPattern: Int16(peak * edge * sin(2 * .pi * frequency * time))))
        }
        return bytes
    }

    private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
