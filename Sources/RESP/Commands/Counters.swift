// Numbers kept in strings. Source: Redis 7 command reference, INCR and its like.

import Base
import Engine

extension RESPSession {
    func add(_ delta: Int64, _ request: Request, _ output: inout OutputBuffer) {
        var options = AddOptions(rule: .signedChecked, delta: UInt64(bitPattern: delta))
        options.createsMissing = true
        options.initial = UInt64(bitPattern: delta)
        switch engine.add(request.key(in: database), options) {
        case .number(let value), .created(let value): output.appendInteger(Int64(bitPattern: value))
        case .notANumber: failInteger(&output)
        case .overflow: fail("ERR increment or decrement would overflow", &output)
        case .otherKind: failKind(&output)
        case .outOfMemory: failMemory(&output)
        case .notFound, .exists: preconditionFailure("no condition was given")
        }
    }

    func incrby(_ request: Request, _ output: inout OutputBuffer) {
        guard let delta = request[2].integer else { return failInteger(&output) }
        add(delta, request, &output)
    }

    func decrby(_ request: Request, _ output: inout OutputBuffer) {
        guard let delta = request[2].integer else { return failInteger(&output) }
        guard delta != Int64.min else { return fail("ERR decrement would overflow", &output) }
        add(-delta, request, &output)
    }

    private enum Sum { case made, notANumber, notFinite }

    func incrbyfloat(_ request: Request, _ output: inout OutputBuffer) {
        let delta = request[2].wideFloat()
        var sum = Sum.notANumber
        var text = OutputBuffer(capacity: 64)
        let outcome = engine.rewrite(request.key(in: database)) { old, new in
            var value: WideFloat? = 0
            if let old { value = old.wideFloat() }
            guard let value, let delta else { return false }
            guard (value + delta).isFinite else {
                sum = .notFinite
                return false
            }
            sum = .made
            text.append(plain: value + delta)
            new.append(text.span)
            return true
        }
        switch outcome {
        case .stored: output.appendBulk(text.span)
        case .notStored:
            switch sum {
            case .notFinite: fail("ERR increment would produce NaN or Infinity", &output)
            case .notANumber, .made: fail("ERR value is not a valid float", &output)
            }
        case .otherKind: failKind(&output)
        case .outOfMemory: failMemory(&output)
        case .tooLarge: failSize(&output)
        case .exists, .notFound: preconditionFailure("no condition was given")
        }
    }
}
