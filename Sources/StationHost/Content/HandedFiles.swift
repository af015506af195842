import Synchronization

/// Descriptors that people handed over for `play FILE`, until the preflight takes them; any thread.
package final class HandedFiles: Sendable {
    /// More are not kept at a time; the oldest is closed then.
    static let most = 8

    private struct State {
        var last: UInt64 = 0
        var files: [(token: UInt64, descriptor: Int32)] = []
    }
    private let state = Mutex(State())

    package init() {}

    deinit { state.withLock { state in for file in state.files { _ = Descriptor(owning: file.descriptor) } } }

    /// Keeps a descriptor, and gives the number under which the station speaks of it.
    package func put(_ descriptor: consuming Descriptor) -> UInt64 {
        let number = descriptor.release()
        return state.withLock { state in
            if state.files.count >= Self.most { _ = Descriptor(owning: state.files.removeFirst().descriptor) }
            state.last += 1
            state.files.append((state.last, number))
            return state.last
        }
    }

    /// Takes a descriptor out.
    package func take(_ token: UInt64) -> Descriptor? {
        let number: Int32? = state.withLock { state in
            guard let index = state.files.firstIndex(where: { $0.token == token }) else { return nil }
            return state.files.remove(at: index).descriptor
        }
        return number.map { Descriptor(owning: $0) }
    }
}
