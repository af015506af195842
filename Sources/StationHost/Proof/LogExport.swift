import Glibc
package import StationCore
package import StationTrust

/// Gives the log to somebody who takes it along, as a store would get it: the other end of the connection is the store.
///
/// A thread of its own, which owns the connection. The daemon asks, a line each, and the other end answers with one:
///
///     {"station":ID,"entries":N}                       first of all, what is to come; no answer
///     {"get":PATH}                                     {"bytes":BASE64}, or {"missing":true}
///     {"put":PATH,"bytes":BASE64}                      {"put":true}
///
/// or with `{"error":TEXT}`, which ends it. Paths are below the station's folder. At the end stand, as behind every
/// command, an answer and `{"end":CODE}`. Nothing of the tree that is kept beside the log is believed: a head that leaves
/// the house is made of the lines.
package struct LogExport: Sendable {
    /// Who gets what.
    package struct Order: Sendable {
        let command: CommandID
        let upload: LogUpload.Order
        let status: JSON

        package init(_ command: CommandID, _ upload: LogUpload.Order, status: JSON) {
            (self.command, self.upload, self.status) = (command, upload, status)
        }
    }

    /// The other end may take so long for a file, in seconds: sticks are slow.
    private static let patience: Int64 = 120

    private let order: LogUpload.Order
    private let status: JSON
    private let state: String

    init(_ order: Order, state: String) {
        (self.order, self.status, self.state) = (order.upload, order.status, state)
    }

    /// Gives everything, and answers the command.
    func run(over connection: consuming Descriptor) -> LogUploadEnd {
        let peer = ControlClient(owning: connection)
        let end: LogUploadEnd
        do throws(SystemError) { end = try give(to: peer) } catch { return .failed("\(error)") }
        try? peer.ask(answer(end))
        try? peer.ask(["end": .integer(Int64(Self.code(end).rawValue))])
        return end
    }

    private func give(to peer: ControlClient) throws(SystemError) -> LogUploadEnd {
        // The fetch thread alone makes one.
        guard let key = SigningFolder(state: state).existingKey() else { return .failed("there is no key") }
        let tree = LogTree(state: state, station: order.station, isKept: false)
        do throws(LogLeavesError) {
            let head = try tree.fold(order.head.origin, lines: order.head.origin.from + order.head.size)
            guard head == order.head else {
                return .failed("the log on the disk is not the one that was written to it")
            }
        } catch { return .failed(error.description) }
        try peer.ask(["station": .string(order.station), "entries": .integer(order.head.size)])
        var upload = LogUpload(order, key: key, leaves: tree)
        var step = upload.start()
        while true {
            switch step {
            case .ended(let end):
                guard case .done = end else { return end }
                let why = try putStatus(key, peer)
                return why.map { .failed($0) } ?? end
            case .get(let path): step = upload.resume(with: try get(path, peer))
            case .put(let path, let bytes): step = upload.resume(with: try put(path, bytes, peer))
            }
        }
    }

    /// - Returns: why it was not taken; nil where it was.
    private func putStatus(_ key: SecretKey, _ peer: ControlClient) throws(SystemError) -> String? {
        guard let name = NoteKey(LogOrigin.keyName(of: order.station), key.publicBytes),
            let file = SignedStatus.bytes(status, signedBy: key, named: name)
        else { return "the status has no canonical form" }
        if case .failed(let why) = try put(SignedStatus.fileName, file, peer) { return why }
        return nil
    }

    // MARK: Questions

    private func get(_ path: String, _ peer: ControlClient) throws(SystemError) -> LogUpload.Answer {
        let answer = try ask(["get": .string(path)], peer)
        if let why = answer["error"]?.text { return .failed(why) }
        if answer["missing"]?.bool == true { return .missing }
        guard let bytes = answer["bytes"]?.text.flatMap({ Base64.bytes($0.utf8) }),
            bytes.count <= SignedNote.mostBytes
        else { return .failed("what the store has there is too long") }
        return .bytes(bytes)
    }

    private func put(
        _ path: String, _ bytes: [UInt8], _ peer: ControlClient
    ) throws(SystemError) -> LogUpload.Answer {
        let answer = try ask(["put": .string(path), "bytes": .string(Base64.text(bytes))], peer)
        return answer["put"]?.bool == true
            ? .put : .failed(answer["error"]?.text ?? "the store gave no answer to the question")
    }

    private func ask(_ question: JSON, _ peer: ControlClient) throws(SystemError) -> JSON {
        try peer.ask(question)
        guard case .answer(let json, _) = try peer.line(atMost: Self.patience) else {
            throw SystemError(call: "understand the answer", code: EPROTO)
        }
        return json
    }

    // MARK: The end

    private static func code(_ end: LogUploadEnd) -> Reply.Code {
        if case .done = end { .fine } else { .refused }
    }

    private func answer(_ end: LogUploadEnd) -> JSON {
        switch end {
        case .done(let size):
            [
                "station": .string(order.station),
                "origin": .string(order.head.origin.name(of: order.station)), "size": .integer(size),
            ]
        case .failed(let why): ["error": .string(why)]
        case .refused:
            [
                "error":
                    "what lies there is another log of this station than the disk has: a new one begins, export it again"
            ]
        case .gaveWay: ["error": "something more urgent came"]
        }
    }
}
