// From the decoder's interleaved channels to the one or two rows that the sound path works on.

/// Mixes interleaved frames of any channel count down to one or two rows, with a gain, and scrubs them.
struct ChannelMix {
    /// Channels of the interleaved input.
    let inputs: Int
    /// Rows of the output: 1 or 2.
    let outputs: Int
    /// For each output, the weight of each input.
    private let weights: [Float]

    /// Makes the mix from `inputs` channels in the order of WAV (FL FR FC LFE BL BR SL SR) to `outputs` rows.
    init(inputs: Int, outputs: Int, gain: Float) {
        self.inputs = inputs
        self.outputs = outputs
        let (left, right) = Self.stereo(inputs)
        let mono = zip(left, right).map { ($0 + $1) / 2 }
        weights = (outputs == 1 ? mono : left + right).map { $0 * gain }
    }

    /// What each channel gives to the left and to the right.
    ///
    /// Centre and surrounds come in at −3 dB (ITU-R BS.775), the low-frequency effects not at all, and the sum is
    /// scaled so that no input can be louder than full scale.
    private static func stereo(_ inputs: Int) -> (left: [Float], right: [Float]) {
        let h = Float(0.5).squareRoot()
        let (left, right): ([Float], [Float]) =
            switch inputs {
            case 1: ([1], [1])
            case 2: ([1, 0], [0, 1])
            case 3: ([1, 0, h], [0, 1, h])
            case 4: ([1, 0, h, 0], [0, 1, 0, h])
            case 5: ([1, 0, h, h, 0], [0, 1, h, 0, h])
            case 6: ([1, 0, h, 0, h, 0], [0, 1, h, 0, 0, h])
            case 7: ([1, 0, h, 0, h / 2, h, 0], [0, 1, h, 0, h / 2, 0, h])
            default: ([1, 0, h, 0, h, 0, h, 0], [0, 1, h, 0, 0, h, 0, h])
            }
        let (leftSum, rightSum) = (left.reduce(0, +), right.reduce(0, +))
        return (left.map { $0 / leftSum }, right.map { $0 / rightSum })
    }

    /// Mixes `row.count` frames of `input` into output row `output`.
    func apply(_ input: UnsafeBufferPointer<Float>, output: Int, to row: UnsafeMutableBufferPointer<Float>) {
        // Safety: the input holds `inputs` samples for each sample of the row; the caller's buffers say so.
        let frames = row.count
        if inputs == 1 {
            let weight = weights[output]
            for i in 0..<frames { unsafe row[i] = scrubbed(input[i]) * weight }
            return
        }
        unsafe row.update(repeating: 0)
        for channel in 0..<inputs where weights[output * inputs + channel] != 0 {
            let weight = weights[output * inputs + channel]
            for i in 0..<frames { unsafe row[i] += scrubbed(input[i * inputs + channel]) * weight }
        }
    }
}
