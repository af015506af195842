import Synchronization

/// A bounded queue of small values from one thread to one other, without locks: orders, reports, item boundaries.
///
/// Trivial elements only, so that pushing and popping neither allocates nor counts references.
@safe  // Safety: the storage never leaves this type, and each side only touches the slots that are its own.
struct EventRing<Element: BitwiseCopyable>: ~Copyable {
    private let elements: UnsafeMutablePointer<Element>
    private let capacity: Int
    /// Elements ever pushed (written by the producer) and popped (by the consumer).
    private let pushed = Atomic<Int>(0)
    private let popped = Atomic<Int>(0)

    /// Makes a queue of at most `capacity` elements.
    init(capacity: Int) {
        self.capacity = capacity
        // Safety: the storage is owned by this value alone, and every slot is written before it is read.
        unsafe elements = .allocate(capacity: capacity)
    }

    deinit { unsafe elements.deallocate() }

    /// Adds an element at the end; false if then fewer than `places` would be left for others.
    ///
    /// Producer only.
    func push(_ element: Element, leaving places: Int = 0) -> Bool {
        let end = pushed.load(ordering: .relaxed)
        guard end - popped.load(ordering: .acquiring) < capacity - places else { return false }
        // Safety: the slot is free (checked above) until `pushed` says otherwise.
        unsafe (elements + end % capacity).initialize(to: element)
        pushed.store(end + 1, ordering: .releasing)
        return true
    }

    /// The first element, left where it is.
    ///
    /// Consumer only.
    func first() -> Element? {
        let start = popped.load(ordering: .relaxed)
        guard start < pushed.load(ordering: .acquiring) else { return nil }
        // Safety: the producer does not touch a slot between `popped` and `pushed`.
        return unsafe elements[start % capacity]
    }

    /// Takes the first element.
    ///
    /// Consumer only.
    func pop() -> Element? {
        let element = first()
        if element != nil { popped.store(popped.load(ordering: .relaxed) + 1, ordering: .releasing) }
        return element
    }
}
