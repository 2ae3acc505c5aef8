// Logging in by the binary protocol: SASL with one mechanism, PLAIN.

import Base

extension MemcachedSession {
    func listMechanisms(_ request: BinaryRequest, _ output: inout OutputBuffer) {
        guard asksForSASL else {
            return output.append(errorFor: request, .unknownCommand)
        }
        output.append(replyTo: request, .success, "PLAIN")
    }

    /// The key is the mechanism's name, the value its message; the message may also come in a step of its own.
    /// Source: memcached process_bin_sasl_auth, and libsasl2's PLAIN.
    func authenticate(
        _ opcode: BinaryOpcode, _ request: BinaryRequest, _ input: RawSpan, _ output: inout OutputBuffer
    ) {
        guard asksForSASL else {
            return output.append(errorFor: request, .unknownCommand)
        }
        guard request.keySize <= Self.saslMechanismSizeMax else {
            return output.append(errorFor: request, .invalid)
        }
        isLocked = true
        let isExpected: Bool
        if opcode == .saslStart {
            isExpected = input.slice(request.key).equalsIgnoringCase("plain")
            if isExpected && request.value.count == 0 {
                awaitsSASLStep = true
                return output.append(headerFor: request, .authenticationContinues)
            }
        } else {
            isExpected = awaitsSASLStep
        }
        awaitsSASLStep = false
        counters.add(.authCommands)
        let message = input.slice(request.value)
        guard isExpected, let plain = PlainMessage(message),
            admits(frontEnd.settings.saslLogins, message.slice(plain.user), message.slice(plain.password))
        else {
            counters.add(.authErrors)
            return output.append(errorFor: request, .authenticationFailed)
        }
        isLocked = false
        output.append(replyTo: request, .success, "Authenticated")
    }

    private var asksForSASL: Bool { frontEnd.settings.saslLogins != nil || frontEnd.settings.doorGuard != nil }

    /// A message that is too long to be a login is not kept; its bytes are skipped. nil for anything else.
    func refuseLogin(_ request: BinaryRequest, _ output: inout OutputBuffer) -> Served? {
        let opcode = request.opcode
        guard opcode == .saslStart || opcode == .saslStep, request.value.count > Self.loginSizeMax else {
            return nil
        }
        let isKnown = request.keySize <= Self.saslMechanismSizeMax
        output.append(errorFor: request, !asksForSASL ? .unknownCommand : isKnown ? .outOfMemory : .invalid)
        return .refused(end: request.key.end, blockSize: request.value.count)
    }
}
