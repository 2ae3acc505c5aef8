// What a client may be told of its keys while they are taken over from another server that may fail.

import Testing

/// One key as its only writer knows it.
struct TakenKey {
    enum State: Equatable {
        /// Nothing was done to it yet that decides: it is what the old server has, or missing if that failed.
        case undecided
        case absent
        case present(String)
    }

    /// What the old server has; nil for nothing.
    let old: String?
    var state = State.undecided
    /// Seconds of a clock from when on it must be missing, and until when it must be there, as far as known.
    var gone: Double?
    var sure: Double?
    /// What was last read of it as its number for cas.
    var token: String?
    /// The number that it has there, if it keeps that here.
    var oldToken: String?
    /// Its item is one that was made here, of which the number was given here too.
    var isOurs = false
    /// It was a request's key in vain, so that it may be missing for ever.
    var mayBeLost = false

    init(old: String?) { self.old = old }
}

/// The answers to expect. `mayFail` says that the old server may have been out of reach.
struct CutoverModel {
    var keys: [TakenKey]
    private(set) var oldReads = 0
    private(set) var oldHits = 0

    init(_ keys: [TakenKey]) { self.keys = keys }

    /// Lets the key's time run out; nil while it may be either.
    private mutating func live(_ index: Int, at now: Double) -> TakenKey.State? {
        let key = keys[index]
        if let gone = key.gone, now >= gone {
            keys[index].state = .absent
            keys[index].gone = nil
            keys[index].sure = nil
            return .absent
        }
        if let sure = key.sure, now >= sure { return nil }
        return key.state
    }

    /// A read found `value`, or nothing. Returns what is wrong with that.
    mutating func read(_ index: Int, _ value: String?, from: Double, to: Double, mayFail: Bool) -> String? {
        let before = live(index, at: from)
        let after = live(index, at: to)
        let key = keys[index]
        guard let state = after, before == after else {
            // It runs out now, or so.
            let expected: String? = if case .present(let text) = key.state { text } else { key.old }
            return value == nil || value == expected ? nil : "\(value!) where \(expected ?? "nothing") was"
        }
        switch state {
        case .absent: return value == nil ? nil : "\(value!) came back"
        case .present(let text): return value == text ? nil : "\(value ?? "nothing") instead of \(text)"
        case .undecided:
            if key.old != nil {
                oldReads += 1
                if value != nil { oldHits += 1 }
            }
            if let value {
                keys[index].state = .present(value)
                return value == key.old ? nil : "\(value) instead of the old \(key.old ?? "nothing")"
            }
            if key.old == nil { keys[index].state = .absent }
            return key.old == nil || mayFail || key.mayBeLost ? nil : "a miss of the old \(key.old!)"
        }
    }

    /// What is wrong with the number of an item that was just read.
    func judge(token: String?, of index: Int) -> String? {
        let key = keys[index]
        guard let token = token.flatMap({ UInt64($0) }), let oldToken = key.oldToken else { return nil }
        if key.isOurs { return token > 1 << 48 ? nil : "its number \(token) may have been given there" }
        return token == UInt64(oldToken) ? nil : "its number is \(token), it was \(oldToken)"
    }

    mutating func written(_ index: Int, _ value: String) {
        keys[index].isOurs = true
        keys[index].state = .present(value)
        keys[index].gone = nil
        keys[index].sure = nil
    }

    mutating func removed(_ index: Int) {
        keys[index].state = .absent
        keys[index].gone = nil
        keys[index].sure = nil
    }

    /// What a command that goes by the present value met: `.some(nil)` is nothing, nil is not known.
    func met(_ index: Int, at now: Double) -> String?? {
        let key = keys[index]
        if let gone = key.gone, now >= gone { return .some(nil) }
        if let sure = key.sure, now >= sure { return nil }
        switch key.state {
        case .absent: return .some(nil)
        case .present(let text): return text
        case .undecided: return key.old
        }
    }

    func isUndecided(_ index: Int) -> Bool { keys[index].state == .undecided }
}
