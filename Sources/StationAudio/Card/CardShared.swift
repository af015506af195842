import CLinux
import Glibc
import Synchronization

/// What the owner and its audio thread share: two queues, and stops and a few flags that no full queue can
/// hold up.
@safe  // Safety: as `CardCommand`.
struct CardShared: ~Copyable {
    /// Orders under way at a time: each takes one play, and some ends and volumes.
    private static let commandCapacity = 32
    /// Reports of some seconds of the worst xrun storm, should the owner be busy.
    private static let reportCapacity = 1024

    let commands = EventRing<CardCommand>(capacity: CardShared.commandCapacity)
    let reports = EventRing<CardReport>(capacity: CardShared.reportCapacity)
    /// Whether the card shall be open although nothing plays.
    let isWanted = Atomic<Bool>(false)
    /// Whether it shall be tried once, while nothing else is wanted of it.
    let isProbeWanted = Atomic<Bool>(false)
    let isClosing = Atomic<Bool>(false)
    /// Whether a stall was reported that is not over: by the owner if the thread is stuck, else by the thread.
    let isStallTold = Atomic<Bool>(false)
    /// Raised at every round of the audio thread: it is alive.
    let rounds = Atomic<Int>(0)
    let stops: CardStops
    /// Wakes the owner for reports.
    let news: Int32
    /// The dead man's switch: armed by the thread before whatever could hold it up, read by the owner.
    let deadMan: Int32

    init(stops: CardStops, news: Int32, deadMan: Int32) {
        self.stops = stops
        self.news = news
        self.deadMan = deadMan
    }

    deinit {
        close(news)
        close(deadMan)
    }

    /// Tells the owner; a report that finds no place is lost, for the owner has not looked for long.
    ///
    /// Audio thread only.
    func tell(_ report: CardReport) {
        _ = reports.push(report)
        CLinux_eventfd_signal(news)
    }
}

/// What the owner wants.
@safe  // Safety: the owner keeps the ring, whose core this points to, until the order's end was reported.
enum CardCommand: BitwiseCopyable {
    case play(CardOrder, UnsafeMutablePointer<ProgrammeCore>)
    case limit(order: UInt64, end: Int64)
    case setGain(order: UInt64, Float)
}
