/// A body that is small enough to be collected in memory.
///
/// Fetch thread.
final class Collector: TransferSink {
    /// The most that is taken, in bytes.
    let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var validators = Validators()

    init(limit: Int) { self.limit = limit }

    func begin(at offset: Int64, _ validators: Validators) -> Bool {
        (bytes, self.validators) = ([], validators)
        return offset == 0
    }

    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + piece.count <= limit else { return false }
        bytes += piece
        return true
    }
}
