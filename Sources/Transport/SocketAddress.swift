// One end of a connection in 24 bytes, so that 10,000 of them cost nothing; text is made when asked for.

import CLibevent
import Glibc

/// An IPv4, IPv6 or unix address without the path.
struct SocketAddress: Sendable {
    private enum Family: UInt8 { case unnamed, unix, ipv4, ipv6 }

    private var family = Family.unnamed
    private var port: UInt16 = 0
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    init() {}

    /// The peer's end of `fd`; unnamed if the peer is gone already.
    init(remoteOf fd: Int32) { unsafe self.init(fd: fd, ask: getpeername) }

    /// Our end of `fd`.
    init(localOf fd: Int32) { unsafe self.init(fd: fd, ask: getsockname) }

    private init(
        fd: Int32,
        ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) {
        self.init()
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // SAFETY: sockaddr_storage is large enough, and aligned, for every family.
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                if unsafe ask(fd, address, &size) == 0 { unsafe read(address) }
            }
        }
    }

    /// - Parameter address: holds a whole sockaddr_in or sockaddr_in6 if its family says so.
    private mutating func read(_ address: UnsafePointer<sockaddr>) {
        let raw = unsafe UnsafeRawPointer(address)
        // SAFETY: the family says what lies there.
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET:
            let ipv4 = unsafe raw.load(as: sockaddr_in.self)
            family = .ipv4
            port = UInt16(bigEndian: ipv4.sin_port)
            low = UInt64(ipv4.sin_addr.s_addr)
        case AF_INET6:
            family = .ipv6
            port = unsafe UInt16(bigEndian: raw.load(as: sockaddr_in6.self).sin6_port)
            unsafe high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            unsafe low = raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        case AF_UNIX:
            family = .unix
        default:
            break
        }
    }

    var isUnix: Bool { family == .unix }
    var isUnnamed: Bool { family == .unnamed || family == .unix }
    var portNumber: UInt16 { port }

    var text: String {
        switch family {
        case .unnamed: return "?:0"
        case .unix: return "unix:0"
        case .ipv4: return "\(presentation(AF_INET, size: 4, of: (low, 0))):\(port)"
        case .ipv6: return "[\(presentation(AF_INET6, size: 16, of: (high, low)))]:\(port)"
        }
    }

    private func presentation(_ family: Int32, size: Int, of words: (UInt64, UInt64)) -> String {
        var words = words
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            // SAFETY: 64 bytes hold the longest address of either family, and both words are 16 bytes in a
            // row.
            guard unsafe inet_ntop(family, &words, text.baseAddress, 64) != nil else { return "?" }
            return unsafe String(cString: text.baseAddress!)
        }
    }
}
