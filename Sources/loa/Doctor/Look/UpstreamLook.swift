import CLinux
import Glibc
import StationCore
import StationHost
import StationTrust
import TerminalText

/// Looks at upstreams and the log's store: at what is kept of them, and by way of the daemon's program at their servers.
enum UpstreamLook {
    /// So much of the time is left for ending that program, in nanoseconds.
    private static let reserve: Int64 = 150_000_000
    private static let roles = ["root", "timestamp", "snapshot", "targets"]

    /// What asking the servers came to, by the upstreams' names; the store has the empty name.
    typealias Answers = [String: UpstreamFacts.Probe]

    /// What the daemon says of an upstream.
    static func standing(_ name: String, _ status: JSON?) -> UpstreamFacts.Standing? {
        let found = status?["upstreams"]?.elements?.first { $0["name"]?.text == name }
        return found.map {
            UpstreamFacts.Standing(
                isStale: $0["stale"]?.bool ?? false, error: $0["error"]?.text,
                lastContact: $0["lastContact"]?.text)
        }
    }

    /// When the daemon heard of the upstream last; nil where it has not, lately and without an error.
    static func contact(_ standing: UpstreamFacts.Standing?) -> String? {
        guard let standing, !standing.isStale, standing.error == nil else { return nil }
        return standing.lastContact
    }

    /// Has the daemon's program ask all servers, until a deadline of CLOCK_MONOTONIC.
    static func probe(_ configuration: String, by deadline: Int64) -> Result<Answers, Reason> {
        let time = Double(max(reserve, deadline - CLinux_monotonic() - reserve)) / 1e9
        guard let program = program else {
            return .failure(
                Reason(Phrase(vi: "không thấy chương trình loaphuongd", en: "there is no program loaphuongd"))
            )
        }
        let words = [program, "--config", configuration, "--check-upstreams", "--seconds", "\(time)"]
        do throws(SystemError) {
            let lines = try CapturedCommand(words, by: deadline).output.split(separator: "\n")
            return .success(
                lines.reduce(into: [:]) { answers, line in
                    guard let json = try? JSONParser.parse(Array(line.utf8), limits: .init(bytes: 1 << 16)),
                        let name = json["name"]?.text
                    else { return }
                    answers[name] = answer(json)
                })
        } catch { return .failure(Reason(Phrasebook.translated("\(error)"))) }
    }

    /// Why nobody could be asked.
    struct Reason: Error {
        let text: Phrase
        init(_ text: Phrase) { self.text = text }
    }

    private static func answer(_ json: JSON) -> UpstreamFacts.Probe {
        switch json["result"]?.text {
        case "answered": .answered(milliseconds: json["milliseconds"]?.integer ?? 0)
        case "failed": .failed(json["error"]?.text ?? "")
        default: .cut
        }
    }

    /// The daemon's program: beside this command, or installed.
    private static var program: String? {
        let beside = DurableFile.directory(of: DemoStage.executable) + "/loaphuongd"
        return [beside, "/usr/bin/loaphuongd"].first { access($0, X_OK) == 0 }
    }

    // MARK: What is kept

    /// The root that the station was handed.
    static func root(_ path: String, for account: Account?) -> UpstreamFacts.Root {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try readFile(path, limit: TUF.Limit.rootBytes) } catch {
            switch error.code {
            case ENOENT, ENOTDIR: return .missing
            case EACCES: return .hidden
            default: return .broken("\(error)")
            }
        }
        if let account, case .forbidden = Obstacle.before(path, .read, for: account) { return .unreadable }
        do throws(TUF.Refusal) {
            return .good(expires: try TUF.Client(root: bytes).root.header.expires)
        } catch { return .broken("\(error)") }
    }

    /// The metadata that the station keeps of an upstream; nil where this user may not look.
    static func metadata(_ name: String, _ state: String) -> [UpstreamFacts.Metadata]? {
        var found: [UpstreamFacts.Metadata] = []
        for role in roles {
            let path = "\(state)/upstreams/\(name)/metadata/\(TUF.fileName(of: role))"
            let bytes: [UInt8]
            do throws(SystemError) { bytes = try readFile(path, limit: TUF.Limit.bytes(of: role)) } catch {
                if error.code == EACCES { return nil }
                continue
            }
            guard let document = try? TUF.Document(bytes, of: role),
                let expires = document.signed["expires"]?.text.flatMap(UTCTime.seconds)
            else { continue }
            found.append(.init(role: role, expires: expires))
        }
        return found
    }
}
