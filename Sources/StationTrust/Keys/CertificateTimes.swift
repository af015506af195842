import CCrypto

/// From when until when a certificate holds (X.509).
package struct CertificateTimes: Hashable, Sendable {
    /// In seconds since 1970.
    package let from: Int64
    package let until: Int64

    /// Reads the first certificate of a text in PEM; nil where there is none.
    package init?(pem: [UInt8]) {
        var (from, until): (Int64, Int64) = (0, 0)
        let isRead = pem.withUnsafeBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.map {
                CCrypto_certificate_times($0, bytes.count, &from, &until)
            }
        }
        guard isRead == 1 else { return nil }
        (self.from, self.until) = (from, until)
    }
}
