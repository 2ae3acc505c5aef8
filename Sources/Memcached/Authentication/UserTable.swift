// The users of a password file, and the comparison that tells a stranger nothing by the time it takes.

import Base

/// Names and passwords, at least one pair for each user.
struct UserTable: Sendable {
    private struct Login {
        let user: [UInt8]
        let password: [UInt8]
    }

    /// Source: memcached authfile.c, MAX_ENTRIES and MAX_ENTRY_LEN, the terminator of the text included.
    static let userCountMax = 8
    static let lineSizeMax = 255

    private var logins: [Login] = []

    /// Users beyond the eighth.
    private(set) var leftOutCount = 0

    /// The format of `-Y`. nil if a line has no colon, a zero byte or more than 255 bytes: an empty line is wrong
    /// too, except behind the last line feed.
    init?(authFile content: [UInt8]) {
        for line in Self.lines(content) {
            guard line.count <= Self.lineSizeMax, !line.contains(0), let colon = line.firstIndex(of: 58) else {
                return nil
            }
            guard logins.count < Self.userCountMax else {
                leftOutCount += 1
                continue
            }
            logins.append(Login(user: Array(line[..<colon]), password: Array(line[(colon + 1)...])))
        }
    }

    /// The format of the SASL password database. Lines without a colon are no users; the first line of a user
    /// counts. A password ends at any colon that follows: what is behind it may be other words.
    init(saslFile content: [UInt8]) {
        var users = Set<[UInt8]>()
        for line in Self.lines(content) {
            guard let colon = line.firstIndex(of: 58) else { continue }
            let user = Array(line[..<colon])
            guard users.insert(user).inserted else { continue }
            let rest = line[(colon + 1)...]
            for end in rest.indices.filter({ rest[$0] == 58 }) + [rest.endIndex] {
                logins.append(Login(user: user, password: Array(rest[..<end])))
            }
        }
    }

    /// Without their line feeds, and without the carriage returns before them.
    private static func lines(_ content: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = content.split(separator: 10, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { line in line.prefix { $0 != 13 } }
    }

    /// Looks at all logins and all of `user` and `password`, whatever is right about them.
    func admits(_ user: RawSpan, _ password: RawSpan) -> Bool {
        var found: UInt8 = 0
        for login in logins {
            let isUser: UInt8 = login.user.span.rawBytes.equalsInConstantTime(user) ? 1 : 0
            let isPassword: UInt8 = login.password.span.rawBytes.equalsInConstantTime(password) ? 1 : 0
            found |= isUser & isPassword
        }
        return found != 0
    }
}
