import StationTrust
import TerminalText
import Testing

@testable import Centre

/// What is not signed.
struct DraftTests {
    @Test("a role's file that no station would read whole is refused, with the way out")
    func tooLong() throws {
        let key = try #require(SecretKey(seed: Array(repeating: 1, count: 32)))
        let appointment = try #require(
            Appointment(Appointment.json([key.json], threshold: 1), role: "targets"))
        let text = JSON.string(String(repeating: "x", count: TUF.Limit.targetsBytes))
        let error = #expect(throws: CentreError.self) {
            try Draft.sign(["a": text], [appointment], [key], .targets)
        }
        #expect(error?.message[.english].contains("loa-centre delegate") == true)
        #expect(error?.kind == .refused)
        #expect(try Draft.sign(["a": "x"], [appointment], [key], .targets).count > 64)
    }

    @Test("one key does not stand for two, also where it comes twice")
    func threshold() throws {
        let key = try #require(SecretKey(seed: Array(repeating: 1, count: 32)))
        let other = try #require(SecretKey(seed: Array(repeating: 2, count: 32)))
        let appointment = try #require(
            Appointment(Appointment.json([key.json, other.json], threshold: 2), role: "targets"))
        #expect(throws: CentreError.self) { try Draft.sign(["a": 1], [appointment], [key, key], .targets) }
        _ = try Draft.sign(["a": 1], [appointment], [key, other], .targets)
    }

    @Test("base64 is what everybody's is", arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func base64(text: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.bytes(Base64.text(bytes).utf8) == bytes)
    }

    @Test("base64 that is not whole is none", arguments: ["A", "AA", "AA=", "AAA", "=AAA", "AA==A", "A*=="])
    func notBase64(text: String) { #expect(Base64.bytes(text.utf8) == nil) }
}
