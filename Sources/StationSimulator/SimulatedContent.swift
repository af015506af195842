package import StationCore
package import StationTrust

// What lies on the disk to be played, and what a preflight finds of it.

/// A piece of content as a preflight would find it.
package struct SimulatedContent: Hashable, Sendable {
    /// How long it sounds; zero for a live source.
    package var duration: Duration
    /// Why it cannot be played, if it cannot.
    package var problem: String?
    package var sha256: Digest?
    /// Whether it is of the right length and format, and nothing but zeros.
    package var isSilence: Bool

    package init(
        duration: Duration, problem: String? = nil, sha256: Digest? = nil, isSilence: Bool = false
    ) {
        self.duration = duration
        self.problem = problem
        self.sha256 = sha256
        self.isSilence = isSilence
    }
}

/// All content of a station, by upstream and path; what is not in it is missing.
package struct SimulatedLibrary: Sendable {
    private var contents: [String: SimulatedContent] = [:]
    /// What a file sounds like that a person hands over.
    package var handedOver = SimulatedContent(duration: .seconds(40))

    /// Makes an empty library.
    package init() {}

    /// The content at `UPSTREAM/PATH`.
    package subscript(key: String) -> SimulatedContent? {
        get { contents[key] }
        set { contents[key] = newValue }
    }

    private func content(_ source: ContentItem.Source) -> SimulatedContent? {
        switch source {
        case .target(let upstream, let path, _): contents[upstream + "/" + path]
        case .handedOver: handedOver
        case .testTone: SimulatedContent(duration: .seconds(3))
        case .live, .input: SimulatedContent(duration: .zero)
        case .refused(_, let why): SimulatedContent(duration: .zero, problem: why)
        }
    }

    /// What a preflight reports of items.
    package func preflight(_ items: [ContentItem]) -> [ItemReport] { items.map(report) }

    /// Whether what a preflight found playable is still what lies there.
    func holds(_ reports: [ItemReport], of items: [ContentItem]) -> Bool {
        zip(reports, preflight(items)).allSatisfy { before, now in !before.isPlayable || before == now }
    }

    /// Whether what a preflight found is silence.
    func isSilence(_ report: ItemReport) -> Bool {
        contents.values.contains { $0.isSilence && $0.sha256 == report.sha256 }
    }

    private func report(_ item: ContentItem) -> ItemReport {
        let found = content(item.source)
        let problem: ItemReport.Problem? = found.map { $0.problem.map { .bad($0) } } ?? .missing
        guard problem != nil else {
            return ItemReport(
                path: item.source.path, sha256: found?.sha256, duration: found?.duration ?? .zero,
                problem: nil, isPlayable: true)
        }
        if let fallback = item.fallback, let other = content(fallback), other.problem == nil {
            return ItemReport(
                path: fallback.path, itemPath: item.source.path, sha256: other.sha256,
                duration: other.duration, problem: problem, isPlayable: true)
        }
        return ItemReport(
            path: item.source.path, sha256: nil, duration: .zero, problem: problem, isPlayable: false)
    }
}
