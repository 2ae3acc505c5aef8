// Files of the append log, made up by tests.

import Base

@testable import Persistence

/// Writes what a server might write, and remembers where its units end.
struct LogBuilder: ~Copyable {
    private var output = OutputBuffer(capacity: 4096)
    /// Since the last sum.
    private var summedFrom = 0
    private(set) var units: [LogUnit] = []
    /// Where each sum's line stands, and what it speaks of.
    private(set) var sums: [LogSum] = []
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    var size: Int { output.count }
    var bytes: [UInt8] { output.span.copiedBytes() }
    var summedEnd: Int { summedFrom }

    mutating func raw(_ bytes: [UInt8]) { output.append(bytes.span.rawBytes) }

    mutating func command(_ arguments: [[UInt8]]) {
        output.append("*")
        output.append(decimal: arguments.count)
        output.append("\r\n")
        for argument in arguments {
            output.append("$")
            output.append(decimal: argument.count)
            output.append("\r\n")
            output.append(argument.span.rawBytes)
            output.append("\r\n")
        }
    }

    mutating func command(_ words: String...) { command(words.map { Array($0.utf8) }) }

    mutating func item(flags: UInt32, cas: UInt64, marks: Int) {
        LogFormat.appendItem(flags: flags, cas: cas, marks: marks, to: &output)
    }

    mutating func timestamp() { LogFormat.appendTimestamp(1_795_737_424, to: &output) }

    /// What `body` writes is one unit.
    mutating func unit(_ commandCount: Int = 1, transaction: Bool = false, _ body: (inout LogBuilder) -> Void) {
        let start = size
        body(&self)
        units.append(LogUnit(start: start, end: size, commandCount: commandCount, isTransaction: transaction))
    }

    mutating func sum(synced: Int) {
        var sum = CRC64()
        sum.add(output.span.slice(summedFrom, size))
        let offset = size
        LogFormat.appendSum(sum.value, count: offset - summedFrom, synced: synced, to: &output)
        sums.append(
            LogSum(offset: offset, end: size, value: sum.value, count: offset - summedFrom, synced: synced))
        summedFrom = size
    }

    /// Sums that follow speak of nothing before this place.
    mutating func startSums() { summedFrom = size }

    /// A value that may hold anything, the log's own marks too.
    private mutating func value(sizeMax: Int) -> [UInt8] {
        let size = random.next(below: sizeMax + 1)
        if random.next(below: 6) == 0 { return Array("x\r\n*1\r\n#SUM:0000000000000000:0:0\r\n".utf8) }
        let marks: [UInt8] = [13, 10, 35, 42, 36, 0, 49, 48]
        return (0..<size).map { _ in
            random.next(below: 4) == 0 ? marks[random.next(below: 8)] : UInt8(random.next(below: 256))
        }
    }

    mutating func randomUnit(sizeMax: Int) {
        let key = Array("k\(random.next(below: 100))".utf8)
        switch random.next(below: 6) {
        case 0:
            let count = random.next(below: 4)
            let values = (0..<count).map { _ in value(sizeMax: sizeMax) }
            unit(count, transaction: true) {
                $0.command("MULTI")
                for value in values {
                    $0.item(flags: 7, cas: 9, marks: 1)
                    $0.command([Array("SET".utf8), key, value])
                }
                $0.command("EXEC")
            }
        case 1:
            let value = value(sizeMax: sizeMax)
            unit {
                $0.timestamp()
                $0.item(flags: 1 << 31, cas: .max, marks: 7)
                $0.command([Array("SET".utf8), key, value])
            }
        case 2: unit { $0.command([Array("DEL".utf8), key]) }
        default:
            let values = (0...random.next(below: 5)).map { _ in value(sizeMax: sizeMax) }
            unit { $0.command([Array("RPUSH".utf8), key] + values) }
        }
    }

    /// Runs of units, each with its sum; a sync now and then, whose place the next sum states.
    mutating func fill(runs: Int, sizeMax: Int, syncEvery: Int = 3) {
        var synced = 0
        for run in 0..<runs {
            for _ in 0...random.next(below: 4) { randomUnit(sizeMax: sizeMax) }
            sum(synced: synced)
            if run % syncEvery == syncEvery - 1 { synced = size }
        }
    }
}

/// What reading came to.
struct Reading: Equatable {
    var units: [LogUnit] = []
    var fault: LogFault?
    var verifiedSize = 0

    init(_ bytes: [UInt8], from start: Int = 0) {
        var reader = LogReader(bytes.span.rawBytes, from: start)
        do throws(LogFault) {
            while let unit = try reader.nextUnit() { units.append(unit) }
        } catch {
            fault = error
        }
        verifiedSize = reader.verifiedSize
    }

    var end: Int { units.last?.end ?? 0 }
}
