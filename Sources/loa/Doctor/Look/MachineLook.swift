import Glibc
import StationAudio
import StationCore
import StationHost

/// Looks at the machine's clock, zone and decoders.
enum MachineLook {
    /// More files of programmes are not looked at.
    private static let mostFiles = 512

    // MARK: Clock

    /// What keeps time, by the name of its process, and as its service is called.
    private static let timeServices = [
        (process: "systemd-timesyn", service: "systemd-timesyncd"), (process: "chronyd", service: "chrony"),
        (process: "ntpd", service: "ntpsec"), (process: "openntpd", service: "openntpd"),
    ]

    static func clock(
        trust: String?, isBatteryBacked: Bool?, root: String = "", now: Now = Clocks.read()
    ) -> ClockFacts {
        let processes = processNames(root)
        let running = timeServices.filter { processes.contains($0.process) }.map(\.service)
        let installed = timeServices.map(\.service).filter { service in
            ["/lib/systemd/system/", "/etc/systemd/system/"].contains {
                access("\(root)\($0)\(service).service", F_OK) == 0
            }
        }
        return ClockFacts(
            now: now, buildDate: Release.date, trust: trust, isBatteryBacked: isBatteryBacked,
            battery: battery(root, now), isVirtual: isVirtual(root), running: running, installed: installed)
    }

    private static func processNames(_ root: String) -> Set<String> {
        let numbers = ((try? namesInDirectory(root + "/proc")) ?? []).filter { Int($0) != nil }
        return Set(numbers.compactMap { text("\(root)/proc/\($0)/comm") })
    }

    private static func battery(_ root: String, _ now: Now) -> ClockFacts.Battery {
        let folder = root + "/sys/class/rtc/rtc0"
        guard access(folder, F_OK) == 0 else { return .none }
        guard let seconds = text(folder + "/since_epoch").flatMap({ Int64($0) }) else { return .unreadable }
        return .ahead(seconds: seconds - now.wall.seconds)
    }

    /// Whether this is a virtual machine or a container, as far as the kernel shows it.
    static func isVirtual(_ root: String) -> Bool {
        if ["/run/systemd/container", "/.dockerenv", "/sys/hypervisor/type"].contains(where: {
            access(root + $0, F_OK) == 0
        }) {
            return true
        }
        let vendor = text(root + "/sys/class/dmi/id/sys_vendor") ?? ""
        if ["QEMU", "VMware", "Xen", "innotek", "Microsoft"].contains(where: { vendor.hasPrefix($0) }) {
            return true
        }
        return text(root + "/proc/cpuinfo")?.contains(" hypervisor") ?? false
    }

    // MARK: Zone

    static func zone(
        _ name: String, zones: String = "/usr/share/zoneinfo", localtime: String = "/etc/localtime",
        now: Now = Clocks.read()
    ) -> ZoneFacts {
        let rules = try? readFile("\(zones)/\(name)", limit: 1 << 20)
        let system = (try? readFile(localtime, limit: 1 << 20)).map { local in
            (name: systemName(localtime, zones), isSame: local == rules)
        }
        let head = (try? readFile(zones + "/tzdata.zi", limit: 1 << 20)).map {
            String(decoding: $0.prefix(64), as: UTF8.self)
        }
        let words = head?.split(separator: "\n").first?.split(separator: " ") ?? []
        let year = Int64(RFC3339.string(from: now.wall, offset: 0).prefix(4)) ?? 0
        return ZoneFacts(
            name: name, isKnown: rules != nil, system: system,
            version: words.dropFirst().first == "version" ? words.last.map(String.init) : nil, year: year)
    }

    private static func systemName(_ localtime: String, _ zones: String) -> String {
        let resolved = realpath(localtime, nil)
        defer { free(resolved) }
        let path = resolved.map { String(cString: $0) } ?? localtime
        return path.hasPrefix(zones + "/") ? String(path.dropFirst(zones.count + 1)) : localtime
    }

    // MARK: Decoders

    /// Which decoders there are, and which ones the programmes below a state's folder need.
    static func decoders(_ state: String?) -> DecoderFacts {
        let installed = Set(OutsideDecoder.allCases.filter(\.isInstalled))
        let speakers = ["/usr/bin/espeak-ng", "/usr/local/bin/espeak-ng"]
        let canSpeak = speakers.contains { (path: String) in access(path, X_OK) == 0 }
        return DecoderFacts(
            installed: installed, needed: state.map { needed($0 + "/content") } ?? [], canSpeak: canSpeak)
    }

    private static func needed(_ folder: String) -> Set<OutsideDecoder>? {
        let names: [String]
        do throws(SystemError) { names = try namesInDirectory(folder) } catch {
            return error.code == ENOENT ? [] : nil
        }
        var needed: Set<OutsideDecoder> = []
        for name in names.prefix(mostFiles) {
            guard let file = try? Descriptor.open("\(folder)/\(name)", O_RDONLY | O_NONBLOCK) else {
                return nil
            }
            if let decoder = OutsideDecoder.needed(by: file.number) { needed.insert(decoder) }
        }
        return needed
    }

    /// A small file of the kernel's without the white space around it.
    static func text(_ path: String) -> String? {
        guard let bytes = try? readFile(path, limit: 1 << 16) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).drop(while: \.isWhitespace)
        return String(text.reversed().drop(while: \.isWhitespace).reversed())
    }
}
