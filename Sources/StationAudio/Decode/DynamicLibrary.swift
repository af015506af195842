// Libraries that are used when they are installed, loaded at run time: the package builds, and plays WAV, on a
// machine that has none of them.

import Glibc

/// A library loaded by its soname for the rest of the process's life.
@safe struct DynamicLibrary {
    // Safety: the handle is only passed to dlsym, and is never closed.
    private let handle: UnsafeMutableRawPointer
    private let package: String

    /// Loads `soname`, or reports that `package` is missing.
    init(soname: String, package: String) throws(DecodeError) {
        guard let handle = unsafe dlopen(soname, RTLD_NOW | RTLD_LOCAL) else {
            throw .decoderMissing(package)
        }
        unsafe self.handle = handle
        self.package = package
    }

    /// The function `name`, which must have the C type `type`.
    ///
    /// A library without it is too old to be used, which counts as missing.
    func function<Function>(_ name: String, as type: Function.Type) throws(DecodeError) -> Function {
        guard let symbol = unsafe dlsym(handle, name) else { throw .decoderMissing(package) }
        // Safety: `Function` is a C function pointer type, as wide as a data pointer on every system that has
        // dlsym; that it is the right one is what the hand-written prototypes at the caller say.
        return unsafe unsafeBitCast(symbol, to: type)
    }
}
