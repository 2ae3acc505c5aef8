// Commands on the server and on how values are kept. Source: Redis 7 command reference, group "server".

import Base
import Engine

extension CollectionEncoding {
    /// What OBJECT ENCODING answers.
    var name: StaticString {
        switch self {
        case .packed: "listpack"
        case .integers: "intset"
        case .table: "hashtable"
        case .ordered: "skiplist"
        case .nodes: "quicklist"
        case .stream: "stream"
        }
    }
}

extension RESPSession {
    func time(_ output: inout OutputBuffer) {
        // The worker's clock has milliseconds; this command promises microseconds, so it reads its own.
        let microseconds = realTimeMicroseconds()
        output.appendArray(2)
        output.appendBulk(DecimalText(microseconds / 1_000_000).span)
        output.appendBulk(DecimalText(microseconds % 1_000_000).span)
    }

    func role(_ output: inout OutputBuffer) {
        output.appendArray(3)
        output.appendBulk("master")
        output.appendInteger(0)
        output.appendArray(0)
    }

    func module(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: ModuleSubcommand = subcommand(.module, request, &output) else { return }
        switch subcommand {
        case .list: output.appendArray(0)
        case .load, .loadex, .unload: fail("ERR MODULE command not allowed. This server loads no modules.", &output)
        case .help: help(.module, request, &output)
        }
    }

    func object(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: ObjectSubcommand = subcommand(.object, request, &output) else { return }
        if subcommand == .help { return help(.object, request, &output) }
        var frequency: UInt8?
        var idleSeconds: Int64 = 0
        var encoding: StaticString = "raw"
        let isFound = engine.look(engine.key(request[2], in: database)) { item in
            frequency = item.frequency
            idleSeconds = item.idleMilliseconds / 1000
            encoding = Self.encoding(item)
        }
        guard isFound else { return output.appendNull(version) }
        let ranksByFrequency = frequency != nil
        switch subcommand {
        case .encoding: output.appendBulk(encoding)
        case .freq:
            guard let frequency else {
                return fail(
                    """
                    ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when \
                    switching between policies at runtime LRU and LFU data will take some time to adjust.
                    """, &output)
            }
            output.appendInteger(Int(frequency))
        case .idletime:
            guard !ranksByFrequency else {
                return fail(
                    """
                    ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching \
                    between policies at runtime LRU and LFU data will take some time to adjust.
                    """, &output)
            }
            output.appendInteger(idleSeconds)
        case .refcount: output.appendInteger(1)
        case .help: break
        }
    }

    /// A string's encoding in Redis' words. Source: Redis tryObjectEncoding: integers, and up to 44 bytes in one piece.
    static func encoding(_ item: borrowing ItemView) -> StaticString {
        guard item.kind == .string else { return item.encoding.name }
        guard item.shared == nil else { return "raw" }
        let value = item.value
        if item.isRaw { return "raw" }
        if value.byteCount <= 20 && !item.isFraction && value.integer != nil { return "int" }
        return value.byteCount <= 44 ? "embstr" : "raw"
    }

    /// SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] | ABORT.
    func shutdown(_ request: Request, _ output: inout OutputBuffer) {
        var order = ShutdownOrder()
        var isAbort = false
        for index in 1..<max(1, request.count) {
            let word = request[index]
            if word.equalsIgnoringCase("nosave") && order.saves != true {
                order.saves = false
            } else if word.equalsIgnoringCase("save") && order.saves != false {
                order.saves = true
            } else if word.equalsIgnoringCase("now") {
                order.isNow = true
            } else if word.equalsIgnoringCase("force") {
                order.isForced = true
            } else if word.equalsIgnoringCase("abort") {
                isAbort = true
            } else {
                return failSyntax(&output)
            }
        }
        if isAbort {
            // Stopping is not drawn out, so that there is never one to call off.
            return request.count == 2 ? fail("ERR No shutdown in progress.", &output) : failSyntax(&output)
        }
        if isBusy && order.saves != false { return refuseBusy(.shutdown, &output) }
        if let reason = frontEnd.control.shutdown(order) {
            fail(made: "ERR \(reason)", &output)
        } else {
            ending = .close
        }
    }
}
