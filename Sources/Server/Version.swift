// The release, and the releases of the two worlds whose behaviour it claims.

public enum Version {
    public static let number = "0.1.0"
    /// What INFO and HELLO tell clients, who choose their commands by it.
    static let redis = "7.2.0"
    /// What `version` and `-V` tell.
    static let memcached = "1.6.45"
}
