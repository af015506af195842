import Centre
import Glibc
import StationHost
import StationTrust
import TerminalText

/// What the centre does with stations' proofs.
extension Desk {
    func enrol(_ words: Words) throws {
        let station = words.operands[1]
        let enrolment = try Enrolment(folder(words), station, key: try publicKey(words.operands[2]))
        let isNew: Bool?
        if words.has("--remove") {
            try enrolment.remove(.kernel)
            isNew = nil
        } else {
            isNew = try enrolment.enrol(.kernel)
        }
        say(ProofText.enrolled(station, enrolment.key, isNew: isNew))
    }

    func verify(_ words: Words) throws {
        var verification = Verification(try folder(words))
        verification.readsAll = words.has("--all")
        verification.acknowledged = Set(words.all("--acknowledge"))
        let (bar, text) = (ProgressBar(), ProofText(language: language))
        var (tally, results): (VerdictTally, [JSON]) = (VerdictTally(), [])
        try verification.run { progress in
            bar.show(text.progress(progress), Int64(progress.stations.done), of: Int64(progress.stations.of))
        } _: { result in
            tally.count(result)
            guard !isJSON else { return results.append(ProofText.json(result)) }
            let lines = text.lines(result)
            guard !lines.isEmpty else { return }
            bar.clear()
            Terminal.print(TextWidth.printed(lines))
        }
        bar.clear()
        if isJSON {
            Terminal.print("\(ProofText.json(tally, results))\n")
        } else {
            say(text.summary(tally))
        }
        guard tally.stations > 0 else { throw CentreError(.refused, ProofText.noStations(words.operands[0])) }
        guard tally.isWell else { throw CentreError(.refused, ProofText.notWell(tally)) }
    }

    func status(_ words: Words) throws {
        let states = try StatusCheck(try folder(words), try Surroundings.system()).run()
        if isJSON {
            Terminal.print("\(ProofText.json(states))\n")
        } else {
            Terminal.print(TextWidth.printed(ProofText(language: language).lines(states)))
        }
        let wrong = states.count { !$0.findings.isEmpty }
        guard wrong == 0 else { throw CentreError(.refused, ProofText.wantLook(wrong, of: states.count)) }
    }

    func prove(_ words: Words) throws {
        let proof = try Prover(try folder(words), words.operands[1]).prove(words.operands[2])
        guard let file = words.value("--out") else {
            return Terminal.print(String(decoding: proof.bytes, as: UTF8.self))
        }
        do throws(SystemError) {
            try DurableFile.replace(file, with: proof.bytes, mode: 0o644, .kernel)
        } catch { throw CentreError(error) }
        say(ProofText.proven(file, words.operands[1]))
    }

    func check(_ words: Words) throws {
        let typed = try publicKey(try words.required("--key"))
        guard let key = NoteKey(text: typed.split(whereSeparator: \.isWhitespace).joined()) else {
            throw UsageError(message: UsageText.bad("--key", typed, Phrase(same: "loa/STATION+…")))
        }
        guard let proof = LogProof(try read(words.operands[0], limit: LogProof.mostBytes)) else {
            throw CentreError(.refused, ProofText.noProof(words.operands[0]))
        }
        let claim: LogProof.Claim
        do throws(LogProof.Refusal) { claim = try proof.check(key) } catch {
            throw CentreError(.refused, ProofText.refused(error, key))
        }
        if isJSON {
            Terminal.print("\(ProofText.json(claim, proof))\n")
        } else {
            Terminal.print(TextWidth.printed(ProofText(language: language).lines(claim, proof)))
        }
    }

    // MARK: Words of the line

    /// The store's folder, which must be there: a name mistyped must not look like a store without stations.
    private func folder(_ words: Words) throws -> ProofFolder {
        let path = words.operands[0]
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw CentreError(.configuration, ProofText.noFolder(path))
        }
        return ProofFolder(path, memory: words.value("--memory"))
    }
}
