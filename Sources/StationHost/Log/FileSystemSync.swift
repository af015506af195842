import CLinux

/// Waits until all that was written to the file system of an open file is on the medium: once for many files.
///
/// Linux says since 5.8 what could not be written, to each descriptor that was open then (syncfs(2)).
package func syncFileSystem(of descriptor: Int32) throws(SystemError) {
    _ = try system("syncfs") { CLinux_sync_all(descriptor) }
}
