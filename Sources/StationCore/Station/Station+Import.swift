import StationTrust

/// A repository that somebody brought to the station, on a stick for one, and how far it is read.
///
/// It stands in for its upstream's server: what lies there is believed no sooner than what the server sends. When all is
/// read that is wanted of it, or is not to be had there, the server is asked again.
enum Import: Sendable {
    /// It is looked up whose it is, for the person who brought it.
    case opening(CommandID, Person)
    /// It is read in place of that upstream's server.
    case reading(upstream: String)
    /// It was, and so it ended: what the server says since is no part of it.
    case ended(Reply)
}

extension Station {
    mutating func beginImport(_ token: UInt64, _ upstream: String?, _ id: CommandID, _ person: Person) {
        switch importing {
        case .opening, .reading:
            return refuse("import", id, person, "another import is under way: wait for its end")
        case nil, .ended: break
        }
        let names = settings.upstreams.map(\.name)
        if let upstream, !names.contains(upstream) {
            let known = names.joined(separator: ", ")
            return refuse("import", id, person, "there is no upstream \(upstream), only \(known)")
        }
        importing = .opening(id, person)
        emit(.beginImport(token: token, upstream: upstream), for: .importing)
    }

    /// It is known whose the repository is, or that this station cannot read it.
    mutating func importOpened(_ completion: Completion) {
        guard case .opening(let id, let person) = importing else { return }
        defer { commandEntry = nil }
        importing = nil
        switch completion {
        case .importing(let upstream):
            importing = .reading(upstream: upstream)
            note("import", person, accepted: true, ["upstream": .string(upstream)])
            pull.pollNow(upstream, at: now.monotonic)
            followPull()
            answer(id, importProgress)
        case .failed(let why): refuse("import", id, person, why)
        default: break
        }
    }

    /// Ends the import when all is read that is wanted of it.
    mutating func followImport() {
        guard case .reading(let upstream) = importing, !pull.isAsked(upstream),
            !pull.coming.contains(where: { $0.upstream == upstream })
        else { return }
        importing = .ended(progress(upstream))
        emit(.endImport)
    }

    /// How far the import is, or how it ended.
    var importProgress: Reply {
        switch importing {
        case .reading(let upstream): progress(upstream)
        case .ended(let reply): reply
        case nil, .opening: Reply(.refused, ["error": "no import is under way"])
        }
    }

    /// What is carried here costs the month nothing.
    private func progress(_ upstream: String) -> Reply {
        progress(of: settings.upstreams.filter { $0.name == upstream }, isBulkBudgeted: false)
    }
}
