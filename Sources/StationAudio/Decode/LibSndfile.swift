// libsndfile's functions, structures and constants, declared by hand (sndfile.h 1.0.31 to 1.2), and nothing else:
// what is odd about the library is handled in SndfileDecoder.

import Synchronization

/// SF_INFO: Swift lays the fields out in this order, as C does (a test compares the offsets).
struct SndfileInfo {
    var frames: Int64 = 0
    var rate: CInt = 0
    var channels: CInt = 0
    var format: CInt = 0
    var sections: CInt = 0
    var seekable: CInt = 0
}

/// SF_VIRTUAL_IO: five functions that stand for a file.
@unsafe struct SndfileInput {
    let length: @convention(c) (UnsafeMutableRawPointer?) -> Int64
    let seek: @convention(c) (Int64, CInt, UnsafeMutableRawPointer?) -> Int64
    let read: @convention(c) (UnsafeMutableRawPointer?, Int64, UnsafeMutableRawPointer?) -> Int64
    let write: @convention(c) (UnsafeRawPointer?, Int64, UnsafeMutableRawPointer?) -> Int64
    let tell: @convention(c) (UnsafeMutableRawPointer?) -> Int64
}

// Safety: the pointers are C functions of a library that is never unloaded; calling one is marked where it is.
/// The functions of libsndfile that are used.
@safe struct LibSndfile: Sendable {
    typealias Handle = OpaquePointer

    let open:
        @convention(c) @Sendable (
            UnsafeMutableRawPointer?, CInt, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
        )
            -> Handle?
    let close: @convention(c) @Sendable (Handle) -> CInt
    let readFrames: @convention(c) @Sendable (Handle, UnsafeMutablePointer<Float>?, Int64) -> Int64
    let seek: @convention(c) @Sendable (Handle, Int64, CInt) -> Int64
    let error: @convention(c) @Sendable (Handle?) -> CInt
    let text: @convention(c) @Sendable (Handle?) -> UnsafePointer<CChar>?

    static let readMode: CInt = 0x10
    static let subtypeMask: CInt = 0xFFFF
    static let vorbis: CInt = 0x0060

    private static let loaded = Mutex<LibSndfile?>(nil)

    /// The library, loaded at first use; a failure is tried again, since somebody may install it meanwhile.
    static func shared() throws(DecodeError) -> LibSndfile {
        if let library = loaded.withLock({ $0 }) { return library }
        let library = try LibSndfile(soname: "libsndfile.so.1")
        loaded.withLock { $0 = library }
        return library
    }

    init(soname: String) throws(DecodeError) {
        // Safety: the types declared above are those of sndfile.h.
        let library = try DynamicLibrary(soname: soname, package: "libsndfile1")
        unsafe open = try library.function("sf_open_virtual", as: type(of: open))
        unsafe close = try library.function("sf_close", as: type(of: close))
        unsafe readFrames = try library.function("sf_readf_float", as: type(of: readFrames))
        unsafe seek = try library.function("sf_seek", as: type(of: seek))
        unsafe error = try library.function("sf_error", as: type(of: error))
        unsafe text = try library.function("sf_strerror", as: type(of: text))
    }
}
