// Commands on one string. Source: Redis 7 command reference, group "string".

import Base
import Engine
import Synchronization

extension RESPSession {
    @inline(__always)
    func get(_ request: Request, _ output: inout OutputBuffer) {
        switch engine.get(request.key(in: database), { item in output.appendBulk(valueOf: item) }) {
        case .hit: break
        case .miss, .expired: output.appendNull(version)
        case .otherKind: failKind(&output)
        }
    }

    @inline(__always)
    func set(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count == 3 else { return setWithOptions(request, &output) }
        switch engine.store(request.key(in: database), request[2], StoreOptions()) {
        case .stored: output.appendOK()
        case .outOfMemory: failMemory(&output)
        case .tooLarge: failSize(&output)
        case .notStored, .exists, .notFound, .otherKind:
            preconditionFailure("an unconditional store has no such outcome")
        }
    }

    @inline(never)
    private func setWithOptions(_ request: Request, _ output: inout OutputBuffer) {
        guard let arguments = SetArguments(request) else { return failSyntax(&output) }
        var options = StoreOptions()
        options.mode = arguments.mode
        options.keepsExpiry = arguments.keepsExpiry
        options.requiresString = arguments.returnsOld
        if let place = arguments.expiryPlace {
            switch expiry(request[place], arguments.unit, isAbsolute: arguments.isAbsolute) {
            case .at(let time): options.expiry = time
            case .notAnInteger: return failInteger(&output)
            case .outOfRange: return failExpiry("set", &output)
            }
        }
        guard arguments.returnsOld else {
            switch engine.store(request.key(in: database), request[2], options) {
            case .stored: output.appendOK()
            case .notStored: output.appendNull(version)
            case .outOfMemory: failMemory(&output)
            case .tooLarge: failSize(&output)
            case .exists, .notFound, .otherKind: preconditionFailure("nothing was asked of the old item")
            }
            return
        }
        storeReturningOld(request, request[2], options, &output)
    }

    /// Stores, and answers with the string that was there.
    private func storeReturningOld(
        _ request: Request, _ value: RawSpan, _ options: StoreOptions, _ output: inout OutputBuffer
    ) {
        let mark = output.count
        var hadOld = false
        let outcome = engine.store(
            request.key(in: database), value, options,
            before: { item in
                hadOld = true
                output.appendBulk(valueOf: item)
            })
        switch outcome {
        case .stored, .notStored: if !hadOld { output.appendNull(version) }
        case .otherKind:
            output.truncate(to: mark)
            failKind(&output)
        case .outOfMemory:
            output.truncate(to: mark)
            failMemory(&output)
        case .tooLarge:
            output.truncate(to: mark)
            failSize(&output)
        case .exists, .notFound: preconditionFailure("no CAS number was given")
        }
    }

    func setnx(_ request: Request, _ output: inout OutputBuffer) {
        var options = StoreOptions()
        options.mode = .add
        switch engine.store(request.key(in: database), request[2], options) {
        case .stored: output.appendInteger(1)
        case .notStored: output.appendInteger(0)
        case .outOfMemory: failMemory(&output)
        case .tooLarge: failSize(&output)
        case .exists, .notFound, .otherKind: preconditionFailure("nothing was asked of the old item")
        }
    }

    /// SETEX, PSETEX.
    func storeExpiring(_ request: Request, _ unit: TimeUnit, _ name: StaticString, _ output: inout OutputBuffer) {
        var options = StoreOptions()
        switch expiry(request[2], unit, isAbsolute: false) {
        case .at(let time): options.expiry = time
        case .notAnInteger: return failInteger(&output)
        case .outOfRange: return failExpiry(name, &output)
        }
        switch engine.store(request.key(in: database), request[3], options) {
        case .stored: output.appendOK()
        case .outOfMemory: failMemory(&output)
        case .tooLarge: failSize(&output)
        case .notStored, .exists, .notFound, .otherKind:
            preconditionFailure("an unconditional store has no such outcome")
        }
    }

    func getset(_ request: Request, _ output: inout OutputBuffer) {
        var options = StoreOptions()
        options.requiresString = true
        storeReturningOld(request, request[2], options, &output)
    }

    func getdel(_ request: Request, _ output: inout OutputBuffer) {
        switch engine.take(request.key(in: database), { item in output.appendBulk(valueOf: item) }) {
        case .hit: break
        case .miss, .expired: output.appendNull(version)
        case .otherKind: failKind(&output)
        }
    }

    func getex(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count > 2 else { return get(request, &output) }
        guard let arguments = GetexArguments(request) else { return failSyntax(&output) }
        var options = FetchOptions()
        if let place = arguments.expiryPlace {
            switch expiry(request[place], arguments.unit, isAbsolute: arguments.isAbsolute) {
            case .at(let time): options.newExpiry = time
            case .notAnInteger: return refuseGetex(request, notAnInteger: true, &output)
            case .outOfRange: return refuseGetex(request, notAnInteger: false, &output)
            }
        } else {
            options.newExpiry = Milliseconds(0)
        }
        if let time = options.newExpiry, time.rawValue != 0, time <= engine.now {
            // It has passed: the string is shown for the last time.
            return getdel(request, &output)
        }
        switch engine.fetch(request.key(in: database), options, { item, _ in output.appendBulk(valueOf: item) }) {
        case .hit: break
        case .miss, .expired: output.appendNull(version)
        case .otherKind: failKind(&output)
        case .outOfMemory: failMemory(&output)
        case .created: preconditionFailure("nothing was to be created")
        }
    }

    /// A wrong time matters only if there is a string to give it to: Redis looks the key up first.
    private func refuseGetex(_ request: Request, notAnInteger: Bool, _ output: inout OutputBuffer) {
        var kind: ValueKind?
        _ = engine.look(request.key(in: database)) { item in kind = item.kind }
        switch kind {
        case nil: output.appendNull(version)
        case .string: notAnInteger ? failInteger(&output) : failExpiry("getex", &output)
        case .list, .set, .sortedSet, .hash, .stream: failKind(&output)
        }
    }

    func strlen(_ request: Request, _ output: inout OutputBuffer) {
        switch engine.get(request.key(in: database), { item in output.appendInteger(Self.size(item)) }) {
        case .hit: break
        case .miss, .expired: output.appendInteger(0)
        case .otherKind: failKind(&output)
        }
    }

    @inline(__always)
    static func size(_ item: borrowing ItemView) -> Int { item.shared?.byteCount ?? item.value.byteCount }

    func append(_ request: Request, _ output: inout OutputBuffer) {
        var options = ExtendOptions()
        options.createsMissing = true
        options.sizeMax = frontEnd.bulkSizeMax.load(ordering: .relaxed)
        let outcome = engine.extend(request.key(in: database), with: request[2], options) { item in
            output.appendInteger(Self.size(item))
        }
        refuseUnlessStored(outcome, &output)
    }

    /// The error of a verb that replies by itself when it stored.
    private func refuseUnlessStored(_ outcome: StoreOutcome, _ output: inout OutputBuffer) {
        switch outcome {
        case .stored: break
        case .otherKind: failKind(&output)
        case .tooLarge: failSize(&output)
        case .outOfMemory: failMemory(&output)
        case .notStored, .exists, .notFound: preconditionFailure("no condition was given")
        }
    }

    func getrange(_ request: Request, _ output: inout OutputBuffer) {
        guard let start = request[2].integer, let end = request[3].integer else { return failInteger(&output) }
        let outcome = engine.get(request.key(in: database)) { item in
            let value = item.value
            let range = Self.range(start, end, in: value.byteCount)
            output.appendBulk(value.slice(range.lowerBound, range.upperBound))
        }
        switch outcome {
        case .hit: break
        case .miss, .expired: output.append("$0\r\n\r\n")
        case .otherKind: failKind(&output)
        }
    }

    /// Both ends included, negative ones counted from the end, clipped. Source: Redis GETRANGE.
    static func range(_ start: Int64, _ end: Int64, in size: Int) -> Range<Int> {
        let size = Int64(size)
        if start < 0 && end < 0 && start > end { return 0..<0 }
        let first = max(0, start < 0 ? size &+ start : start)
        let last = min(size - 1, max(0, end < 0 ? size &+ end : end))
        return first > last || size == 0 ? 0..<0 : Int(first)..<Int(last) + 1
    }

    func setrange(_ request: Request, _ output: inout OutputBuffer) {
        guard let offset = request[2].integer else { return failInteger(&output) }
        guard offset >= 0 else { return fail("ERR offset is out of range", &output) }
        let sizeMax = frontEnd.bulkSizeMax.load(ordering: .relaxed)
        let value = request[3]
        if value.byteCount == 0 { return strlen(request, &output) }
        guard offset <= Int64(sizeMax - value.byteCount) else { return refuseOverwrite(request, &output) }
        let outcome = engine.overwrite(
            request.key(in: database), at: Int(offset), with: value, sizeMax: sizeMax
        ) { item in output.appendInteger(Self.size(item)) }
        refuseUnlessStored(outcome, &output)
    }

    /// Too long, unless it is not a string at all.
    private func refuseOverwrite(_ request: Request, _ output: inout OutputBuffer) {
        var isString = true
        _ = engine.look(request.key(in: database)) { item in isString = item.kind == .string }
        isString ? failSize(&output) : failKind(&output)
    }
}
