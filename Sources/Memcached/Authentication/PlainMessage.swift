// SASL PLAIN: one message with a name and a password in it.

import Base

/// `[authorization id] NUL user NUL password`. Source: RFC 4616.
struct PlainMessage {
    /// Where the parts lie in the message.
    let user: Token
    let password: Token

    /// nil if the message is not of that form, if a part is empty that must not be, or if it asks to act as
    /// somebody else.
    init?(_ message: RawSpan) {
        guard let first = message.firstIndex(of: 0),
            let second = message.firstIndex(of: 0, from: first &+ 1),
            message.firstIndex(of: 0, from: second &+ 1) == nil
        else { return nil }
        user = Token(first &+ 1, second)
        password = Token(second &+ 1, message.byteCount)
        guard user.count > 0 && password.count > 0 else { return nil }
        if first > 0 && !message.slice(0, first).equals(message.slice(user)) { return nil }
    }
}
