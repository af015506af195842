import CLinux
import Glibc
import Synchronization

/// The stops that were asked for and that the audio thread has not obeyed yet, and the bell that wakes it.
///
/// Any thread asks, and the audio thread takes: who wants silence waits for no queue and for nobody who decodes or reads
/// a disk (I12). A stop may come before its order: then that does not begin.
package final class CardStops: Sendable {
    /// Stops that are remembered: of the two orders at a time, and of some that have ended meanwhile.
    private static let places = 8

    /// Each is 0, or an order's number and, in the low 16 bits, its fade in milliseconds.
    private let requests = InlineArray<8, Atomic<UInt64>> { _ in Atomic(0) }
    private let turn = Atomic<Int>(0)
    /// Wakes the audio thread.
    let bell: Int32

    init(bell: Int32) { self.bell = bell }

    deinit { close(bell) }

    /// Stops an order with a fade: silence at the card within 200 ms for a fade of 100 ms or less.
    package func ask(order: UInt64, fadeMilliseconds: Int = 50) {
        let request = order << 16 | UInt64(clamping: max(1, min(fadeMilliseconds, 0xffff)))
        for place in 0..<Self.places where requests[place].load(ordering: .acquiring) >> 16 == order {
            return CLinux_eventfd_signal(bell)
        }
        let place = turn.wrappingAdd(1, ordering: .relaxed).oldValue & (Self.places - 1)
        requests[place].store(request, ordering: .releasing)
        CLinux_eventfd_signal(bell)
    }

    /// Takes the stop of an order, and returns its fade in milliseconds; nil where nobody has asked for one.
    ///
    /// Audio thread only.
    func take(order: UInt64) -> Int? {
        for place in 0..<Self.places {
            let request = requests[place].load(ordering: .acquiring)
            guard request != 0, request >> 16 == order else { continue }
            requests[place].store(0, ordering: .releasing)
            return Int(request & 0xffff)
        }
        return nil
    }
}
