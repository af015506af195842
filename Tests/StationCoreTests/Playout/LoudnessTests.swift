import Foundation
import StationTrust
import Testing

@testable import StationCore

/// The counts of blocks that an item's loudness is made of.
struct LoudnessTests {
    /// The mean square of so many LUFS.
    private static func power(_ level: Double) -> Double { pow(10, (level + 0.691) / 10) }

    private static func parsed(_ text: String) throws -> JSON {
        try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1 << 20))
    }

    private static func loudness(of levels: [Double]) -> Loudness {
        levels.reduce(into: Loudness()) { $0.add(block: power($1)) }
    }

    /// BS.1770-4, formulas 4 to 7, block by block.
    private static func integrated(_ levels: [Double]) -> Double? {
        func level(_ blocks: [Double]) -> Double? {
            blocks.isEmpty
                ? nil : -0.691 + 10 * log10(blocks.map(power).reduce(0, +) / Double(blocks.count))
        }
        let loud = levels.filter { $0 > -70 }
        return level(loud).flatMap { gate in level(loud.filter { $0 > gate - 10 }) }
    }

    /// Blocks as they are in speech, in music, in a programme with pauses, and at the edges of the scale.
    struct Programme: CustomTestStringConvertible {
        let testDescription: String
        let levels: [Double]

        init(_ name: String, _ levels: [Double]) { (testDescription, self.levels) = (name, levels) }
    }

    static let programmes = [
        Programme("speech", (0..<3000).map { -18 - 12 * abs(sin(Double($0 * $0))) - 4 * cos(Double($0)) }),
        Programme("an even tone", Array(repeating: -23.06, count: 40)),
        Programme("half of it 9.9 LU softer", (0..<400).map { $0 < 200 ? -20 : -29.9 }),
        Programme("half of it far below the gate", (0..<400).map { $0 < 200 ? -20 : -45 }),
        Programme("everything from silence to full scale", (0..<900).map { -80 + Double($0) / 10 }),
        Programme("louder than any card", [4.9, 5.2, 14.9]),
        Programme("hardly above the gate", [-69.99, -69.95]),
    ]

    @Test("the loudness is the standard's, also of what was written down in the midst", arguments: programmes)
    func integrated(_ programme: Programme) throws {
        let expected = try #require(Self.integrated(programme.levels))
        let whole = Self.loudness(of: programme.levels)
        #expect(abs(try #require(whole.integrated) - expected) < 0.02)
        for cut in [0, 1, programme.levels.count / 2, programme.levels.count] {
            var sum = Self.loudness(of: Array(programme.levels[..<cut]))
            sum = try #require(Loudness(json: try Self.parsed(sum.json.description)))
            sum.add(Self.loudness(of: Array(programme.levels[cut...])))
            #expect(abs(try #require(sum.integrated) - expected) < 0.02, "cut at \(cut)")
        }
        #expect(abs(try #require(whole.condensed.integrated) - expected) < 0.02)
    }

    @Test("silence has no loudness, and says so; what is too short says nothing")
    func silence() {
        let silence = Self.loudness(of: [-120, -70.1])
        #expect(silence.integrated == nil && silence.isSilent && silence.condensed == silence)
        #expect(Loudness(json: silence.json) == silence)
        #expect(Loudness().integrated == nil && !Loudness().isSilent)
        #expect(!Self.loudness(of: [-120, -60]).isSilent)
    }

    @Test(
        "an hour of the most varied sound takes no more than 9 kB in the position file, one that is over none"
    )
    func size() {
        let varied = Self.loudness(of: (0..<36_000).map { -72 + Double($0 % 780) / 10 })
        #expect(varied.json.description.utf8.count < 9000)
        #expect(varied.condensed.json.description.utf8.count < 30)
    }

    @Test(
        "what is no count of blocks is not read",
        arguments: [
            "null", "[]", "[-1]", "[0,1]", "[0,-9000,1]", "[0,-1600,0]", "[0,1600,1]", "[\"a\"]", "{}",
        ])
    func malformed(_ text: String) throws {
        #expect(Loudness(json: try Self.parsed(text)) == nil)
    }
}
