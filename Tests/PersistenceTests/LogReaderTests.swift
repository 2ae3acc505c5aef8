// Files of commands: what is whole is read, and what is wrong is judged.

import Base
import Testing

@testable import Persistence

private func seed() -> UInt64 { System.randomNumber() }

@Suite("Reading the append log")
struct LogReaderTests {
    @Test("a whole file is read to its end, and all of it is vouched for")
    func whole() {
        let seed = seed()
        var file = LogBuilder(seed: seed)
        file.fill(runs: 40, sizeMax: 200)
        let reading = Reading(file.bytes)
        #expect(reading.fault == nil && reading.units == file.units, "seed \(seed)")
        #expect(reading.verifiedSize == file.sums.reduce(0) { $0 + $1.count })
        let empty = Reading([])
        #expect(empty.fault == nil && empty.units.isEmpty)
    }

    @Test("cut at any byte, what is left is whole units and at most a torn end")
    func cuts() {
        let seed = seed()
        var file = LogBuilder(seed: seed)
        file.fill(runs: 14, sizeMax: 60)
        let bytes = file.bytes
        let ends = Set(file.units.map(\.end) + file.sums.map(\.end) + [0])
        for size in 0..<bytes.count {
            let reading = Reading(Array(bytes[..<size]))
            // What a sum does not speak of is not believed.
            let summed = file.sums.last { $0.end <= size }?.end
            let whole = file.units.prefix { $0.end <= summed ?? size }
            #expect(reading.units == Array(whole), "seed \(seed), size \(size)")
            guard let fault = reading.fault else { continue }
            #expect(fault.kind == .tornTail && fault.goodSize < size && ends.contains(fault.goodSize), "seed \(seed)")
            #expect(fault.goodSize >= reading.end)
            let mended = Reading(Array(bytes[..<fault.goodSize]))
            #expect(mended.fault == nil && mended.units == reading.units, "seed \(seed), size \(size)")
        }
    }

    @Test("any flipped bit that a sum speaks of is found, and no unit is returned that has it")
    func flips() {
        let seed = seed()
        var file = LogBuilder(seed: seed)
        file.fill(runs: 12, sizeMax: 50)
        let synced = file.size
        file.fill(runs: 1, sizeMax: 50)
        // Somebody syncs, says so, and writes on.
        file.sum(synced: synced)
        for _ in 0..<3 { file.randomUnit(sizeMax: 50) }
        let whole = file.bytes
        for place in whole.indices {
            // All bits where lines are short, one elsewhere: time.
            for bit in 0..<8 where whole.count * 8 < 20_000 || bit == (place + Int(seed & 7)) & 7 {
                var bytes = whole
                bytes[place] ^= 1 << bit
                let reading = Reading(bytes)
                let note: Comment = "seed \(seed), byte \(place), bit \(bit): \(String(describing: reading.fault))"
                let isSummed = file.sums.contains { $0.start <= place && place < $0.offset }
                let isInSum = file.sums.contains { $0.offset <= place && place < $0.end }
                if isSummed {
                    #expect(reading.fault != nil, note)
                    let run = file.sums.first { place < $0.offset }!
                    let later = file.sums.filter { $0.offset > run.offset }.map(\.synced).max() ?? 0
                    #expect((reading.fault?.kind == .corrupt) == (later > run.start), note)
                }
                if isSummed || isInSum {
                    // A line that is a sum no more belongs to the unit behind it.
                    let isBeginning = zip(reading.units, file.units).allSatisfy { $0.end == $1.end }
                    #expect(isBeginning && reading.units.count <= file.units.count, note)
                }
                if isSummed { #expect(reading.end <= place, note) }
                if let fault = reading.fault { #expect(fault.goodSize >= reading.end, note) }
            }
        }
    }

    @Test("pages that never came to the disk, in any order, are a torn end; those that had been there are damage")
    func pages() {
        let seed = seed()
        for round in 0..<60 {
            var file = LogBuilder(seed: seed &+ UInt64(round))
            file.fill(runs: 10, sizeMax: 120, syncEvery: 100)
            let synced = file.size
            for _ in 0..<12 {
                file.randomUnit(sizeMax: 120)
                file.sum(synced: synced)
            }
            let whole = file.bytes
            let note: Comment = "seed \(seed), round \(round)"
            var random = SplitMix64(seed: seed &+ UInt64(round))
            let page = 32
            var torn = whole
            for _ in 0..<3 {
                let start = synced + random.next(below: whole.count - synced)
                for place in start..<min(whole.count, start + page) { torn[place] = 0 }
            }
            // Two pages changed places.
            let (a, b) = (synced + random.next(below: 64), synced + 64 + random.next(below: 64))
            var exchanged = whole
            if b + page <= whole.count { for offset in 0..<page { exchanged.swapAt(a + offset, b + offset) } }
            // Two runs of the same form, each with its sum, in each other's place: no sum can tell.
            if exchanged != whole && Reading(exchanged).fault != nil {
                for offset in 0..<page { torn.swapAt(a + offset, b + offset) }
            }
            let reading = Reading(torn)
            if let fault = reading.fault { #expect(fault.kind == .tornTail && fault.goodSize >= synced, note) }
            #expect(reading.units == Array(file.units.prefix(reading.units.count)), note)
            for unit in reading.units { #expect(torn[unit.start..<unit.end] == whole[unit.start..<unit.end], note) }

            var damaged = whole
            let start = random.next(below: synced - page)
            // Not where it would change nothing.
            for place in start..<start + page { damaged[place] = ~damaged[place] }
            let fault = Reading(damaged).fault
            if file.sums.contains(where: { $0.start < start + page && start < $0.offset }) {
                #expect(fault?.kind == .corrupt, note)
            }
        }
    }

    @Test("zeros to the end are a torn end, whoever wrote the file")
    func zeros() {
        for isOurs in [true, false] {
            var file = LogBuilder(seed: 1)
            file.unit { $0.command("SET", "a", "1") }
            if isOurs { file.sum(synced: 0) }
            file.unit { $0.command("SET", "b", "22") }
            let whole = file.bytes
            for cut in file.units[0].end..<whole.count {
                let reading = Reading(Array(whole[..<cut]) + [UInt8](repeating: 0, count: 5000))
                #expect(reading.fault?.kind == .tornTail && reading.units == [file.units[0]], "\(isOurs) \(cut)")
            }
        }
    }

    @Test("without sums, as redis-server writes: an early end is torn, anything else is damage")
    func withoutSums() {
        var file = LogBuilder(seed: 1)
        for _ in 0..<5 { file.unit { $0.command("SET", "key", "value") } }
        let whole = file.bytes
        #expect(Reading(Array(whole[..<(whole.count - 3)])).fault?.kind == .tornTail)
        var bytes = whole
        bytes[file.units[2].start] = UInt8(ascii: "+")
        let reading = Reading(bytes)
        #expect(reading.fault?.kind == .corrupt && reading.fault?.goodSize == file.units[1].end)
        #expect(reading.fault?.offset == file.units[2].start && reading.units.count == 2)
        // A size that reaches behind the end is no more than an early end, for redis-server; sums know better.
        let size = file.units[1].start + 5
        bytes = whole
        bytes[size] = UInt8(ascii: "9")
        bytes[size + 1] = UInt8(ascii: "9")
        #expect(Reading(bytes).fault != nil)
    }

    @Test("a size that now reaches behind the end is damage, where sums say that all was on the disk")
    func longSize() {
        var file = LogBuilder(seed: 1)
        for _ in 0..<4 {
            let synced = file.size
            file.unit { $0.command("SET", "key", String(repeating: "x", count: 100)) }
            file.sum(synced: synced)
        }
        var bytes = file.bytes
        let header = file.units[1].start + "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$".utf8.count
        bytes[header] = UInt8(ascii: "9")
        let reading = Reading(bytes)
        #expect(reading.fault?.kind == .corrupt && reading.fault?.goodSize == file.sums[0].end)
        // The last one might never have been promised.
        bytes = file.bytes
        bytes[file.units[3].start + header - file.units[1].start] = UInt8(ascii: "9")
        #expect(Reading(bytes).fault?.kind == .tornTail)
    }

    @Test("a server of the other kind may have gone on with the file")
    func mixed() {
        var file = LogBuilder(seed: 3)
        file.unit { $0.command("SET", "redis", "1") }
        file.startSums()
        file.unit { $0.command("SET", "ours", "2") }
        file.sum(synced: file.summedEnd)
        file.unit { $0.command("SELECT", "0") }
        file.unit { $0.command("SET", "redis", "3") }
        file.startSums()
        file.unit { $0.command("SET", "ours", "4") }
        file.sum(synced: file.summedEnd)
        let reading = Reading(file.bytes)
        #expect(reading.fault == nil && reading.units == file.units)
        #expect(reading.verifiedSize == file.sums.reduce(0) { $0 + $1.count })
        var bytes = file.bytes
        bytes[file.units[4].end - 3] ^= 1
        #expect(Reading(bytes).fault?.goodSize == file.units[3].end)
    }

    @Test("units behind the last sum are believed if redis-server wrote them, and not if their sum never came")
    func unsummedEnd() {
        func end(_ write: (inout LogBuilder) -> Void) -> (reading: Reading, summedEnd: Int, size: Int, unitCount: Int) {
            var file = LogBuilder(seed: 3)
            file.sum(synced: 0)
            file.unit { $0.command("SET", "a", "1") }
            file.sum(synced: 0)
            write(&file)
            return (Reading(file.bytes), file.summedEnd, file.size, file.units.count)
        }
        for isTransaction in [false, true] {
            for isDated in [false, true] {
                let theirs = end { file in
                    if isDated { file.timestamp() }
                    if isTransaction { file.command("MULTI") }
                    file.command("SELECT", "0")
                    file.command("SET", "a", "2")
                    if isTransaction { file.command("EXEC") }
                }
                #expect(theirs.reading.fault == nil && theirs.reading.end == theirs.size)
            }
        }
        for name in ["select", "SET"] {
            let ours = end { file in
                file.command(name, "0", "1")
                file.unit { $0.command("SET", "a", "2") }
            }
            #expect(ours.reading.fault?.kind == .tornTail && ours.reading.fault?.goodSize == ours.summedEnd)
            #expect(ours.reading.units.count == 1)
        }
        // A page that never came, from within an annotation to the end of another.
        let lost = end { file in
            file.command("MULTI")
            file.command("SET", "a", "2")
            file.raw(Array("#ITE".utf8) + [UInt8](repeating: 0, count: 64) + Array(":1:0:0\r\n".utf8))
            file.command("SET", "twin", "3")
            file.command("EXEC")
        }
        #expect(lost.reading.fault?.kind == .tornTail && lost.reading.fault?.goodSize == lost.summedEnd)
    }

    @Test("a snapshot in front is the caller's, and no sum speaks of it")
    func preamble() {
        var file = LogBuilder(seed: 3)
        file.raw(Array("REDIS0011 and so on".utf8))
        let start = file.size
        file.startSums()
        file.unit { $0.command("SET", "a", "2") }
        file.sum(synced: start)
        #expect(Reading(file.bytes, from: start).units == file.units)
        #expect(Reading(file.bytes, from: start).fault == nil)
    }

    @Test("a value that looks like a sum makes no damage of a torn end")
    func forgery() {
        var file = LogBuilder(seed: 4)
        file.unit { $0.command("SET", "a", "1") }
        file.sum(synced: 0)
        let synced = file.size
        file.unit { $0.command("SET", "b", "2") }
        file.sum(synced: synced)
        let lost = file.units[1]
        file.unit { $0.command("SET", "c", "x\r\n#SUM:0000000000000000:0:\(lost.end)\r\n") }
        file.sum(synced: synced)
        var bytes = file.bytes
        bytes[lost.start] = 0
        let reading = Reading(bytes)
        #expect(reading.fault?.kind == .tornTail && reading.units == [file.units[0]])
    }

    @Test("a file that ends within a value is torn, whatever the value says of sums")
    func forgeryAtTheEnd() {
        // A log as a value, which claims that more was on the disk than lies before it here.
        var inner = LogBuilder(seed: 5)
        for _ in 0..<5 {
            inner.unit { $0.command("SET", "a", "1") }
            inner.sum(synced: 200)
        }
        // A command that vouches for its own beginning.
        let head = Array("*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$5000\r\nbeginning\r\n".utf8)
        var sum = CRC64()
        sum.add(head.span.rawBytes)
        var line = OutputBuffer(capacity: 64)
        LogFormat.appendSum(sum.value, count: head.count, synced: 150, to: &line)
        for isOwn in [false, true] {
            var file = LogBuilder(seed: 4)
            file.unit { $0.command("SET", "a", "1") }
            file.sum(synced: 0)
            let good = file.size
            let start = isOwn ? head + line.span.copiedBytes() : Array(head.dropLast(11)) + Array("\r\n".utf8)
            file.raw(start + inner.bytes)
            let reading = Reading(file.bytes)
            #expect(reading.fault?.kind == .tornTail && reading.fault?.goodSize == good, "\(isOwn)")
        }
    }

    @Test("what no server writes is refused where it stands", arguments: [
        ("*0\r\n", 1), ("*-1\r\n", 1), ("*1\n$4\r\nPING\r\n", 2), ("*1\r\n:4\r\nPING\r\n", 4), ("*x\r\n", 1),
        ("*1\r\n$5\r\nPING\r\n*1\r\n", 13), ("*1\r\n$4\r\nPING\n\n*1", 12), ("PING\r\n", 0), ("\r\n", 0),
        ("*1\r\n$536870913\r\n", 5), ("*1048577\r\n", 1), ("*1\r\n$-1\r\n", 5), ("*99999999999999999999\r\n", 11),
        ("*1\r\n$5\r\nMULTI\r\n*1\r\n$5\r\nmulti\r\n", 15), ("*1\r\n$4\r\nexec\r\n", 0),
        ("*1\r\n$5\r\nMULTI\r\n#SUM:0000000000000001:0:0\r\n*", 15), ("#ITEM:1:2\r\n*1\r\n", 0),
        ("#ITEM:4294967296:0:0\r\n", 0), ("#SUM:0:0:0\r\n", 0), ("#SUM:000000000000000G:0:0\r\n", 0),
        ("#ITEM:1:2:3\r\n#SUM:0000000000000001:0:0\r\n", 13),
    ])
    func grammar(_ text: String, _ offset: Int) {
        let fault = Reading(Array(text.utf8)).fault
        let note: Comment = "\(String(describing: fault))"
        #expect(fault?.kind == .corrupt && fault?.offset == offset && fault?.goodSize == 0, note)
    }

    @Test("annotations of others are passed over, up to the length that redis-server does")
    func annotations() {
        let command = "*1\r\n$4\r\nPING\r\n"
        for line in ["#\n", "#TS:1\r\n", "#SUMMARY\r\n", "#" + String(repeating: "x", count: 1022) + "\n"] {
            let reading = Reading(Array((line + command + line).utf8))
            #expect(reading.fault == nil && reading.units.count == 1)
            #expect(reading.units.first?.start == 0)
        }
        let long = "#" + String(repeating: "x", count: 1023) + "\n"
        #expect(Reading(Array((long + command).utf8)).fault?.kind == .corrupt)
        // It would speak of whatever is appended next.
        #expect(Reading(Array((command + "#ITEM:1:2:3\r\n").utf8)).fault?.goodSize == command.utf8.count)
    }

    @Test("bytes that only look like a log are read to their end or refused, never more")
    func noise() {
        let seed = seed()
        var random = SplitMix64(seed: seed)
        let words = [
            "*1\r\n", "*2\r\n", "$4\r\n", "$5\r\n", "$0\r\n\r\n", "MULTI\r\n", "EXEC\r\n", "PING\r\n", "\r\n", "\0\0\0",
            "#", "#TS:1\r\n", "#ITEM:1:2:3\r\n", "#SUM:0000000000000000:0:0\r\n", "#SUM:0000000000000000:0:70\r\n",
            "#SUM:0000000000000001:40:0\r\n", "*1\r\n$4\r\nPING\r\n", "*1\r\n$5\r\nmulti\r\n", "*1\r\n$4\r\nexec\r\n",
            "$99999\r\n",
        ]
        for _ in 0..<4000 {
            let bytes = (0...random.next(below: 12)).flatMap { _ in Array(words[random.next(below: words.count)].utf8) }
            let reading = Reading(bytes)
            let tiles = zip(reading.units, reading.units.dropFirst()).allSatisfy { $0.end <= $1.start }
            #expect(tiles && reading.end <= bytes.count, "seed \(seed)")
            guard let fault = reading.fault else { continue }
            let isInOrder = 0 <= fault.goodSize && fault.goodSize <= fault.offset && fault.offset <= bytes.count
            #expect(isInOrder, "seed \(seed)")
            let mended = Reading(Array(bytes[..<fault.goodSize]))
            #expect(mended.fault == nil && mended.end <= reading.end, "seed \(seed)")
            #expect(LogReader(bytes.span.rawBytes).countUnits(behind: fault.goodSize) < 13)
        }
    }

    @Test("the commands of a unit, with their arguments and what is said of their items")
    func commands() throws {
        var file = LogBuilder(seed: 1)
        let many = (0..<500).map { Array("\($0)".utf8) }
        file.unit(3, transaction: true) {
            $0.item(flags: 1, cas: 1, marks: 0)
            $0.command("multi")
            $0.command("DEL", "x")
            $0.item(flags: 4_294_967_295, cas: .max, marks: 5)
            $0.command("SET", "k", "")
            $0.item(flags: 1, cas: 2, marks: 2)
            $0.timestamp()
            $0.command(many)
            $0.command("Exec")
        }
        file.sum(synced: 0)
        file.unit { $0.command("FLUSHALL") }
        file.sum(synced: 0)
        let bytes = file.bytes
        let span = bytes.span.rawBytes
        var reader = LogReader(span)
        var commands = LogCommands(span)
        var seen: [[String]] = []
        var facts: [LogItemFacts?] = []
        while let unit = try reader.nextUnit() {
            commands.begin(unit)
            var count = 0
            while commands.next() {
                count += 1
                seen.append((0..<commands.argumentCount).map { commands.argument($0).copiedText() })
                facts.append(commands.facts)
                #expect(commands.bytes[0] == UInt8(ascii: "*"))
                let end = commands.argument(commands.argumentCount - 1).copiedText() + "\r\n"
                #expect(commands.bytes.copiedText().hasSuffix(end))
            }
            #expect(count == unit.commandCount && !commands.next())
        }
        #expect(seen == [["DEL", "x"], ["SET", "k", ""], (0..<500).map { "\($0)" }, ["FLUSHALL"]])
        let expected = LogItemFacts(
            flags: .max, cas: .max, isStale: true, hasWinner: false, hasBinaryKey: true)
        #expect(facts == [nil, expected, nil, nil])
    }
}
