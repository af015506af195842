@testable import Centre
import ScratchFolders
import StationCore
import StationTrust
import Testing
import TerminalText

/// The report as a table, as JSON and as a page, read back by others.
struct RenderingTests {
    private let store: ReportDesk
    /// Names that would do harm where they are not escaped.
    private static let hostile = "<script>alert(1)</script>\u{202E}\"'&\u{7}"

    init() throws {
        store = try ReportDesk()
        let hostile = JSON.string(Self.hostile)
        try store.station(
            "ap-1",
            says: [
                Line(kind: "boot", more: ["groups": [hostile, "=1+1"]]).text,
                Line.outcome(
                    1, "2026-03-02", "05:00:00", "a", ["categories": [hostile, "y tế, \"sức\" khỏe"]]),
                Line.outcome(2, "2026-03-02", "06:00:00", "b", ["categories": ["=cmd|' /C calc'!A0"]]),
                Line.missed(3, "2026-03-03", "power-lost"),
            ])
        try store.station("ap-2", enrolled: false, says: [Line.outcome(0)])
        try store.station("ap-4", says: [Line.outcome(0, "2026-03-02")])
        try store.desk.change("proofs/ap-4/tile/entries/000.p/1") { $0[40] ^= 1 }
    }

    @Test(
        "the page is well formed, in both languages and for long and short periods, with nothing hostile in it"
    )
    func page() throws {
        for (from, to) in [
            ("2026-03-01", "2026-03-31"), ("2025-04-01", "2026-03-31"), ("2019-01-01", "2026-03-31"),
        ] {
            let report = try store.report(from, to)
            for language in Language.allCases {
                let bytes = ReportPage(report, language).bytes
                try store.desk.scratch.write("page.html", bytes)
                let (status, output) = try run(
                    "python3", "-c", Self.reader, store.desk.scratch.path + "/page.html")
                #expect(status == 0, "\(from) \(language): \(output)")
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(!text.contains("<script") && !text.contains("\u{202E}") && !text.contains("\u{7}"))
                #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
                #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">"))
            }
        }
    }

    /// Every element is closed in its order; every id stands once and every link in the page leads to one; nothing is
    /// fetched; pictures and tables say what they are.
    private static let reader = """
        import html.parser, sys
        VOID = {'meta', 'br', 'rect', 'path', 'use', 'link', 'img'}
        class Reader(html.parser.HTMLParser):
            def __init__(self):
                super().__init__()
                self.open, self.ids, self.links, self.wrong, self.seen = [], [], [], [], []
            def handle_startendtag(self, tag, attributes): self.look(tag, dict(attributes))
            def handle_starttag(self, tag, attributes):
                self.look(tag, dict(attributes))
                if tag not in VOID: self.open.append((tag, dict(attributes), []))
            def look(self, tag, attributes):
                self.seen.append(tag)
                if self.open: self.open[-1][2].append(tag)
                if 'id' in attributes: self.ids.append(attributes['id'])
                for name in 'href', 'src', 'xlink:href', 'action', 'data':
                    if name in attributes:
                        self.links.append(attributes[name])
                        if not attributes[name].startswith('#'): self.wrong.append('fetches ' + attributes[name])
                if any(name.startswith('on') for name in attributes): self.wrong.append('script in ' + tag)
                if tag in ('script', 'iframe', 'object', 'embed', 'link', 'img'): self.wrong.append('has ' + tag)
            def handle_endtag(self, tag):
                if not self.open or self.open[-1][0] != tag: return self.wrong.append('closes ' + tag)
                tag, attributes, children = self.open.pop()
                if tag == 'table' and 'caption' not in children: self.wrong.append('no caption')
                if tag == 'th' and 'scope' not in attributes: self.wrong.append('no scope')
                if tag == 'svg' and 'aria-hidden' not in attributes and 'title' not in children:
                    self.wrong.append('no title')
        text = open(sys.argv[1], encoding='utf-8').read()
        reader = Reader()
        reader.feed(text)
        reader.close()
        reader.wrong += ['open ' + tag for tag, _, _ in reader.open]
        if len(set(reader.ids)) != len(reader.ids): reader.wrong.append('an id twice')
        reader.wrong += [link + ' leads nowhere' for link in reader.links if link[1:] not in reader.ids]
        if 'url(http' in text or '@import' in text: reader.wrong.append('fetches by style')
        if reader.seen.count('h1') != 1 or 'table' not in reader.seen: reader.wrong.append('no report')
        print(reader.wrong)
        sys.exit(bool(reader.wrong))
        """

    @Test(
        "a table that a spreadsheet reads: a byte order mark, quotes where they belong, no formula, right sums"
    )
    func csv() throws {
        let reporting = try store.reporting()
        let csv = ReportCSV(reporting.period)
        var text = ReportCSV.head
        _ = try reporting.run(wantsRows: true, each: { text += csv.text($0, $1) })
        try store.desk.scratch.write("table.csv", text)
        let script = """
            import csv, sys
            raw = open(sys.argv[1], 'rb').read()
            assert raw.startswith(b'\\xef\\xbb\\xbf') and raw.count(b'\\n') == raw.count(b'\\r\\n')
            rows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8-sig', newline=''), strict=True))
            assert all(None not in row and None not in row.values() for row in rows), rows
            assert not any(value[:1] in ('=', '+', '-', '@') for row in rows for value in row.values() if value), rows
            heard = [row for row in rows if row['station'] == 'ap-1' and row['state'] == 'reported']
            assert [row['slots'] for row in heard] == ['1', '1', '1'], heard
            assert sum(int(row['seconds']) for row in rows) == 1200
            assert "'=cmd|' /C calc'!A0" in [row['themes'] for row in heard]
            assert any('y tế, "sức" khỏe' in row['themes'] for row in heard)
            assert [row['reasons'] for row in heard] == ['', '', 'power-lost 1']
            silent = [row for row in rows if row['station'] == 'ap-2']
            assert len(silent) == 31 and {row['state'] for row in silent} == {'no-report'}, len(silent)
            """
        let (status, output) = try run("python3", "-c", script, store.desk.scratch.path + "/table.csv")
        #expect(status == 0, "\(output)")
    }

    @Test(
        "what a spreadsheet would carry out is text",
        arguments: ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1"])
    func formula(text: String) {
        let field = ReportCSV.field(text)
        #expect(field.hasPrefix("'") || field.hasPrefix("\"'"), "\(field)")
    }

    @Test("JSON whose parts add up, station by station and day by day")
    func json() throws {
        let report = try store.report()
        let total = JSON.object(report.jsonMembers)
        let station = report.json(report.stations[0])
        #expect(total["total"]?["slots"]?.integer == 3 && total["total"]?["missed"]?.integer == 1)
        #expect(total["total"]?["seconds"]?.integer == 1200)
        #expect(total["missedReasons"] == ["power-lost": 1])
        #expect(total["days"]?.elements?.count == 31)
        #expect(station["slots"]?.integer == 3)
        let days = try #require(station["days"]?.elements)
        #expect(days.compactMap { $0["slots"]?.integer }.reduce(0, +) == 3)
        #expect(days.filter { $0["state"]?.text == "no-report" }.count == 28)
        #expect(station["logs"]?.elements?.first?["verifiedSize"]?.integer == 4)
        let doubts = report.stations.map { report.json($0)["logs"]?.elements?.first?["doubt"] }
        #expect(doubts == [.null, "not-enrolled", "tampered"])
        #expect(
            total["visits"]?.elements?.compactMap { $0["cause"]?.text } == [
                "tampered", "silent", "not-enrolled",
            ])
    }

    @Test("percentages are never all or nothing unless they are")
    func percent() {
        let figures = ReportFigures(.english)
        #expect(figures.percent(1_999_999, of: 2_000_000) == "99.9\u{A0}%")
        #expect(figures.percent(1, of: 2_000_000) == "0.1\u{A0}%")
        #expect(figures.percent(2, of: 2) == "100\u{A0}%" && figures.percent(0, of: 2) == "0.0\u{A0}%")
        #expect(ReportFigures(.vietnamese).count(2_190_000) == "2.190.000" && figures.count(999) == "999")
        #expect(figures.hours(3_900_000) == "1\u{A0}h 05\u{A0}min")
    }

    @Test(
        "dates of the calendar only",
        arguments: ["2026-02-29", "2026-3-01", "26-03-01", "2026-03-1x", "+026-03-01", ""])
    func dates(text: String) { #expect(CivilDate(text: text) == nil) }
}
