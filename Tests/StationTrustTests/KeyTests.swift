import StationTrust
import Testing

/// Keys and signatures: OpenSSL's command and RFC 8032 on one side, ours on the other.
struct KeyTests {
    private static let message = OpenSSLKeys.message

    private static func key(_ type: String, _ scheme: String, _ text: String) -> PublicKey? {
        PublicKey(keyType: type, scheme: scheme, text: text)
    }

    private func bytes(_ hexadecimal: String) throws -> [UInt8] {
        try #require(Hexadecimal.bytes(hexadecimal.filter { $0 != "\n" }))
    }

    static let good: [(type: String, scheme: String, key: String, signature: String)] = [
        ("ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.p256, OpenSSLKeys.p256Signature),
        ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", OpenSSLKeys.p256, OpenSSLKeys.p256Signature),
        ("ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.p256Compressed, OpenSSLKeys.p256Signature),
        ("rsa", "rsassa-pss-sha256", OpenSSLKeys.rsa2048, OpenSSLKeys.pssSignature),
        ("rsa", "rsassa-pss-sha256", OpenSSLKeys.rsa2048, OpenSSLKeys.pssSignatureLongSalt),
    ]

    @Test(
        "A signature by OpenSSL's command is good, and none for another message or with a bit changed",
        arguments: good)
    func verifies(type: String, scheme: String, text: String, signature: String) throws {
        let key = try #require(Self.key(type, scheme, text))
        let signature = try bytes(signature)
        #expect(key.verifies(signature, of: Self.message))
        #expect(!key.verifies(signature, of: Self.message + [0]))
        #expect(!key.verifies([], of: Self.message))
        for place in stride(from: 0, to: signature.count, by: 7) {
            var changed = signature
            changed[place] ^= 1
            #expect(!key.verifies(changed, of: Self.message), "byte \(place)")
        }
        #expect(!key.verifies(signature + [0], of: Self.message))
        #expect(!key.verifies(signature.dropLast(), of: Self.message))
    }

    @Test("A PKCS #1 signature of the same key is no PSS signature")
    func otherPadding() throws {
        let key = try #require(Self.key("rsa", "rsassa-pss-sha256", OpenSSLKeys.rsa2048))
        #expect(!key.verifies(try bytes(OpenSSLKeys.pkcs1Signature), of: Self.message))
    }

    static let refused: [(why: String, type: String, scheme: String, key: String)] = [
        ("another curve", "ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.p384),
        ("another curve of 256 bits", "ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.secp256k1),
        ("a short RSA key", "rsa", "rsassa-pss-sha256", OpenSSLKeys.rsa1024),
        ("a key of PSS alone", "rsa", "rsassa-pss-sha256", OpenSSLKeys.rsaOnlyPSS),
        ("RSA for ECDSA", "ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.rsa2048),
        ("ECDSA for RSA", "rsa", "rsassa-pss-sha256", OpenSSLKeys.p256),
        ("a type that does not fit", "rsa", "ecdsa-sha2-nistp256", OpenSSLKeys.p256),
        ("another type that does not fit", "ed25519", "ecdsa-sha2-nistp256", OpenSSLKeys.p256),
        ("PEM for ed25519", "ed25519", "ed25519", OpenSSLKeys.ed25519),
        ("Ed25519 for ECDSA", "ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.ed25519),
        ("63 digits", "ed25519", "ed25519", String(repeating: "a", count: 63)),
        ("66 digits", "ed25519", "ed25519", String(repeating: "a", count: 66)),
        ("no digits", "ed25519", "ed25519", String(repeating: "x", count: 64)),
        ("nothing", "rsa", "rsassa-pss-sha256", ""),
        ("an unknown scheme", "rsa", "rsa-pkcs1v15-sha256", OpenSSLKeys.rsa2048),
        ("an unknown type", "dsa", "dsa", OpenSSLKeys.rsa2048),
        (
            // libcrypto asks at the terminal for the password of such a thing unless it is told not to.
            "an encrypted key", "rsa", "rsassa-pss-sha256",
            OpenSSLKeys.rsa2048.replacing(
                "KEY-----\n",
                with:
                    "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n\n",
                maxReplacements: 1)
        ),
    ]

    @Test("Only a key that fits its scheme is one", arguments: refused)
    func refuses(why: String, type: String, scheme: String, text: String) {
        #expect(Self.key(type, scheme, text) == nil, "\(why)")
    }

    @Test("One key is the same in every spelling, and another is not")
    func identity() throws {
        let ecdsa = try #require(Self.key("ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.p256))
        let compressed = try #require(Self.key("ecdsa", "ecdsa-sha2-nistp256", OpenSSLKeys.p256Compressed))
        let rsa = try #require(Self.key("rsa", "rsassa-pss-sha256", OpenSSLKeys.rsa2048))
        #expect(ecdsa.isSame(as: compressed) && !ecdsa.isSame(as: rsa))
        let digits = Hexadecimal.text(
            try #require(SecretKey(seed: .init(repeating: 1, count: 32))).publicBytes)
        let others = Hexadecimal.text(
            try #require(SecretKey(seed: .init(repeating: 2, count: 32))).publicBytes)
        let lower = try #require(Self.key("ed25519", "ed25519", digits))
        #expect(lower.isSame(as: try #require(Self.key("ed25519", "ed25519", digits.uppercased()))))
        #expect(!lower.isSame(as: try #require(Self.key("ed25519", "ed25519", others))))
    }

    /// RFC 8032, section 7.1, tests 1 to 3.
    static let rfc8032: [(seed: String, key: String, message: String, signature: String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                + "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test("Ed25519 signs and verifies as RFC 8032 does", arguments: rfc8032)
    func ed25519(seed: String, publicKey: String, message: String, signature: String) throws {
        let secret = try #require(SecretKey(seed: try bytes(seed)))
        let (message, signature) = (try bytes(message), try bytes(signature))
        #expect(Hexadecimal.text(secret.publicBytes) == publicKey)
        #expect(secret.sign(message) == signature)
        let key = try #require(Self.key("ed25519", "ed25519", publicKey))
        #expect(key.verifies(signature, of: message))
        #expect(!key.verifies(signature, of: message + [1]))
        // The signature's number with the group's order added: the same equation, but not the one signature.
        var malleable = signature
        malleable[63] |= 0xE0
        #expect(!key.verifies(malleable, of: message))
    }

    @Test("A seed has 32 bytes", arguments: [0, 31, 33, 64])
    func seed(count: Int) {
        #expect(SecretKey(seed: .init(repeating: 7, count: count)) == nil)
    }

    @Test("SHA-256 and SHA-512 are those of FIPS 180")
    func hashes() {
        #expect(
            Hexadecimal.text(Hash.digest(of: "abc".utf8, .sha256))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hexadecimal.text(Hash.digest(of: "abc".utf8, .sha512))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
                + "454d4423643ce80e2a9ac94fa54ca49f")
        #expect(SHA256.hash([]).description.hasPrefix("e3b0c44298fc1c14"))
    }
}
