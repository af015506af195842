/// A descriptor with several owners; closed when the last of them goes.
package final class SharedDescriptor: Sendable {
    private let descriptor: Descriptor
    /// The number, for as long as this object lives.
    package var number: Int32 { descriptor.number }

    /// Takes over a descriptor.
    package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
