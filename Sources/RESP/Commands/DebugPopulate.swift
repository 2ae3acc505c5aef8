// DEBUG POPULATE: many keys for a test. Source: Redis 7.0 debugCommand.

import Base
import Engine
import Synchronization

extension RESPSession {
    /// Makes strings `prefix:0`, `prefix:1` ...; keys that are there stay as they are. The values are `value:0` ...,
    /// cut or filled with zeros to a size if one is given. Unlike Redis' they are in the append log as all else is.
    ///
    /// A key at a time: others are served in between, but for those of this worker.
    func debugPopulate(_ request: Request, _ output: inout OutputBuffer) {
        guard mayChange(&output) else { return }
        guard let count = request[2].integer, count >= 0, count <= RESPLimits.populatedKeysMax else {
            return failRange(request[2], RESPLimits.populatedKeysMax, &output)
        }
        var size: Int?
        if request.count == 5 {
            let sizeMax = frontEnd.bulkSizeMax.load(ordering: .relaxed)
            guard let wanted = request[4].integer, wanted >= 0, wanted <= sizeMax else {
                return failRange(request[4], sizeMax, &output)
            }
            size = wanted == 0 ? nil : Int(wanted)
        }
        var names = Names(request.count > 3 ? request[3].copiedBytes() : Array("key".utf8), size: size)
        var options = StoreOptions()
        options.mode = .add
        for number in 0..<Int(count) {
            names.next(number)
            switch engine.store(engine.key(names.key, in: database), names.value, options) {
            case .stored, .notStored: break
            case .outOfMemory: return failMemory(&output)
            case .tooLarge: return failSize(&output)
            case .exists, .notFound, .otherKind: preconditionFailure("no condition was given")
            }
            if number & 1023 == 1023 { keepPace(&output) }
        }
        output.appendOK()
    }

    /// The append log and a snapshot may have more of it than they can write: then it goes at their pace.
    private func keepPace(_ output: inout OutputBuffer) {
        guard !engine.isInSection else { return }
        output.heldUntil = max(output.heldUntil, engine.takeJournalPlace())
        engine.now = engine.now
    }

    /// Whether data may be changed by what is no write in the table's eyes; if not, that was replied.
    func mayChange(_ output: inout OutputBuffer) -> Bool {
        switch frontEnd.gateState {
        case .open: return true
        case .loading: fail("LOADING Redis is loading the dataset in memory", &output)
        case .readOnly: fail(Self.cannotSave, &output)
        case .logFails: fail(Self.cannotLog, &output)
        }
        return false
    }

    private func failRange(_ text: RawSpan, _ most: Int, _ output: inout OutputBuffer) {
        guard let number = text.integer, number > 0 else {
            return fail("ERR value is out of range, must be positive", &output)
        }
        fail(made: "ERR value is out of range, must be between 0 and \(most)", &output)
    }
}

/// The names and values that are made, one after the other.
private struct Names: ~Copyable {
    private var keyBytes: [UInt8]
    private let prefixSize: Int
    private let size: Int?
    private var valueBytes: [UInt8]
    private static let word = Array("value:".utf8)

    init(_ prefix: [UInt8], size: Int?) {
        keyBytes = prefix + [UInt8(ascii: ":")]
        prefixSize = keyBytes.count
        self.size = size
        valueBytes = size.map { [UInt8](repeating: 0, count: $0) } ?? Self.word
    }

    var key: RawSpan {
        @_lifetime(borrow self) borrowing get { keyBytes.span.rawBytes }
    }

    var value: RawSpan {
        @_lifetime(borrow self) borrowing get { valueBytes.span.rawBytes }
    }

    mutating func next(_ number: Int) {
        let digits = DecimalText(UInt64(number))
        keyBytes.removeLast(keyBytes.count - prefixSize)
        for index in 0..<digits.span.byteCount { keyBytes.append(digits.span[index]) }
        guard let size else {
            valueBytes.removeLast(valueBytes.count - Self.word.count)
            for index in 0..<digits.span.byteCount { valueBytes.append(digits.span[index]) }
            return
        }
        // Each text is at least as long as the one before.
        for index in 0..<min(size, Self.word.count) { valueBytes[index] = Self.word[index] }
        for index in 0..<max(0, min(digits.span.byteCount, size - Self.word.count)) {
            valueBytes[Self.word.count + index] = digits.span[index]
        }
    }
}
