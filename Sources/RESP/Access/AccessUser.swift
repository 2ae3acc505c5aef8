// One user: how he proves who he is, and what he may do. Source: Redis 7 ACL rules.

import Base
import Transport

struct AccessUser: Sendable {
    let name: [UInt8]
    private(set) var isOn = false
    /// Any password will do.
    private(set) var needsNoPassword = false
    /// What was said about payloads of RESTORE; they are always checked here.
    private(set) var sanitizes: Bool?
    /// SHA-256 of each, as 64 hexadecimal digits.
    private(set) var passwords: [[UInt8]] = []
    /// The first is the user's own, the others were given in parentheses. A request must be allowed by one of them.
    private(set) var selectors: [AccessSelector]

    /// May do nothing.
    /// - Parameter allowsAllChannels: redis.conf's `acl-pubsub-default`.
    init(_ name: [UInt8], allowsAllChannels: Bool) {
        self.name = name
        selectors = [AccessSelector(allowsAllChannels: allowsAllChannels)]
    }

    /// Who everybody is that has not said otherwise.
    static func makeDefault() -> AccessUser {
        var user = AccessUser(Array("default".utf8), allowsAllChannels: true)
        user.isOn = true
        user.needsNoPassword = true
        for rule in ["+@all", "~*"] { user.force(rule) }
        return user
    }

    var isUnrestricted: Bool { selectors[0].isUnrestricted }

    /// - Parameter allowsAllChannels: as in `init`, for what begins anew.
    /// Source: Redis ACLSetUser.
    mutating func apply(_ rule: [UInt8], allowsAllChannels: Bool) throws(RuleFault) {
        guard let first = rule.first else { return }
        switch String(decoding: rule.upToNUL.lowercasedASCII, as: UTF8.self) {
        case "on": isOn = true
        case "off": isOn = false
        case "nopass":
            needsNoPassword = true
            passwords = []
        case "skip-sanitize-payload": sanitizes = false
        case "sanitize-payload": sanitizes = true
        case "resetpass":
            needsNoPassword = false
            passwords = []
        case "clearselectors": selectors.removeSubrange(1...)
        case "reset":
            self = AccessUser(name, allowsAllChannels: allowsAllChannels)
            sanitizes = true
        default:
            switch first {
            case UInt8(ascii: ">"): add(password: Self.hash(rule.dropFirst()))
            case UInt8(ascii: "#"): add(password: try Self.checked(rule.dropFirst()))
            case UInt8(ascii: "<"): try remove(password: Self.hash(rule.dropFirst()))
            case UInt8(ascii: "!"): try remove(password: try Self.checked(rule.dropFirst()))
            case UInt8(ascii: "(") where rule.last == UInt8(ascii: ")"):
                var selector = AccessSelector(allowsAllChannels: allowsAllChannels)
                // Unbalanced quotes leave none, as in Redis.
                for word in words(ofLine: rule.dropFirst().dropLast()) ?? [] { try selector.apply(word) }
                selectors.append(selector)
            default: try selectors[0].apply(rule)
            }
        }
    }

    /// Without any of the passwords before; nil is for everybody. Source: redis.conf `requirepass`.
    mutating func set(password: [UInt8]?) {
        passwords = password.map { [Self.hash($0[...])] } ?? []
        needsNoPassword = password == nil
    }

    private mutating func force(_ rule: String) {
        do throws(RuleFault) {
            try selectors[0].apply(Array(rule.utf8))
        } catch {
            preconditionFailure("\(rule): \(error.text)")
        }
    }

    // MARK: Passwords

    /// Whether somebody who says that he is this user may be let in. Tells by its time how many passwords there are,
    /// and nothing of them.
    /// - Parameter hash: of the password that was given.
    func accepts(_ hash: [UInt8]) -> Bool {
        guard isOn else { return false }
        var isRight = needsNoPassword
        for password in passwords where password.span.rawBytes.equalsInConstantTime(hash.span.rawBytes) {
            isRight = true
        }
        return isRight
    }

    static func hash(_ password: ArraySlice<UInt8>) -> [UInt8] {
        let copy = Array(password)
        return hash(copy.span.rawBytes)
    }

    static func hash(_ password: RawSpan) -> [UInt8] { hexadecimal(Digest.sha256(password)) }

    static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    private static func checked(_ hash: ArraySlice<UInt8>) throws(RuleFault) -> [UInt8] {
        let isDigit = { (byte: UInt8) in (48...57).contains(byte) || (97...102).contains(byte) }
        guard hash.count == 64, hash.allSatisfy(isDigit) else { throw .badHash }
        return Array(hash)
    }

    private mutating func add(password: [UInt8]) {
        if !passwords.contains(password) { passwords.append(password) }
        needsNoPassword = false
    }

    private mutating func remove(password: [UInt8]) throws(RuleFault) {
        guard let index = passwords.firstIndex(of: password) else { throw .noSuchPassword }
        passwords.remove(at: index)
    }
}
