import Foundation

/// What bash would offer for a line, by the scripts of `systemd/completion`.
enum Completion {
    private static let folder = ManualPage.folder.appending(path: "../completion")

    /// Has bash complete each line.
    ///
    /// - Parameters:
    ///   - script: which script.
    ///   - lines: what stands on the line, up to the cursor.
    ///   - answer: what `loa --json next` prints.
    ///   - directory: where it is asked.
    /// - Returns: the candidates of each line.
    /// - Throws: what the system says when bash cannot be run.
    static func candidates(
        _ script: String, _ lines: [String], answer: String = "[]", directory: String = "/"
    ) throws -> [[String]] {
        // As bash has it, with hostnames completed.
        let program = """
            cd "$2" && shopt -u progcomp_alias; COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'
            source "$0" || exit 1
            answer=$1
            timeout() { shift; "$@"; }
            loa() { printf '%s' "$answer"; }
            function=$(complete -p "${0##*/}" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            while IFS= read -r line; do
                COMP_LINE=$line COMP_POINT=${#line}
                read -ra COMP_WORDS <<<"$line"
                [[ $line == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMPREPLY=()
                "$function"
                printf '%s\\n' "${COMPREPLY[@]}" ---
            done
            """
        let path = folder.appending(path: script).path
        let output = try Tool.run(
            ["bash", "--norc", "-c", program, path, answer, directory],
            input: lines.map { $0 + "\n" }.joined()
        ).output
        let found = output.components(separatedBy: "---\n").dropLast()
        return found.map { $0.split(separator: "\n").map(String.init) }
    }
}
