// Binary requests while somebody looks on: as `serveObserved` does for text.

import Base
import Engine

extension MemcachedSession {
    /// As `serveBinary`, telling onlookers what it came to.
    @inline(never)
    func serveBinaryObserved(
        _ request: BinaryRequest, _ hash: KeyHash, _ input: RawSpan, _ output: inout OutputBuffer
    ) -> Served {
        defer { hub.signal() }
        let mark = output.count
        let mayAsk = !isLocked && request.sizesAgree && 1...Self.keySizeMax ~= request.keySize
        guard mayAsk, let opcode = request.opcode, opcode.isAboutItem, request.isWellFormed(opcode) else {
            let served = serveBinary(request, hash, input, &output)
            logBinary(request, input, output.span, from: mark)
            return served
        }
        let key = Key(input.slice(request.key), hash: hash, in: database)
        let before = traits(of: key)
        let served = serveBinary(request, hash, input, &output)
        hub.write(.fetchers, type: "item_get", in: log) { $0.appendFetch(key.bytes, before, fd: fd) }
        let status = output.span.binaryStatus(from: mark)
        let isCreation = before.status != .found && status == .success
        if let name = opcode.storeName(isCreation: isCreation), hub.isWatching(.mutations) {
            tellStore(key, request, request.cas != 0 && opcode.isStore ? "cas" : name, status, input)
        }
        if opcode == .delete || opcode == .deleteQ, before.status == .found, status == .success {
            hub.write(.deletions, type: "deleted", in: log) { line in
                line.appendDeletion(key.bytes, command: "delete", before)
            }
        }
        logBinary(request, input, output.span, from: mark)
        return served
    }

    private func tellStore(
        _ key: Key, _ request: BinaryRequest, _ command: StaticString, _ status: BinaryStatus?, _ input: RawSpan
    ) {
        let outcome: StoreOutcome
        switch (status, request.cas) {
        case (.success, _): outcome = .stored
        case (.tooLarge, _): outcome = .tooLarge
        case (.outOfMemory, _): outcome = .outOfMemory
        // Without a number to compare these say that add found an item, or that replace or append found none.
        case (.exists, 0), (.notFound, 0), (.notStored, _): outcome = .notStored
        case (.exists, _): outcome = .exists
        case (.notFound, _): outcome = .notFound
        case (.invalid, _), (.notANumber, _), (.authenticationFailed, _), (.authenticationContinues, _),
            (.unknownCommand, _), (.outOfDisk, _), (.busy, _), (nil, _):
            return
        }
        var stored = traits(of: key)
        if case .stored = outcome {
            // A quiet count that found nothing and created nothing says nothing either.
            if stored.status == .notFound { return }
        } else {
            var options = StoreOptions()
            options.casField = casField
            if request.extrasSize == 8 {
                options.flags = input.bigEndian32(at: request.extras)
                stored.timeToLive = Int64(input.bigEndian32(at: request.extras &+ 4))
            }
            options.expiry = Milliseconds(stored.timeToLive)
            stored.size = request.value.count
            stored.classIndex = engine.sizeClassIndex(
                keySize: request.keySize, valueSize: request.value.count, options)
        }
        hub.write(.mutations, type: "item_store", in: log) { line in
            line.appendStore(key.bytes, outcome, command: command, stored, fd: fd)
        }
    }

    // MARK: -vv

    /// The headers of a request and of its reply, four bytes a line, as memcached shows them.
    private func logBinary(_ request: BinaryRequest, _ input: RawSpan, _ output: RawSpan, from mark: Int) {
        guard hub.verbosity > 1 else { return }
        var text = "<\(fd) Read binary protocol data:"
        text += Self.hexLines(input.slice(request.start, request.extras), "\n<\(fd)   ")
        switch request.opcode {
        case .get, .getQ, .getK, .getKQ: text += "\n<\(fd) GET \(input.slice(request.key).copiedText())"
        case .set, .setQ, .add, .addQ, .replace, .replaceQ:
            let name = request.operation == BinaryOpcode.set.rawValue || request.opcode == .setQ ? "SET" : nil
            let other = request.opcode == .add || request.opcode == .addQ ? "ADD" : "REPLACE"
            text += "\n<\(fd) \(name ?? other) \(input.slice(request.key).copiedText())"
            text += " Value len is \(request.value.count)"
        default: break
        }
        if output.byteCount >= mark &+ BinaryRequest.headerSize {
            if let status = output.binaryStatus(from: mark), !status.text.description.isEmpty {
                text += "\n>\(fd) Writing an error: \(status.text)"
            }
            text += "\n>\(fd) Writing bin response:"
            text += Self.hexLines(output.slice(mark, mark &+ BinaryRequest.headerSize), "\n>\(fd)  ")
        }
        frontEnd.control.logTraffic(text)
    }

    private static func hexLines(_ bytes: RawSpan, _ margin: String) -> String {
        var text = ""
        for index in 0..<bytes.byteCount {
            if index % 4 == 0 { text += margin }
            let digits = String(bytes[index], radix: 16)
            text += digits.utf8.count == 1 ? " 0x0\(digits)" : " 0x\(digits)"
        }
        return text
    }
}

extension RawSpan {
    /// The status of the reply at `offset`; success if there is none, since that is what the quiet forms leave out.
    fileprivate func binaryStatus(from offset: Int) -> BinaryStatus? {
        guard byteCount >= offset &+ BinaryRequest.headerSize else { return .success }
        return BinaryStatus(rawValue: UInt16(self[offset &+ 6]) << 8 | UInt16(self[offset &+ 7]))
    }
}

extension BinaryOpcode {
    /// Whether it names an item's key.
    fileprivate var isAboutItem: Bool {
        switch self {
        case .get, .getQ, .getK, .getKQ, .set, .setQ, .add, .addQ, .replace, .replaceQ, .append, .appendQ, .prepend,
            .prependQ, .delete, .deleteQ, .increment, .incrementQ, .decrement, .decrementQ, .touch, .gat, .gatQ,
            .gatK, .gatKQ:
            true
        case .quit, .quitQ, .flush, .flushQ, .noop, .version, .stat, .verbosity, .saslMechanisms, .saslStart,
            .saslStep:
            false
        }
    }

    fileprivate var isStore: Bool { storeName(isCreation: false) != nil }

    /// Its name in an item_store line; counting is one only where it creates the number.
    fileprivate func storeName(isCreation: Bool) -> StaticString? {
        switch self {
        case .set, .setQ: "set"
        case .add, .addQ: "add"
        case .replace, .replaceQ: "replace"
        case .append, .appendQ: "append"
        case .prepend, .prependQ: "prepend"
        case .increment, .incrementQ, .decrement, .decrementQ: isCreation ? "add" : nil
        default: nil
        }
    }
}
