import Glibc
import StationTrust

/// The command line that TUF conformance testing drives.
///
///     tuf-client --metadata-dir D init ROOT
///     tuf-client --metadata-url U --metadata-dir D refresh
///     tuf-client --metadata-url U --metadata-dir D --target-name P… --target-dir T --target-base-url B download
///
/// And one more of our own, which looks for targets and fetches none:
///
///     tuf-client --metadata-url U --metadata-dir D --target-name P… find
struct Command {
    /// A command line that says too little, or too much.
    struct UsageError: Error, CustomStringConvertible {
        let description: String
    }

    private let options: [String: [String]]
    private let words: [String]

    init(_ arguments: [String]) throws {
        let known: Set = [
            "--metadata-dir", "--metadata-url", "--target-name", "--target-dir", "--target-base-url",
        ]
        var options: [String: [String]] = [:]
        var words: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if known.contains(argument) {
                guard let value = rest.popFirst() else {
                    throw UsageError(description: "\(argument): no value")
                }
                options[argument, default: []].append(value)
            } else if argument.hasPrefix("--") {
                throw UsageError(description: "unknown option \(argument)")
            } else {
                words.append(argument)
            }
        }
        (self.options, self.words) = (options, words)
    }

    func run() throws {
        switch words.first {
        case "init" where words.count == 2: try start(from: words[1])
        case "refresh" where words.count == 1: _ = try refresh()
        case "download" where words.count == 1: try download()
        case "find" where words.count == 1: try find { _, _, _ in }
        default: throw UsageError(description: "expected init ROOT, refresh, download or find")
        }
    }

    private func option(_ name: String) throws -> String {
        guard let value = options[name]?.last else { throw UsageError(description: "\(name) is missing") }
        return value
    }

    private func url(_ name: String) throws -> String {
        let url = try option(name)
        return url.hasSuffix("/") ? url : url + "/"
    }

    private func start(from path: String) throws {
        guard let bytes = try Folder.read(path, limit: TUF.Limit.rootBytes) else {
            throw UsageError(description: "\(path): missing or too long")
        }
        _ = try TUF.Client(root: bytes)
        try Folder(path: option("--metadata-dir")).write(bytes, as: TUF.fileName(of: "root"))
    }

    /// What a command works with while it runs.
    private struct Session {
        var client: TUF.Client
        let kept: Folder
        let fetcher: Fetcher
        let url: String

        /// Carries out what the client wants until it is content.
        mutating func finish(_ first: TUF.Step) throws -> TUF.Next {
            var step = first
            while true {
                for change in step.changes {
                    switch change {
                    case .store(let role, let bytes): try kept.write(bytes, as: TUF.fileName(of: role))
                    case .remove(let role): try kept.remove(TUF.fileName(of: role))
                    }
                }
                switch step.next {
                case .read(let role, let limit):
                    let bytes = try kept.read(TUF.fileName(of: role), limit: limit)
                    step = client.resume(with: bytes.map { .bytes($0) } ?? .missing)
                case .fetch(let request): step = client.resume(with: fetcher.fetch(request, below: url))
                case .refused(let refusal): throw refusal
                case .refreshed, .found, .noSuchTarget: return step.next
                }
            }
        }
    }

    private func refresh() throws -> Session {
        let kept = Folder(path: try option("--metadata-dir"))
        guard let root = try kept.read(TUF.fileName(of: "root"), limit: TUF.Limit.rootBytes) else {
            throw UsageError(description: "no trusted root: run init first")
        }
        guard let fetcher = Fetcher() else { throw UsageError(description: "libcurl does not start") }
        var session = Session(
            client: try TUF.Client(root: root), kept: kept, fetcher: fetcher, url: try url("--metadata-url"))
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        _ = try session.finish(session.client.refresh(at: Int64(now.tv_sec)))
        return session
    }

    /// Looks for the targets in the order of the command line, ending with the first that there is not.
    private func find(_ take: (Session, String, TUF.Target) throws -> Void) throws {
        guard let paths = options["--target-name"] else {
            throw UsageError(description: "--target-name is missing")
        }
        var session = try refresh()
        for path in paths {
            guard case .found(let target) = try session.finish(session.client.search(for: path)) else {
                throw UsageError(description: "\(path): no such target")
            }
            try take(session, path, target)
        }
    }

    /// Fetches each target before the next is looked for: what stands before one that is refused is there.
    private func download() throws {
        let (folder, url) = (Folder(path: try option("--target-dir")), try url("--target-base-url"))
        try find { session, path, target in
            let name = Self.localName(of: path)
            if isThere(folder.path + "/" + name, target) { return }
            let source = url + TUF.fileName(of: path, target.content, root: session.client.root)
            try fetch(source, path, target, with: session.fetcher, into: folder, as: name)
        }
    }

    /// A name that no path can lead out of the folder with, the same for the same path.
    private static func localName(of path: String) -> String {
        let name = TUF.fileName(of: path)
        return name.utf8.count <= 255 ? name : SHA256.hash(path.utf8).description
    }

    private func isThere(_ path: String, _ target: TUF.Target) -> Bool {
        guard let file = fopen(path, "rb") else { return false }
        defer { fclose(file) }
        var check = TUF.ContentCheck(target.content, of: path)
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        do {
            while case let count = fread(&piece, 1, piece.count, file), count > 0 {
                try check.take(piece[..<count])
            }
            try check.finish()
            return true
        } catch { return false }
    }

    private func fetch(
        _ url: String, _ path: String, _ target: TUF.Target, with fetcher: Fetcher, into folder: Folder,
        as name: String
    ) throws {
        let sink = Sink(try NewFile(in: folder), .init(target.content, of: path))
        let outcome = fetcher.fetch(url) { sink.take($0) }
        if let problem = sink.problem { throw problem }
        guard case .complete = outcome else { throw UsageError(description: "\(path): \(outcome)") }
        try sink.keep(as: name)
    }
}

/// Where a target goes while it arrives.
private final class Sink {
    private var file: NewFile?
    private var check: TUF.ContentCheck?
    private(set) var problem: (any Error)?

    init(_ file: consuming NewFile, _ check: consuming TUF.ContentCheck) {
        self.file = consume file
        self.check = consume check
    }

    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        do {
            try check?.take(piece)
            try file?.write(piece)
            return true
        } catch {
            problem = error
            return false
        }
    }

    /// Gives the file its name, if it is what it should be.
    func keep(as name: String) throws {
        try check.take()?.finish()
        try file.take()?.keep(as: name)
    }
}
