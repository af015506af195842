/// Everything that is wrong with a configuration file, in the order of its lines.
package struct ConfigurationError: Error, Equatable, Sendable {
    /// One thing wrong with it.
    package struct Problem: Equatable, Sendable {
        /// Where it stands.
        package let place: JSON5.Place
        /// The key it is about, such as `upstreams[0].pollSeconds`; empty where it is the file.
        package let key: String
        /// What is expected and what was found.
        package let message: String
    }

    /// At least one.
    package let problems: [Problem]

    /// One line a problem: `FILE:LINE:COLUMN: KEY: MESSAGE`, as editors and compilers have it.
    package func lines(file: String) -> [String] {
        problems.map { problem in
            let key = problem.key.isEmpty ? "" : "\(problem.key): "
            return "\(file):\(problem.place.line):\(problem.place.column): \(key)\(problem.message)"
        }
    }
}
