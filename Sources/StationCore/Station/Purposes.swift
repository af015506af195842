// What the station's effects under way are for, by which their completions are told apart.

/// The purposes of effects that have not completed.
struct Purposes: Sendable {
    /// What an effect under way was for.
    enum Purpose: Hashable, Sendable {
        case intent(PlayID)
        case preflight(PlayID)
        /// Without a slot it was overtaken: what it finds says nothing any more.
        case contentCheck(slot: String?, PlayID)
        case play(PlayID)
        case lastPosition
        case adoption(RemoteFile.Kind)
        case storage
        case cardProbe
        case amplifier
        case logFold
        case logUpload
        case statusUpload
        case importing
        case export
        case other
    }

    /// Ascending by identity, as effects are given: few are under way at once, and each event asks.
    private var items: [(id: EffectID, purpose: Purpose)] = []

    /// What an effect is for; nil when it has completed, or needs no completion.
    subscript(id: EffectID) -> Purpose? { place(of: id).map { items[$0].purpose } }

    /// Whether any is for such a thing.
    func contains(where isMeant: (Purpose) -> Bool) -> Bool { items.contains { isMeant($0.purpose) } }

    /// Notes what the newest effect is for.
    mutating func append(_ id: EffectID, _ purpose: Purpose) { items.append((id, purpose)) }

    /// Forgets an effect that has completed.
    mutating func remove(_ id: EffectID) -> Purpose? { place(of: id).map { items.remove(at: $0).purpose } }

    /// Lets the looks at content that are under way find nothing: they may have seen what is there no more.
    mutating func overtakeContentChecks() {
        for index in items.indices {
            if case .contentCheck(_, let play) = items[index].purpose {
                items[index].purpose = .contentCheck(slot: nil, play)
            }
        }
    }

    private func place(of id: EffectID) -> Int? {
        let place = items.indices.first(from: { items[$0].id >= id })
        return place < items.count && items[place].id == id ? place : nil
    }
}
