// A connection whose steps are waited for: lines in pieces, ends at any byte, and time that runs out.

import Base
import Glibc
import Testing

@testable import Transport

@Suite("Peer links")
struct PeerLinkTests {
    /// Both ends of a connection: a link, and a socket.
    private func pair() -> (PeerLink, Int32) {
        var ends: [Int32] = [0, 0]
        // SOCK_STREAM, which Glibc's module hides here.
        let made = unsafe socketpair(AF_UNIX, 1, 0, &ends)
        precondition(made == 0)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (PeerLink(fd: ends[0]), ends[1])
    }

    private func say(_ bytes: some Sequence<UInt8>, _ fd: Int32) {
        let bytes = Array(bytes)
        let sent = unsafe bytes.withUnsafeBytes { unsafe write(fd, $0.baseAddress, $0.count) }
        #expect(sent == bytes.count)
    }

    private func line(_ link: PeerLink, _ timeout: Int64 = 5000) throws(PeerFault) -> String {
        try link.receiveLine(timeoutMilliseconds: timeout) { $0.copiedText() }
    }

    @Test("lines are the same however they arrive")
    func lines() throws {
        let text = Array("+OK\r\n-ERR no\r\n\r\n\n+a\rb\n".utf8)
        let expected = ["+OK", "-ERR no", "", "", "+a\rb"]
        for cut in 0...text.count {
            let (link, fd) = pair()
            defer { close(fd) }
            say(text[..<cut], fd)
            var found: [String] = []
            let whole = text[..<cut].count { $0 == 10 }
            for _ in 0..<whole { found.append(try line(link)) }
            // Half a line is kept for the next time.
            #expect(throws: PeerFault.receiving) { try line(link, 0) }
            say(text[cut...], fd)
            while found.count < expected.count { found.append(try line(link)) }
            #expect(found == expected, "cut at \(cut)")
            #expect(link.isIdle)
        }
    }

    @Test("a line as long as may be is shown, a longer one refused")
    func longLines() throws {
        let most = TransportLimits.peerLineSizeMax - 1
        let (link, fd) = pair()
        defer { close(fd) }
        say([UInt8](repeating: 120, count: 10) + [10], fd)
        #expect(try line(link).utf8.count == 10)
        say([UInt8](repeating: 120, count: most), fd)
        #expect(throws: PeerFault.receiving) { try line(link, 0) }
        say([10], fd)
        #expect(try line(link).utf8.count == most)
        say([UInt8](repeating: 120, count: most + 1) + [10], fd)
        #expect(throws: PeerFault.receiving) { try line(link) }
    }

    @Test("a peer that has closed is noticed before and after its last line")
    func closed() throws {
        let (link, fd) = pair()
        #expect(link.isIdle)
        say("+OK\r\n+".utf8, fd)
        #expect(!link.isIdle)
        close(fd)
        #expect(try line(link) == "+OK")
        #expect(!link.isIdle)
        #expect(throws: PeerFault.receiving) { try line(link) }
        let bytes: [UInt8] = [1, 2, 3]
        #expect(throws: PeerFault.sending) { try link.send(bytes.span.rawBytes, timeoutMilliseconds: 5000) }
    }

    @Test("what is unasked for makes a link busy")
    func unasked() {
        let (link, fd) = pair()
        say("x".utf8, fd)
        #expect(!link.isIdle)
        close(fd)
    }

    @Test("a peer that reads nothing is given up when its time is over, one that reads gets all")
    func sending() throws {
        let (link, fd) = pair()
        defer { close(fd) }
        let bytes = (0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 / 3) }
        #expect(throws: PeerFault.sending) { try link.send(bytes.span.rawBytes, timeoutMilliseconds: 20) }
        let (other, far) = pair()
        let reader = try Thread(name: "test-reader") {
            var count = 0
            var piece = [UInt8](repeating: 0, count: 100_000)
            while true {
                let size = unsafe read(far, &piece, piece.count)
                if size <= 0 { break }
                for byte in piece[..<size] {
                    if byte == UInt8(truncatingIfNeeded: count / 3) { count += 1 }
                }
                if count == 3 << 20 {
                    unsafe write(far, "all\n", 4)
                    break
                }
            }
            close(far)
        }
        try other.send(bytes.span.rawBytes, timeoutMilliseconds: 5000)
        #expect(try line(other) == "all")
        reader.join()
    }

    @Test("a connection is made to a name or address, or it is said why not")
    func connecting() throws {
        let server = try TestServer()
        for host in ["127.0.0.1", "localhost"] {
            let link = try PeerLink.connect(host: host, port: server.listener.port, timeoutMilliseconds: 5000)
            let frame = TestPattern.frames("hello\n")
            try link.send(frame.span.rawBytes, timeoutMilliseconds: 5000)
            #expect(try line(link).hasSuffix("hello"))
        }
        let port = server.listener.port
        server.finish()
        #expect(throws: PeerFault.refused) {
            _ = try PeerLink.connect(host: "127.0.0.1", port: port, timeoutMilliseconds: 5000)
        }
        #expect(throws: PeerFault.unknown) {
            _ = try PeerLink.connect(host: "", port: port, timeoutMilliseconds: 5000)
        }
    }
}
