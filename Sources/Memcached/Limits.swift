// Every bound of this room, with its reason.

extension MemcachedSession {
    /// The longest key. Source: memcached, KEY_MAX_LENGTH.
    static let keySizeMax = 250

    /// Input without a line feed that is still waited for; beyond it only a multi-key get may go on.
    /// Source: memcached 1.6.45, try_read_command_ascii.
    static let unfinishedLineSizeMax = 2048

    /// Blanks that may stand before `get` in such a line. Source: as above.
    static let leadingBlanksMax = 100

    /// The longest line of get and gets, where memcached knows no bound: 60,000 of the longest keys.
    static let retrievalLineSizeMax = 16 << 20

    /// The largest value length that a command line may name. Source: memcached, INT_MAX - 2.
    static let valueSizeMax = Int(Int32.max) - 2

    /// Tokens of a meta command, its name and key included.
    static let metaTokenCountMax = 20

    /// An opaque token, its letter included. Source: memcached, MFLAG_MAX_OPAQUE_LENGTH.
    static let opaqueTokenSizeMax = 32

    /// Numbers up to this are seconds from now, larger ones are seconds since 1970: 30 days.
    static let relativeExptimeMax: Int64 = 60 * 60 * 24 * 30

    /// A first line shorter than this, its terminator included, is no login. Source: memcached 1.6.45.
    static let loginLineSizeMin = 6

    /// A login with its line, or SASL's answer: far above any name and password, so that strangers cannot have
    /// more kept. Source: memcached 1.6.45, for text.
    static let loginSizeMax = 16384

    /// The longest name of a SASL mechanism. Source: memcached, MAX_SASL_MECH_LEN.
    static let saslMechanismSizeMax = 32

    /// What memcached's own header, terminators and CAS take of `-I`: kept so that the largest value that is
    /// accepted is the same one.
    static let itemOverhead = 51
    static let itemOverheadOfCAS = 8
    static let itemOverheadOfFlags = 4
}
