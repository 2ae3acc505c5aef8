// The memcached door over UDP, beside both others.

import Base
import Glibc
import Testing
import Transport

@testable import Server

/// A UDP socket connected to a local port; gives up after 20 seconds.
private final class DatagramClient {
    private let fd = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)

    init(_ port: UInt16) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // SAFETY: a sockaddr_in may be read as the sockaddr that it begins with.
        unsafe _ = withUnsafePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(fd) }

    /// Sends one request and puts its reply together.
    func ask(_ text: String, id: UInt8 = 9) -> String {
        let request: [UInt8] = [1, id, 0, 0, 0, 1, 0, 0] + Array(text.utf8)
        unsafe _ = send(fd, request, request.count, 0)
        var payload: [UInt8] = []
        var index = 0
        while true {
            var datagram = [UInt8](repeating: 0, count: 2048)
            let size = unsafe recv(fd, &datagram, 2048, 0)
            guard size > 8, datagram[0] == 1, datagram[1] == id else { return "no reply" }
            #expect(size <= 1400)
            #expect(Int(datagram[2]) << 8 | Int(datagram[3]) == index)
            payload += datagram[8..<size]
            index += 1
            if index == Int(datagram[4]) << 8 | Int(datagram[5]) { break }
        }
        return String(decoding: payload, as: UTF8.self)
    }
}

@Suite("UDP beside the two doors", .serialized)
struct DatagramTests {
    @Test("what UDP stores both doors read; stats conns names the port")
    func threeWays() throws {
        let server = try TestServer { $0.memcachedUDPPort = -1 }
        defer { server.finish() }
        let listener = try #require(server.assembly.memcachedDatagrams.first)
        let udp = DatagramClient(listener.port)
        #expect(udp.ask("set k 5 0 3\r\nabc\r\n") == "STORED\r\n")
        let tcp = try server.memcached()
        #expect(tcp.ask("get k", lines: 3) == ["VALUE k 5 3", "abc", "END"])
        #expect(try server.resp().ask("get k", lines: 2) == ["$3", "abc"])
        #expect(udp.ask("get k none k\r\n", id: 77) == "VALUE k 5 3\r\nabc\r\nVALUE k 5 3\r\nabc\r\nEND\r\n")

        let rows = tcp.ask("stats conns", until: "END")
        for port in listener.ports {
            #expect(rows.contains("STAT \(port.fd):UDP UDP"))
            #expect(rows.contains("STAT \(port.fd):addr udp:127.0.0.1:\(listener.port)"))
            #expect(rows.contains("STAT \(port.fd):state conn_read"))
        }
    }

    @Test("a long reply arrives whole, in order, in datagrams of 1400 bytes")
    func longReply() throws {
        let server = try TestServer { $0.memcachedUDPPort = -1 }
        defer { server.finish() }
        let udp = DatagramClient(try #require(server.assembly.memcachedDatagrams.first).port)
        let value = String(repeating: "0123456789", count: 5000)
        let tcp = try server.memcached()
        #expect(tcp.ask("set big 0 0 50000\r\n\(value)") == ["STORED"])
        #expect(udp.ask("get big\r\n") == "VALUE big 0 50000\r\n\(value)\r\nEND\r\n")
        #expect(udp.ask("stats\r\n").hasSuffix("END\r\n"))
    }

    @Test("where one must log in there is no UDP, and no listener of another protocol", arguments: [true, false])
    func logins(byText: Bool) throws {
        let path = "/tmp/duet-datagram-login-\(getpid())-\(byText)"
        try Files.replace(path, with: "user:word\n")
        defer { Files.remove(path) }
        func refusal(_ change: (inout Configuration) -> Void) -> String? {
            do {
                let server = try TestServer { settings in
                    if byText { settings.memcachedAuthFile = path } else { settings.memcachedPasswordDatabase = path }
                    change(&settings)
                }
                server.finish()
                return nil
            } catch { return "\(error)" }
        }
        #expect(refusal { $0.memcachedUDPPort = -1 }?.contains("UDP") == true)
        let words = ["proto[ascii]:127.0.0.1", "proto[binary]:127.0.0.1", "proto[negotiating]:127.0.0.1"]
        let refused = words.map { word in refusal { $0.memcachedBind = [word] } != nil }
        #expect(refused == (byText ? [false, true, true] : [true, false, true]))
        #expect(refusal { _ in } == nil)
    }

    @Test("a listener speaks what its word says")
    func languages() throws {
        let server = try TestServer { $0.memcachedBind = ["proto[binary]:127.0.0.1"] }
        defer { server.finish() }
        let binary = try TestClient(port: server.assembly.memcachedListeners[0].port)
        binary.send("version\r\n")
        #expect(binary.isClosedByPeer)
    }

    @Test("without -U there is no UDP")
    func off() throws {
        let server = try TestServer()
        defer { server.finish() }
        #expect(server.assembly.memcachedDatagrams.isEmpty)
    }
}
