package import StationCore
package import StationTrust

/// Makes timetables of what upstreams offer, with texts that are in the store.
///
/// Fetch thread, for to compile a hundred thousand events takes its time and the loop has none; or whoever asks what the
/// station would do.
package struct TimetableMaker {
    /// How each upstream's channel is read, in the order of the configuration.
    let readers: [ChannelReader]
    /// The text of a file of the store, at most so many bytes; nil where it is not there, or another.
    let read: (TUF.Content, _ limit: Int) -> [UInt8]?

    /// Makes timetables for those readers.
    package init(readers: [ChannelReader], read: @escaping (TUF.Content, _ limit: Int) -> [UInt8]?) {
        (self.readers, self.read) = (readers, read)
    }

    /// A timetable, and which upstreams' part of it is not to be believed.
    package struct Made {
        package var timetable: SignedTimetable
        package var refused: [Timetable.Compilation.Refusal]
        /// What is to be told of a refusal.
        package func text(of refusal: Timetable.Compilation.Refusal) -> String {
            // The first line stands for the whole file, and says no more than the refusal.
            let first = timetable.problems.first {
                $0.upstream == refusal.upstream && $0.file == refusal.file && $0.line > 1
                    && $0.severity == .error
            }
            guard let first else {
                return
                    "no event of \(refusal.file) is understood; an empty timetable must say X-LOA-EMPTY:TRUE"
            }
            return "no event of \(refusal.file) is understood: line \(first.line): \(first.message)"
        }
    }

    /// Makes the timetable of a manifest; upstreams that are not configured any more are left out.
    package func timetable(_ manifest: Manifest, _ kind: RemoteFile.Kind) -> Made {
        var signed = SignedTimetable()
        var sources: [ChannelSource] = []
        for reader in readers {
            let name = reader.upstream.name
            guard let channel = manifest.channels[name] else { continue }
            signed.manifest.channels[name] = channel
            let texts = texts(channel, name, &signed.problems)
            let audio = channel.contents.keys.filter { !ChannelReader.isText($0) }
            sources.append(reader.source(texts, expires: channel.expires, audio: Set(audio)))
            signed.versions[SignedTimetable.versionName(name, kind)] = version(reader, channel)
        }
        guard let station = readers.first?.station, let zones = readers.first?.zones else {
            return Made(timetable: signed, refused: [])
        }
        let compiled = Timetable.compile(sources, for: station, zones: zones)
        signed.timetable = compiled.timetable
        signed.problems += compiled.problems
        return Made(timetable: signed, refused: compiled.refused)
    }

    private func texts(
        _ channel: Manifest.Channel, _ upstream: String, _ problems: inout [TimetableProblem]
    ) -> [String: [UInt8]] {
        var texts: [String: [UInt8]] = [:]
        for (path, content) in channel.contents.sorted(by: { $0.key < $1.key })
        where ChannelReader.isText(path) {
            if let bytes = read(content, ChannelReader.mostTextBytes) {
                texts[path] = bytes
            } else {
                problems.append(
                    TimetableProblem(
                        upstream: upstream, file: path, line: 1, message: "it is not on the disk any more"))
            }
        }
        return texts
    }

    /// What decides an upstream's slots: its calendars and playlists, and whose station this is.
    ///
    /// The slots of a downtime are judged by the last active timetable, which is this one while the version is the
    /// same: a recording that was replaced meanwhile takes no slot out of the log.
    private func version(_ reader: ChannelReader, _ channel: Manifest.Channel) -> Digest {
        let (station, upstream) = (reader.station, reader.upstream)
        let texts = channel.contents.filter { ChannelReader.isText($0.key) }
            .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.storeName ?? "")" }
        let words: [[String]] = [
            texts, [station.id, reader.zoneName], station.groups, station.languages,
            upstream.classes.map(\.rawValue), upstream.live ? upstream.liveHosts : [],
        ]
        return SHA256.hash(words.map { $0.joined(separator: "\u{0}") }.joined(separator: "\u{1}").utf8)
    }
}
