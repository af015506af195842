import Centre
import Foundation
import StationCore
import StationTrust
import TerminalText
import Testing

/// Emergencies: what is signed for them, for how long, and what ends them.
struct AlertTests {
    private let desk: Desk

    init() throws {
        desk = try Desk()
        try desk.writeChannel()
        try desk.make()
        try desk.write("siren.wav", Desk.tone(seconds: 3))
    }

    private func order(_ duration: Duration? = .seconds(7200)) -> AlertOrder {
        AlertOrder(.audio(desk.path + "/siren.wav"), for: duration)
    }

    private func emergency() throws -> JSON {
        let last = try #require(
            desk.names("metadata").filter { $0.hasSuffix(".emergency.json") }
                .max { (Int($0.prefix { $0 != "." }) ?? 0) < (Int($1.prefix { $0 != "." }) ?? 0) })
        let json = try JSONParser.parse(
            try desk.read("repo/metadata/\(last)"), limits: .init(bytes: 1 << 20))
        return try #require(json["signed"])
    }

    /// The slots of a station, as it compiles what it reads from the repository.
    private func slots(
        _ station: String = "x", groups: [String] = [], until: Duration = .seconds(86_400)
    ) throws -> [Slot] {
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        let who = TimetableStation(id: station, groups: groups, zone: .utc)
        var files: [ChannelSource.File] = []
        for path in who.calendarPaths + ["tin.m3u8"] {
            if let bytes = try eyes.read(path) { files.append(.init(path: path, bytes: bytes)) }
        }
        let source = ChannelSource(
            upstream: "xa", rank: 1, classes: ProgrammeClass.allCases, files: files)
        let surroundings = try desk.surroundings
        let compiled = Timetable.compile([source], for: who, zones: surroundings.zones)
        #expect(compiled.problems.isEmpty, "\(compiled.problems)")
        for path in source.references(for: who, zones: surroundings.zones) {
            #expect(try eyes.read(path) != nil, "\(path)")
        }
        return compiled.timetable.slots(from: desk.now, until: desk.now + until, limit: 1000)
    }

    @Test("an alert is an emergency now, whole for whoever comes late within its time, signed until its end")
    func alert() throws {
        try desk.publish()
        let before = Set(desk.names("metadata"))
        let end = try #require(try desk.alert(order()))
        #expect(end == desk.now + .seconds(7200))
        #expect(
            Set(desk.names("metadata")).subtracting(before) == ["3.emergency.json", "3.snapshot.json"]
                || Set(desk.names("metadata")).subtracting(before)
                    == ["2.emergency.json", "3.snapshot.json"]
        )
        let slot = try #require(try slots().first)
        #expect(slot.programmeClass == .emergency)
        #expect(slot.scheduled == desk.now)
        #expect(slot.late == .within(.seconds(7200)))
        let signed = try emergency()
        #expect(signed["expires"]?.text == "2026-11-23T07:00:00Z")
        #expect(signed["x-loa-issued"]?.text == "2026-11-23T05:00:00Z")
        // Two alerts: the role lives until the end of the longer one.
        try desk.alert(order(.seconds(600)))
        #expect(try emergency()["expires"]?.text == "2026-11-23T07:00:00Z")
        #expect(try slots().filter { $0.programmeClass == .emergency }.count == 2)
    }

    @Test("a repeated alert may be as late as the next repetition is away, and ends with its time")
    func repeated() throws {
        var order = order(.seconds(3600))
        order.every = .seconds(900)
        order.title = "Nước mặn; vào, \\ đóng cống"
        try desk.alert(order)
        let slots = try slots()
        #expect(slots.map { ($0.scheduled - desk.now).components.seconds } == [0, 900, 1800, 2700])
        #expect(slots.allSatisfy { $0.late == .within(.seconds(900)) })
        #expect(slots.first?.title == "Nước mặn; vào, \\ đóng cống")
    }

    @Test("an alert for groups and stations is heard by them alone, also from calendars deep in emergency/")
    func audience() throws {
        var order = order()
        (order.groups, order.stations) = (["ven-bien", "khmer"], ["ap-3"])
        try desk.alert(order)
        #expect(try slots().isEmpty)
        // In two groups of its own it is one programme.
        #expect(try slots(groups: ["ven-bien", "khmer"]).count == 1)
        #expect(try slots("ap-3").count == 1)
        order.groups = ["../x"]
        #expect(desk.refusal { try desk.alert(order) }?.kind == .refused)
    }

    /// Names as they are typed, and which of them are warned of.
    static let typed: [(groups: [String], stations: [String], unknown: String)] = [
        ([], [], ""), (["ven-bien"], [], ""), ([], ["ap-3"], ""),
        (["ven-bein"], [], "the group ven-bein"), ([], ["ap-33"], "the station ap-33"),
        (["ven-bien", "VEN-BIEN"], ["ven-bien"], "the group VEN-BIEN, the station ven-bien"),
    ]

    @Test(
        "an alert says for whom it is, and warns of names that nothing published tells of", arguments: typed)
    func names(groups: [String], stations: [String], unknown: String) throws {
        let calendar = Desk.calendar([Desk.event("g", "Nhóm", "../../tin.m3u8")])
        try desk.write("channel/groups/ven-bien/schedule.ics", calendar)
        try desk.write("channel/stations/ap-3/schedule.ics", calendar)
        try desk.publish()
        var order = order()
        (order.groups, order.stations) = (groups, stations)
        let receipt = try desk.opened().alert(order)
        let named = groups.map(Audience.group) + stations.map(Audience.station)
        #expect(receipt.audience == (named.isEmpty ? [.all] : named))
        #expect(receipt.until?[.english] == "Mon 2026-11-23 14:00:00 (UTC+07:00)")
        #expect(receipt.until?[.vietnamese] == "T2 23/11/2026 14:00:00 (UTC+07:00)")
        let warnings = receipt.warnings.map { $0[.english] }
        #expect(warnings.count == (unknown.isEmpty ? 0 : 1))
        #expect(
            warnings.allSatisfy {
                $0.contains("tells of \(unknown):")
                    && $0.contains(
                        "the group "
                            + "ven-bien")
            })
        // It is on air all the same.
        let heard = try slots(stations.first ?? "x", groups: groups)
        #expect(heard.contains { $0.programmeClass == .emergency })
        // What an earlier alert was given for is no better known for it.
        #expect(try desk.opened().alert(order).warnings.map { $0[.english] } == warnings)
        #expect(!warnings.contains { $0.contains("Known: \(unknown)") })
    }

    @Test("an alert knows the stations of other centres, and groups that have emergencies of their own")
    func knownNames() throws {
        try desk.writePart()
        try desk.sign()
        try desk.delegate(desk.delegation())
        try desk.write("channel/emergency/siren.wav", Desk.tone(seconds: 1))
        try desk.write(
            "channel/emergency/groups/ven-bien/schedule.ics",
            Desk.calendar([Desk.event("e", "E", "../../siren.wav", "PRIORITY:1")]))
        try desk.publish()
        var order = order()
        (order.groups, order.stations) = (["ven-bien"], ["ap-3"])
        #expect(try desk.opened().alert(order).warnings.isEmpty)
        #expect(try desk.opened().alert(order).warnings.isEmpty)
        order.stations = ["ap-33"]
        #expect(
            try desk.opened().alert(order).warnings.map { $0[.english] }.first?
                .contains("Known: the group ven-bien, the station ap-3.") == true)
    }

    @Test("without keys an alert is refused before its recording is looked at")
    func keysFirst() throws {
        try desk.write("siren.wav", "<html>")
        let keys = KeySources(folders: [desk.folder + "/online"])
        #expect(desk.refusal { _ = try desk.opened(keys).alert(order()) }?.kind == .configuration)
    }

    /// What becomes of a calendar of the repository on a bad disk.
    static let damages = ["damaged", "missing"]

    private func damage(_ how: String, _ ending: String) throws {
        for name in desk.names("targets").filter({ $0.hasSuffix(ending) }) {
            if how == "missing" {
                try desk.remove("repo/targets/" + name)
            } else {
                try desk.write("repo/targets/" + name, try desk.read("repo/targets/" + name).map { $0 ^ 1 })
            }
        }
    }

    @Test("a bad calendar in the repository keeps no alert back, nor its end", arguments: damages)
    func badCalendar(how: String) throws {
        try desk.alert(order(.seconds(3600)))
        try damage(how, ".schedule.ics")
        let receipt = try desk.opened().alert(order())
        #expect(
            receipt.warnings.contains {
                $0[.english].hasPrefix(
                    "emergency/schedule.ics in the "
                        + "repository")
            })
        #expect(try slots().filter { $0.programmeClass == .emergency }.count == 1)
        try damage(how, ".schedule.ics")
        let (count, warnings) = try desk.opened().cancelAlerts()
        #expect(count == 2 && warnings.count == 1)
        #expect(try emergency()["targets"] == [:])
        // A calendar for others stays as it is, and is believed for no longer than an emergency may be.
        var other = order(.seconds(600))
        other.groups = ["g"]
        try desk.alert(other)
        try damage(how, ".schedule.ics")
        #expect(try desk.opened().alert(order(.seconds(600))).warnings.isEmpty)
        #expect(try emergency()["expires"]?.text == "2026-11-24T05:00:00Z")
    }

    @Test("a publication goes on beside a bad calendar of an alert, and ends no alert", arguments: damages)
    func published(beside how: String) throws {
        try desk.publish()
        try desk.alert(order())
        let before = try emergency()["targets"]
        try damage(how, ".schedule.ics")
        try damage(how, ".wav")
        try desk.write("channel/âm/tin.wav", Desk.tone(seconds: 3))
        let publication = try desk.prepare()
        #expect(
            publication.problems.filter { $0.message[.english].contains("an alert needs it") }.count == 2)
        #expect(try publication.publish().allSatisfy { !$0[.english].contains("emergency") })
        #expect(try emergency()["targets"] == before)
        #expect(try desk.refresh().isEmpty)
        #expect(try desk.cancel() == 1)
        try desk.publish()
        #expect(try desk.prepare().problems.isEmpty)
        #expect(try slots().allSatisfy { $0.programmeClass == .normal })
    }

    @Test("publishing takes no alert away before its end, and takes it away after")
    func published() throws {
        try desk.write(
            "channel/emergency/schedule.ics",
            Desk.calendar([]).replacing("END:VCALENDAR", with: "X-LOA-EMPTY:TRUE\nEND:VCALENDAR"))
        try desk.publish()
        try desk.alert(order())
        try desk.write("channel/âm/tin.wav", Desk.tone(seconds: 3))
        let publication = try desk.prepare()
        #expect(publication.differences.allSatisfy { $0.programmeClass == "normal" })
        _ = try publication.publish()
        #expect(try slots().contains { $0.programmeClass == .emergency })
        let version = try emergency()["version"]
        #expect(try desk.prepare().isUnchanged)
        // Another calendar of the channel's own below it: both are there.
        try desk.write(
            "channel/emergency/schedule.ics",
            Desk.calendar([Desk.event("thu", "Diễn tập", "a.wav", "PRIORITY:1")]))
        try desk.write("channel/emergency/a.wav", Desk.tone(seconds: 1))
        try desk.publish()
        #expect(try slots().filter { $0.programmeClass == .emergency }.count == 2)
        #expect(try emergency()["version"] != version)
        #expect(try emergency()["expires"]?.text == "2026-11-24T05:00:00Z")
        desk.now = desk.now + .seconds(7201)
        try desk.publish()
        #expect(try slots().filter { $0.programmeClass == .emergency }.map(\.title) == ["Diễn tập"])
        #expect(try desk.cancel() == 0)
    }

    @Test("an alert given while somebody publishes is neither kept waiting nor lost")
    func meanwhile() throws {
        let publication = try desk.prepare()
        try desk.alert(order())
        // What was shown to the editor is not what is on air any more.
        #expect(desk.refusal { _ = try publication.publish() }?.kind == .refused)
        #expect(try slots().contains { $0.programmeClass == .emergency })
        try desk.publish()
        #expect(try slots().contains { $0.programmeClass == .emergency })
    }

    @Test("cancelling ends all alerts, and the role says for a year that there is none")
    func cancelled() throws {
        try desk.publish()
        let before = try emergency()["targets"]
        try desk.alert(order())
        var second = order(.seconds(600))
        second.groups = ["g"]
        try desk.alert(second)
        #expect(try desk.cancel() == 2)
        #expect(try slots(groups: ["g"]).allSatisfy { $0.programmeClass == .normal })
        #expect(try emergency()["targets"] == before)
        #expect(try emergency()["expires"]?.text == "2027-11-23T05:00:00Z")
        #expect(try desk.prepare().isUnchanged)
    }

    @Test(
        "an alert that has ended needs nothing more: its role has expired, and the next publication signs anew"
    )
    func ended() throws {
        try desk.alert(order(.seconds(60)))
        #expect(try desk.refresh().isEmpty)
        desk.now = desk.now + .seconds(61)
        #expect(try desk.refresh().isEmpty)
        try desk.publish()
        #expect(try desk.refresh().isEmpty)
    }

    @Test("what cannot be decoded is refused, and nothing is signed")
    func badRecording() throws {
        try desk.write("siren.wav", "<html>")
        let before = desk.names("")
        #expect(desk.refusal { try desk.alert(order()) }?.kind == .refused)
        #expect(desk.names("") == before)
    }

    @Test("repetitions closer than the announcement is long are refused")
    func tooClose() throws {
        try desk.write("siren.wav", Desk.tone(seconds: 70))
        var order = order()
        order.every = .seconds(60)
        #expect(desk.refusal { try desk.alert(order) }?.kind == .refused)
    }

    // MARK: Common Alerting Protocol

    private func message(
        _ kind: String = "Alert", _ number: Int = 1, references: String = "", status: String = "Actual",
        expires: String = "2026-11-23T13:00:00+07:00", more: String = "", language: String = "vi-VN"
    ) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- thử -->
        <cap:alert xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2">
          <cap:identifier>KTTV-\(number)</cap:identifier><cap:sender>kttv@example.vn</cap:sender>
          <cap:sent>2026-11-23T11:59:00+07:00</cap:sent><cap:status>\(status)</cap:status>
          <cap:msgType>\(kind)</cap:msgType><cap:scope>Public</cap:scope>\(references)
          <cap:info><cap:language>\(language)</cap:language><cap:category>Met</cap:category>
            <cap:event>Lũ</cap:event><cap:urgency>Immediate</cap:urgency><cap:severity>Severe</cap:severity>
            <cap:certainty>Observed</cap:certainty><cap:expires>\(expires)</cap:expires>
            <cap:headline>Lũ &amp; n&#432;ớc dâng</cap:headline><cap:description><![CDATA[Đi ngay]]></cap:description>
            \(more)
          </cap:info>
        </cap:alert>
        """
    }

    private func cap(_ text: String, for duration: Duration? = nil) throws -> AlertOrder {
        try desk.write("cap.xml", text)
        return AlertOrder(.cap(desk.path + "/cap.xml"), for: duration)
    }

    @Test(
        "a CAP message is read aloud, or plays its recording beside it or inside; its expiry bounds the alert"
    )
    func common() throws {
        let end = try desk.alert(try cap(message(), for: .seconds(86_400)))
        #expect(end == desk.now + .seconds(3600))
        #expect(try slots().map(\.title) == ["Lũ & nước dâng"])
        let beside = """
            <cap:resource><cap:resourceDesc>x</cap:resourceDesc><cap:mimeType>audio/wav</cap:mimeType>
            <cap:uri>siren.wav</cap:uri></cap:resource>
            """
        try desk.alert(try cap(message(more: beside)))
        let inside = beside.replacing(
            "<cap:uri>siren.wav</cap:uri>",
            with: "<cap:derefUri>\(Data(Desk.tone(seconds: 1)).base64EncodedString())</cap:derefUri>")
        try desk.alert(try cap(message(more: inside)))
        #expect(try slots().count == 3)
        for path in ["/etc/passwd", "https://example.vn/a.mp3", "../siren.wav"] {
            let other = beside.replacing("siren.wav", with: path)
            #expect(desk.refusal { try desk.alert(try cap(message(more: other))) }?.kind == .refused)
        }
    }

    @Test("the areas of a CAP message are told, and choose nobody")
    func areas() throws {
        let area = "<cap:area><cap:areaDesc>Ấp 3</cap:areaDesc></cap:area>"
        let receipt = try desk.opened().alert(try cap(message(more: area)))
        #expect(receipt.areas == ["Ấp 3"])
        #expect(receipt.audience == [.all])
    }

    @Test("an update takes the place of what it refers to, a cancellation ends it and nothing else")
    func updated() throws {
        let references = "<cap:references>kttv@example.vn,KTTV-1,2026-11-23T11:59:00+07:00</cap:references>"
        try desk.alert(order())
        try desk.alert(try cap(message()))
        try desk.alert(try cap(message("Update", 2, references: references)))
        #expect(try slots().count == 2)
        #expect(
            desk.refusal { try desk.alert(try cap(message("Cancel", 3, references: references))) }?.kind
                == .refused)
        #expect(
            try desk.alert(try cap(message("Cancel", 4, references: references.replacing("-1", with: "-2"))))
                == nil)
        #expect(try slots().count == 1)
    }

    static let bad: [(String, String, String)] = [
        ("an exercise", "Actual", "Exercise"), ("an acknowledgement", ">Alert<", ">Ack<"),
        ("another version", "cap:1.2", "cap:1.1"), ("no sender", "cap:sender>", "cap:from>"),
        ("an expiry that has passed", "13:00:00+07:00", "12:00:30+07:00"),
        ("an expiry that is none", "2026-11-23T13", "gestern"),
        ("a document type", "<!-- thử -->", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"),
        ("an unknown entity", "&amp;", "&x;"), ("an element that is not closed", "</cap:headline>", ""),
        ("something behind the document", "</cap:alert>", "</cap:alert><x/>"),
        ("another encoding", "UTF-8", "UTF-16"), ("a control character by number", "&#432;", "&#0;"),
        ("a prefix without a namespace", "<cap:event>", "<x:event>"),
        ("an attribute twice", "<cap:event>", "<cap:event a='1' a='2'>"),
        ("no quotation marks", "<cap:event>", "<cap:event a=1>"),
        ("the end of CDATA in a text", "Lũ</cap:event>", "]]></cap:event>"),
    ]

    @Test("a message that is not to be followed, or not to be trusted, is refused", arguments: bad)
    func refused(name: String, text: String, other: String) throws {
        #expect(
            desk.refusal { try desk.alert(try cap(message().replacing(text, with: other))) }?.kind == .refused
        )
        #expect(try slots().isEmpty)
    }

    @Test("a document that is too deep, too long or has too many elements is refused in bounded time")
    func bounds() throws {
        let deep = String(repeating: "<a>", count: 100_000)
        let wide = "<a>" + String(repeating: "<b/>", count: 100_000) + "</a>"
        let long = "<a>" + String(repeating: " ", count: 17 << 20) + "</a>"
        for text in [deep, wide, long] {
            #expect(desk.refusal { try desk.alert(try cap(text)) }?.kind == .refused)
        }
    }
}
