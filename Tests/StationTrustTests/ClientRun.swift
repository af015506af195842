import SignedRepositories
import StationTrust
import Testing

/// A client with what it keeps, and the server that it reads.
struct ClientRun {
    var client: TUF.Client
    var kept: [String: [UInt8]] = [:]
    var requests: [String] = []
    /// What the server says instead of what it has.
    var answers: [String: TUF.Answer] = [:]

    init(_ repository: SignedRepository) throws {
        let root = try #require(repository.files["1.root.json"])
        client = try TUF.Client(root: root)
        kept["root"] = root
    }

    mutating func refresh(_ repository: SignedRepository, at time: Int64 = SignedRepository.now) -> TUF.Next {
        finish(client.refresh(at: time), repository)
    }

    mutating func search(_ path: String, _ repository: SignedRepository) -> TUF.Next {
        finish(client.search(for: path), repository)
    }

    private mutating func finish(_ first: TUF.Step, _ repository: SignedRepository) -> TUF.Next {
        var step = first
        while true {
            for change in step.changes {
                switch change {
                case .store(let role, let bytes): kept[role] = bytes
                case .remove(let role): kept[role] = nil
                }
            }
            switch step.next {
            case .read(let role, let limit):
                let bytes = kept[role].flatMap { $0.count <= limit ? $0 : nil }
                step = client.resume(with: bytes.map { .bytes($0) } ?? .missing)
            case .fetch(let request):
                requests.append(request.fileName)
                step = client.resume(with: answer(request, repository))
            default: return step.next
            }
        }
    }

    private func answer(_ request: TUF.Request, _ repository: SignedRepository) -> TUF.Answer {
        if let answer = answers[request.fileName] { return answer }
        guard let bytes = repository.files[request.fileName] else { return .missing }
        return bytes.count > request.limit ? .tooLong : .bytes(bytes)
    }

    /// The versions of what is kept.
    var versions: [String: Int64] {
        kept.mapValues { bytes in
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: bytes.count))
            return json?["signed"]?["version"]?.integer ?? -1
        }
    }
}

extension TUF.Next {
    /// Why it was refused, if it was.
    var reason: TUF.Refusal.Reason? {
        if case .refused(let refusal) = self { refusal.reason } else { nil }
    }

    /// What the publisher called the target, if one was found.
    var title: String? {
        if case .found(let target) = self { target.custom?["title"]?.text } else { nil }
    }
}
