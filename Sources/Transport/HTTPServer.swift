// Small answers over HTTP for those who watch the server, on a thread apart from the workers'.
// Source: libevent's evhttp.

public import Base
import CLibevent
import Glibc

/// What a path holds.
public struct HTTPDocument: Sendable {
    /// As in the header of that name.
    public let contentType: String
    public let text: String

    public init(contentType: String, text: String) {
        self.contentType = contentType
        self.text = text
    }
}

/// Answers GET and HEAD, whole documents made for each request. It is for a few readers whom nobody needs to serve
/// fast: a slow one holds up nobody, and is cut off after `TransportLimits.httpTimeoutSeconds`.
@safe
public final class HTTPServer: @unchecked Sendable {
    // Sendable: all but the mailbox belongs to the thread, and to the one that builds before it starts.

    /// What is at a path, without its query; nil is nothing. Called on the server's thread.
    public typealias Documents = @Sendable (_ path: String) -> HTTPDocument?

    /// The TCP port, chosen by the system if 0 was asked for.
    public let port: UInt16

    private let loop: EventLoop
    private let http: OpaquePointer
    private let sockets: [ListeningSocket]
    private let documents: Documents
    private let mailbox: Mailbox<Void>
    private let thread = Monitor<Thread?>(nil)
    private var isStopping = false

    /// Listens at once, answers from `start` on.
    /// - Parameter hosts: as in `ListenAddress`. One that is there is enough.
    public init(hosts: [String], port: UInt16, documents: @escaping Documents) throws(TransportError) {
        var port = port
        var sockets: [ListeningSocket] = []
        var lacking: TransportError?
        for host in hosts {
            do throws(TransportError) {
                let opened = try ListeningSocket.open(.tcp(host: host, port: port), TransportOptions(workerCount: 1))
                sockets += opened.sockets
                port = opened.port
            } catch .system(let call, let address, let code) where code == EAFNOSUPPORT || code == EADDRNOTAVAIL {
                lacking = .system(call: call, address: address, errno: code)
            }
        }
        if let lacking, sockets.isEmpty { throw lacking }
        let loop = try EventLoop()
        let mailbox = try Mailbox<Void>()
        guard let http = unsafe evhttp_new(loop.base) else {
            throw .system(call: "evhttp_new", address: "port \(port)", errno: ENOMEM)
        }
        self.port = port
        self.sockets = sockets
        self.loop = loop
        self.mailbox = mailbox
        unsafe self.http = http
        self.documents = documents
        configure()
    }

    private func configure() {
        unsafe evhttp_set_allowed_methods(http, UInt16(EVHTTP_REQ_GET.rawValue | EVHTTP_REQ_HEAD.rawValue))
        unsafe evhttp_set_max_headers_size(http, TransportLimits.httpHeaderSizeMax)
        unsafe evhttp_set_max_body_size(http, 0)
        unsafe evhttp_set_timeout(http, TransportLimits.httpTimeoutSeconds)
        // SAFETY: evhttp is freed in deinit, before this object goes.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe evhttp_set_gencb(http, onRequest, context)
        for socket in sockets { unsafe _ = evhttp_accept_socket(http, duplicate(socket.fd)) }
        loop.addEdge(fd: mailbox.fd) { [unowned self] in isStopping = true }
    }

    deinit { unsafe evhttp_free(http) }

    /// evhttp closes what it accepts from.
    private func duplicate(_ fd: Int32) -> Int32 { fcntl(fd, F_DUPFD_CLOEXEC, 0) }

    public func start() throws(SystemError) {
        let started = try Thread(name: "http") { [self] in
            while !isStopping { loop.run(.waiting) }
        }
        thread.look { $0 = started }
    }

    /// Ends it, and waits for that. Once.
    public func stop() {
        mailbox.post(())
        thread.look { $0.take() }?.join()
    }

    fileprivate func serve(_ request: OpaquePointer) {
        let path = unsafe evhttp_request_get_evhttp_uri(request).flatMap { unsafe evhttp_uri_get_path($0) }
        // SAFETY: the path lives as long as the request; it is copied.
        guard let document = unsafe path.flatMap({ documents(unsafe String(cString: $0)) }),
            let body = unsafe evbuffer_new()
        else { return unsafe evhttp_send_error(request, HTTP_NOTFOUND, nil) }
        defer { unsafe evbuffer_free(body) }
        let headers = unsafe evhttp_request_get_output_headers(request)
        unsafe _ = evhttp_add_header(headers, "Content-Type", document.contentType)
        var text = document.text
        if unsafe evhttp_request_get_command(request) == EVHTTP_REQ_HEAD {
            // evhttp would send a body along.
            unsafe _ = evhttp_add_header(headers, "Content-Length", String(text.utf8.count))
            text = ""
        }
        // SAFETY: evbuffer_add copies.
        text.withUTF8 { bytes in unsafe _ = evbuffer_add(body, bytes.baseAddress, bytes.count) }
        unsafe evhttp_send_reply(request, HTTP_OK, nil, body)
    }
}

private func onRequest(_ request: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    // SAFETY: requests come while the loop runs, which the server outlives.
    unsafe Unmanaged<HTTPServer>.fromOpaque(context!).takeUnretainedValue().serve(request!)
}
