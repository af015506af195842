/// Words that nobody should find in the project.
///
/// Written in pieces, so that this file is not found itself.
extension Rule {
    static let words = [
        banText("unfinished", "\\bFIX" + "ME\\b", instead: "mend it, or file an issue", in: { _ in true }),
        banText(
            "unfinished", "\\bTO" + "DO\\b(?!: \\S+ \\S+ \\S+)",
            instead: "say what is to be done, and why not now",
            in: { _ in true }),
        banText(
            "machine", "(?<![\\w.}])/(wo" + "rk|ro" + "ot|ho" + "me)/|/opt/sw" + "ift|bash_jo" + "bs",
            instead: "a path from the project's folder, the environment or a temporary folder",
            in: { _ in true }),
        banText(
            "registry",
            "(py" + "pi|pythonho" + "sted|crates|deb\\.deb" + "ian|npm" + "js|proxy\\.go"
                + "lang)\\.(org|io|com|net)",
            instead: "install by name, with the machine's own client", in: { _ in true }),
        ban(
            "vague name",
            #"\b(class|struct|enum|actor|protocol|typealias|func|var|let)\s+\w*(Manager|Helper|Util|Utils|Utilities)\b"#,
            instead: "name what it owns", in: { $0.isSwift }),
    ]
}
