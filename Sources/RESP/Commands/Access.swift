// ACL: users and what they may do. Source: Redis 7 command reference, ACL.

import Base
import Engine
import Synchronization

extension RESPSession {
    func acl(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: AccessSubcommand = subcommand(.acl, request, &output) else { return }
        switch subcommand {
        case .cat: aclCat(request, &output)
        case .deluser: aclDeluser(request, &output)
        case .dryrun: aclDryrun(request, &output)
        case .genpass: aclGenpass(request, &output)
        case .getuser: aclGetuser(request, &output)
        case .help: help(.acl, request, &output)
        case .list: appendAll(frontEnd.access.users.map(\.line), &output)
        case .load: aclLoad(&output)
        case .log: aclLog(request, &output)
        case .save: aclSave(&output)
        case .setuser: aclSetuser(request, &output)
        case .users: appendAll(frontEnd.access.users.map(\.name), &output)
        case .whoami: output.appendBulk(bytes: grant.user.name)
        }
    }

    private func appendAll(_ texts: [[UInt8]], _ output: inout OutputBuffer) {
        output.appendArray(texts.count)
        for text in texts { output.appendBulk(bytes: text) }
    }

    private func failArguments(_ request: Request, _ output: inout OutputBuffer) {
        countError()
        output.append("-ERR unknown subcommand or wrong number of arguments for '")
        appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
        output.append("'. Try ACL HELP.\r\n")
    }

    // MARK: Users

    private func aclSetuser(_ request: Request, _ output: inout OutputBuffer) {
        let name = request[2].copiedBytes()
        if name.hasBlanks { return fail("ERR Usernames can't contain spaces or null characters", &output) }
        let rules = (3..<max(3, request.count)).map { request[$0].copiedBytes() }
        switch frontEnd.access.set(name, rules) {
        case .success(let id):
            finish(AccessDirectory.Change(changed: [id]))
            output.appendOK()
        case .failure(let error): fail(made: "ERR \(error.text)", &output)
        }
    }

    private func aclDeluser(_ request: Request, _ output: inout OutputBuffer) {
        let names = (2..<request.count).map { request[$0].copiedBytes() }
        var deleted = AccessDirectory.Change()
        for name in names {
            // Those before it are gone all the same.
            if name == AccessDirectory.defaultName {
                finish(deleted)
                return fail("ERR The 'default' user cannot be removed", &output)
            }
            deleted.deleted.formUnion(frontEnd.access.delete([name]).deleted)
        }
        finish(deleted)
        output.appendInteger(deleted.deleted.count)
    }

    /// Tells everybody, oneself included.
    private func finish(_ change: AccessDirectory.Change) {
        frontEnd.announce(change, by: self)
        if !renewAccess() { ending = .close }
    }

    private func aclGetuser(_ request: Request, _ output: inout OutputBuffer) {
        guard let user = frontEnd.access.grant(request[2].copiedBytes())?.user else {
            return output.appendNull(version)
        }
        output.appendMap(6, version)
        output.appendBulk("flags")
        output.appendSet(user.flags.count, version)
        for flag in user.flags { output.appendBulk(flag) }
        output.appendBulk("passwords")
        appendAll(user.passwords, &output)
        append(user.selectors[0], &output)
        output.appendBulk("selectors")
        output.appendArray(user.selectors.count - 1)
        for selector in user.selectors.dropFirst() {
            output.appendMap(3, version)
            append(selector, &output)
        }
    }

    private func append(_ selector: AccessSelector, _ output: inout OutputBuffer) {
        output.appendBulk("commands")
        output.appendBulk(bytes: selector.commandText)
        output.appendBulk("keys")
        output.appendBulk(bytes: selector.keyText)
        output.appendBulk("channels")
        output.appendBulk(bytes: selector.channelText)
    }

    // MARK: Questions

    private func aclCat(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 3 else { return failArguments(request, &output) }
        guard request.count == 3 else {
            return appendAll(CommandCatalogue.categoryNames.map { Array($0.utf8) }, &output)
        }
        guard let category = CommandCatalogue.category(request[2].copiedBytes()) else {
            countError()
            output.append("-ERR Unknown category '")
            appendErrorText(request[2], request[2].byteCount, &output)
            return output.append("'\r\n")
        }
        let members = CommandCatalogue.entries.filter { $0.spec != nil && $0.categories & category != 0 }
        appendAll(members.map { Array($0.name.utf8) }, &output)
    }

    private func aclDryrun(_ request: Request, _ output: inout OutputBuffer) {
        guard let grant = frontEnd.access.grant(request[2].copiedBytes()) else {
            countError()
            output.append("-ERR User '")
            appendErrorText(request[2], request[2].byteCount, &output)
            return output.append("' not found\r\n")
        }
        let tried = request.from(3)
        guard let command = frontEnd.commandNames.row(tried[0]).command,
            let id = command.catalogueID(of: tried), let spec = CommandCatalogue.entry(id).spec
        else {
            countError()
            output.append("-ERR Command '")
            appendErrorText(tried[0], tried[0].byteCount, &output)
            return output.append("' not found\r\n")
        }
        guard spec.arity >= 0 ? tried.count == spec.arity : tried.count >= -spec.arity else {
            return fail(
                made: "ERR wrong number of arguments for '\(CommandCatalogue.entry(id).name)' command", &output)
        }
        let text: [UInt8]
        switch grant.table.check(id, tried) {
        case .allowed: return output.appendOK()
        case .command:
            let name = CommandCatalogue.entry(id).name
            text = Array("This user has no permissions to run the '\(name)' command".utf8)
        case .key(let place):
            text = Array("This user has no permissions to access the '".utf8) + tried[place].copiedBytes()
                + Array("' key".utf8)
        case .channel(let place):
            text = Array("This user has no permissions to access the '".utf8) + tried[place].copiedBytes()
                + Array("' channel".utf8)
        }
        output.appendBulk(bytes: text)
    }

    private func aclGenpass(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 3 else { return failArguments(request, &output) }
        var bits = 256
        if request.count == 3 {
            guard let wanted = request[2].integer else { return failInteger(&output) }
            guard wanted > 0 && wanted <= Int64(RESPLimits.madePasswordBitsMax) else {
                return fail(
                    """
                    ERR ACL GENPASS argument must be the number of bits for the output password, a positive number \
                    up to 4096
                    """, &output)
            }
            bits = Int(wanted)
        }
        let digitCount = (bits + 3) / 4
        var generator = SystemRandomNumberGenerator()
        let random = (0..<(digitCount + 1) / 2).map { _ in UInt8.random(in: 0...255, using: &generator) }
        output.appendBulk(bytes: Array(AccessUser.hexadecimal(random).prefix(digitCount)))
    }

    private func aclLog(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 3 else { return failArguments(request, &output) }
        var count = 10
        if request.count == 3 {
            if request[2].equalsIgnoringCase("reset") {
                frontEnd.access.clearLog()
                return output.appendOK()
            }
            guard let wanted = request[2].integer else { return failInteger(&output) }
            count = Int(max(0, wanted))
        }
        let entries = frontEnd.access.logged(count)
        output.appendArray(entries.count)
        for entry in entries {
            output.appendMap(10, version)
            output.appendBulk("count")
            output.appendInteger(entry.count)
            output.appendBulk("reason")
            output.appendBulk(entry.reason.rawValue)
            output.appendBulk("context")
            output.appendBulk(entry.context.rawValue)
            output.appendBulk("object")
            output.appendBulk(bytes: entry.object)
            output.appendBulk("username")
            output.appendBulk(bytes: entry.user)
            output.appendBulk("age-seconds")
            output.appendDouble(Double(max(0, engine.now.rawValue - entry.changedAt.rawValue)) / 1000, version)
            output.appendBulk("client-info")
            output.appendBulk(entry.client)
            output.appendBulk("entry-id")
            output.appendInteger(Int64(entry.id))
            output.appendBulk("timestamp-created")
            output.appendInteger(entry.madeAt.rawValue)
            output.appendBulk("timestamp-last-updated")
            output.appendInteger(entry.changedAt.rawValue)
        }
    }

    // MARK: The file

    private func hasFile(_ output: inout OutputBuffer) -> Bool {
        if !frontEnd.currentSettings.accessFile.isEmpty { return true }
        fail(
            """
            ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL \
            SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in \
            order to store users in the Redis configuration.
            """, &output)
        return false
    }

    private func aclLoad(_ output: inout OutputBuffer) {
        guard hasFile(&output) else { return }
        if let reason = frontEnd.loadUsers(by: self) { return fail(made: "ERR \(reason)", &output) }
        if !renewAccess() { ending = .close }
        output.appendOK()
    }

    private func aclSave(_ output: inout OutputBuffer) {
        guard hasFile(&output) else { return }
        if frontEnd.saveUsers() == nil { return output.appendOK() }
        fail(
            """
            ERR There was an error trying to save the ACLs. Please check the server logs for more information
            """, &output)
    }
}

extension OutputBuffer {
    /// Off the request path.
    mutating func appendBulk(bytes: [UInt8]) { appendBulk(bytes.span.rawBytes) }
}
