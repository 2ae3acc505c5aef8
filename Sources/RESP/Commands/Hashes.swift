// Commands on hashes. Source: Redis 7 command reference, group "hash".

import Base
import Engine

extension RESPSession {
    /// HSET and HMSET.
    func hset(_ request: Request, _ command: Command, _ output: inout OutputBuffer) {
        guard request.count % 2 == 0 else { return refusePairs(command == .hset ? "hset" : "hmset", &output) }
        var added = 0
        let isDone = edit(request, as: HashValue.self, &output) { hash in
            var index = 2
            while index < request.count {
                if hash.set(request[index], to: request[index + 1]) { added &+= 1 }
                index += 2
            }
        }
        guard isDone else { return }
        command == .hset ? output.appendInteger(added) : output.appendOK()
    }

    func hsetnx(_ request: Request, _ output: inout OutputBuffer) {
        var isSet = false
        let isDone = edit(request, as: HashValue.self, &output) { hash in
            guard hash.value(of: request[2]) == nil else { return }
            isSet = hash.set(request[2], to: request[3])
        }
        if isDone { output.appendInteger(isSet ? 1 : 0) }
    }

    func hget(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        read(request, as: HashValue.self, &output, missing: { $0.appendNull(version) }) { hash, output in
            if let value = hash.value(of: request[2]) { output.appendBulk(value) } else { output.appendNull(version) }
        }
    }

    func hmget(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        let count = request.count - 2
        let missing = { (output: inout OutputBuffer) in
            output.appendArray(count)
            for _ in 0..<count { output.appendNull(version) }
        }
        read(request, as: HashValue.self, &output, missing: missing) { hash, output in
            output.appendArray(count)
            for index in 2..<request.count {
                if let value = hash.value(of: request[index]) {
                    output.appendBulk(value)
                } else {
                    output.appendNull(version)
                }
            }
        }
    }

    func hgetall(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        read(request, as: HashValue.self, &output, missing: { $0.appendMap(0, version) }) { hash, output in
            output.appendMap(hash.count, version)
            hash.forEach { field, value in
                output.appendBulk(field)
                output.appendBulk(value)
            }
        }
    }

    /// HKEYS and HVALS.
    func hashParts(_ request: Request, fields: Bool, _ output: inout OutputBuffer) {
        read(request, as: HashValue.self, &output, missing: { $0.appendArray(0) }) { hash, output in
            output.appendArray(hash.count)
            hash.forEach { field, value in output.appendBulk(fields ? field : value) }
        }
    }

    func hlen(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: HashValue.self, &output, missing: { $0.appendInteger(0) }) { $1.appendInteger($0.count) }
    }

    func hstrlen(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: HashValue.self, &output, missing: { $0.appendInteger(0) }) { hash, output in
            output.appendInteger(hash.value(of: request[2])?.byteCount ?? 0)
        }
    }

    func hexists(_ request: Request, _ output: inout OutputBuffer) {
        read(request, as: HashValue.self, &output, missing: { $0.appendInteger(0) }) { hash, output in
            output.appendInteger(hash.value(of: request[2]) == nil ? 0 : 1)
        }
    }

    func hdel(_ request: Request, _ output: inout OutputBuffer) {
        var removed = 0
        let isDone = editPresent(request, as: HashValue.self, &output, missing: { $0.appendInteger(0) }) { hash, _ in
            for index in 2..<request.count where hash.remove(request[index]) { removed &+= 1 }
        }
        if isDone { output.appendInteger(removed) }
    }

    // MARK: Numbers

    func hincrby(_ request: Request, _ output: inout OutputBuffer) {
        guard let delta = request[3].integer else { return failInteger(&output) }
        var sum: Int64 = 0
        var fault: StaticString?
        let isDone = edit(request, as: HashValue.self, &output) { hash in
            var value: Int64 = 0
            if let present = hash.value(of: request[2]) {
                guard let number = present.integer else { return fault = "ERR hash value is not an integer" }
                value = number
            }
            let (result, overflow) = value.addingReportingOverflow(delta)
            guard !overflow else { return fault = "ERR increment or decrement would overflow" }
            sum = result
            _ = hash.set(request[2], to: DecimalText(sum).span)
        }
        guard isDone else { return }
        if let fault { fail(fault, &output) } else { output.appendInteger(sum) }
    }

    func hincrbyfloat(_ request: Request, _ output: inout OutputBuffer) {
        guard let delta = request[3].wideFloat() else { return fail("ERR value is not a valid float", &output) }
        // Source: Redis 7.2, which refuses what can never be added.
        guard delta.isFinite else { return fail("ERR value is NaN or Infinity", &output) }
        var text = OutputBuffer(capacity: 64)
        var fault: StaticString?
        let isDone = edit(request, as: HashValue.self, &output) { hash in
            var value: WideFloat = 0
            if let present = hash.value(of: request[2]) {
                guard let number = present.wideFloat() else { return fault = "ERR hash value is not a float" }
                value = number
            }
            guard (value + delta).isFinite else { return fault = "ERR increment would produce NaN or Infinity" }
            text.append(plain: value + delta)
            _ = hash.set(request[2], to: text.span)
        }
        guard isDone else { return }
        if let fault { fail(fault, &output) } else { output.appendBulk(text.span) }
    }

    // MARK: Some of them

    func hrandfield(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        guard request.count > 2 else {
            return read(request, as: HashValue.self, &output, missing: { $0.appendNull(version) }) { hash, output in
                hash.random { field, _ in output.appendBulk(field) }
            }
        }
        guard let (count, repeats, withValues) = randomArguments(request, pairs: "withvalues", &output) else { return }
        read(request, as: HashValue.self, &output, missing: { $0.appendArray(0) }) { hash, output in
            let shown = repeats ? count : min(count, hash.count)
            output.appendArray(withValues && version == .two ? shown * 2 : shown)
            if repeats {
                for _ in 0..<shown {
                    hash.random { field, value in Self.append(field, withValues ? value : nil, version, &output) }
                }
            } else {
                hash.randomSample(shown) { field, value in
                    Self.append(field, withValues ? value : nil, version, &output)
                }
            }
        }
    }

    /// A field, and its value if wanted: then a pair in version 3.
    private static func append(
        _ field: RawSpan, _ value: RawSpan?, _ version: ProtocolVersion, _ output: inout OutputBuffer
    ) {
        guard let value else { return output.appendBulk(field) }
        if version == .three { output.appendArray(2) }
        output.appendBulk(field)
        output.appendBulk(value)
    }

    func hscan(_ request: Request, _ output: inout OutputBuffer) {
        scanElements(request, as: HashValue.self, &output) { hash, cursor, show in
            hash.scan(cursor) { field, value in
                show(field) { found in
                    found.appendBulk(field)
                    found.appendBulk(value)
                    return 2
                }
            }
        }
    }
}
