// Patterns of paths in delegations.

extension TUF {
    /// A shell's pattern of paths: `*` is any text, `?` any character, `[a-z]` one of these, `[!a-z]` none of them;
    /// none of them is a `/`.
    package struct PathPattern: Sendable {
        private enum Piece: Sendable {
            case exact(Unicode.Scalar)
            case any
            case anyText
            case oneOf([ClosedRange<Unicode.Scalar>], isInverted: Bool)

            func matches(_ scalar: Unicode.Scalar) -> Bool {
                switch self {
                case .exact(let exact): scalar == exact
                case .any, .anyText: scalar != "/"
                case .oneOf(let ranges, let isInverted):
                    scalar != "/" && ranges.contains { $0.contains(scalar) } != isInverted
                }
            }
        }

        /// As it was written.
        package let text: String
        private let pieces: [Piece]

        /// Reads a pattern; every text is one.
        package init(_ text: String) {
            self.text = text
            var scalars = Array(text.unicodeScalars)[...]
            var pieces: [Piece] = []
            while let scalar = scalars.popFirst() {
                switch scalar {
                case "*": pieces.append(.anyText)
                case "?": pieces.append(.any)
                case "[": pieces.append(Self.bracket(&scalars) ?? .exact("["))
                default: pieces.append(.exact(scalar))
                }
            }
            self.pieces = pieces
        }

        /// Reads on behind `[`; nil, and nothing is read, if no `]` closes it before the next `/`.
        private static func bracket(_ scalars: inout ArraySlice<Unicode.Scalar>) -> Piece? {
            var rest = scalars
            let isInverted = rest.first == "!"
            if isInverted { rest = rest.dropFirst() }
            var ranges: [ClosedRange<Unicode.Scalar>] = []
            var isFirst = true
            while let low = rest.popFirst(), low != "/" {
                if low == "]", !isFirst {
                    scalars = rest
                    return .oneOf(ranges, isInverted: isInverted)
                }
                isFirst = false
                var high = low
                if rest.first == "-", let end = rest.dropFirst().first, end != "]", end != "/" {
                    high = end
                    rest = rest.dropFirst(2)
                }
                if low <= high { ranges.append(low...high) }
            }
            return nil
        }

        /// Whether the whole path is of this pattern.
        package func matches(_ path: String) -> Bool { matches(Array(path.unicodeScalars)) }

        /// The same of a path's scalars.
        ///
        /// The last `*` alone is tried again with more text, so the work grows with the product of the two lengths,
        /// and no pattern can make it explode.
        func matches(_ path: [Unicode.Scalar]) -> Bool {
            var (piece, place) = (0, 0)
            var retry: (piece: Int, place: Int)?
            while place < path.count {
                if piece < pieces.count, case .anyText = pieces[piece] {
                    retry = (piece, place)
                    piece += 1
                } else if piece < pieces.count, pieces[piece].matches(path[place]) {
                    (piece, place) = (piece + 1, place + 1)
                } else if let last = retry, path[last.place] != "/" {
                    retry = (last.piece, last.place + 1)
                    (piece, place) = (last.piece + 1, last.place + 1)
                } else {
                    return false
                }
            }
            return pieces[piece...].allSatisfy { if case .anyText = $0 { true } else { false } }
        }
    }
}
