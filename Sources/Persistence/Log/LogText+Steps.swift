// Steps of a change to a value as commands.

import Base
import Engine

extension LogText {
    /// Appends steps on the value of `key`: in one unit, if they need several commands.
    mutating func append(_ steps: borrowing Steps, _ key: RawSpan, isPart: Bool) {
        let isUnit = !isPart && Self.commandCount(of: steps) > 1
        if isUnit { beginUnit() }
        var steps = steps.fork()
        var next = steps.next()
        while let kind = next {
            appendCommand(kind, &steps, key)
            next = steps.next()
        }
        if isUnit { endUnit() }
    }

    /// Commands that steps need: several of a kind may be one.
    private static func commandCount(of steps: borrowing Steps) -> Int {
        var steps = steps.fork()
        var count = 0
        var last: StepKind?
        while let kind = steps.next() {
            if kind != last || !kind.isJoined { count += 1 }
            last = kind
        }
        return count
    }

    /// Appends the command of a step, and of those of its kind that follow if they can be joined: `steps` then stands
    /// on the last of them.
    private mutating func appendCommand(_ kind: StepKind, _ steps: inout Steps, _ key: RawSpan) {
        var run = 1
        var argumentCount = 0
        var ahead = steps.fork()
        while ahead.nextArgument() != nil { argumentCount += 1 }
        if kind.isJoined {
            while ahead.next() == kind {
                run += 1
                while ahead.nextArgument() != nil { argumentCount += 1 }
            }
        }
        commandCount += 1
        appendHead(kind, argumentCount, key)
        if kind == .deliver { return appendDelivery(&steps) }
        var index = 0
        for step in 0..<run {
            if step > 0 { _ = steps.next() }
            while let argument = steps.nextArgument() {
                appendWord(kind, before: index)
                add(argument)
                index += 1
            }
        }
    }

    /// The command, its key, and what stands between that and the arguments.
    private mutating func appendHead(_ kind: StepKind, _ count: Int, _ key: RawSpan) {
        func plain(_ text: inout LogText, _ name: StaticString) {
            text.begin(2 + count, name)
            text.add(key)
        }
        func group(_ text: inout LogText, _ verb: StaticString, more: Int = 0) {
            text.begin(3 + count + more, "XGROUP")
            text.add(verb)
            text.add(key)
        }
        switch kind {
        case .pushFirst: plain(&self, "LPUSH")
        case .pushLast: plain(&self, "RPUSH")
        case .popFirst: plain(&self, "LPOP")
        case .popLast: plain(&self, "RPOP")
        case .replaceElement: plain(&self, "LSET")
        case .keepPositions: plain(&self, "LTRIM")
        case .removeEqual: plain(&self, "LREM")
        case .insertBefore, .insertBehind:
            begin(3 + count, "LINSERT")
            add(key)
            add(kind == .insertBefore ? "BEFORE" : "AFTER")
        case .setField: plain(&self, "HSET")
        case .removeField: plain(&self, "HDEL")
        case .insertMember: plain(&self, "SADD")
        case .removeMember: plain(&self, "SREM")
        case .setScore: plain(&self, "ZADD")
        case .removeScored: plain(&self, "ZREM")
        case .removePositions: plain(&self, "ZREMRANGEBYRANK")
        case .appendEntry: plain(&self, "XADD")
        case .removeEntry: plain(&self, "XDEL")
        case .keepEntries:
            begin(3 + count, "XTRIM")
            add(key)
            add("MAXLEN")
        case .setStream:
            begin(4 + count, "XSETID")
            add(key)
        case .createGroup: group(&self, "CREATE", more: 2)
        case .setGroup: group(&self, "SETID", more: 1)
        case .removeGroup: group(&self, "DESTROY")
        case .createConsumer: group(&self, "CREATECONSUMER")
        case .removeConsumer: group(&self, "DELCONSUMER")
        case .deliver:
            // XCLAIM key group consumer 0 id TIME t RETRYCOUNT n FORCE JUSTID
            begin(12, "XCLAIM")
            add(key)
        case .acknowledge: plain(&self, "XACK")
        case .appendBytes: plain(&self, "APPEND")
        case .overwriteBytes: plain(&self, "SETRANGE")
        }
    }

    /// Words that stand before the argument at `index`.
    private mutating func appendWord(_ kind: StepKind, before index: Int) {
        switch (kind, index) {
        case (.setStream, 1): add("ENTRIESADDED")
        case (.setStream, 2): add("MAXDELETEDID")
        case (.createGroup, 2):
            add("MKSTREAM")
            add("ENTRIESREAD")
        case (.setGroup, 2): add("ENTRIESREAD")
        default: break
        }
    }

    private mutating func appendDelivery(_ steps: inout Steps) {
        var index = 0
        while let argument = steps.nextArgument() {
            switch index {
            case 2: add("0")
            case 3: add("TIME")
            case 4: add("RETRYCOUNT")
            default: break
            }
            add(argument)
            index += 1
        }
        add("FORCE")
        add("JUSTID")
    }
}

extension StepKind {
    /// Whether several steps of the kind, one behind the other, may be one command.
    fileprivate var isJoined: Bool {
        switch self {
        case .pushFirst, .pushLast, .setField, .removeField, .insertMember, .removeMember, .setScore, .removeScored,
            .removeEntry:
            true
        case .popFirst, .popLast, .replaceElement, .insertBefore, .insertBehind, .keepPositions, .removeEqual,
            .removePositions, .appendEntry, .keepEntries, .setStream, .createGroup, .setGroup, .removeGroup,
            .createConsumer, .removeConsumer, .deliver, .acknowledge, .appendBytes, .overwriteBytes:
            false
        }
    }
}
