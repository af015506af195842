/// A descriptor with several owners; closed when the last of them goes.
final class SharedDescriptor: Sendable {
    private let descriptor: Descriptor
    /// The number, for as long as this object lives.
    var number: Int32 { descriptor.number }

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
