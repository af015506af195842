// Rules and zones against other programs: python-dateutil on generated rules, python's zoneinfo on all zones.

import Foundation
import StationCore
import Testing

@Suite("Other programs agree")
struct TimetableOracleTests {
    @Test("python-dateutil finds the same instances of 2,240 generated rules and 250 around nights of change")
    func rules() throws {
        let cases = try python("rules.py", "39", "2240", "250")
        var (plain, nights, wrong) = (0, 0, 0)
        for line in cases {
            let sides = line.split(separator: " = ")
            let words = sides[0].split(separator: " ")
            let expected = sides[1].split(separator: " ").map(String.init)
            let limit = try #require(Int(words[3]))
            let found: [String]
            if words[0] == "-" {
                plain += 1
                found = try civilInstances(words, limit)
            } else {
                nights += 1
                found = try slots(words)
            }
            if found != expected {
                wrong += 1
                if wrong < 5 { Issue.record("\(line)\nfound \(found.joined(separator: " "))") }
            }
        }
        #expect(plain >= 2000 && nights >= 200 && wrong == 0, "\(plain) and \(nights) rules, \(wrong) wrong")
    }

    private func civilInstances(_ words: [Substring], _ limit: Int) throws -> [String] {
        let start = try civil(words[1])
        let end = try civil(words[2])
        var budget = 100_000_000
        let recurrence = try Recurrence(
            rule: RecurrenceRule(String(words[4])), start: start, zone: .utc, budget: &budget)
        var found = [start]
        for next in recurrence.occurrences(from: start) {
            if next > end || found.count == limit { break }
            found.append(next)
        }
        // Begun anywhere, the rule goes on with the same instances.
        if found.count > 2 {
            let middle = found[found.count / 2]
            for from in [middle, CivilTime(seconds: middle.seconds + 1)] {
                let rest = Array(
                    recurrence.occurrences(from: from).prefix(found.count).prefix {
                        $0 <= found[found.count - 1]
                    })
                #expect(rest == found.filter { $0 >= from }, "\(words[4]) from \(text(from))")
            }
        }
        return found.map { text($0) }
    }

    /// The whole way: an event with DTSTART;TZID and RRULE, asked for in instants.
    private func slots(_ words: [Substring]) throws -> [String] {
        let name = String(words[0])
        let event = "DTSTART;TZID=\(name):\(words[1])\nRRULE:\(words[4])"
        let result = try Timetable.compile(["schedule.ics": calendar(event)], zone: name)
        let zone = try SystemZones.zone(name)
        let found = result.timetable.slots(
            from: zone.instant(of: try civil(words[1])), until: .distantFuture, limit: 10_000)
        for slot in found.prefix(6) + found.suffix(2) {
            #expect(result.timetable.slot(id: slot.id) == slot, "\(words[4]): \(slot.id)")
        }
        return found.map { "\($0.scheduled.seconds)" }
    }

    @Test("python's zoneinfo agrees on all zones of the system, in both directions, until 2261")
    func zones() throws {
        let cases = try python("zones.py", "1")
        #expect(cases.count > 400)
        var wrong = 0
        for line in cases {
            let words = line.split(separator: " ")
            let zone = try SystemZones.zone(String(words[0]))
            var isBack = false
            for word in words.dropFirst() {
                if word == "|" {
                    isBack = true
                    continue
                }
                let parts = word.split(separator: ":", maxSplits: 3)
                let second = try #require(Int64(parts[0]))
                let found: String
                if isBack {
                    found = "\(second):\(zone.instant(of: CivilTime(seconds: second)).seconds)"
                } else {
                    let local = zone.offset(at: Instant(seconds: second))
                    found = "\(second):\(local.seconds):\(local.isDaylight ? 1 : 0):\(local.abbreviation)"
                }
                if found != word {
                    wrong += 1
                    if wrong < 10 { Issue.record("\(words[0]): expected \(word), found \(found)") }
                }
            }
        }
        #expect(wrong == 0)
    }
}
