import StationCore

// What is to happen, ordered by (time, insertion): the order in which a simulated world goes on.

/// What is due when; of one instant deeds go before what is on its way to the station, and each before its like that
/// came later.
struct Agenda {
    /// Something that happens at an instant.
    enum Occurrence {
        case deed(Deed)
        case delivery(World.Delivery)

        fileprivate var isDeed: Bool { if case .deed = self { true } else { false } }
    }

    private struct Item {
        var at: Instant
        var occurrence: Occurrence

        /// Whether it comes after another that is put in now.
        func isLater(than other: Item) -> Bool {
            at > other.at || at == other.at && !occurrence.isDeed && other.occurrence.isDeed
        }
    }

    /// The latest first, so that the next one is the last.
    private var items: [Item] = []

    /// When the next is due; nil when there is none.
    private(set) var nextAt: Instant?

    /// Adds what is due at an instant.
    mutating func insert(_ occurrence: Occurrence, at instant: Instant) {
        let item = Item(at: instant, occurrence: occurrence)
        var place = items.count
        // What is near is what is inserted most, and stands at the end.
        while place > 0, !items[place - 1].isLater(than: item) { place -= 1 }
        items.insert(item, at: place)
        nextAt = items[items.count - 1].at
    }

    /// Takes the next one out.
    mutating func popNext() -> Occurrence? {
        let item = items.popLast()
        nextAt = items.last?.at
        return item?.occurrence
    }

    /// Forgets what is on its way to the station.
    mutating func forgetDeliveries() {
        items.removeAll { !$0.occurrence.isDeed }
        nextAt = items.last?.at
    }
}
