// Numbers of any width among the bits of a string. Source: Redis 7.2 command reference, BITFIELD, BITFIELD_RO.

import Base
import Engine
import Synchronization

/// What happens to a number that does not fit its field.
enum BitOverflow {
    case wrap, saturate, fail
}

/// A field's type: i1 ... i64, u1 ... u63.
struct BitFieldType {
    let isSigned: Bool
    let width: Int

    init?(_ text: RawSpan) {
        guard text.byteCount > 1, text[0] == UInt8(ascii: "i") || text[0] == UInt8(ascii: "u") else { return nil }
        isSigned = text[0] == UInt8(ascii: "i")
        guard let width = text.slice(1, text.byteCount).integer, width >= 1, width <= (isSigned ? 64 : 63) else {
            return nil
        }
        self.width = Int(width)
    }

    /// What a field holds, from its bits.
    func value(_ bits: UInt64) -> Int64 {
        let spare = UInt64(64 - width)
        return isSigned ? Int64(bitPattern: bits << spare) >> Int64(spare) : Int64(bits)
    }

    /// `value` + `increment` as the field can hold it; nil if it cannot and `overflow` is to fail.
    func sum(_ value: Int64, _ increment: Int64, _ overflow: BitOverflow) -> Int64? {
        let least: Int64 = isSigned ? -1 << Int64(width - 1) : 0
        let most = Int64(truncatingIfNeeded: UInt64.max >> UInt64(isSigned ? 65 - width : 64 - width))
        let (sum, carry) = value.addingReportingOverflow(increment)
        // An unsigned field takes a negative number for a very large one, but one that a subtraction made for too
        // small.
        let isAbove = carry ? increment > 0 : sum > most || !isSigned && value < 0
        let isBelow = !isAbove && (carry || sum < least)
        guard isAbove || isBelow else { return sum }
        switch overflow {
        case .fail: return nil
        case .saturate: return isAbove ? most : least
        case .wrap: return self.value((UInt64(bitPattern: sum) << UInt64(64 - width)) >> UInt64(64 - width))
        }
    }
}

/// One operation of BITFIELD.
struct BitFieldOperation {
    enum Action { case get, set, add }

    var action: Action
    var type: BitFieldType
    /// In bits.
    var offset: Int
    var overflow: BitOverflow
    /// What is set or added.
    var operand: Int64 = 0
}

/// Reads the operations one by one; reading them again costs less than keeping them.
struct BitFieldReader {
    private var index = 2
    private var overflow = BitOverflow.wrap
    private let sizeMax: Int

    enum Step {
        case operation(BitFieldOperation)
        case end
        case syntaxFault, integerFault
        case fault(StaticString)
    }

    /// - Parameter sizeMax: fields begin before this many bytes.
    init(sizeMax: Int) { self.sizeMax = sizeMax }

    mutating func next(_ request: borrowing Request) -> Step {
        while index < request.count && request[index].equalsIgnoringCase("overflow") {
            guard index + 1 < request.count else { return .syntaxFault }
            let rule = request[index + 1]
            if rule.equalsIgnoringCase("wrap") {
                overflow = .wrap
            } else if rule.equalsIgnoringCase("sat") {
                overflow = .saturate
            } else if rule.equalsIgnoringCase("fail") {
                overflow = .fail
            } else {
                return .fault("ERR Invalid OVERFLOW type specified")
            }
            index += 2
        }
        guard index < request.count else { return .end }
        let left = request.count - index - 1
        let word = request[index]
        let action: BitFieldOperation.Action
        if word.equalsIgnoringCase("get") && left >= 2 {
            action = .get
        } else if word.equalsIgnoringCase("set") && left >= 3 {
            action = .set
        } else if word.equalsIgnoringCase("incrby") && left >= 3 {
            action = .add
        } else {
            return .syntaxFault
        }
        guard let type = BitFieldType(request[index + 1]) else {
            return .fault(
                "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.")
        }
        guard let offset = offset(request[index + 2], type.width) else {
            return .fault("ERR bit offset is not an integer or out of range")
        }
        var operation = BitFieldOperation(action: action, type: type, offset: offset, overflow: overflow)
        if action != .get {
            guard let operand = request[index + 3].integer else { return .integerFault }
            operation.operand = operand
        }
        index += action == .get ? 3 : 4
        return .operation(operation)
    }

    /// `100` is in bits, `#100` in fields.
    private func offset(_ text: RawSpan, _ width: Int) -> Int? {
        let countsFields = text.byteCount > 0 && text[0] == UInt8(ascii: "#")
        guard let number = text.slice(countsFields ? 1 : 0, text.byteCount).integer, number >= 0 else { return nil }
        let (offset, carry) = number.multipliedReportingOverflow(by: countsFields ? Int64(width) : 1)
        return carry || offset >> 3 >= Int64(sizeMax) ? nil : Int(offset)
    }
}

extension RESPSession {
    func bitfield(_ request: Request, readsOnly: Bool, _ output: inout OutputBuffer) {
        let sizeMax = frontEnd.bulkSizeMax.load(ordering: .relaxed)
        var reader = BitFieldReader(sizeMax: sizeMax)
        var count = 0
        var writtenEnd = 0
        reading: while true {
            switch reader.next(request) {
            case .operation(let operation):
                count += 1
                if operation.action != .get { writtenEnd = max(writtenEnd, operation.offset + operation.type.width) }
            case .end: break reading
            case .syntaxFault: return failSyntax(&output)
            case .integerFault: return failInteger(&output)
            case .fault(let text): return fail(text, &output)
            }
        }
        if writtenEnd == 0 { return readFields(request, count, sizeMax, &output) }
        if readsOnly { return fail("ERR BITFIELD_RO only supports the GET subcommand", &output) }
        let version = version
        let outcome = engine.edit(request.key(in: database), sizeMin: (writtenEnd + 7) >> 3) { bytes in
            var reader = BitFieldReader(sizeMax: sizeMax)
            var isChanged = false
            var isWritten = false
            output.appendArray(count)
            while case .operation(let operation) = reader.next(request) {
                if Self.perform(operation, &bytes, &isChanged, version, &output) { isWritten = true }
            }
            // The string may be new all the same.
            if !isWritten { reason.occasion = .quiet }
            return isChanged
        }
        switch outcome {
        case .stored, .notStored: break
        case .otherKind: failKind(&output)
        case .tooLarge: failSize(&output)
        case .outOfMemory: failMemory(&output)
        case .exists, .notFound: preconditionFailure("no condition was given")
        }
    }

    /// Whether a number was written, if the same.
    private static func perform(
        _ operation: BitFieldOperation, _ bytes: inout MutableSpan<UInt8>, _ isChanged: inout Bool,
        _ version: ProtocolVersion, _ output: inout OutputBuffer
    ) -> Bool {
        let type = operation.type
        let old = type.value(bytes.span.rawBytes.bitField(at: operation.offset, width: type.width))
        let new: Int64?
        switch operation.action {
        case .get:
            output.appendInteger(old)
            return false
        case .set: new = type.sum(operation.operand, 0, operation.overflow)
        case .add: new = type.sum(old, operation.operand, operation.overflow)
        }
        guard let new else {
            output.appendNull(version)
            return false
        }
        output.appendInteger(operation.action == .set ? old : new)
        if new == old { return true }
        bytes.setBitField(at: operation.offset, width: type.width, to: UInt64(bitPattern: new))
        isChanged = true
        return true
    }

    private func readFields(_ request: Request, _ count: Int, _ sizeMax: Int, _ output: inout OutputBuffer) {
        let mark = output.count
        output.appendArray(count)
        let outcome = engine.get(request.key(in: database)) { item in
            var reader = BitFieldReader(sizeMax: sizeMax)
            while case .operation(let operation) = reader.next(request) {
                let type = operation.type
                output.appendInteger(type.value(item.value.bitField(at: operation.offset, width: type.width)))
            }
        }
        switch outcome {
        case .hit: break
        case .miss, .expired: for _ in 0..<count { output.appendInteger(0) }
        case .otherKind:
            output.truncate(to: mark)
            failKind(&output)
        }
    }
}
