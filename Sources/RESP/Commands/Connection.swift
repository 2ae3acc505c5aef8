// Commands on the conversation itself. Source: Redis 7 command reference, group "connection".

import Base
import Engine
import Synchronization

extension RESPSession {
    func ping(_ request: Request, _ output: inout OutputBuffer) {
        // So that it is not taken for the reply to something else. Source: Redis pingCommand.
        if subscriptions != nil && version == .two && request.count <= 2 {
            output.append("*2\r\n$4\r\npong\r\n")
            return request.count == 2 ? output.appendBulk(request[1]) : output.append("$0\r\n\r\n")
        }
        switch request.count {
        case 1: output.append("+PONG\r\n")
        case 2: output.appendBulk(request[1])
        default: fail("ERR wrong number of arguments for 'ping' command", &output)
        }
    }

    func quit(_ output: inout OutputBuffer) {
        output.appendOK()
        ending = .close
    }

    func select(_ request: Request, _ output: inout OutputBuffer) {
        guard let chosen = databaseIndex(request[1], &output) else { return }
        use(chosen)
        output.appendOK()
    }

    private func use(_ chosen: DatabaseIndex) {
        database = chosen
        record.database.store(Int(chosen.rawValue), ordering: .relaxed)
    }

    private func speak(_ chosen: ProtocolVersion) {
        version = chosen
        record.protocolVersion.store(chosen.rawValue, ordering: .relaxed)
    }

    /// Back to how the connection began, its authentication included.
    func reset(_ output: inout OutputBuffer) {
        endTransaction()
        unsubscribeAll()
        endTracking()
        use(.first)
        speak(.two)
        syncRefusal = .none
        wantedParts = .everything
        endMonitoring()
        replies = .on
        keepsClient(false)
        leaveAccess(false)
        record.names.withLock { $0.name = "" }
        beDefaultUser()
        output.append("+RESET\r\n")
    }

    // MARK: Authentication

    func auth(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 3 else { return failSyntax(&output) }
        if request.count == 2 && frontEnd.access.defaultGrant.user.needsNoPassword {
            return fail(
                """
                ERR AUTH <password> called without any password configured for the default user. \
                Are you sure your configuration is correct?
                """, &output)
        }
        let user = request.count == 2 ? AccessDirectory.defaultName : request[1].copiedBytes()
        guard authenticate(user, request[request.count - 1], request) else { return failPassword(&output) }
        output.appendOK()
    }

    private func failPassword(_ output: inout OutputBuffer) {
        fail("WRONGPASS invalid username-password pair or user is disabled.", &output)
    }

    // MARK: HELLO

    /// HELLO [version [AUTH user password] [SETNAME name]].
    func hello(_ request: Request, _ output: inout OutputBuffer) {
        var chosen = version
        if request.count > 1 {
            guard let number = request[1].integer else {
                return fail("ERR Protocol version is not an integer or out of range", &output)
            }
            guard let known = ProtocolVersion(rawValue: Int(number)) else {
                return fail("NOPROTO unsupported protocol version", &output)
            }
            chosen = known
        }
        guard let name = helloOptions(request, &output) else { return }
        guard isAuthenticated else {
            return fail(
                """
                NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH \
                <user> <pass> option can be used to authenticate the client and select the RESP protocol version \
                at the same time
                """, &output)
        }
        if name > 0 { setName(request[name]) }
        if request.count > 1 { speak(chosen) }
        output.appendMap(7, version)
        output.appendBulk("server")
        output.appendBulk("redis")
        output.appendBulk("version")
        output.appendBulk(frontEnd.control.serverFacts().redisVersion)
        output.appendBulk("proto")
        output.appendInteger(version.rawValue)
        output.appendBulk("id")
        output.appendInteger(Int64(truncatingIfNeeded: record.peer.id))
        output.appendBulk("mode")
        output.appendBulk("standalone")
        output.appendBulk("role")
        output.appendBulk("master")
        output.appendBulk("modules")
        output.appendArray(0)
    }

    /// Authenticates if asked to. Returns which argument is the name, 0 for none, or nil after an error reply.
    private func helloOptions(_ request: Request, _ output: inout OutputBuffer) -> Int? {
        var name = 0
        var index = 2
        while index < request.count {
            let left = request.count - index - 1
            if request[index].equalsIgnoringCase("auth") && left >= 2 {
                guard authenticate(request[index + 1].copiedBytes(), request[index + 2], request) else {
                    failPassword(&output)
                    return nil
                }
                index += 3
            } else if request[index].equalsIgnoringCase("setname") && left >= 1 {
                guard Self.isPlain(request[index + 1]) else {
                    failName(&output)
                    return nil
                }
                name = index + 1
                index += 2
            } else {
                countError()
                output.append("-ERR Syntax error in HELLO option '")
                appendErrorText(request[index], RESPLimits.errorTextSizeMax, &output)
                output.append("'\r\n")
                return nil
            }
        }
        return name
    }

    // MARK: Names

    /// No blanks, no control bytes: a name must not break the lines of CLIENT LIST.
    static func isPlain(_ name: RawSpan) -> Bool {
        for index in 0..<name.byteCount where name[index] < 33 || name[index] > 126 { return false }
        return true
    }

    func failName(_ output: inout OutputBuffer) {
        fail("ERR Client names cannot contain spaces, newlines or special characters.", &output)
    }

    func setName(_ name: RawSpan) {
        let text = name.copiedText()
        record.names.withLock { $0.name = text }
    }
}
