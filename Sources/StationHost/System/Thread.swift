import CLinux
import Glibc

/// A thread of its own for work that blocks.
///
/// There is no `async` in the daemon: a blocking call in a task starves the pool (measured: two such calls on two
/// cores delay every other task), and the order in which tasks run is not ours.
package enum Thread {
    /// Starts a thread that runs `body` and ends with it.
    ///
    /// - Parameters:
    ///   - name: at most 15 bytes, as the kernel shows it.
    ///   - body: what the thread does.
    /// - Throws: `SystemError` when the machine has no thread left.
    package static func start(_ name: String, _ body: sending @escaping () -> Void) throws(SystemError) {
        let box = Box(name: name, body: body)
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Safety: the thread takes over the one reference that is handed to it, or it is given back here.
        let passed = Unmanaged.passRetained(box)
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                // Safety: the box was retained for this thread alone, right above.
                let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                CLinux_name_thread(String(box.name.prefix(15)))
                box.body()
                return nil
            }, passed.toOpaque())
        guard code == 0 else {
            passed.release()
            throw SystemError(call: "pthread_create \(name)", code: code)
        }
    }

    private final class Box {
        let name: String
        let body: () -> Void

        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
