import Glibc
package import StationHost
package import TerminalText

/// Why an operation of the centre did nothing.
package struct CentreError: Error, Hashable, Sendable {
    /// Whose turn it is.
    package enum Kind: Hashable, Sendable {
        /// The answer is no: what was to be published is not fit for it, or somebody said no.
        case refused
        /// This user may not.
        case notPermitted
        /// Keys or repository are not as they must be.
        case configuration
    }

    /// Whose turn it is.
    package let kind: Kind
    /// What is wrong and what to do about it.
    package let message: Phrase
    /// What was found in the channel, where that is the reason.
    package let problems: [ChannelProblem]

    /// Makes an error.
    package init(_ kind: Kind, _ message: Phrase, problems: [ChannelProblem] = []) {
        (self.kind, self.message, self.problems) = (kind, message, problems)
    }

    /// A system call failed.
    package init(_ error: SystemError) {
        let isForbidden = error.code == EACCES || error.code == EPERM
        self.init(isForbidden ? .notPermitted : .refused, Phrasebook.translated("\(error)"))
    }
}

/// Does what may fail with a system call's error, and fails with the centre's.
func attempt<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(CentreError) -> Result {
    do throws(SystemError) { return try body() } catch { throw CentreError(error) }
}
