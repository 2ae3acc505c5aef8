// TLS contexts: the forms that keys and certificates come in, and the reasons to refuse them.

import Testing

@testable import Transport

@Suite("TLS contexts")
struct TLSContextTests {
    private typealias Files = TestCertificates

    private func problem(_ change: (inout TLSOptions) -> Void) -> TLSError? {
        do throws(TLSError) {
            _ = try TLSContext(.server, Files.server("server", change))
            return nil
        } catch {
            return error
        }
    }

    @Test("keys come as PEM, in the certificate's file, under a password, and as DER")
    func keys() {
        #expect(problem { _ in } == nil)
        #expect(
            problem {
                $0.certificateFile = Files.path("server-both.pem")
                $0.keyFile = ""
            } == nil)
        #expect(
            problem {
                $0.keyFile = Files.path("server-locked.key")
                $0.keyPassword = "open-sesame"
            } == nil)
        #expect(
            problem {
                $0.keyFile = Files.path("server-key.der")
                $0.keyFormat = .der
            } == nil)
    }

    @Test("a locked key without its password, or with a wrong one, is refused and nobody is asked")
    func lockedKeys() {
        for password in ["", "wrong", String(repeating: "x", count: 5000)] {
            let error = problem {
                $0.keyFile = Files.path("server-locked.key")
                $0.keyPassword = password
            }
            guard case .key(Files.path("server-locked.key"), _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test("what is wrong is named, with OpenSSL's reason")
    func errors() {
        #expect(problem { $0.certificateFile = "" } == .noCertificate)
        #expect(
            problem { $0.certificateFile = "/nonexistent" }
                == .certificate(
                    path: "/nonexistent", reason: "error:80000002:system library::No such file or directory"))
        #expect(
            problem { $0.keyFile = Files.path("client.key") }
                == .key(
                    path: Files.path("client.key"),
                    reason: "error:05800074:x509 certificate routines::key values mismatch"))
        #expect(problem { $0.ciphers = "foo" } == .ciphers("foo"))
        #expect(problem { $0.ciphersuites = "foo" } == .ciphersuites("foo"))
        let named: [(String, TLSError?)] = [
            ("PEM read as DER", problem { $0.keyFormat = .der }),
            ("a key taken for a certificate", problem { $0.certificateFile = Files.path("server.key") }),
            ("missing authorities", problem { $0.authorityFile = "/nonexistent" }),
            ("missing parameters", problem { $0.parametersFile = "/nonexistent" }),
            ("a certificate taken for parameters", problem { $0.parametersFile = Files.path("server.crt") }),
        ]
        for (what, error) in named {
            switch error {
            case .key, .certificate, .authorities, .parameters: break
            default: Issue.record("\(what): \(String(describing: error))")
            }
        }
    }

    @Test("ciphers, parameters, directories and the kernel's help are accepted and serve")
    func choices() throws {
        let (server, _) = try makeTLSServer(
            Files.server {
                $0.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"
                $0.ciphersuites = "TLS_CHACHA20_POLY1305_SHA256"
                $0.prefersOwnCiphers = true
                $0.parametersFile = Files.path("dh.pem")
                $0.authorityDirectory = Files.path("")
                $0.usesKernel = true
            })
        defer { server.finish() }
        for (version, cipher) in [
            (TLSVersion.v1_2, "ECDHE-ECDSA-AES128-GCM-SHA256"), (.v1_3, "TLS_CHACHA20_POLY1305_SHA256"),
        ] {
            let client = try TLSClient(server.connect(), Files.client { $0.versions = [version] })
            #expect(client.stream.cipherName == cipher)
            let payload = TestPattern.bytes(count: 200_000, seed: 1)
            client.send(TestPattern.frame(payload))
            #expect(client.receiveFrame() == payload)
        }
    }

    @Test("renegotiation is refused")
    func renegotiation() throws {
        let (server, _) = try makeTLSServer()
        defer { server.finish() }
        let client = try TLSClient(server.connect(), Files.client { $0.versions = [.v1_2] })
        client.send(TestPattern.frames("before"))
        #expect(client.receiveText() == "before")
        #expect(!client.stream.renegotiates())
    }
}
