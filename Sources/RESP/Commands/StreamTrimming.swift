// MAXLEN and MINID: how a stream loses its first entries, in XADD and XTRIM.

import Base
import Engine

/// What is to be left of a stream.
struct StreamTrim {
    enum Goal {
        /// So many entries.
        case count(Int64)
        /// Those from an ID on.
        case from(StreamID)
    }

    var goal: Goal
    /// `~`: more may be left than asked for.
    var isApproximate = false
    /// How many entries may go at most; 0 is any number, nil what is usual.
    var limit: Int64?

    /// How many entries go.
    ///
    /// Redis takes whole nodes where it need not be exact, so this takes as many entries as are in one, or all. The
    /// reply to few entries too many is then the same, and a stream that is trimmed with each addition is so in turns.
    /// - Parameter removed: how many went already.
    private func surplus(of stream: borrowing StreamValue, removed: Int) -> Int {
        var surplus: Int
        switch goal {
        case .count(let count): surplus = max(0, stream.count - Int(count))
        case .from(let id):
            surplus = id.previous.map { stream.positions(from: .zero, through: $0).count } ?? 0
        }
        if isApproximate {
            let unit = stream.nodeEntryCount
            let limit = limit.map { $0 == 0 ? Int.max : Int($0) } ?? Self.usualLimit(unit)
            surplus = min(surplus, max(0, limit - removed))
            if unit > 1 && surplus < stream.count { surplus -= surplus % unit }
        }
        return surplus
    }

    /// Takes entries out, not more than one holds a lock for.
    /// - Parameter removed: is raised by how many went.
    /// - Returns: whether all that should go has gone.
    func apply(to stream: inout StreamValue, _ removed: inout Int) -> Bool {
        let surplus = surplus(of: stream, removed: removed)
        let piece = min(surplus, RESPLimits.trimmedAtOnceMax)
        stream.removeFirst(piece)
        removed += piece
        return piece == surplus
    }

    /// Source: Redis streamParseAddOrTrimArgsOrReply: a hundred nodes.
    private static func usualLimit(_ unit: Int) -> Int {
        unit <= 0 ? 10_000 : min(unit, 10_000) * 100
    }
}

/// The options of XADD and XTRIM.
struct StreamTrimOptions {
    var trim: StreamTrim?
    /// NOMKSTREAM makes it false.
    var makesStream = true
    /// nil is `*`.
    var id: StreamIDText?
    /// Where options end: the ID's place in XADD.
    var end = 0
}

extension RESPSession {
    /// Goes on with a trim at argument 1 until it is done, letting others to the stream in between.
    func finish(_ trim: StreamTrim, _ request: Request, _ removed: inout Int) -> EditOutcome {
        var isDone = false
        while true {
            let outcome = engine.edit(request.key(in: database), as: StreamValue.self, creates: false) { stream in
                isDone = trim.apply(to: &stream, &removed)
            }
            if isDone || outcome != .done { return outcome }
            // What comes is more of the same.
            reason.occasion = .quiet
        }
    }

    /// Reads options from argument 2 on; nil after an error. Source: Redis streamParseAddOrTrimArgsOrReply.
    func trimOptions(_ request: Request, adds: Bool, _ output: inout OutputBuffer) -> StreamTrimOptions? {
        var options = StreamTrimOptions()
        var limit: Int64?
        var index = 2
        while index < request.count {
            let word = request[index]
            let hasValue = index + 1 < request.count
            if adds && word.equals("*") { break }
            if hasValue && (word.equalsIgnoringCase("maxlen") || word.equalsIgnoringCase("minid")) {
                guard options.trim == nil else {
                    fail("ERR syntax error, MAXLEN and MINID options at the same time are not compatible", &output)
                    return nil
                }
                guard let trim = trimGoal(request, &index, &output) else { return nil }
                options.trim = trim
            } else if hasValue && word.equalsIgnoringCase("limit") {
                guard let value = request[index + 1].integer else {
                    failInteger(&output)
                    return nil
                }
                guard value >= 0 else {
                    fail("ERR The LIMIT argument must be >= 0.", &output)
                    return nil
                }
                limit = value
                index += 2
            } else if adds && word.equalsIgnoringCase("nomkstream") {
                options.makesStream = false
                index += 1
            } else if adds {
                guard let id = word.streamIDText(missing: 0, allowsAny: true) else {
                    failID(&output)
                    return nil
                }
                options.id = id
                break
            } else {
                failSyntax(&output)
                return nil
            }
        }
        options.end = index
        return accepts(&options, limit, adds: adds, &output) ? options : nil
    }

    /// The option at argument `index` and what belongs to it, which is then passed; nil after an error.
    private func trimGoal(_ request: Request, _ index: inout Int, _ output: inout OutputBuffer) -> StreamTrim? {
        let isByCount = request[index].equalsIgnoringCase("maxlen")
        index += 1
        var isApproximate = false
        if index + 1 < request.count {
            isApproximate = request[index].equals("~")
            if isApproximate || request[index].equals("=") { index += 1 }
        }
        defer { index += 1 }
        guard isByCount else {
            guard let id = streamID(request, index, &output) else { return nil }
            return StreamTrim(goal: .from(id), isApproximate: isApproximate)
        }
        guard let count = request[index].integer else {
            failInteger(&output)
            return nil
        }
        guard count >= 0 else {
            fail("ERR The MAXLEN argument must be >= 0.", &output)
            return nil
        }
        return StreamTrim(goal: .count(count), isApproximate: isApproximate)
    }

    /// Whether the options go together; false after an error.
    private func accepts(
        _ options: inout StreamTrimOptions, _ limit: Int64?, adds: Bool, _ output: inout OutputBuffer
    ) -> Bool {
        guard let trim = options.trim else {
            if let limit, limit > 0 {
                fail("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy", &output)
                return false
            }
            if !adds {
                fail("ERR syntax error, XTRIM must be called with a trimming strategy", &output)
            } else if limit != nil {
                fail("ERR syntax error, LIMIT cannot be used without the special ~ option", &output)
            }
            return adds && limit == nil
        }
        if limit != nil && !trim.isApproximate {
            fail("ERR syntax error, LIMIT cannot be used without the special ~ option", &output)
            return false
        }
        options.trim?.limit = limit
        return true
    }
}
