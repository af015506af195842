// libmpg123's functions and constants, declared by hand (mpg123.h 1.31; the ABI has been stable since 1.16), and
// nothing else: what is odd about the library is handled in MP3Decoder.

import Synchronization

// Safety: the pointers are C functions of a library that is never unloaded; calling one is marked where it is.
/// The functions of libmpg123 that are used.
@safe struct LibMPG123: Sendable {
    typealias Handle = OpaquePointer

    let initialise: @convention(c) @Sendable () -> CInt
    let new: @convention(c) @Sendable (UnsafePointer<CChar>?, UnsafeMutablePointer<CInt>?) -> Handle?
    let delete: @convention(c) @Sendable (Handle) -> Void
    let parameter: @convention(c) @Sendable (Handle, CInt, CLong, CDouble) -> CInt
    let openFeed: @convention(c) @Sendable (Handle) -> CInt
    let feed: @convention(c) @Sendable (Handle, UnsafePointer<UInt8>?, Int) -> CInt
    let read:
        @convention(c) @Sendable (Handle, UnsafeMutableRawPointer?, Int, UnsafeMutablePointer<Int>?) -> CInt
    let formatNone: @convention(c) @Sendable (Handle) -> CInt
    let setFormat: @convention(c) @Sendable (Handle, CLong, CInt, CInt) -> CInt
    let getFormat:
        @convention(c) @Sendable (
            Handle, UnsafeMutablePointer<CLong>?, UnsafeMutablePointer<CInt>?, UnsafeMutablePointer<CInt>?
        ) -> CInt
    let feedSeek: @convention(c) @Sendable (Handle, Int64, CInt, UnsafeMutablePointer<Int64>?) -> Int64

    // Results.
    static let ok: CInt = 0
    static let needMore: CInt = -10
    static let newFormat: CInt = -11
    static let done: CInt = -12

    // Parameters.
    static let addFlags: CInt = 2
    static let removeFlags: CInt = 13
    static let resyncLimit: CInt = 14
    static let preframes: CInt = 16

    // Flags.
    static let quiet: CLong = 0x20
    static let gapless: CLong = 0x40
    static let forceFloat: CLong = 0x400
    static let skipID3: CLong = 0x2000
    static let autoResample: CLong = 0x8000

    static let float32: CInt = 0x200

    private static let loaded = Mutex<LibMPG123?>(nil)

    /// The library, loaded at first use; a failure is tried again, since somebody may install it meanwhile.
    static func shared() throws(DecodeError) -> LibMPG123 {
        if let library = loaded.withLock({ $0 }) { return library }
        let library = try LibMPG123(soname: "libmpg123.so.0")
        loaded.withLock { $0 = library }
        return library
    }

    init(soname: String) throws(DecodeError) {
        // Safety: the types declared above are those of mpg123.h.
        // Debian's libsndfile1 depends on libmpg123, whose own package has another name in each release.
        let library = try DynamicLibrary(soname: soname, package: "libsndfile1")
        initialise = try library.function("mpg123_init", as: type(of: initialise))
        unsafe new = try library.function("mpg123_new", as: type(of: new))
        unsafe delete = try library.function("mpg123_delete", as: type(of: delete))
        unsafe parameter = try library.function("mpg123_param", as: type(of: parameter))
        unsafe openFeed = try library.function("mpg123_open_feed", as: type(of: openFeed))
        unsafe feed = try library.function("mpg123_feed", as: type(of: feed))
        unsafe read = try library.function("mpg123_read", as: type(of: read))
        unsafe formatNone = try library.function("mpg123_format_none", as: type(of: formatNone))
        unsafe setFormat = try library.function("mpg123_format", as: type(of: setFormat))
        unsafe getFormat = try library.function("mpg123_getformat", as: type(of: getFormat))
        unsafe feedSeek = try library.function("mpg123_feedseek_64", as: type(of: feedSeek))
        // Needed before 1.27, harmless since.
        guard initialise() == Self.ok else { throw .decoderMissing("libsndfile1") }
    }
}
