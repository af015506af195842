/// Decodes RIFF/WAVE, RF64 and BW64 with integer or float samples.
final class WAVDecoder: Decoder {
    let format: SoundFormat
    private(set) var framesDecoded = 0

    private let file: FileBytes
    private let header: WAVHeader
    /// Frames that the file really held, where a read came short of what its size had said.
    private var frames: Int
    private var raw: [UInt8] = []

    /// Bytes that are read at once.
    private static let blockBytes = 32 * 1024

    init(_ file: FileBytes) throws(DecodeError) {
        self.file = file
        header = try WAVHeader(file)
        frames = header.frames
        format = try SoundFormat(
            rate: header.rate, channels: header.channels, declaredFrames: header.declaredFrames,
            decoder: "wav")
        guard header.frames > 0 else { throw .noFrames }
    }

    var isTruncated: Bool { frames < header.declaredFrames ?? 0 || frames < header.frames }

    func read(into output: UnsafeMutableBufferPointer<Float>, frames wanted: Int) throws(DecodeError) -> Int {
        let frameBytes = header.encoding.bytes * format.channels
        let count = min(wanted, frames - framesDecoded, max(1, Self.blockBytes / frameBytes))
        guard count > 0 else { return 0 }
        if raw.count < count * frameBytes { raw = [UInt8](repeating: 0, count: count * frameBytes) }
        // Safety: `raw` has room for `count` frames, as was just seen to, and `output` for the caller's `wanted`.
        let offset = header.dataOffset + framesDecoded * frameBytes
        let got = try unsafe raw.withUnsafeMutableBufferPointer { buffer throws(DecodeError) in
            try unsafe file.read(
                at: offset,
                into: .init(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * frameBytes)]))
        }
        let whole = got / frameBytes
        if whole < count { frames = framesDecoded + whole }
        unsafe raw.withUnsafeBytes {
            unsafe convert($0, header.encoding, samples: whole * format.channels, to: output)
        }
        framesDecoded += whole
        return whole
    }

    func approach(_ target: Int) -> Bool {
        framesDecoded = max(framesDecoded, min(target, frames))
        return false
    }
}

/// Turns `samples` stored samples into floats in ±1.
private func convert(
    _ raw: UnsafeRawBufferPointer, _ encoding: WAVEncoding, samples: Int,
    to output: UnsafeMutableBufferPointer<Float>
) {
    // Safety: `raw` holds `samples` samples of the encoding and `output` has room for as many; both are the
    // caller's. Every access below is bounds-checked by the buffer pointers in debug builds.
    switch encoding {
    case .unsigned8:
        for i in 0..<samples { unsafe output[i] = (Float(raw[i]) - 128) / 128 }
    case .signed16:
        for i in 0..<samples {
            unsafe output[i] =
                Float(Int16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self))) / 32768
        }
    case .signed24:
        for i in 0..<samples {
            let low = unsafe UInt32(raw[3 * i]) | UInt32(raw[3 * i + 1]) << 8
            let value = unsafe Int32(bitPattern: low << 8 | UInt32(raw[3 * i + 2]) << 24) >> 8
            unsafe output[i] = Float(value) / 8_388_608
        }
    case .signed32:
        for i in 0..<samples {
            let value = unsafe Int32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * i, as: Int32.self))
            unsafe output[i] = Float(value) / 2_147_483_648
        }
    case .float32:
        for i in 0..<samples {
            let bits = unsafe UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
            unsafe output[i] = Float(bitPattern: bits)
        }
    case .float64:
        for i in 0..<samples {
            let bits = unsafe UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self))
            unsafe output[i] = Float(Double(bitPattern: bits))
        }
    }
}
