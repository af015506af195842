package import StationTrust

/// How loud an item was to the ear: the blocks of 400 ms that it sounded for, counted by their loudness
/// (ITU-R BS.1770-4), so that an item that is interrupted and goes on, after a power cut too, is measured as one.
package struct Loudness: Hashable, Sendable {
    /// Blocks of nearly the same loudness.
    private struct Bin: Hashable, Sendable {
        /// Its place on the scale.
        var place: Int
        var blocks: Int
        /// The sum of their mean squares: what they came to is not rounded to the scale.
        var power: Double

        init(_ mean: Double, blocks: Int) {
            let mean = min(mean, Scale.loudest)
            place = Scale.place(of: mean)
            self.blocks = blocks
            power = mean * Double(blocks)
        }

        var mean: Double { power / Double(blocks) }
    }

    /// Those that have blocks, softest first.
    private var bins: [Bin] = []
    /// Blocks below the scale: too soft to be programme, by the standard's absolute gate.
    private var silentBlocks = 0

    package init() {}

    /// Whether blocks were measured, and all of them too soft to be programme.
    package var isSilent: Bool { silentBlocks > 0 && bins.isEmpty }

    /// Takes a block into account, by its weighted mean square.
    package mutating func add(block power: Double) { add(blocks: 1, power: power) }

    /// Takes so many blocks into account that are equally loud.
    package mutating func add(blocks count: Int, power: Double) {
        guard count > 0 else { return }
        guard power > Scale.powers[0] else { return silentBlocks += count }
        add(Bin(power, blocks: count))
    }

    /// Adds what another stretch of the same item came to.
    mutating func add(_ other: Loudness) {
        silentBlocks += other.silentBlocks
        for bin in other.bins { add(bin) }
    }

    private mutating func add(_ bin: Bin) {
        let index = bins.indices.first(from: { bins[$0].place >= bin.place })
        if index < bins.count, bins[index].place == bin.place {
            bins[index].blocks += bin.blocks
            bins[index].power += bin.power
        } else {
            bins.insert(bin, at: index)
        }
    }

    /// The integrated loudness in LUFS, gated twice; nil for silence and for less than a block.
    package var integrated: Double? {
        guard let ungated = Self.mean(bins) else { return nil }
        // 10 LU below what passed the absolute gate.
        return Self.mean(bins.filter { $0.mean > ungated / 10 }).map(Scale.level)
    }

    private static func mean(_ bins: [Bin]) -> Double? {
        let blocks = bins.reduce(0) { $0 + $1.blocks }
        return blocks > 0 ? bins.reduce(0) { $0 + $1.power } / Double(blocks) : nil
    }

    /// The same in a few numbers, for an item that is over: nothing is expected to be added.
    var condensed: Loudness {
        guard let loudness = integrated else { return self }
        var condensed = Loudness()
        condensed.add(Bin(Scale.power(loudness), blocks: bins.reduce(0) { $0 + $1.blocks }))
        condensed.silentBlocks = silentBlocks
        return condensed
    }
}

/// How it is written down while an item sounds.
extension Loudness {
    /// As in the position file: how many blocks are silent, then by turns a loudness in hundredths of a LU and how many
    /// blocks have it.
    package var json: JSON {
        var numbers = [JSON.integer(Int64(silentBlocks))]
        for bin in bins {
            let hundredths = (Scale.level(bin.mean) * 100).rounded()
            numbers += [.integer(Int64(hundredths)), .integer(Int64(bin.blocks))]
        }
        return .array(numbers)
    }

    /// Reads what was written; nil when that is not it.
    package init?(json: JSON?) {
        guard let numbers = json?.elements?.map(\.integer), let silent = numbers.first ?? nil, silent >= 0,
            !numbers.count.isMultiple(of: 2)
        else { return nil }
        silentBlocks = Int(clamping: silent)
        for index in stride(from: 1, to: numbers.count, by: 2) {
            guard let level = numbers[index], let blocks = numbers[index + 1],
                level >= -7000, level <= 1500, blocks > 0
            else { return nil }
            add(Bin(Scale.power(Double(level) / 100), blocks: Int(clamping: blocks)))
        }
    }
}

extension Loudness {
    /// Loudness in steps of a tenth of a LU, from the absolute gate to +15 LUFS: eight channels of full scale have less.
    ///
    /// Levels between are read off on straight lines, which is right to a thousandth of a LU, and needs no logarithm.
    fileprivate enum Scale {
        private static let softest = -70.0
        private static let steps = 850
        /// The mean square of −70 LUFS: 10^((−70 + 0.691) / 10).
        private static let softestPower = 1.172465305e-7
        /// A tenth of a LU: 10^(1 / 100).
        private static let ratio = 1.0232929922807541

        /// The mean square at each step.
        static let powers: [Double] = (1...steps).reduce(into: [softestPower]) { powers, _ in
            powers.append(powers[powers.count - 1] * ratio)
        }

        /// The mean square at the last.
        static let loudest = powers[powers.count - 1]

        /// The step below a mean square; what is louder than all has the last.
        static func place(of power: Double) -> Int {
            max(0, powers.indices.first(from: { powers[$0] > power }) - 1)
        }

        /// The loudness of a mean square.
        static func level(_ power: Double) -> Double {
            let place = place(of: power)
            return softest + (Double(place) + (power / powers[place] - 1) / (ratio - 1)) / 10
        }

        /// The mean square of a loudness.
        static func power(_ level: Double) -> Double {
            let steps = max(0, (level - softest) * 10)
            let place = min(Int(steps), powers.count - 1)
            return powers[place] * (1 + (steps - Double(place)) * (ratio - 1))
        }
    }
}
