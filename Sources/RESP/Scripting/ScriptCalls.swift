// redis.call and redis.pcall: from a script's values to a command and back.

import Base
import Engine
import Scripting
import Synchronization

extension RESPSession: ScriptHost {
    func call(_ stack: LuaStack, raises: Bool) -> Int32 {
        let count = stack.top
        guard count > 0 else {
            return refuse("ERR Please specify at least one argument for this redis lib call", stack, raises)
        }
        guard stack.makeRoom(8) else { return refuse("ERR the stack is too deep for a command", stack, raises) }
        var words = scripts.takeWords()
        var reply = scripts.takeReply()
        let result = call(count, &words, &reply, stack, raises)
        scripts.give(words: words, reply: reply)
        return result
    }

    private func call(
        _ count: Int, _ words: inout OutputBuffer, _ reply: inout OutputBuffer, _ stack: LuaStack, _ raises: Bool
    ) -> Int32 {
        guard gather(stack, count, &words) else {
            return refuse("ERR Lua redis lib command arguments must be strings or integers", stack, raises)
        }
        return call(words.span, count, &reply, stack, raises)
    }

    /// Copies the values of a stack as the words of a request. False if one of them can be none.
    private func gather(_ stack: LuaStack, _ count: Int, _ words: inout OutputBuffer) -> Bool {
        let slots = scripts.slots
        slots.reserve(count)
        for place in 1...count {
            let start = words.count
            switch stack.kind(place) {
            case .string: words.append(stack.bytes(place))
            case .number: stack.append(stack.number(place), to: &words)
            case .none, .nil, .boolean, .lightUserdata, .table, .function, .userdata, .thread: return false
            }
            guard words.count <= RESPLimits.inputSizeMax else { return false }
            slots[place &- 1] = ArgumentSlot(offset: UInt32(start), size: UInt32(words.count &- start))
        }
        return true
    }

    private func call(
        _ words: RawSpan, _ count: Int, _ reply: inout OutputBuffer, _ stack: LuaStack, _ raises: Bool
    ) -> Int32 {
        var queued = QueuedRequest()
        queued.count = UInt32(count)
        queued.row = frontEnd.commandNames.row(words.slice(0, Int(scripts.slots[0].size)))
        guard let command = queued.row.command else {
            return refuse("ERR Unknown Redis command called from script", stack, raises)
        }
        guard queued.row.accepts(count: count) else {
            let code = Int(command.rawValue)
            return refuse("ERR Wrong number of args calling Redis command from script", stack, raises, of: code)
        }
        if queued.row.hasKey {
            let slot = scripts.slots[1]
            queued.hash = engine.hash(words.slice(Int(slot.offset), Int(slot.offset) &+ Int(slot.size))).rawValue
        }
        let request = Request(words, scripts.slots, queued)
        var facts = ScriptFacts.table[Int(command.rawValue)]
        var code = Int(command.rawValue)
        if facts.isContainer {
            switch ScriptFacts.of(command, request) {
            case .success(let found): (facts, code) = found
            case .failure(let refusal): return refuse(refusal.text, stack, raises, of: refusal.code)
            }
        }
        if let refusal = refusalInScript(command, request) ?? refusal(facts) {
            return refuse(refusal, stack, raises, of: code)
        }
        if scripts.run?.declared != nil { watchReach(command, facts, request) }
        if !(facts.hasOneKey ? engine.holds(request.hash) : holdsKeys(command, facts, request)) {
            if let refusal = reachOut(command, facts, request, stack) {
                if scripts.run?.needsAllShards == true {
                    stack.pushError(refusal)
                    return -1
                }
                return refuse(refusal, stack, raises, of: code)
            }
        }
        if facts.hasEffects { scripts.run?.hasEffects = true }
        if facts.writes {
            if scripts.run?.hasWritten == false { scripts.progress.noteWriting() }
            scripts.run?.hasWritten = true
            engine.mayOvershoot = true
        }
        counters.add(.commands)
        if isTracked { remember(command, request) }
        let outer = (command: innerCommand, start: measuredFrom)
        innerCommand = code
        measuredFrom = TickClock.read()
        serve(command, request, &reply)
        measureLast(request)
        innerCommand = outer.command
        measuredFrom = outer.start
        return show(reply, stack, raises)
    }

    /// Pushes what a command showed.
    private func show(_ reply: borrowing OutputBuffer, _ stack: LuaStack, _ raises: Bool) -> Int32 {
        guard reply.splices.isEmpty else {
            var whole = OutputBuffer(capacity: max(64, reply.totalCount))
            reply.forEachPiece { piece in whole.append(piece) }
            return show(whole, stack, raises)
        }
        let isError = ScriptReply.push(reply.span, stack)
        return isError && raises ? -1 : 1
    }

    /// - Parameter code: of the command that is refused; -1 is none.
    private func refuse(_ text: StaticString, _ stack: LuaStack, _ raises: Bool, of code: Int = -1) -> Int32 {
        refusing(code) { countError(text) }
        stack.pushError(text)
        return raises ? -1 : 1
    }

    /// Why a script may not call a command; nil if it may. Source: Redis 7 scriptCall.
    private func refusal(_ facts: ScriptFacts) -> StaticString? {
        guard let run = scripts.run else { return "ERR no script runs" }
        if facts.isRefused { return "ERR This Redis command is not allowed from script" }
        guard facts.writes || facts.needsMemory else { return nil }
        if facts.writes {
            if run.readsOnly { return "ERR Write commands are not allowed from read-only scripts." }
            if !isReplaying {
                switch frontEnd.gateState {
                case .open, .loading: break
                case .readOnly: return Self.cannotSave
                case .logFails: return Self.cannotLog
                }
            }
        }
        if facts.needsMemory && !run.hasWritten && !run.script.flags.contains(.allowsFullMemory) {
            if !engine.makeRoomToWrite() { return "OOM command not allowed when used memory > 'maxmemory'." }
        }
        return nil
    }

    // MARK: Keys

    /// Whether the shards of all keys that a command may touch are held.
    private func holdsKeys(_ command: Command, _ facts: ScriptFacts, _ request: Request) -> Bool {
        engine.holdsAll || reaches(command, facts, request, each: { engine.holds($0) }, all: { false })
    }

    /// Whether `each` holds for every key that a command may touch, or `all` if its words do not tell them.
    private func reaches(
        _ command: Command, _ facts: ScriptFacts, _ request: Request, each: (KeyHash) -> Bool, all: () -> Bool
    ) -> Bool {
        switch facts.reach {
        case .nothing: return true
        case .places:
            var holds = true
            facts.eachPlace(request.count) { holds = holds && each(engine.hash(request[$0])) }
            return holds
        case .words:
            guard let places = places(command, request) else { return all() }
            return places.allSatisfy { each(engine.hash(request[$0])) }
        case .everything: return all()
        }
    }

    /// Notes whether a command touches other shards than those of the declared keys, though they are held.
    private func watchReach(_ command: Command, _ facts: ScriptFacts, _ request: Request) {
        guard let declared = scripts.run?.declared else { return }
        var touched = declared
        switch facts.reach {
        case .nothing: break
        case .places: facts.eachPlace(request.count) { engine.insert(engine.hash(request[$0]), into: &touched) }
        case .words:
            guard let places = places(command, request) else {
                scripts.run?.strayed = true
                return
            }
            for place in places { engine.insert(engine.hash(request[place]), into: &touched) }
        case .everything: touched = .all
        }
        if touched != declared { scripts.run?.strayed = true }
    }

    /// The places of a command's keys, if its words tell them all.
    private func places(_ command: Command, _ request: Request) -> [Int]? {
        let spec = CommandTable.specs[Int(command.rawValue)]
        return spec.keys.places(count: request.count, word: { request[$0].copiedText() })?.map { $0.place }
    }

    /// A script touches what it did not declare: takes the shards, or tells why not.
    private func reachOut(
        _ command: Command, _ facts: ScriptFacts, _ request: Request, _ stack: LuaStack
    ) -> StaticString? {
        scripts.run?.strayed = true
        if tryHolding(command, facts, request) { return nil }
        if scripts.run?.hasEffects == true {
            return "ERR The script did not declare this key, which others hold; declare it, or try again"
        }
        scripts.run?.needsAllShards = true
        let text: StaticString = "ERR the script is run again"
        scripts.run?.interpreter.interrupt(stack, with: text)
        return text
    }

    private func tryHolding(_ command: Command, _ facts: ScriptFacts, _ request: Request) -> Bool {
        reaches(command, facts, request, each: { engine.tryHolding($0) }, all: { engine.tryHoldingAll() })
    }

    // MARK: The rest of the redis table

    func mayRun(_ stack: LuaStack) -> Bool? {
        var words = OutputBuffer(capacity: 64)
        guard gather(stack, stack.top, &words) else { return nil }
        let row = frontEnd.commandNames.row(words.span.slice(0, Int(scripts.slots[0].size)))
        guard let command = row.command else { return nil }
        var queued = QueuedRequest()
        queued.count = UInt32(stack.top)
        queued.row = row
        return mayRunInScript(command, Request(words.span, scripts.slots, queued))
    }

    func log(_ level: Int, _ text: RawSpan) {
        scripts.run?.hasEffects = true
        frontEnd.control.log(level: level, text.copiedText())
    }

    func speak(version: Int) {
        self.version = version == 3 ? .three : .two
        scripts.run?.version = self.version
    }
}
