/// The owner's side of a card and its audio thread. Used from one thread (the loop).
package final class CardOutput {
    /// Starts the audio thread; the card stays closed until `prepare` or `play`.
    ///
    /// - Throws: `CardError` if a thread or a descriptor cannot be made.
    package init(settings: CardSettings) throws(CardError) { fatalError() }

    /// Readable (epoll) when `takeReports` has something to tell, also when the audio thread is stuck.
    package var reportDescriptor: Int32 { fatalError() }

    /// Opens the card and feeds it with silence, ahead of a slot, so that the start can be placed.
    package func prepare() {}

    /// Plays what `ring` gets. Orders follow each other in the order given, two at most: the one that sounds, the
    /// next. False if there are two already.
    package func play(_ order: CardOrder, from ring: ProgrammeRing) -> Bool { fatalError() }

    /// Stops an order with a fade: silent at the card within 200 ms if `fadeMilliseconds` ≤ 100.
    package func stop(order: UInt64, fadeMilliseconds: Int = 50) {}

    /// Closes the card as soon as nothing plays. The thread stays, asleep, for the next `prepare`.
    package func release() {}

    /// What happened since the last call, in order.
    package func takeReports() -> [CardReport] { fatalError() }

    /// Ends the audio thread at once, and waits for it, one second at most. False if it is stuck in a call.
    package func close() -> Bool { fatalError() }
}
