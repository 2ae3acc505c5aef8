// Names and passwords in a file: who may use the memcached door.

import Base
import Synchronization

/// The logins of a file of `user:password` lines. Any thread; off the request path.
public final class PasswordFile: Sendable {
    public enum Format: Sendable {
        /// `-Y`: at most eight users; the password is the rest of the line. Read when told to.
        case authFile
        /// `MEMCACHED_SASL_PWDB`: any number of users; a second colon ends the password. Read for each login, so
        /// that a change holds at once, as with memcached.
        case sasl
    }

    public let path: String
    private let format: Format
    private let table: Mutex<UserTable>

    /// Reads `path`, which is kept as it is.
    public init(_ path: String, _ format: Format) throws(PasswordFileError) {
        self.path = path
        self.format = format
        table = Mutex(try Self.read(path, format))
    }

    /// Reads the file again. What was read before stays in force if that fails.
    public func reload() throws(PasswordFileError) {
        let fresh = try Self.read(path, format)
        table.withLock { $0 = fresh }
    }

    /// Users in the file that memcached would leave out, since it knows no more than eight.
    public var leftOutCount: Int { table.withLock { $0.leftOutCount } }

    /// Whether the file has this user with this password. Takes as long for a wrong one as for the right one.
    func admits(_ user: RawSpan, _ password: RawSpan) -> Bool {
        if format == .sasl {
            do throws(PasswordFileError) { try reload() } catch { return false }
        }
        return table.withLock { $0 }.admits(user, password)
    }

    private static func read(_ path: String, _ format: Format) throws(PasswordFileError) -> UserTable {
        let content: [UInt8]
        do throws(SystemError) {
            content = try Files.read(path)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        switch format {
        case .authFile:
            guard let table = UserTable(authFile: content) else { throw .malformed(path: path) }
            return table
        case .sasl:
            return UserTable(saslFile: content)
        }
    }
}

/// Why a password file cannot be used, in memcached's words.
public enum PasswordFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case malformed(path: String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "Could not open authfile [\(path)] for reading, error \(reason)"
        case .malformed(let path): "Authfile [\(path)] has a malformed entry. Should be 'user:password'"
        }
    }
}
