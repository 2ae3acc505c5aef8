// What is in a file of commands, counted: no text is made for a command, so that large files take seconds.

import Base

/// Counts commands by name, and the keys that they name.
struct LogTally: ~Copyable, ~Escapable {
    /// A name's first 24 letters, in capitals.
    private struct Name: Hashable {
        private var first: UInt64 = 0
        private var second: UInt64 = 0
        private var third: UInt64 = 0

        init(_ bytes: RawSpan) {
            for index in 0..<min(24, bytes.byteCount) {
                let byte = bytes[index]
                let letter = UInt64(byte &- 97 < 26 ? byte & ~0x20 : byte) << UInt64(index & 7 * 8)
                if index < 8 { first |= letter } else if index < 16 { second |= letter } else { third |= letter }
            }
        }

        var text: String {
            var bytes: [UInt8] = []
            for word in [first, second, third] {
                for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(place * 8))) }
            }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// What stands behind a command's name.
    private enum Keys {
        case none, first, all, everySecond

        init(_ name: RawSpan) {
            switch name.byteCount {
            case 3 where name.equalsIgnoringCase("del"): self = .all
            case 4 where name.equalsIgnoringCase("mset"), 6 where name.equalsIgnoringCase("msetnx"): self = .everySecond
            case 4 where name.equalsIgnoringCase("eval"), 5 where name.equalsIgnoringCase("fcall"): self = .none
            case 6 where name.equalsIgnoringCase("select"), 6 where name.equalsIgnoringCase("swapdb"): self = .none
            case 6 where name.equalsIgnoringCase("unlink"): self = .all
            case 6 where name.equalsIgnoringCase("script"), 7 where name.equalsIgnoringCase("evalsha"): self = .none
            case 7 where name.equalsIgnoringCase("flushdb"), 7 where name.equalsIgnoringCase("publish"): self = .none
            case 8 where name.equalsIgnoringCase("flushall"), 8 where name.equalsIgnoringCase("function"): self = .none
            default: self = .first
            }
        }
    }

    private let scan: LogScan
    private var commands: LogCommands
    private var shares: [Name: LogSummary.Share] = [:]
    private var keys: Set<UInt64> = []
    private var database: UInt64 = 0
    private var databases: Set<UInt64> = []

    @_lifetime(copy file)
    init(_ file: RawSpan) {
        scan = LogScan(file)
        commands = LogCommands(file)
    }

    mutating func add(_ unit: LogUnit, to summary: inout LogSummary) {
        summary.unitCount += 1
        summary.commandsSize += unit.end - unit.start
        if unit.isTransaction { summary.transactionCount += 1 }
        noteTime(unit.start, &summary)
        commands.begin(unit)
        while commands.next() {
            if commands.facts != nil { summary.itemAnnotationCount += 1 }
            let size = commands.bytes.byteCount
            let name = Name(commands.argument(0))
            shares[name, default: LogSummary.Share()].add(size)
            noteKeys(Keys(commands.argument(0)))
        }
    }

    private mutating func noteKeys(_ kind: Keys) {
        guard commands.argumentCount > 1 else { return }
        switch kind {
        case .none:
            guard commands.argument(0).equalsIgnoringCase("select") else { return }
            database = commands.argument(1).unsignedDecimal() ?? 0
            return
        case .first: noteKey(1)
        case .all: for index in 1..<commands.argumentCount { noteKey(index) }
        case .everySecond: for index in stride(from: 1, to: commands.argumentCount, by: 2) { noteKey(index) }
        }
        databases.insert(database)
    }

    private mutating func noteKey(_ index: Int) {
        guard keys.count < LogSummary.keyCountMax else { return }
        keys.insert(Hasher64(seed: database).hash(commands.argument(index)).rawValue)
    }

    /// Times stand before the first command of a unit.
    private func noteTime(_ start: Int, _ summary: inout LogSummary) {
        var place = start
        while scan.file[place] == UInt8(ascii: "#") {
            switch scan.line(at: place) {
            case .other(let end):
                // "#TS:", digits and "\r\n".
                if end - place > 6 && scan.file.slice(place, place + 4).equals("#TS:"),
                    let seconds = scan.file.slice(place + 4, end - 2).unsignedDecimal()
                {
                    let time = Int64(clamping: seconds)
                    summary.firstTime = summary.firstTime ?? time
                    summary.lastTime = time
                }
                place = end
            case .item(_, let end): place = end
            case .sum(let sum): place = sum.end
            case .cut, .wrong: return
            }
        }
    }

    /// Says what was counted.
    mutating func finish(_ summary: inout LogSummary) {
        for (name, share) in shares { summary.commands[name.text, default: LogSummary.Share()] = share }
        summary.keyCount = keys.count
        summary.databases = Set(databases.map { Int(clamping: $0) })
    }
}
