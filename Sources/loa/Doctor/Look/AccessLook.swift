import CLinux
import Glibc
import StationCore
import StationHost
import StationTrust

/// Looks at who may use the station's files, keys and devices.
enum AccessLook {
    private static let mostPEMBytes = 1 << 18

    // MARK: Keys

    static func keys(
        _ configuration: Configuration, account: Account?, isAnswering: Bool, now: Int64
    ) -> KeyFacts {
        let path = SigningFolder(state: configuration.state).keyPath
        let signing: KeyFacts.SigningKey
        do throws(SystemError) { signing = .there(try FileMode.of(path)) } catch {
            signing = error.code == EACCES ? .hidden : .missing
        }
        let network = configuration.network
        let named: [(key: String, path: String?, isSecret: Bool)] = [
            ("caFile", network.caFile, false), ("clientCertificate", network.clientCertificate, false),
            ("clientKey", network.clientKey, true),
        ]
        let files = named.compactMap { key, path, isSecret in
            path.map { file(key, $0, isSecret: isSecret, account) }
        }
        return KeyFacts(
            signingPath: path, signing: signing, isAnswering: isAnswering, account: account, files: files,
            now: now)
    }

    private static func file(
        _ key: String, _ path: String, isSecret: Bool, _ account: Account?
    ) -> KeyFacts.NamedFile {
        var file = KeyFacts.NamedFile(key: key, path: path, isSecret: isSecret)
        file.mode = try? FileMode.of(path)
        file.obstacle = obstacle(path, .read, account)
        guard !isSecret, let pem = try? readFile(path, limit: mostPEMBytes) else { return file }
        let times = CertificateTimes(pem: pem)
        file.isBroken = times == nil
        // Of a bundle of authorities the first says nothing about the one that counts.
        if key == "clientCertificate" { file.expires = times?.until }
        return file
    }

    /// What keeps a user from a file; of nobody knows whom, whether it is there.
    private static func obstacle(_ path: String, _ wish: FileMode.Wish, _ account: Account?) -> Obstacle? {
        Obstacle.before(path, wish, for: account ?? Account(name: "", uid: 0, groups: []))
    }

    // MARK: Permissions

    static func permissions(
        _ state: String, account: Account?, isAnswering: Bool, isRefused: Bool
    ) -> PermissionFacts {
        let own = Account.own
        let access = Access(owners: [0] + (account.map { [$0.uid] } ?? [])) { uid, groups, group in
            CLinux_is_member(uid, groups, Int32(groups.count), group) == 1
        }
        let may = access.decide(uid: own.uid, groups: Array(own.groups))
        return PermissionFacts(
            account: account, isAnswering: isAnswering, audio: Account.group("audio"), state: state,
            folders: folders(state), user: own.name,
            rights: isRefused ? nil : .init(mayRead: may.mayRead, mayAct: may.mayAct))
    }

    /// The daemon's own folders in the state's, but those of single upstreams.
    private static let ownFolders = ["content", "log", "proof", "upstreams"]
    /// More upstreams are not looked at.
    private static let mostUpstreams = 64

    /// The state's folder and those in it: somebody who copied them as root has left the daemon without.
    private static func folders(_ state: String) -> [PermissionFacts.Folder] {
        let upstreams = ((try? namesInDirectory(state + "/upstreams")) ?? []).sorted()
        let names = ownFolders + upstreams.prefix(mostUpstreams).map { "upstreams/" + $0 }
        return ([state] + names.map { state + "/" + $0 }).compactMap { path in
            (try? FileMode.of(path)).map { PermissionFacts.Folder(path: path, mode: $0) }
        }
    }

    // MARK: Wiring

    static func amplifier(_ amplifier: Configuration.Amplifier?, account: Account?) -> WiringFacts {
        let commands = amplifier.map { [("amplifier.on", $0.on), ("amplifier.off", $0.off)] } ?? []
        var parts: [WiringFacts.Part] = []
        for (key, words) in commands {
            guard let program = words.first else { continue }
            parts.append(
                .init(
                    key: key, path: program, obstacle: obstacle(program, .execute, account), isProgram: true))
            for device in words.dropFirst().compactMap(device)
            where !parts.contains(where: { $0.path == device }) {
                parts.append(part(key, device, .write, account))
            }
        }
        return WiringFacts(check: .amplifier, parts: parts, user: account?.name ?? Account.service)
    }

    static func stopInput(_ input: Configuration.StopInput?, account: Account?) -> WiringFacts {
        let path: String? =
            switch input {
            case .gpio(let chip, _): chip.hasPrefix("/") ? chip : "/dev/" + chip
            case .key(let device, _): device
            case nil: nil
            }
        // A line is asked for by writing, a key only read.
        let wish: FileMode.Wish = if case .gpio = input { .write } else { .read }
        return WiringFacts(
            check: .stopInput, parts: path.map { [part("stopInput", $0, wish, account)] } ?? [],
            user: account?.name ?? Account.service)
    }

    /// The device that a word of a command means, such as `gpiochip0`.
    private static func device(_ word: String) -> String? {
        if word.hasPrefix("/dev/") { return word }
        let digits = word.dropFirst("gpiochip".count)
        return word.hasPrefix("gpiochip") && !digits.isEmpty && digits.allSatisfy(\.isNumber)
            ? "/dev/" + word : nil
    }

    private static func part(
        _ key: String, _ path: String, _ wish: FileMode.Wish, _ account: Account?
    ) -> WiringFacts.Part {
        // Whoever is in root's group could do more than switch a line.
        let group = (try? FileMode.of(path)).flatMap { $0.group == 0 ? nil : Account.groupName(of: $0.group) }
        return .init(
            key: key, path: path, obstacle: obstacle(path, wish, account), group: group, isProgram: false)
    }
}
