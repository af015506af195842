import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Testing

@testable import StationHost

/// The key of a station, and the board that it belongs to.
struct SigningFolderTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private var folder: SigningFolder { SigningFolder(state: scratch.path + "/state") }

    @Test("The key is made at first start, for its owner alone, and is the same from then on")
    func made() throws {
        let key = try folder.key(board: "a")
        #expect(try folder.key(board: "a").publicBytes == key.publicBytes)
        let file = scratch.path + "/state/proof/a.pem"
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = ["pkey", "-in", file, "-noout"]
        try openssl.run()
        openssl.waitUntilExit()
        #expect(openssl.terminationStatus == 0)
    }

    @Test("Another board has a key of its own, and the first one keeps its")
    func boards() throws {
        let first = try folder.key(board: "a").publicBytes
        #expect(folder.existingKey(board: "b") == nil)
        #expect(try folder.key(board: "b").publicBytes != first)
        #expect(try folder.key(board: "a").publicBytes == first)
    }

    @Test("A damaged key is no reason for another one")
    func damaged() throws {
        _ = try folder.key(board: "a")
        try scratch.write("state/proof/a.pem", "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n")
        #expect(throws: SystemError.self) { try folder.key(board: "a") }
    }

    @Test("Without enough randomness, or a disk, there is no key")
    func refused() throws {
        #expect(throws: SystemError.self) { try folder.key(board: "a") { _ in nil } }
        let full = SigningFolder(
            state: scratch.path + "/state",
            calls: DiskCalls(
                write: { _, _ in SystemError(call: "write", code: ENOSPC) }, sync: { _ in nil }))
        #expect(throws: SystemError.self) { try full.key(board: "a") }
        #expect(folder.existingKey(board: "a") == nil)
    }

    @Test(
        "A board is known by its serial number, else by a card that is built in, else by the system's own number"
    )
    func identity() throws {
        let root = scratch.path + "/root"
        let none = Board.identity(root: root)
        try scratch.write("root/etc/machine-id", "3d1219c7\n")
        let machine = Board.identity(root: root)
        try scratch.write("root/sys/class/net/eth0/address", "b8:27:eb:00:00:01\n")
        try scratch.write("root/sys/class/net/eth0/addr_assign_type", "0\n")
        // A bridge, or a container's card, is no device.
        #expect(Board.identity(root: root) == machine && machine != none)
        try scratch.write("root/sys/class/net/eth0/device/.keep", "")
        func connect(_ bus: String) throws {
            let link = root + "/sys/class/net/eth0/device/subsystem"
            try? FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: "../../../bus/\(bus)")
        }
        // A modem that can be pulled out says nothing about the board.
        try connect("usb")
        #expect(Board.identity(root: root) == machine)
        try connect("platform")
        let address = Board.identity(root: root)
        #expect(address != machine)
        try scratch.write("root/sys/firmware/devicetree/base/serial-number", "10000000a1b2c3d4\0")
        let serial = Board.identity(root: root)
        #expect(serial != address && serial.count == 16)
        // What the card holds says nothing where the board tells.
        try scratch.write("root/etc/machine-id", "another\n")
        #expect(Board.identity(root: root) == serial)
    }
}
