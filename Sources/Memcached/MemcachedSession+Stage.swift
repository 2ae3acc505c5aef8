// What a connection is before it talks text, or instead.

import Base
import Transport

extension MemcachedSession {
    /// How the next bytes are to be read.
    enum Stage: UInt8 {
        /// Nothing has come: the first byte chooses between text and binary.
        case opening
        /// Text of somebody who has not logged in.
        case login
        case text
        case binary
    }

    /// Serves what is not text of somebody who may talk it; nil if that is what has now begun.
    @inline(never)
    func receiveOther(_ input: RawSpan, _ output: inout OutputBuffer) -> Progress? {
        if stage == .opening && !open(input) { return Progress(consumed: input.byteCount, next: .close) }
        switch stage {
        case .binary: return receiveBinary(input, &output)
        case .login: return receiveLogin(input, &output)
        case .opening, .text: return nil
        }
    }

    /// Chooses by the first byte. False if its language is not spoken here.
    func open(_ input: RawSpan) -> Bool {
        let isBinary = input[0] == BinaryRequest.magic
        guard mayTalk(isBinary ? .binary : .ascii) else { return false }
        let settings = frontEnd.settings
        stage = isBinary ? .binary : settings.textLogins == nil && settings.doorGuard == nil ? .text : .login
        logProtocol(isBinary: isBinary)
        return true
    }

    /// Whether the listener offers `spoken`, text or binary. Where one of the two asks for a login and the other does
    /// not, the other is closed, whatever the listener says: nobody gets past a login by another language.
    private func mayTalk(_ spoken: MemcachedProtocol) -> Bool {
        let settings = frontEnd.settings
        guard offered == .negotiating || offered == spoken else { return false }
        // Users log in by either.
        if settings.doorGuard != nil { return true }
        let asksHere = (spoken == .binary ? settings.saslLogins : settings.textLogins) != nil
        let asksThere = (spoken == .binary ? settings.textLogins : settings.saslLogins) != nil
        return asksHere || !asksThere
    }
}
