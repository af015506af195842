/// What became of a slot, as a report counts it.
package enum SlotVerdict: UInt8, CaseIterable, Sendable {
    /// It was heard whole, and began within a second of its time.
    case onTime
    /// It was heard whole, and began more than a second off.
    case late
    /// Some of it was heard.
    case partial
    /// None of it was.
    case missed
    /// It went to a card that proves nothing: nobody can say whether it was heard.
    case unproven
}

/// How many slots became what, and how long they sounded.
package struct Tally: Hashable, Sendable {
    /// How many began on time and were heard whole, and so on, as `SlotVerdict` has it.
    package var onTime = 0
    package var late = 0
    package var partial = 0
    package var missed = 0
    package var unproven = 0
    /// What cards consumed of those that are proven, in milliseconds.
    package var milliseconds: Int64 = 0

    /// Counts nothing.
    package init() {}

    /// How many slots were due.
    package var due: Int { onTime + late + partial + missed + unproven }

    /// The share of what was due that was heard whole and on time; nil where nothing was.
    package var shareOnTime: Double? { due > 0 ? Double(onTime) / Double(due) : nil }

    /// How long they sounded, in minutes.
    package var minutes: Double { Double(milliseconds) / 60_000 }

    /// How many of them there are of a kind.
    package subscript(verdict: SlotVerdict) -> Int {
        switch verdict {
        case .onTime: onTime
        case .late: late
        case .partial: partial
        case .missed: missed
        case .unproven: unproven
        }
    }

    /// Counts slots.
    package mutating func add(_ verdict: SlotVerdict, slots: Int = 1, milliseconds: Int64 = 0) {
        switch verdict {
        case .onTime: onTime += slots
        case .late: late += slots
        case .partial: partial += slots
        case .missed: missed += slots
        case .unproven: unproven += slots
        }
        self.milliseconds += milliseconds
    }

    /// Counts what another has counted.
    package mutating func add(_ other: Tally) {
        for verdict in SlotVerdict.allCases { add(verdict, slots: other[verdict]) }
        milliseconds += other.milliseconds
    }
}

/// A station's day, small: a province has hundreds of thousands of them.
package struct DayCell: Hashable, Sendable {
    /// What is known of a day.
    package enum State: UInt8, Sendable {
        /// The station was not there yet, or the day is not over.
        case outside
        /// Its log speaks for the day; where nothing was due, nothing was.
        case reported
        /// Nothing that can be verified speaks for the day.
        case noReport
    }

    private var counts: (UInt16, UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0, 0)
    /// What is known of the day.
    package var state = State.outside

    /// Makes a day of which nothing is known.
    package init() {}

    /// How many slots of a kind it had; 65,535 stands for all larger numbers.
    package subscript(verdict: SlotVerdict) -> Int {
        get {
            switch verdict {
            case .onTime: Int(counts.0)
            case .late: Int(counts.1)
            case .partial: Int(counts.2)
            case .missed: Int(counts.3)
            case .unproven: Int(counts.4)
            }
        }
        set {
            let count = UInt16(clamping: newValue)
            switch verdict {
            case .onTime: counts.0 = count
            case .late: counts.1 = count
            case .partial: counts.2 = count
            case .missed: counts.3 = count
            case .unproven: counts.4 = count
            }
        }
    }

    /// How many slots were due.
    package var due: Int { SlotVerdict.allCases.reduce(0) { $0 + self[$1] } }

    /// The day's slots, without how long they sounded.
    package var tally: Tally {
        var tally = Tally()
        for verdict in SlotVerdict.allCases { tally.add(verdict, slots: self[verdict]) }
        return tally
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.counts == right.counts && left.state == right.state
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(due)
        hasher.combine(state)
    }
}
