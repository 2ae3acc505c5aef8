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
        if stage == .opening {
            let isBinary = input[0] == BinaryRequest.magic
            guard isBinary ? offered != .ascii : offered != .binary else {
                return Progress(consumed: input.byteCount, next: .close)
            }
            stage = isBinary ? .binary : frontEnd.settings.textLogins == nil ? .text : .login
            logProtocol(isBinary: isBinary)
        }
        switch stage {
        case .binary: return receiveBinary(input, &output)
        case .login: return receiveLogin(input, &output)
        case .opening, .text: return nil
        }
    }
}
