// WAV headers, and what else calls itself a sound.

import Glibc

@testable import StationAudio

/// A file of any kind is told from others; a WAV file gives no frame that it does not hold.
@Sendable func lookAtWAV(_ bytes: [UInt8]) {
    let descriptor = scratch
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count,
        let file = try? FileBytes(descriptor: descriptor)
    else { return }
    switch try? sniff(file) {
    case .wave: lookAtWAV(file)
    case .mpeg(let start): promise(start >= 0 && start < bytes.count, "the first frame is in the file")
    default: return
    }
}

private func lookAtWAV(_ file: FileBytes) {
    guard let header = try? WAVHeader(file) else { return }
    let frameBytes = header.encoding.bytes * header.channels
    promise(header.frames >= 0 && header.dataOffset >= 20, "a header stands before its samples")
    promise(header.dataOffset + header.frames * frameBytes <= file.count, "its frames are in the file")
    promise(header.declaredFrames.map { $0 >= 0 } ?? true, "no file promises less than nothing")
    guard let decoder = try? WAVDecoder(file) else { return }
    promise(SoundFormat.channelCounts.contains(decoder.format.channels), "its channels can be played")
    promise(SoundFormat.rates.contains(decoder.format.rate), "its rate can be played")
    let half = header.frames / 2
    while decoder.approach(half) {}
    promise(decoder.framesDecoded == half, "a place in the file is found")
    var block = [Float](repeating: 0, count: 64 * decoder.format.channels)
    var sum = half
    while true {
        let got = block.withUnsafeMutableBufferPointer { (try? decoder.read(into: $0, frames: 64)) ?? 0 }
        if got == 0 { break }
        sum += got
        promise(got <= 64, "no more than was asked for")
    }
    promise(sum == header.frames, "it plays as many frames as it holds")
    promise(decoder.isTruncated == (header.frames < header.declaredFrames ?? 0), "what is cut is told")
}

/// A regular file without a name.
private let scratch: Int32 = {
    var path = Array("/tmp/loa-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0, unlink(path) == 0 else { fatalError("mkstemp: \(errno)") }
    return descriptor
}()
