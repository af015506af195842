import StationCore

/// A row of days as a picture: one bar a day, which grows with what was not heard.
///
/// Heights and patterns say it, colours only once more: it reads the same on paper in black and white.
struct DayStrip {
    /// What a bar shows: a day, or a week where there are too many of those.
    struct Span {
        var tally = Tally()
        /// How many of its stations' days have no report, and how many there are in all.
        var withoutReport = 0
        var days = 0
    }

    /// How high a strip is, in its own units.
    static let height = 14
    /// A longer period is shown by weeks.
    private static let mostBars = 400

    /// The days of the period that one bar stands for.
    let stride: Int
    /// How many bars there are, and how wide each is.
    let bars: Int
    let width: Int
    private let period: ReportPeriod

    init(_ period: ReportPeriod) {
        self.period = period
        stride = period.count > Self.mostBars ? 7 : 1
        bars = (period.count + stride - 1) / stride
        width = bars > 120 ? 2 : bars > 62 ? 6 : 12
    }

    /// What a strip's coordinates reach to.
    var viewBox: String { "0 0 \(bars * width) \(Self.height)" }

    /// Sums days up to bars; a day gives its slots, and whether it has no report.
    func spans(_ day: (Int) -> (tally: Tally, withoutReport: Int, stations: Int)) -> [Span] {
        (0..<bars).map { bar in
            var span = Span()
            for number in bar * stride..<min((bar + 1) * stride, period.count) {
                let (tally, withoutReport, stations) = day(number)
                span.tally.add(tally)
                span.withoutReport += withoutReport
                span.days += stations
            }
            return span
        }
    }

    /// The strip's picture, without its frame; `full` is the share of the slots that fills a bar from below to the top.
    func picture(_ spans: [Span], full share: Double) -> String {
        var base = Path(), late = Path(), missed = Path(), unproven = Path(), silent = Path()
        let full = Self.height
        for (bar, span) in spans.enumerated() {
            let x = bar * width
            if span.tally.due > 0 { base.add(x, width, 0, full) }
            // One slot of a station is to be seen, one of a whole group's hundred need not be.
            let least = share < 1 ? 1 : 3
            let height = { (count: Int, all: Int) -> Int in
                guard count > 0, all > 0 else { return 0 }
                return min(full, max(least, Int((Double(count * full) / Double(all) / share).rounded())))
            }
            let due = span.tally.due
            let down = height(span.tally.missed, due)
            let half = min(full - down, height(span.tally.late + span.tally.partial, due))
            missed.add(x, width, full - down, down)
            late.add(x, width, full - down - half, half)
            unproven.add(x, width, 0, min(full - down - half, height(span.tally.unproven, due)))
            silent.add(x, width, 0, height(span.withoutReport, span.days))
        }
        return base.element("class=\"ok\"") + silent.element("fill=\"url(#h)\"")
            + unproven.element("fill=\"url(#d)\"") + late.element("class=\"late\"")
            + missed.element("class=\"missed\"") + (stride == 1 && bars > 31 ? "<use href=\"#m\"/>" : "")
    }

    /// Rectangles that touch become one.
    private struct Path {
        private var text = ""
        private var open: (x: Int, width: Int, y: Int, height: Int)?

        mutating func add(_ x: Int, _ width: Int, _ y: Int, _ height: Int) {
            if let last = open, last.y == y, last.height == height, last.x + last.width == x {
                open?.width += width
                return
            }
            close()
            if height > 0 { open = (x, width, y, height) }
        }

        private mutating func close() {
            guard let last = open else { return }
            text += "M\(last.x) \(last.y)h\(last.width)v\(last.height)h-\(last.width)z"
            open = nil
        }

        func element(_ attributes: String) -> String {
            var path = self
            path.close()
            return path.text.isEmpty ? "" : "<path \(attributes) d=\"\(path.text)\"/>"
        }
    }

    /// Where months begin, as bars.
    var months: [(bar: Int, date: CivilDate)] {
        (0..<period.count).compactMap { day in
            day == 0 || period[day].parts.day == 1 ? (day / stride, period[day]) : nil
        }
    }
}
