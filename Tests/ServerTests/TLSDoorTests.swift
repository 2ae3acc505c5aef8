// TLS at both doors: settings, listeners, reload, statistics, and what refuses to start.

import Base
import Glibc
import Testing

@testable import Server
@testable import Transport

private func path(_ name: String) -> String {
    // This file is Tests/ServerTests/TLSDoorTests.swift.
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return parts.joined(separator: "/") + "/Certificates/" + name
}

/// Both doors open a port under TLS beside the plain one; clients need no certificate.
private func encrypt(_ settings: inout Configuration) {
    settings.respTLSPort = -1
    settings.memcachedTLSPort = -1
    settings.tls.certificateFile = path("server.crt")
    settings.tls.keyFile = path("server.key")
    settings.tls.clients = .none
}

private func clientContext(_ certificate: String? = nil) throws -> TLSContext {
    var options = TLSOptions()
    options.authorityFile = path("authority.crt")
    options.verification = .required
    if let certificate {
        options.certificateFile = path(certificate + ".crt")
        options.keyFile = path(certificate + ".key")
    }
    return try TLSContext(.client, options)
}

extension TestServer {
    fileprivate func memcachedTLS(_ certificate: String? = nil, at index: Int = 0) throws -> TestClient {
        let listener = assembly.memcachedListeners.filter { $0.tls != nil }[index]
        return try TestClient(port: listener.port, tls: clientContext(certificate), host: UInt32(index) + 1)
    }

    fileprivate func respTLS(_ certificate: String? = nil, port: UInt16? = nil) throws -> TestClient {
        let listener = assembly.respListeners.first { $0.tls != nil }
        return try TestClient(port: port ?? listener?.port ?? 0, tls: clientContext(certificate))
    }
}

@Suite("TLS at the doors")
struct TLSDoorTests {
    @Test("both doors serve the same keys, plain and under TLS")
    func doors() throws {
        let server = try TestServer(encrypt)
        defer { server.finish() }
        let memcached = try server.memcachedTLS()
        #expect(memcached.ask("set k 5 0 5\r\nhello") == ["STORED"])
        let resp = try server.respTLS()
        #expect(resp.ask("GET k", lines: 2) == ["$5", "hello"])
        #expect(try server.memcached().ask("get k", until: "END") == ["VALUE k 5 5", "hello", "END"])
        #expect(try server.resp().ask("APPEND k !") == [":6"])
        #expect(memcached.ask("get k", until: "END") == ["VALUE k 5 6", "hello!", "END"])
    }

    @Test("large values go both ways")
    func largeValues() throws {
        let server = try TestServer(encrypt)
        defer { server.finish() }
        let client = try server.memcachedTLS()
        for size in [16_000, 16_384, 100_000, 1_000_000] {
            let value = String(repeating: "0123456789abcdef", count: size / 16)
            #expect(client.ask("set k 0 0 \(value.utf8.count)\r\n\(value)") == ["STORED"])
            #expect(client.ask("get k", until: "END") == ["VALUE k 0 \(value.utf8.count)", value, "END"])
        }
    }

    @Test("stats and stats settings tell of TLS, and only where it is")
    func statistics() throws {
        let server = try TestServer {
            encrypt(&$0)
            $0.tls.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"
        }
        defer { server.finish() }
        let client = try server.memcachedTLS()
        let plain = try server.memcached()
        plain.send("version\r\n")
        _ = plain.line()
        let port = server.assembly.memcachedListeners.first { $0.tls != nil }!.port
        let wrong = try TestClient(port: port)
        wrong.send("get a\r\n")
        _ = wrong.line()
        let stats = client.ask("stats", until: "END")
        #expect(stats.contains("STAT ssl_new_sessions 1"))
        #expect(stats.contains("STAT ssl_handshake_errors 1"))
        #expect(stats.contains("STAT ssl_proto_errors 0"))
        #expect(stats.contains { $0.hasPrefix("STAT time_since_server_cert_refresh ") })
        let settings = plain.ask("stats settings", until: "END")
        for row in [
            "ssl_enabled yes", "ssl_chain_cert \(path("server.crt"))", "ssl_key \(path("server.key"))",
            "ssl_verify_mode 0", "ssl_keyformat 1", "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256",
            "ssl_ca_cert NULL", "ssl_wbuf_size 16384", "ssl_session_cache yes", "ssl_kernel_tls no",
            "ssl_min_version tlsv1.2",
        ] { #expect(settings.contains("STAT " + row), "\(row)") }

        let without = try TestServer()
        defer { without.finish() }
        let other = try without.memcached()
        #expect(!other.ask("stats", until: "END").contains { $0.contains("ssl_") || $0.contains("cert") })
        #expect(other.ask("stats settings", until: "END").contains("STAT ssl_enabled no"))
        #expect(other.ask("refresh_certs") == ["Error TLS not enabled"])
    }

    @Test("refresh_certs holds for new connections; on an error the old certificates stay")
    func refresh() throws {
        let used = "/tmp/duet-tls-\(System.processID)"
        defer { for kind in ["crt", "key"] { Files.remove("\(used).\(kind)") } }
        func install(_ name: String) throws {
            for kind in ["crt", "key"] {
                let text = String(decoding: try Files.read(path("\(name).\(kind)")), as: UTF8.self)
                try Files.replace("\(used).\(kind)", with: text)
            }
        }
        try install("server")
        let server = try TestServer {
            encrypt(&$0)
            $0.tls.certificateFile = "\(used).crt"
            $0.tls.keyFile = "\(used).key"
        }
        defer { server.finish() }
        let old = try server.memcachedTLS()
        #expect(old.peerName == "server")
        try install("server2")
        #expect(old.ask("refresh_certs") == ["OK"])
        #expect(try server.memcachedTLS().peerName == "server2")
        #expect(try server.respTLS().peerName == "server2")
        #expect(old.ask("version")[0].hasPrefix("VERSION"))
        Files.remove("\(used).crt")
        let reason = "error:80000002:system library::No such file or directory"
        #expect(
            old.ask("refresh_certs")
                == ["Error loading the certificate chain: \(used).crt : \(reason)"])
        #expect(try server.memcachedTLS().peerName == "server2")
        // SIGHUP does the same.
        try install("server")
        server.assembly.control.reload()
        #expect(try server.memcachedTLS().peerName == "server")
    }

    @Test("an address may go without TLS, or ask for client certificates, whatever the door does")
    func prefixes() throws {
        let server = try TestServer {
            encrypt(&$0)
            $0.respTLSPort = 0
            $0.memcachedTLSPort = 0
            $0.memcachedUsesTLS = true
            $0.memcachedBind = ["127.0.0.1", "notls:127.0.0.1:0", "btls:127.0.0.2", "mtls:127.0.0.3"]
            $0.tls.authorityFile = path("authority.crt")
            $0.tls.clients = .optional
        }
        defer { server.finish() }
        #expect(server.assembly.memcachedListeners.map { $0.tls != nil } == [true, false, true, true])
        let plain = try TestClient(port: server.assembly.memcachedListeners[1].port)
        #expect(plain.ask("version")[0].hasPrefix("VERSION"))
        for (index, certificate, isServed) in [
            (0, nil, true), (0, "client", true), (0, "stranger-client", false), (1, nil, true),
            (1, "stranger-client", true), (2, nil, false), (2, "client", true), (2, "stranger-client", false),
        ] as [(Int, String?, Bool)] {
            let client = try? server.memcachedTLS(certificate, at: index)
            let reply = client?.ask("version")[0] ?? ""
            #expect(reply.hasPrefix("VERSION") == isServed, "\(index) \(certificate ?? "none")")
        }
    }

    @Test("CONFIG SET of tls-* holds for new connections, all or nothing")
    func configuration() throws {
        let server = try TestServer(encrypt)
        defer { server.finish() }
        let resp = try server.resp()
        let old = try server.respTLS()
        #expect(old.peerName == "server")
        let pair = "tls-cert-file \(path("server2.crt")) tls-key-file \(path("server2.key"))"
        #expect(resp.ask("CONFIG SET \(pair)") == ["+OK"])
        #expect(try server.respTLS().peerName == "server2")
        #expect(old.ask("PING") == ["+PONG"])
        #expect(resp.ask("CONFIG GET tls-cert-file", lines: 5).last == path("server2.crt"))
        for wrong in [
            "tls-cert-file /nonexistent", "tls-key-file \(path("client.key"))", "tls-ciphers foo",
            "tls-protocols \"TLSv1.2 foo\"", "tls-auth-clients yes",
        ] {
            #expect(resp.ask("CONFIG SET \(wrong)")[0].contains("Unable to update TLS configuration"), "\(wrong)")
        }
        #expect(resp.ask("CONFIG SET tls-auth-clients maybe")[0].hasPrefix("-ERR"))
        #expect(try server.respTLS().peerName == "server2")
        let authority = "tls-ca-cert-file \(path("authority.crt"))"
        #expect(resp.ask("CONFIG SET \(authority) tls-auth-clients yes") == ["+OK"])
        #expect(try server.respTLS("client").ask("PING") == ["+PONG"])
        #expect((try? server.respTLS())?.ask("PING")[0] != "+PONG")
    }

    @Test("tls-port moves, closes and opens while connections live")
    func movingPort() throws {
        let server = try TestServer(encrypt)
        defer { server.finish() }
        let resp = try server.resp()
        let old = try server.respTLS()
        let port = server.assembly.respListeners.first { $0.tls != nil }!.port
        #expect(resp.ask("CONFIG SET tls-port 0") == ["+OK"])
        waitUntilRefused(port)
        #expect(old.ask("PING") == ["+PONG"])
        #expect(resp.ask("CONFIG SET tls-port \(port)") == ["+OK"])
        #expect(try server.respTLS(port: port).ask("PING") == ["+PONG"])
        let taken = server.assembly.memcachedListeners[0].port
        #expect(resp.ask("CONFIG SET tls-port \(taken)")[0].contains("Unable to listen on this port"))
        #expect(resp.ask("CONFIG GET tls-port", lines: 5).last == "\(port)")
        #expect(try server.respTLS(port: port).ask("PING") == ["+PONG"])
    }

    private func waitUntilRefused(_ port: UInt16) {
        let end = Milliseconds.readClock().rawValue + 20_000
        while Milliseconds.readClock().rawValue < end {
            if (try? TestClient(port: port)) == nil { return }
            sched_yield()
        }
        Issue.record("still listening")
    }

    @Test("a server without usable certificates does not start")
    func noCertificates() {
        func problem(_ change: (inout Configuration) -> Void) -> StartError? {
            do throws(StartError) {
                var settings = Configuration()
                settings.memcachedPort = 0
                settings.respPort = 0
                settings.respBind = ["127.0.0.1"]
                encrypt(&settings)
                settings.memcachedTLSPort = 0
                change(&settings)
                _ = try Assembly(settings, log: Log(style: .redis, level: .nothing))
                return nil
            } catch {
                return error
            }
        }
        #expect(problem { _ in } == nil)
        let words = "Failed to configure TLS. Check logs for more info."
        #expect(problem { $0.tls.certificateFile = "" }?.description == words)
        #expect(problem { $0.tls.clients = .required }?.description == words)
        let memcached = problem {
            $0.followsMemcachedHabits = true
            $0.tls.ciphers = "foo"
        }
        #expect(memcached?.description == "Error setting the provided cipher(s): foo")
        #expect(memcached?.exitCode == 64)
    }
}
