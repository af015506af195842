import StationCore
import TerminalText

/// What was found of the clock, its battery and its synchronisation, and what that means.
struct ClockFacts: Sendable {
    /// So far the battery's clock may be from the system's, in seconds.
    private static let mostDrift: Int64 = 120

    var now: Now
    /// No clock is right that shows an earlier time.
    var buildDate: Instant
    /// How far the daemon believes the clock; nil where it was not asked.
    var trust: String?
    /// `clock.batteryBacked`; nil where there is no configuration.
    var isBatteryBacked: Bool?
    /// Whether a clock with a battery is there, and how many seconds it is ahead of the system's.
    var battery: Battery
    /// Whether the machine is a virtual one or a container.
    var isVirtual: Bool
    /// Programs that keep time, as their units are called: those that run, and those that are installed.
    var running: [String]
    var installed: [String]

    /// What there is of a clock with a battery.
    enum Battery: Hashable, Sendable {
        case none
        case ahead(seconds: Int64)
        /// It is there, and nobody can read it.
        case unreadable
    }

    var findings: [Finding] { clock + batteryClock + [timeService] }

    // MARK: Trust

    private var clock: [Finding] {
        if now.wall < buildDate {
            let day = RFC3339.string(from: now.wall, offset: 0).prefix(10)
            return [
                .fault(
                    .clock,
                    Phrase(
                        vi: "giờ máy là \(day), trước cả ngày làm ra chương trình: sai",
                        en: "the clock says \(day), which is before this program was made: it is wrong"),
                    Phrase(
                        vi:
                            "Bật đồng bộ giờ (timedatectl set-ntp true) hoặc chỉnh tay: date -s '2026-11-23 05:00'",
                        en:
                            "Turn on synchronisation (timedatectl set-ntp true) or set it: date -s '2026-11-23 05:00'"
                    ))
            ]
        }
        if trust == "untrusted" {
            return [
                .fault(
                    .clock,
                    Phrase(
                        vi: "loaphuongd không tin đồng hồ: không phát gì theo giờ",
                        en: "the daemon does not believe the clock: nothing plays by it"), untrusted)
            ]
        }
        if now.isSynchronised {
            return [
                .ok(
                    .clock,
                    Phrase(
                        vi: "đã đồng bộ, sai số tối đa ±\(error(.vietnamese))",
                        en: "synchronised, error at most ±\(error(.english))"))
            ]
        }
        if isVirtual, isBatteryBacked == true {
            return [
                .ok(
                    .clock,
                    Phrase(
                        vi: "máy ảo hoặc container: giờ do máy chủ giữ (clock.batteryBacked)",
                        en: "a virtual machine or container: the host keeps the time (clock.batteryBacked)"))
            ]
        }
        return [
            .warning(
                .clock,
                Phrase(
                    vi: trust == "holdover"
                        ? "chưa đồng bộ, tạm tin theo giờ cũ" : "nhân hệ điều hành báo chưa đồng bộ",
                    en: trust == "holdover"
                        ? "not synchronised, believed for a while" : "the kernel calls it unsynchronised"),
                untrusted)
        ]
    }

    private func error(_ language: Language) -> String {
        Format(language: language).microseconds(Double(now.errorMicroseconds))
    }

    private var untrusted: Phrase {
        isVirtual
            ? Phrase(
                vi: "Máy ảo hoặc container: nếu máy chủ giữ giờ đúng, đặt clock: { batteryBacked: true }.",
                en:
                    "A virtual machine or container: if its host keeps time, set clock: { batteryBacked: true }."
            )
            : Phrase(
                vi:
                    "Kiểm tra mạng và đồng bộ giờ: timedatectl; máy có pin đồng hồ thì đặt clock.batteryBacked.",
                en:
                    "Check network and synchronisation: timedatectl; with a battery clock set clock.batteryBacked."
            )
    }

    // MARK: The battery

    private var batteryClock: [Finding] {
        switch battery {
        case .none: return withoutBattery
        case .unreadable:
            return [
                .hidden(.batteryClock, Phrase(same: "/sys/class/rtc/rtc0"))
            ]
        case .ahead(let seconds):
            if abs(seconds) > Self.mostDrift {
                let distance = Double(abs(seconds)) * 1e6
                return [
                    .warning(
                        .batteryClock,
                        Phrase(
                            vi: "lệch giờ máy \(Format(language: .vietnamese).microseconds(distance))",
                            en:
                                "differs from the system's by \(Format(language: .english).microseconds(distance))"
                        ),
                        Phrase(
                            vi: "Khi giờ máy đã đúng: hwclock --systohc --utc; vẫn lệch thì thay pin.",
                            en:
                                "Once the system's is right: hwclock --systohc --utc; if it stays so replace the battery."
                        ))
                ]
            }
            guard isBatteryBacked == false else {
                return [.ok(.batteryClock, Phrase(vi: "có, đúng giờ", en: "there, and right"))]
            }
            return [
                .warning(
                    .batteryClock,
                    Phrase(
                        vi: "máy có đồng hồ pin mà cấu hình không dùng",
                        en: "there is one, and the configuration does not use it"),
                    Phrase(
                        vi: "Nếu nó còn giờ sau khi rút điện vài giờ: đặt clock: { batteryBacked: true }.",
                        en: "If it keeps time for hours without power: set clock: { batteryBacked: true }."))
            ]
        }
    }

    private var withoutBattery: [Finding] {
        guard isBatteryBacked == true else {
            return [
                .ok(
                    .batteryClock,
                    Phrase(
                        vi: "không có: sau khi mất điện phải chờ đồng bộ giờ mới phát",
                        en: "none: after a power cut it plays once the time is synchronised"))
            ]
        }
        if isVirtual {
            return [
                .ok(
                    .batteryClock,
                    Phrase(
                        vi: "không thấy, đúng với máy ảo hoặc container: máy chủ giữ giờ",
                        en: "none to see, as in virtual machines and containers: the host keeps the time"))
            ]
        }
        return [
            .fault(
                .batteryClock,
                Phrase(
                    vi: "clock.batteryBacked là true mà máy không có đồng hồ pin: có thể phát sai giờ",
                    en:
                        "clock.batteryBacked is true and there is no battery clock: it may play at wrong times"
                ),
                Phrase(
                    vi: "Lắp mô-đun RTC (DS3231) và bật driver, hoặc đặt clock: { batteryBacked: false }.",
                    en: "Fit a clock module (DS3231) with its driver, or set clock: { batteryBacked: false }."
                ))
        ]
    }

    // MARK: Synchronisation

    private var timeService: Finding {
        if let name = running.first {
            guard running.count == 1 else {
                let names = running.joined(separator: ", ")
                return .warning(
                    .timeService,
                    Phrase(
                        vi: "nhiều dịch vụ cùng chỉnh giờ: \(names)", en: "several set the clock: \(names)"),
                    Phrase(
                        vi: "Chỉ giữ một: systemctl disable --now \(running[1])",
                        en: "Keep one: systemctl disable --now \(running[1])"))
            }
            return .ok(.timeService, Phrase(vi: "\(name) đang chạy", en: "\(name) is running"))
        }
        if isVirtual, now.isSynchronised || isBatteryBacked == true {
            return .ok(
                .timeService,
                Phrase(vi: "không có ở đây; máy chủ giữ giờ", en: "none here; the host keeps the time"))
        }
        if let name = installed.first {
            return .warning(
                .timeService,
                Phrase(vi: "\(name) đã cài nhưng không chạy", en: "\(name) is installed, not running"),
                Phrase(same: "systemctl enable --now \(name)"))
        }
        return .warning(
            .timeService,
            Phrase(vi: "không có dịch vụ đồng bộ giờ nào", en: "nothing synchronises the clock"),
            Phrase(same: "apt-get install systemd-timesyncd"))
    }
}
