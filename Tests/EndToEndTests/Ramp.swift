import CardCapture
import Foundation
import StationTrust
import Testing

// A slot that plays a ramp: each sample tells where in the programme it is.

extension Broadcast {
    /// Rises from 0.02 to 0.04.
    static func ramp(_ seconds: Double) -> (Double) -> Double { { 0.02 + 0.02 * $0 / seconds } }

    /// A slot that plays a ramp and has played a second of it.
    static func playing(
        _ seconds: Double, device: String? = nil, environment: [String: String?] = [:]
    ) async throws -> Broadcast {
        let broadcast = try started(
            playing: seconds, value: ramp(seconds), device: device, environment: environment)
        try await broadcast.sleep(until: 1)
        return broadcast
    }

    /// That a device's fault was told in time, with its reason.
    func told(since instant: Int64, _ message: String) async throws {
        let fault = try await entry("fault") {
            $0["code"]?.text == "device" && $0["state"]?.text == "raised"
        }
        #expect(fault["message"]?.text?.contains(message) == true, "\(fault)")
        let after = Double(try self.instant(of: fault) - instant) / 1e9
        // A second by the contract; another for a machine that is busy with other tests.
        #expect(after <= 2, "\(after) s")
    }

    /// That the sound went on where the programme would be by now, and nothing was claimed that was not heard.
    ///
    /// - Parameters:
    ///   - outcome: what the log says of the slot.
    ///   - seconds: how long the ramp is.
    ///   - cards: the cards that it was heard on, one after the other.
    ///   - unwritten: frames that left and that the card of a killed process had not written down yet.
    /// - Throws: what is missing to tell.
    func goesOn(_ outcome: JSON, seconds: Double, on cards: [SimulatedCardFolder]? = nil, unwritten: Int = 0)
        throws
    {
        #expect(outcome["result"]?.text == "partial", "\(outcome)")
        let heard = (cards ?? [card]).flatMap { $0.settledCapture().runs.compactMap(Stretch.init) }
        try #require(heard.count >= 2, "\(outcome)")
        let last = heard[heard.count - 1]
        let place = (Double(last.first / heard[0].first) - 1) * seconds
        let expected = (last.start - heard[0].start) / 1e9
        #expect(abs(place - expected) < 0.05, "goes on at \(place) s, not at \(expected) s")
        let consumed = try #require(outcome["framesConsumed"]?.integer)
        // What left between the last reading and the fault is not claimed.
        let left = heard.reduce(unwritten) { $0 + $1.frames.count }
        #expect(consumed > 24_000 && Int(consumed) <= left, "\(consumed) of \(left)")
        #expect(try entries("outcome").count == 1 && entries("intent").count == 1)
    }
}
