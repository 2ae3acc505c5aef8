// A whole file that redis-server 7.0.15 wrote: functions, two databases, an LRU policy.

enum RecordedFile {
    static let hex = """
        524544495330303130fa0972656469732d76657206372e302e3135fa0a72656469732d62697473c040fa056374696d65\
        c2b595086bfa08757365642d6d656dc2887a0f00fa08616f662d62617365c000f5404f23216c7561206e616d653d6d79\
        6c69620a72656469732e72656769737465725f66756e6374696f6e282766272c2066756e6374696f6e286b6579732c61\
        726773292072657475726e203120656e6429fe00fb0201fc00d8c32cbb030000f8030001650178f8030001610568656c\
        6c6ffe03fb0300f8030003626967c30940c8016161e0bb00016161f80312016c01020d0d0000000300010102010301ff\
        f80300c00cc022ff1481643ec3fe8d7f
        """

    /// What a reader shows of it.
    static let events = [
        "field redis-ver 7.0.15", "field redis-bits 64", "field ctime 1795724725", "field used-mem 1014408",
        "field aof-base 0",
        "functions #!lua name=mylib\nredis.register_function('f', function(keys,args) return 1 end)",
        "database(0)", "sizes(keys: 2, expiring: 1)", "string e x", "string a hello",
        "database(3)", "sizes(keys: 3, expiring: 0)", "string big a*200", "collection(Engine.ValueKind.list) l",
        "string 12 34", "end 256",
    ]

    /// What an engine has of it: database, key, expiry, flags, CAS number, seconds idle, frequency, value. Three
    /// seconds are a little less in units of our clock.
    static let lines = [
        "0 a 0 0 0 2 0 string hello", "0 e 4102444800000 0 0 2 0 string x", "3 12 0 0 0 2 0 string 34",
        "3 big 0 0 0 2 0 string a*200", "3 l 0 0 0 2 0 list 1|2|3",
    ]
}
