/// Decodes a configuration file strictly: an unknown key, a wrong type or an impossible value is an error.
extension Configuration {
    /// Reads a configuration.
    ///
    /// - Parameter bytes: the file, JSON5 in UTF-8.
    /// - Returns: the configuration, with what the file leaves out filled in.
    /// - Throws: everything that is wrong with it. Of a file that is not JSON5, the first thing.
    package static func read(_ bytes: [UInt8]) throws(ConfigurationError) -> Configuration {
        let list = ProblemList()
        var configuration = Configuration(station: "", upstreams: [])
        do {
            let file = try JSON5.parse(bytes)
            if var reader = ObjectReader(file, path: "", list: list) {
                configuration.read(&reader)
                reader.finish()
            }
        } catch let error {
            list.add(error.place, "", error.message)
        }
        guard list.problems.isEmpty else {
            let problems = list.problems.enumerated().sorted { left, right in
                let (one, other) = (left.element.place, right.element.place)
                return (one.line, one.column, left.offset) < (other.line, other.column, right.offset)
            }
            throw ConfigurationError(problems: problems.map(\.element))
        }
        return configuration
    }

    /// Fills itself from the file's object.
    private mutating func read(_ reader: inout ObjectReader) {
        reader.text("station", .name, into: &station)
        reader.require("station", TextForm.name.expected)
        name = station
        reader.text("name", .title, into: &name)
        reader.text("timeZone", .zone, into: &timeZone)
        reader.texts("languages", .language, count: 1...16, into: &languages)
        reader.texts("groups", .name, count: 0...64, into: &groups)
        readUpstreams(&reader)
        inputs = reader.pairs("inputs", names: .name, values: .pcm, count: 16)
            .map { Input(name: $0.name, pcm: $0.text) }
        readHours(&reader)
        reader.object("output") { output.read(&$0) }
        let minutes = " of minutes"
        reader.integer("maximumBroadcastMinutes", in: 1...720, of: minutes, into: &maximumBroadcastMinutes)
        reader.object("emergency") { emergency.read(&$0) }
        readAmplifier(&reader)
        stopInput = reader.read("stopInput", expecting: StopInput.expected, nullable: true) {
            guard case .string(let text) = $0 else { return nil }
            return StopInput(text)
        }
        reader.object("loudness") {
            $0.number("targetLufs", in: -36 ... -9, of: " of LUFS", into: &loudness.targetLufs)
        }
        reader.object("clock") {
            $0.flag("batteryBacked", into: &clock.batteryBacked)
            $0.integer("holdoverDays", in: 1...366, of: " of days", into: &clock.holdoverDays)
        }
        reader.object("network") { network.read(&$0) }
        readProof(&reader)
        reader.object("storage") { storage.read(&$0) }
        reader.text("state", .path, into: &state)
        reader.text("socket", .socketPath, into: &socket)
    }

    private mutating func readUpstreams(_ reader: inout ObjectReader) {
        reader.require("upstreams", "a list of where programmes come from")
        var names: [String] = []
        reader.objects("upstreams", count: 1...16) { index, reader in
            let upstream = Upstream(reading: &reader, rank: index + 1)
            if names.contains(upstream.name) { reader.complain("name", "another upstream has this name") }
            names.append(upstream.name)
            upstreams.append(upstream)
        }
    }

    private mutating func readHours(_ reader: inout ObjectReader) {
        var bands: [HoursBand] = []
        reader.objects("hours", count: 1...24) { _, reader in
            let band = HoursBand(reading: &reader)
            if let other = bands.first(where: { $0.overlaps(band) }) {
                reader.complain("from", "overlaps the band from \(other.from) to \(other.to)")
            }
            bands.append(band)
        }
        if !bands.isEmpty { hours = bands }
    }

    private mutating func readAmplifier(_ reader: inout ObjectReader) {
        let longest = max(maximumBroadcastMinutes, emergency.maximumMinutes)
        reader.object("amplifier", nullable: true) { reader in
            let amplifier = Amplifier(reading: &reader)
            if amplifier.maximumMinutes < longest {
                let message = "expected at least \(longest), as long as the longest broadcast"
                reader.complain("maximumMinutes", "\(message), found \(amplifier.maximumMinutes)")
            }
            self.amplifier = amplifier
        }
    }

    private mutating func readProof(_ reader: inout ObjectReader) {
        reader.object("proof", nullable: true) { reader in
            var proof = Proof(url: "")
            reader.require("url", TextForm.webURL.expected)
            reader.text("url", .webURL, into: &proof.url)
            proof.headers = reader.pairs("headers", names: .headerName, values: .headerValue, count: 16)
                .map { Header(name: $0.name, value: Secret($0.text)) }
            reader.integer("uploadSeconds", in: 5...604_800, of: " of seconds", into: &proof.uploadSeconds)
            self.proof = proof
        }
    }
}

extension Configuration.Upstream {
    fileprivate init(reading reader: inout ObjectReader, rank: Int) {
        self.init(name: "", url: "", root: "", rank: rank)
        reader.require("name", TextForm.name.expected)
        reader.text("name", .name, into: &name)
        reader.require("url", TextForm.repository.expected)
        reader.text("url", .repository, into: &url)
        reader.require("root", "the path of the file with the keys that it is trusted by, 1.root.json")
        reader.text("root", .path, into: &root)
        reader.integer("rank", in: 0...1000, of: "", into: &self.rank)
        var names = classes.map(\.rawValue)
        let all = ProgrammeClass.allCases.map(\.rawValue)
        let form = TextForm(expected: "one of \(all.joined(separator: ", "))") { all.contains($0) }
        reader.texts("classes", form, count: 1...all.count, into: &names)
        classes = names.compactMap(ProgrammeClass.init)
        reader.integer("pollSeconds", in: 5...86_400, of: " of seconds", into: &pollSeconds)
        reader.flag("live", into: &live)
        reader.texts("liveHosts", .host, count: 0...16, into: &liveHosts)
        if live, liveHosts.isEmpty {
            reader.complain("live", "live streams need liveHosts, the hosts that they may come from")
        }
    }
}

extension Configuration.HoursBand {
    fileprivate init(reading reader: inout ObjectReader) {
        self.init()
        for key in ["from", "to"] { reader.require(key, "a time \"HH:MM\"") }
        let from = reader.read("from", expecting: "a time from \"00:00\" to \"23:59\"") { content in
            MinuteOfDay(content).flatMap { $0.minutes < 1440 ? $0 : nil }
        }
        let to = reader.read("to", expecting: "a time from \"00:00\" to \"24:00\"") { MinuteOfDay($0) }
        if let from, let to {
            (self.from, self.to) = (from, to)
            if from == to { reader.complain("to", "the band is empty; the whole day is 00:00 to 24:00") }
        }
        reader.number("ceilingDecibels", in: -60...0, of: " of decibels", into: &ceilingDecibels)
    }

    /// Whether some minute of the day is in both bands.
    fileprivate func overlaps(_ other: Self) -> Bool {
        spans.contains { span in other.spans.contains { $0.overlaps(span) } }
    }

    /// The minutes of the day in it: one stretch, or two where it crosses midnight.
    private var spans: [Range<Int>] {
        from < to ? [from.minutes..<to.minutes] : [from.minutes..<1440, 0..<to.minutes]
    }
}

extension MinuteOfDay {
    fileprivate init?(_ content: JSON5.Content) {
        guard case .string(let text) = content else { return nil }
        self.init(text)
    }
}

extension Configuration.Output {
    fileprivate mutating func read(_ reader: inout ObjectReader) {
        reader.text("device", .pcm, into: &device)
        reader.integer("rate", in: 8000...192_000, of: " of hertz", into: &rate)
        reader.integer("channels", in: 1...8, of: " of channels", into: &channels)
        reader.integer(
            "bufferMilliseconds", in: 100...2000, of: " of milliseconds", into: &bufferMilliseconds)
    }
}

extension Configuration.Amplifier {
    fileprivate init(reading reader: inout ObjectReader) {
        self.init(on: [], off: [])
        for key in ["on", "off"] { reader.require(key, "a command, as a list of its words") }
        reader.texts("on", .argument, count: 1...32, unique: false, into: &on)
        reader.texts("off", .argument, count: 1...32, unique: false, into: &off)
        for (key, words) in [("on", on), ("off", off)] {
            guard let program = words.first, !program.hasPrefix("/") else { continue }
            reader.complain(key, "expected the absolute path of a program first, found \"\(program)\"")
        }
        reader.number("leadSeconds", in: 0...60, of: " of seconds", into: &leadSeconds)
        reader.number("tailSeconds", in: 0...600, of: " of seconds", into: &tailSeconds)
        reader.integer("maximumMinutes", in: 1...1440, of: " of minutes", into: &maximumMinutes)
    }
}

extension Configuration.Emergency {
    fileprivate mutating func read(_ reader: inout ObjectReader) {
        reader.integer("maximumMinutes", in: 1...60, of: " of minutes", into: &maximumMinutes)
        reader.integer("perDay", in: 1...100, of: " of emergencies", into: &perDay)
        reader.number("ceilingDecibels", in: -60...0, of: " of decibels", into: &ceilingDecibels)
    }
}

extension Configuration.StopInput {
    fileprivate static let expected = "\"gpio:CHIP:LINE\" or \"key:DEVICE:CODE\""

    fileprivate init?(_ text: String) {
        guard text.hasPrefix("gpio:") || text.hasPrefix("key:"), let colon = text.lastIndex(of: ":"),
            let number = Int(text[text.index(after: colon)...]), 0...767 ~= number
        else { return nil }
        let kind = text.hasPrefix("gpio:") ? 5 : 4
        let name = String(text[..<colon].dropFirst(kind))
        if kind == 5, TextForm.name.matches(name) {
            self = .gpio(chip: name, line: number)
        } else if kind == 4, number > 0, TextForm.path.matches(name) {
            self = .key(device: name, code: number)
        } else {
            return nil
        }
    }
}

extension Configuration.Network {
    fileprivate mutating func read(_ reader: inout ObjectReader) {
        let most = 1_000_000_000_000_000
        reader.integer("bytesPerMonth", in: 1_000_000...most, of: " of bytes", into: &bytesPerMonth)
        reader.integer("bytesPerSecond", in: 1000...1_000_000_000, of: " of bytes", into: &bytesPerSecond)
        proxy = reader.text("proxy", .proxyURL, nullable: true).map { url in
            guard let at = url.lastIndex(of: "@") else { return Secret(url, shown: url) }
            return Secret(url, shown: "\(url.prefix { $0 != ":" })://***\(url[at...])")
        }
        caFile = reader.text("caFile", .path, nullable: true)
        clientCertificate = reader.text("clientCertificate", .path, nullable: true)
        clientKey = reader.text("clientKey", .path, nullable: true)
        if (clientCertificate == nil) != (clientKey == nil) {
            let key = clientKey == nil ? "clientCertificate" : "clientKey"
            reader.complain(key, "clientCertificate and clientKey are given together or not at all")
        }
    }
}

extension Configuration.Storage {
    fileprivate mutating func read(_ reader: inout ObjectReader) {
        let range = 10_000_000...1_000_000_000_000_000
        reader.integer("quotaBytes", in: range, of: " of bytes", into: &quotaBytes)
        reader.integer("reserveBytes", in: range, of: " of bytes", into: &reserveBytes)
    }
}
