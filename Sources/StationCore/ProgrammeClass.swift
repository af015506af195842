/// The three classes of Circular 39/2020/TT-BTTTT; a higher one goes first.
package enum ProgrammeClass: String, Comparable, Sendable, CaseIterable {
    /// Everyday bulletins (thông thường).
    case normal
    /// What must not wait for the end of an everyday bulletin (ưu tiên).
    case priority
    /// A danger to life or goods (khẩn cấp); it alone may pass closed hours and a mute.
    case emergency

    package static func < (left: Self, right: Self) -> Bool { left.order < right.order }

    private var order: Int {
        switch self {
        case .normal: 0
        case .priority: 1
        case .emergency: 2
        }
    }
}
