/// Keys and signatures that OpenSSL's own command made of one message.
enum OpenSSLKeys {
    static let message = Array("Loa phường, 5 giờ sáng".utf8)

    /// NIST P-256.
    static let p256 = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFUxfQdHwIJr6Aky+eiwdVnFE61H4
        NvweToEv1sFcCG1tS3Y37pJWBX7mlZt/PnqmrUF38n+AIepZCCB/bU6yDw==
        -----END PUBLIC KEY-----

        """

    /// The same key with its point compressed.
    static let p256Compressed = """
        -----BEGIN PUBLIC KEY-----
        MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADFUxfQdHwIJr6Aky+eiwdVnFE61H4
        NvweToEv1sFcCG0=
        -----END PUBLIC KEY-----

        """

    /// NIST P-384.
    static let p384 = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEw6Z3StLk3QCaWSt1cwg8UNRe4WSr20+a
        PT//AoxTJpT0IGB9s/dSGYZSHchC8Uml7fQGqAcMw3VapbGtZ8OryDewi7na1qjK
        A4uQS6oW5YQOpnXwhqcxlephr57xguy/
        -----END PUBLIC KEY-----

        """

    /// The curve of coins.
    static let secp256k1 = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE4ZmEL73q3tBkVVi3U9tOAWvquWut718p
        r7H44IiJ683bnpu9u7RNqPblYOH0mXfmMhIuXm1mTpXG4y7nFW3sjA==
        -----END PUBLIC KEY-----

        """

    /// RSA of 2,048 bits.
    static let rsa2048 = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAweh7bhcAz1Diq8BRh49K
        Qyq2ucWEU5NVcEm2nmdPmN12iQxOmEX9hm3NNaNzANb8GcggIXmos91ZbC4FxSpT
        oE3BKk8lM4qWjuI3uMrHtFatS3ADSJWozNsDtsBXrcxcACpStNteQe7BGGI8T1IG
        QNVSuHiEVVfUg1DSu9QfXVYq/W4jDqkwq1VEfPTC70vkCE/Vi9TDyJWVGdziqOyI
        GEeXPdYmJZZxpf3rKsFav0mXywFkJ0oIhObjpM8LyM7h5uQYXgQlIpiFLk3L9VXL
        piUlluk3cjr6JkS1K77tJ6meBhJThCNQjtPI+Xop9RKpUgG8+5DzAuY/DhcOJwaK
        wwIDAQAB
        -----END PUBLIC KEY-----

        """

    /// RSA of 1,024 bits.
    static let rsa1024 = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDVsXjpaviJBibtEJxmgRk0uk9s
        OxfXYHTcpi/CT0WPF81DF1tuKgSafEkXtS0jVXVr+pqHCIpcqoIttF+4/qS9jycL
        LXLD1vOqMWBxBGEoSXClUac1fXpBxIy0xw4e+SNUPDAM5c79kA+vx6Qy8jqF7pQf
        TG1EPrr7wQfgylQtBwIDAQAB
        -----END PUBLIC KEY-----

        """

    /// RSA that calls itself PSS only.
    static let rsaOnlyPSS = """
        -----BEGIN PUBLIC KEY-----
        MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBAKOPdJGsbbHGlz0vRkRIk8vm
        Zqg79d9mR5EQEcO2qnY419t9jli0qVtDtLKr3qhmi+E181Bz3/1LxoDCKVahpLJI
        Z3A2OJlhF08JgGOOoHatugZyMi4j3RuhzaK1KWDZxFk1kILUgW97rdKPQkRzh31F
        plt1vv2vBAcL8+BDk1v7SzcZCCwl3vE4LVG6pF2KbTd4hMD/eJmwZP+w9fhml+7l
        tmWb1+siPZneyOd0tHLHaV1NGbiGZabSTCqD9WW3YCfVuf7e9i961hbswjhT5DAi
        oTflf9riwIkdjA6XCtcjO37KxFPL1t5wvRlYpT8jPCcDZoNmJPlgHEcTMC4AUzsC
        AwEAAQ==
        -----END PUBLIC KEY-----

        """

    /// Ed25519 as PEM.
    static let ed25519 = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAHH9BMvM9d30dkefrR84uGFhRTiDZWbbflPXdHNj1cQU=
        -----END PUBLIC KEY-----

        """

    /// DER, by the P-256 key.
    static let p256Signature = """
        304402206b341e368d5d656de27aca3088a24c9e14c576ab3c4362a0220ce034e600c02c02202a719afd9bd1\
        c698a2103e33171d367e7e1dcb8f9608219cec8006e041c32a06
        """

    /// PSS with a salt as long as the digest.
    static let pssSignature = """
        80cf5d394d21a7b4176ce1a7b14d2d4eccc85d7ed5c9eea6ec9862fe5132343870d3008f44c94b00a60480d6\
        3b9b04406d8de8e4bd9d3a58307f9d1cc02fed9214d9c632cc9decb4313ae2e1d7fddc3a103c0a48642fbaf8\
        e261817dddb9bb10b310dc9f9907d7d7856d795fe918e536a7f9153dc8daa0e1dc4f5eaa8ab83cfa1eabb17e\
        423184a9b2fd02bea913b5f32636e1f5f5e006427e693c0276d514181c44baa0122544ac122f5a333e5720ab\
        dfe915c066a8797d8502d1b412e19933832756b1cac23d3e30bb110bfc8b08d5bcf97be6698fdf444790c256\
        cc2505bdf867ca08135958cb5ef08ccc63d0c14069988aee12e953e35b8826ed2ad70ca6
        """

    /// PSS with the longest salt.
    static let pssSignatureLongSalt = """
        bed4fa1ba3480d3ccedce11387f0884af7cefd52d027e9edf6c0e3cee911963024813af2d049e9c4e30881f9\
        bd2ec26a6857bd25099bd77856b64a41860cfd33a24ffff65516038b9334dd142280da35749f418a2e2581b1\
        bbbb3ab283e2fc929dea0e63278bc9040c524828ad3039ad75d695ae34889683b07a90ef7bb2dcb1a1dded4a\
        34ab4acb77b15d6fd1a84562859727ccc05fff30f11c3dad803cd27fc57c8edab55121096402a434962a3927\
        29fea72bd9122d6b2b156bd332f2372e727f3555968a8be5f4fd9b64cf5498fb38676e371eaeefcd01492773\
        392bf3a6853caa6e8ca5daf075197c3124f3afd5e7c61218168c32e492924fa2c4a54f78
        """

    /// By the same RSA key, but not PSS.
    static let pkcs1Signature = """
        a02ae91bb617706758219568b1ed72921fd06f673a8280ef1100548105d9f685aae213f6fb02bf22344df113\
        d23e9531cb1c3abe42dd00dfcbd1f6a51f1afcb540ba6cdad31b2d286f35bfd527c47337f792c9864e784d91\
        f8ad8ae46d965382ff35ed68a3ba1bf8c39d993a221aedfb5c9c7adb74d1540f3ba00a2274cbc80ab7b4cc93\
        036cf93417c89befaf384326c6a9ea90ddb034cad59bd481066f0ee039a3f1160aa4be4397a93bce35deeacb\
        1b6581adade248435501fb7fea6cad026d45184c284d5177188a33be63a2b702c4a85c13500e28e8179af87b\
        4e75d15ec5121acd6be20839365e9ebf55d0bae66e7c8856bbd86c64b3779ead101f2cea
        """
}
