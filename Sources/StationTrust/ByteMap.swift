/// Values by names that differ if one byte of their UTF-8 differs, in the order of those bytes.
///
/// A dictionary of Swift's strings would take the two spellings of `é` for one name.
package struct ByteMap<Value: Sendable>: Sendable {
    /// One name with its value.
    package typealias Entry = (name: String, value: Value)

    /// All of them, in the order of the names' bytes.
    package let entries: [Entry]

    /// Makes a map; where a name stands twice, which of the values is found is undetermined.
    package init(_ entries: [Entry] = []) { self.entries = entries.inOrderOfBytes(by: \.name) }

    /// The value of that name.
    package subscript(name: String) -> Value? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name.precedesInBytes(name) { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].name.hasSameBytes(as: name) ? entries[low].value : nil
    }
}

/// A text that is equal to another only if it has the same bytes: `é` has two spellings.
struct ExactString: Hashable {
    let text: String

    static func == (left: Self, right: Self) -> Bool { left.text.hasSameBytes(as: right.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// Whether the text comes before the other in the order of their UTF-8 bytes.
    ///
    /// Swift's own order is Unicode's, of normalised text.
    func precedesInBytes(_ other: String) -> Bool {
        let quick = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in left.lexicographicallyPrecedes(right) }
        }
        return (quick ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension Array {
    /// The elements in the order of their names' bytes; most documents come that way.
    func inOrderOfBytes(by name: (Element) -> String) -> Self {
        let isSorted = indices.dropFirst().allSatisfy { index in
            name(self[index - 1]).precedesInBytes(name(self[index]))
        }
        return isSorted ? self : sorted { name($0).precedesInBytes(name($1)) }
    }
}
