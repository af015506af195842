// The items of a programme that have not had their turn. Decode thread.

/// Opens a programme's items in their order: one ahead, so that nobody waits for a decoder in another process.
struct ItemQueue {
    /// An item that has its turn.
    struct Turn {
        /// Its place in the list.
        let item: Int
        /// Its sound, or why it has none.
        let result: Result<ItemSource, DecodeError>
    }

    let items: [ProgrammeItem]
    /// The item to be opened next.
    private var place = 0
    /// The decoder of that, where it is started and has not given anything yet.
    private var started: StartedDecoder?
    /// What is open before its turn: the broken ones that were met, and one that sounds.
    private var turns: [Turn] = []
    private var hasSound = false

    init(_ items: [ProgrammeItem]) { self.items = items }

    /// The item that has its turn next; nil behind the last.
    var next: ProgrammeItem? {
        if let turn = turns.first { return items[turn.item] }
        return place < items.count ? items[place] : nil
    }

    /// Makes a step towards the next item that sounds, without waiting.
    ///
    /// - Returns: whether it is open, or none is left.
    mutating func prepare() -> Bool {
        while !hasSound, place < items.count {
            do throws(DecodeError) {
                guard try start().isReady else { return false }
            } catch {
                add(.failure(error))
                continue
            }
            open()
        }
        return true
    }

    /// Gives the next item its turn, and waits for its decoder where nobody has prepared it; nil behind the last.
    mutating func take() -> Turn? {
        if turns.isEmpty, place < items.count { open() }
        return takeOpen()
    }

    private mutating func takeOpen() -> Turn? {
        guard !turns.isEmpty else { return nil }
        let turn = turns.removeFirst()
        if case .success = turn.result { hasSound = false }
        return turn
    }

    /// Leaves the next item out, and returns its place in the list.
    mutating func skip() -> Int {
        if let turn = takeOpen() { return turn.item }
        started = nil
        place += 1
        return place - 1
    }

    /// The decoder of the item to be opened next, started where it was not.
    private mutating func start() throws(DecodeError) -> StartedDecoder {
        if let started { return started }
        let decoder = try ItemSource.start(items[place])
        started = decoder
        return decoder
    }

    private mutating func open() {
        do throws(DecodeError) {
            let decoder = try start().open()
            add(.success(try ItemSource(decoder, gainDecibels: items[place].gainDecibels)))
        } catch {
            add(.failure(error))
        }
    }

    private mutating func add(_ result: Result<ItemSource, DecodeError>) {
        if case .success = result { hasSound = true }
        turns.append(Turn(item: place, result: result))
        started = nil
        place += 1
    }
}
