import Synchronization

/// Files that people handed over to be played, by the number that `ContentItem.Source.handedOver` carries. Any thread.
package final class HandedFiles: Sendable {
    /// So many are kept, the newest; what an older one was for has been played or refused long ago.
    static let most = 4
    /// A file is no larger: an hour of CD sound.
    package static let mostBytes: Int64 = 640 << 20

    private struct State: ~Copyable {
        var last: UInt64 = 0
        /// Token and descriptor, oldest first.
        var files: [(token: UInt64, file: SharedDescriptor)] = []
    }
    private let state = Mutex(State())

    package init() {}

    /// Keeps a file.
    ///
    /// - Returns: its number.
    func keep(_ file: SharedDescriptor) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.files = state.files.suffix(Self.most - 1) + [(state.last, file)]
            return state.last
        }
    }

    /// The file of a number, open for `pread` for as long as the value lives; nil when it is no longer kept.
    package func file(_ token: UInt64) -> SharedDescriptor? {
        state.withLock { $0.files.first { $0.token == token }?.file }
    }

    /// Forgets a file.
    func drop(_ token: UInt64) { state.withLock { $0.files.removeAll { $0.token == token } } }
}

/// A descriptor with several owners; closed when the last of them goes.
package final class SharedDescriptor: Sendable {
    private let descriptor: Descriptor
    /// The number, for as long as this object lives.
    package var number: Int32 { descriptor.number }

    package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
