// The door that libFuzzer comes in by, and what all targets share: one process looks at one target.

import Glibc

/// What libFuzzer calls with each input; `LOA_FUZZ` names the target.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    target(bytes)
    return 0
}

private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "alive": alive, "canonical-json": lookAtCanonicalJSON, "tuf-metadata": lookAtMetadata,
    "icalendar": lookAtCalendar, "m3u8": lookAtPlaylist, "wav": lookAtWAV,
    "configuration": lookAtConfiguration, "cap": lookAtCAP,
]

private let target: @Sendable ([UInt8]) -> Void = {
    guard let name = getenv("LOA_FUZZ"), let target = targets[String(cString: name)] else {
        fatalError("LOA_FUZZ names one of \(targets.keys.sorted())")
    }
    return target
}()

/// Ends the process, so that libFuzzer keeps the input, unless the parser kept its promise.
func promise(_ isKept: Bool, _ what: @autoclosure () -> String) {
    if !isKept { fatalError("broken: \(what())") }
}

/// Proves that what is broken is found: three letters that chance alone would need hours for.
private func alive(_ bytes: [UInt8]) {
    promise(
        !(bytes.count > 2 && bytes[0] == UInt8(ascii: "L") && bytes[1] == UInt8(ascii: "o")
            && bytes[2] == UInt8(ascii: "a")), "the promise that is made to be broken")
}
