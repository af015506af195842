package import StationCore

// What is to happen, ordered by (time, insertion): the order in which a simulated world goes on.

/// Values with the instant at which each is due; those of one instant come out in the order in which they went in.
package struct Agenda<Value> {
    private struct Item {
        var at: Instant
        var value: Value
    }

    /// Descending by instant, of one instant the later inserted first, so that the next one is the last.
    private var items: [Item] = []

    /// Makes an empty agenda.
    package init() {}

    /// Whether nothing is to come.
    package var isEmpty: Bool { items.isEmpty }

    /// How much is to come.
    package var count: Int { items.count }

    /// When the next value is due; nil when there is none.
    package private(set) var nextAt: Instant?

    /// Adds a value that is due at an instant.
    package mutating func insert(_ value: Value, at instant: Instant) {
        var place = items.count
        // What is near is what is inserted most, and stands at the end.
        while place > 0, items[place - 1].at <= instant { place -= 1 }
        items.insert(Item(at: instant, value: value), at: place)
        nextAt = items[items.count - 1].at
    }

    /// Takes the next value out.
    package mutating func popNext() -> Value? {
        let item = items.popLast()
        nextAt = items.last?.at
        return item?.value
    }

    /// Forgets everything.
    package mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        nextAt = nil
    }
}
