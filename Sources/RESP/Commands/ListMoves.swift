// Commands that take from one of several lists, or from one list to another.

import Base
import Engine

/// What these commands do to a list, whether at once or after waiting. In a section that holds all its keys.
enum ListTaking {
    /// Takes elements off one end and replies with the key and them: one element by itself, or up to `countMax` in an
    /// array.
    static func pop(
        _ key: Key, _ side: Side, countMax: Int?, _ engine: inout EngineHandle, _ output: inout OutputBuffer
    ) -> EditOutcome {
        engine.reason.occasion = Occasion(taken(from: side))
        return engine.edit(key, as: ListValue.self, creates: false) { list in
            let taken = min(countMax ?? 1, list.count)
            output.appendArray(2)
            output.appendBulk(key.bytes)
            if countMax != nil { output.appendArray(taken) }
            list.pop(taken, side) { output.appendBulk($0) }
        }
    }

    /// Takes an element from one end of a list to one end of another, or of the same, and replies with it.
    static func move(
        _ source: Key, _ from: Side, to target: Key, _ to: Side, _ engine: inout EngineHandle,
        _ output: inout OutputBuffer
    ) -> EditOutcome {
        let mark = output.count
        let reason = engine.reason
        var size = 0
        // The reply is the copy that is pushed.
        if source.bytes.equals(target.bytes) {
            reason.occasion = Occasion(given(to: to), also: taken(from: from))
            return engine.edit(source, as: ListValue.self, creates: false) { list in
                size = append(list.element(atEnd: from), &output)
                list.push(output.span.slice(output.count - 2 - size, output.count - 2), to)
                list.pop(1, from) { _ in }
            }
        }
        let found = engine.edit(source, as: ListValue.self, creates: false) { list in
            size = append(list.element(atEnd: from), &output)
        }
        guard found == .done else { return found }
        reason.occasion = Occasion(given(to: to))
        let pushed = engine.edit(target, as: ListValue.self) { list in
            list.prepareGrowth(byteCount: size, count: 1)
            list.push(output.span.slice(output.count - 2 - size, output.count - 2), to)
        }
        guard pushed == .done else {
            output.truncate(to: mark)
            return pushed
        }
        reason.occasion = Occasion(taken(from: from))
        _ = engine.edit(source, as: ListValue.self, creates: false) { list in list.pop(1, from) { _ in } }
        return .done
    }

    private static func taken(from side: Side) -> KeyEvent { side == .start ? .lpop : .rpop }
    private static func given(to side: Side) -> KeyEvent { side == .start ? .lpush : .rpush }

    private static func append(_ element: RawSpan, _ output: inout OutputBuffer) -> Int {
        output.appendBulk(element)
        return element.byteCount
    }
}

extension RESPSession {
    /// LEFT or RIGHT.
    static func side(_ word: RawSpan) -> Side? {
        if word.equalsIgnoringCase("left") { return .start }
        return word.equalsIgnoringCase("right") ? .end : nil
    }

    func lmove(_ request: Request, _ output: inout OutputBuffer) {
        guard let from = Self.side(request[3]), let to = Self.side(request[4]) else { return failSyntax(&output) }
        move(request, from, to, &output)
    }

    /// LMOVE, RPOPLPUSH.
    func move(_ request: Request, _ from: Side, _ to: Side, _ output: inout OutputBuffer) {
        guard engine.makeRoomToWrite() else { return failMemory(&output) }
        let source = request.key(in: database)
        let target = engine.key(request[2], in: database)
        var shards = ShardSet()
        engine.insert(source.hash, into: &shards)
        engine.insert(target.hash, into: &shards)
        let outcome = engine.section(shards) { engine in
            ListTaking.move(source, from, to: target, to, &engine, &output)
        }
        switch outcome {
        case .done: break
        case .notFound: output.appendNull(version)
        case .otherKind: failKind(&output)
        }
    }

    func lmpop(_ request: Request, _ output: inout OutputBuffer) {
        guard let arguments = popArguments(request, from: 1, place: Self.side, &output) else { return }
        takeFromFirst(request, arguments.keyCount, &output) { key, engine, output in
            ListTaking.pop(key, arguments.place, countMax: arguments.countMax, &engine, &output)
        }
    }
}
