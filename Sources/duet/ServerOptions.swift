// What tools that talk to a running server have in common on their command lines: who asks, how, and how loudly.

import ArgumentParser
import Base
import Migration
import Workload

/// How a tool speaks TLS.
struct TLSWords: ParsableArguments {
    @Flag(name: .customLong("tls"), help: "Speak TLS, as does rediss://… where a URL is taken.")
    var isOn = false

    @OptionGroup
    var files: CertificateFiles
}

/// PEM files of TLS.
struct CertificateFiles: ParsableArguments {
    @Option(help: "PEM file of who signed the server's certificate; without it any server is trusted.")
    var cacert = ""

    @Option(help: "PEM file of a client certificate.")
    var cert = ""

    @Option(help: "PEM file of its key, if that is apart.")
    var key = ""

    var isAnyGiven: Bool { client != ClientTLS() }

    /// For the load generator.
    var client: ClientTLS {
        var files = ClientTLS()
        files.authorityFile = cacert
        files.certificateFile = cert
        files.keyFile = key
        return files
    }

    func linkOptions(timeout: Int) -> LinkOptions {
        var options = LinkOptions()
        options.timeoutSeconds = timeout
        options.authorityFile = cacert
        options.certificateFile = cert
        options.keyFile = key
        return options
    }
}

struct ServerOptions: ParsableArguments {
    @Option(help: "The user, with --password. (default: the server's default user)")
    var user: String?

    @Option(name: [.customShort("a"), .long], help: "The password; also from REDISCLI_AUTH in the environment.")
    var password: String?

    @OptionGroup
    var tls: TLSWords

    @Option(help: "Seconds that the server may be silent.")
    var timeout = 60

    @Flag(name: .shortAndLong, help: "No progress and no summary, only what is wrong.")
    var quiet = false

    func validate() throws {
        if timeout < 1 || timeout > 1_000_000 { throw ValidationError("--timeout is in seconds, 1 to 1000000.") }
    }

    /// The server that `text` names; the one on this machine for nil.
    func server(_ text: String?) throws -> ServerAddress {
        guard var server = ServerAddress(text ?? "127.0.0.1:6379") else {
            throw ValidationError(
                "'\(text ?? "")' is no server: HOST:PORT, PORT, redis://[USER:PASSWORD@]HOST[:PORT], rediss://… or a "
                    + "unix socket's path with a slash in it.")
        }
        if let user { server.username = user }
        if let password { server.password = password }
        if server.password == nil { server.password = System.environment("REDISCLI_AUTH") }
        if server.username != nil && server.password == nil { throw ValidationError("--user wants a --password.") }
        if tls.isOn { server.usesTLS = true }
        return server
    }

    var linkOptions: LinkOptions { tls.files.linkOptions(timeout: timeout) }
}

/// Progress on standard error: one line that replaces itself on a terminal, else a new one every few seconds. Any
/// thread may tell.
final class ProgressLine: Sendable {
    private let isShown: Bool
    let isTerminal = ProcessFacts.errorIsTerminal
    private let toldAt = Monitor(monotonicNanoseconds())
    private static let interval: UInt64 = 5_000_000_000

    init(isShown: Bool) { self.isShown = isShown }

    func show(_ progress: TransferProgress) { show { progress.line(width: $0, hasBar: isTerminal) } }

    func show(_ text: String) { show { String(text.prefix($0)) } }

    /// - Parameter text: of so many columns at most.
    func show(_ text: (Int) -> String) {
        guard isShown else { return }
        if isTerminal { return ProcessFacts.writeError("\r\u{1B}[K" + text(ProcessFacts.errorWidth - 1)) }
        let now = monotonicNanoseconds()
        let isTime = toldAt.look { toldAt in
            guard now - toldAt >= Self.interval else { return false }
            toldAt = now
            return true
        }
        if isTime { ProcessFacts.writeError(text(200) + "\n") }
    }

    func clear() {
        if isShown && isTerminal { ProcessFacts.writeError("\r\u{1B}[K") }
    }
}
