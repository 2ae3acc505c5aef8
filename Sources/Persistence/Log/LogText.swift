// Changes as the commands that do them again, in the words that redis-server has for them.

import Base
import Engine
import RDB

/// A stretch of the log. Source: Redis 7 aof.c; redis.io "Redis serialization protocol", requests.
struct LogText: ~Copyable {
    var bytes: OutputBuffer
    /// The database that the commands so far have named last; nil before the first.
    private(set) var database: DatabaseIndex?
    /// The one that the first command is for.
    private(set) var firstDatabase: DatabaseIndex?
    /// Commands, those that name a database not counted.
    var commandCount = 0

    /// Goes into another text: the first database is named there.
    private let isPart: Bool

    init(capacity: Int, isPart: Bool = false) {
        bytes = OutputBuffer(capacity: capacity)
        self.isPart = isPart
    }

    mutating func removeAll(keeping capacity: Int) {
        bytes.removeAll()
        bytes.shrink(to: capacity)
        database = nil
        firstDatabase = nil
        commandCount = 0
    }

    /// Takes the bytes away, and goes on with others: the same databases are named still.
    mutating func exchange(_ other: inout OutputBuffer) { swap(&bytes, &other) }

    /// Has the next command name its database again: another file begins.
    mutating func forgetDatabase() { database = nil }

    // MARK: Parts of commands

    @inline(__always)
    mutating func begin(_ argumentCount: Int, _ name: StaticString) {
        bytes.appendLine("*", argumentCount)
        add(name)
    }

    mutating func add(_ word: StaticString) {
        bytes.appendLine("$", word.utf8CodeUnitCount)
        bytes.append(word)
        bytes.append("\r\n")
    }

    @inline(__always)
    mutating func add(_ argument: RawSpan) {
        bytes.appendLine("$", argument.byteCount)
        bytes.append(argument)
        bytes.append("\r\n")
    }

    mutating func add(_ number: Int64) {
        let text = DecimalText(number)
        add(text.span)
    }

    /// Has what follows be for `database`.
    @inline(__always)
    mutating func select(_ database: DatabaseIndex) {
        if self.database != database { change(to: database) }
    }

    @inline(never)
    private mutating func change(to database: DatabaseIndex) {
        let isFirst = firstDatabase == nil
        self.database = database
        if isFirst {
            firstDatabase = database
            if isPart { return }
        }
        begin(2, LogFormat.select)
        add(Int64(database.rawValue))
    }

    // MARK: Changes

    /// Appends a change of one item, but not a collection that is new as a whole.
    /// - Parameter isPart: of a unit that somebody else begins and ends.
    mutating func append(
        _ kind: ChangeKind, _ database: DatabaseIndex, _ item: borrowing ItemView, _ steps: borrowing Steps,
        isPart: Bool
    ) {
        select(database)
        switch kind {
        case .deleted, .expired, .evicted:
            begin(2, "DEL")
            add(item.key)
            commandCount += 1
        case .expirySet: appendExpiry(item)
        case .stored, .marked:
            if steps.isEmpty { appendSet(item) } else { append(steps, item.key, isPart: isPart) }
        }
    }

    mutating func appendExpiry(_ item: borrowing ItemView) {
        if item.expiry.rawValue == 0 {
            begin(2, "PERSIST")
            add(item.key)
        } else {
            begin(3, "PEXPIREAT")
            add(item.key)
            add(item.expiry.rawValue)
        }
        commandCount += 1
    }

    @inline(__always)
    mutating func appendSet(_ item: borrowing ItemView) {
        if item.flags != 0 || item.cas != 0 || item.isStale || item.hasBinaryKey { annotate(item) }
        let hasExpiry = item.expiry.rawValue != 0
        bytes.append(hasExpiry ? "*5\r\n$3\r\nSET\r\n" : "*3\r\n$3\r\nSET\r\n")
        add(item.key)
        if let block = item.shared {
            bytes.appendLine("$", block.byteCount)
            block.retain()
            bytes.append(shared: block)
            bytes.append("\r\n")
        } else {
            add(item.value)
        }
        if hasExpiry {
            bytes.append("$4\r\nPXAT\r\n")
            add(item.expiry.rawValue)
        }
        commandCount += 1
    }

    @inline(never)
    private mutating func annotate(_ item: borrowing ItemView) {
        var marks = 0
        if item.isStale { marks |= 1 }
        if item.hasWinner { marks |= 2 }
        if item.hasBinaryKey { marks |= 4 }
        LogFormat.appendItem(flags: item.flags, cas: item.cas, marks: marks, to: &bytes)
    }

    /// Appends a collection that is new as a whole.
    /// - Parameter payload: its value as `DumpPayload` has it.
    mutating func append(whole item: borrowing ItemView, _ database: DatabaseIndex, _ payload: borrowing OutputBuffer) {
        select(database)
        begin(6, "RESTORE")
        add(item.key)
        add(item.expiry.rawValue)
        bytes.appendLine("$", payload.totalCount)
        bytes.append(contentsOf: payload)
        bytes.append("\r\n")
        add("REPLACE")
        add("ABSTTL")
        commandCount += 1
    }

    mutating func appendTransfer(from source: Key, to target: Key, isMove: Bool) {
        select(source.database)
        if source.database == target.database {
            if isMove { begin(3, "RENAME") } else { begin(4, "COPY") }
            add(source.bytes)
            add(target.bytes)
            if !isMove { add("REPLACE") }
            commandCount += 1
            return
        }
        begin(6, "COPY")
        add(source.bytes)
        add(target.bytes)
        add("DB")
        add(Int64(target.database.rawValue))
        add("REPLACE")
        commandCount += 1
        guard isMove else { return }
        begin(2, "DEL")
        add(source.bytes)
        commandCount += 1
    }

    mutating func appendFlush(_ database: DatabaseIndex?) {
        if let database {
            select(database)
            begin(1, "FLUSHDB")
        } else {
            // Databases need not be named for it; but the first command of a stretch does.
            select(self.database ?? .first)
            begin(1, "FLUSHALL")
        }
        commandCount += 1
    }

    mutating func appendSwap(_ a: DatabaseIndex, _ b: DatabaseIndex) {
        select(database ?? .first)
        begin(3, "SWAPDB")
        add(Int64(a.rawValue))
        add(Int64(b.rawValue))
        commandCount += 1
    }

    /// Appends one command, as it is.
    mutating func append(command: RawSpan) {
        select(database ?? .first)
        bytes.append(command)
        commandCount += 1
    }

    /// Appends what makes a library of functions, in the place of one of its name.
    mutating func append(library code: RawSpan) {
        begin(4, "FUNCTION")
        add("LOAD")
        add("REPLACE")
        add(code)
        commandCount += 1
    }

    /// Begins and ends a unit of several commands.
    mutating func beginUnit() { begin(1, "MULTI") }
    mutating func endUnit() { begin(1, "EXEC") }

    /// Appends all of `other`, whose first command is for `other.firstDatabase`, as one unit.
    mutating func append(unit other: borrowing LogText) {
        guard let first = other.firstDatabase else { return }
        select(first)
        if other.commandCount > 1 { beginUnit() }
        bytes.append(contentsOf: other.bytes)
        if other.commandCount > 1 { endUnit() }
        database = other.database
        commandCount += other.commandCount
    }
}
