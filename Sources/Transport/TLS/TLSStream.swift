// One connection's encryption: OpenSSL's calls, with their outcomes as an enum. What follows from them is in
// Link+TLS.

import COpenSSL
import Glibc

/// What a call on a stream came to.
enum TLSOutcome {
    /// It is done; `count` bytes were taken or given.
    case done(Int)
    /// Nothing yet: again when the socket is readable.
    case wantsRead
    /// Nothing yet: again when the socket is writable.
    case wantsWrite
    /// The peer has said that it sends no more, or closed.
    case ended
    /// The connection is lost: the socket failed.
    case lost
    /// The peer does not speak TLS, or not as we require; the peer was told, as far as it listens.
    case refused(reason: String)
}

/// An SSL object over a socket that it does not own. Never on two threads at a time.
///
/// The thread's error queue is empty before each call: whoever makes OpenSSL fill it empties it.
@safe
final class TLSStream {
    /// The SSL object, for the tests beside this file.
    @unsafe let pointer: OpaquePointer
    /// No call but `deinit` may follow a failure.
    private(set) var isBroken = false

    init(_ ssl: OpaquePointer) { unsafe pointer = ssl }

    deinit {
        // A connection that ends without a farewell would else take its session out of the cache.
        if !isBroken { unsafe SSL_set_shutdown(pointer, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
        unsafe SSL_free(pointer)
    }

    /// Goes on with the handshake.
    func handshake() -> TLSOutcome {
        let result = unsafe SSL_do_handshake(pointer)
        return result == 1 ? .done(0) : failure(result)
    }

    /// Whether this connection continued an earlier session.
    var isResumed: Bool { unsafe SSL_session_reused(pointer) == 1 }

    /// Decrypts up to one record into `area`.
    @inline(__always)
    func read(_ area: UnsafeMutableRawPointer, _ size: Int) -> TLSOutcome {
        // SAFETY: the caller has `size` bytes there.
        let result = unsafe SSL_read(pointer, area, Int32(truncatingIfNeeded: min(size, 1 << 30)))
        return result > 0 ? .done(Int(result)) : failure(result)
    }

    /// Whether there may be bytes inside that no event of the socket will tell of.
    @inline(__always)
    var hasPending: Bool { unsafe SSL_has_pending(pointer) == 1 }

    /// Encrypts up to one record of `bytes`, not empty, and sends it. After `.wantsWrite` the next call must begin
    /// with the same bytes, wherever they lie then, and at least as many.
    @inline(__always)
    func write(_ bytes: UnsafeRawBufferPointer) -> TLSOutcome {
        // SAFETY: the caller holds the bytes during the call.
        let size = Int32(truncatingIfNeeded: min(bytes.count, 1 << 30))
        let result = unsafe SSL_write(pointer, bytes.baseAddress!, size)
        return result > 0 ? .done(Int(result)) : failure(result)
    }

    /// Tells the peer that we send no more.
    func sendFarewell() -> TLSOutcome {
        if isBroken { return .done(0) }
        if unsafe SSL_get_shutdown(pointer) & SSL_SENT_SHUTDOWN != 0 { return .done(0) }
        let result = unsafe SSL_shutdown(pointer)
        return result >= 0 ? .done(0) : failure(result)
    }

    @inline(never)
    private func failure(_ result: Int32) -> TLSOutcome {
        let code = errno
        switch unsafe SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SSL:
            isBroken = true
            let reason = certificateProblem() ?? TLSContext.withErrorText(ERR_peek_last_error())
            ERR_clear_error()
            return .refused(reason: reason)
        default:
            isBroken = true
            ERR_clear_error()
            errno = code
            return .lost
        }
    }

    private func certificateProblem() -> String? {
        let code = unsafe SSL_get_verify_result(pointer)
        guard code != X509_V_OK else { return nil }
        // SAFETY: a constant text for every number.
        return unsafe "certificate verify failed: " + String(cString: X509_verify_cert_error_string(code))
    }
}
