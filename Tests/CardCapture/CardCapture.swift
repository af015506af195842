import Glibc
import SimulatedCard

/// What left a simulated card, run by run, each frame with its instant.
package struct CardCapture {
    /// From a start of the stream to its stop.
    package struct Run {
        /// CLOCK_MONOTONIC nanoseconds of the start.
        package var start: Int64
        /// Frames a second, nominal.
        package var rate: Int
        /// Samples of one frame.
        package var channels: Int
        /// ALSA's number of the format.
        package var format: Int32
        /// All samples that left, interleaved; 1 is full scale.
        package var samples: [Float] = []
        /// When the run ended, and why (`simulated_card_end_reason`); nil if the process was killed, or plays still.
        package var end: (instant: Int64, reason: UInt32)?
        /// From which frame and instant on frames left at which rate.
        fileprivate var pieces: [(frame: Double, instant: Int64, rate: Double)] = []

        /// Frames that left.
        package var frames: Int { samples.count / channels }

        /// When a frame left, in CLOCK_MONOTONIC nanoseconds.
        package func instant(ofFrame frame: Int) -> Double {
            let piece = pieces.last { $0.frame <= Double(frame) } ?? pieces[0]
            return Double(piece.instant) + (Double(frame) - piece.frame) / piece.rate * 1e9
        }

        /// Which frame left at an instant.
        package func frame(at instant: Int64) -> Double {
            let piece = pieces.last { $0.instant <= instant } ?? pieces[0]
            return piece.frame + Double(instant - piece.instant) * piece.rate * 1e-9
        }

        /// The first channel of a frame.
        package subscript(frame: Int) -> Float { samples[frame * channels] }

        /// The frames whose first channel is not silent.
        package var sounding: [Int] { (0..<frames).filter { self[$0] != 0 } }
    }

    /// The runs in the order of their starts.
    package private(set) var runs: [Run] = []

    /// Reads a capture file; an absent one has no runs, and what follows its last whole record is left out.
    package init(path: String) {
        let bytes = Self.read(path)
        var places: [Int64: Int] = [:]
        var position = 0
        let headerSize = MemoryLayout<simulated_card_record>.size
        while position + headerSize <= bytes.count {
            let header = bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: position, as: simulated_card_record.self)
            }
            precondition(header.magic == 0x4c50_5243, "not a record at \(position)")
            let data = position + headerSize
            position = data + Int(header.bytes)
            guard position <= bytes.count else { return }
            if header.kind == SIMULATED_CARD_RUN.rawValue {
                places[header.run] = runs.count
                runs.append(
                    Run(
                        start: header.run, rate: Int(header.rate), channels: Int(header.channels),
                        format: header.format))
            }
            guard let place = places[header.run] else { continue }
            runs[place].take(header, bytes[data..<position])
        }
    }

    private static func read(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }
}

extension CardCapture.Run {
    fileprivate mutating func take(_ header: simulated_card_record, _ data: ArraySlice<UInt8>) {
        switch header.kind {
        case SIMULATED_CARD_RUN.rawValue, SIMULATED_CARD_RATE.rawValue:
            let rate = Double(header.rate) * (1 + Double(header.rate_error) * 1e-9)
            pieces.append((header.frame, header.instant, rate))
        case SIMULATED_CARD_FRAMES.rawValue:
            precondition(Int(header.frame) == frames, "frames are missing in the capture")
            data.withUnsafeBytes { append($0) }
        case SIMULATED_CARD_END.rawValue:
            end = (header.instant, header.reason)
        default: preconditionFailure("unknown record")
        }
    }

    /// ALSA's numbers of the three formats of the card: S16_LE, S32_LE, FLOAT_LE.
    private mutating func append(_ data: UnsafeRawBufferPointer) {
        switch format {
        case 2:
            for index in 0..<(data.count / 2) {
                samples.append(Float(data.loadUnaligned(fromByteOffset: index * 2, as: Int16.self)) / 32_767)
            }
        case 10:
            for index in 0..<(data.count / 4) {
                let value = data.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)
                samples.append(Float(Double(value) / 2_147_483_647))
            }
        case 14:
            for index in 0..<(data.count / 4) {
                samples.append(data.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
            }
        default: preconditionFailure("unknown format")
        }
    }
}
