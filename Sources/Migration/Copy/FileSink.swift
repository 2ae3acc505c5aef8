// Items into a file: RDB, which is also what an append log of one file may begin with.

import Base
import Engine
import RDB

/// Writes a file, which has its name when it is whole and on the disk. Used once.
struct FileSink: CopySink, ~Copyable {
    var outcome = CopyOutcome()
    private let path: String
    private let unfinished: String
    private let descriptor: Int32
    private let isLog: Bool
    private var writer = RDBFileWriter(compresses: true)
    private var output = OutputBuffer(capacity: MigrationLimits.pieceSize)
    private var sum = CRC64()
    private var hasBegun = false
    /// The file's beginning must know what format its first item is of.
    private var libraries: [[UInt8]] = []
    private var isFinished = false

    /// - Parameter isLog: redis-server is to find it as `appendonly.aof`.
    init(_ path: String, isLog: Bool) throws(MigrationFault) {
        self.path = path
        self.isLog = isLog
        let unfinished = "\(path).\(System.processID).part"
        self.unfinished = unfinished
        do throws(SystemError) {
            descriptor = try Files.create(unfinished)
        } catch {
            throw MigrationFault("cannot write \(path): \(error.reason)")
        }
        Files.removeWhenInterrupted(unfinished)
    }

    deinit {
        Files.close(descriptor)
        if !isFinished { Files.remove(unfinished) }
        Files.keepWhenInterrupted()
    }

    mutating func put(library code: RawSpan) {
        libraries.append(code.copiedBytes())
        outcome.libraries.stored += 1
    }

    mutating func put(_ key: RawSpan, _ value: RawSpan, _ item: CopyFacts) throws(MigrationFault) {
        if !hasBegun { begin(version: item.version) }
        writer.append(
            key, item.facts, type: item.type, value, in: DatabaseIndex(item.database), to: &output)
        outcome.stored += 1
        if output.count >= MigrationLimits.pieceSize { try write() }
    }

    private mutating func begin(version: Int) {
        hasBegun = true
        var facts = [("ctime", String(Milliseconds.readClock().rawValue / 1000))]
        facts.append(("aof-base", isLog ? "1" : "0"))
        writer.begin(
            facts.map { (name: $0.0, value: $0.1) }, version: max(version, Int(RDBVersion.written)), to: &output)
        for code in libraries { writer.append(library: code.span.rawBytes, to: &output) }
        libraries = []
    }

    private mutating func write() throws(MigrationFault) {
        var sum = sum
        sum.add(output.span)
        self.sum = sum
        try writing { () throws(SystemError) in try Files.write(output.span, to: descriptor) }
        output.removeAll()
    }

    /// Half a file is none.
    mutating func breakOff() {
        outcome.stored = 0
        outcome.libraries.stored = 0
    }

    mutating func finish() throws(MigrationFault) {
        if !hasBegun { begin(version: 0) }
        writer.end(to: &output)
        try write()
        output.append(word: sum.value)
        try writing { () throws(SystemError) in
            try Files.write(output.span, to: descriptor)
            try Files.sync(descriptor)
            try Files.renameDurably(unfinished, to: path)
        }
        isFinished = true
    }

    private func writing(_ body: () throws(SystemError) -> Void) throws(MigrationFault) {
        do throws(SystemError) { try body() } catch {
            throw MigrationFault("cannot write \(path): \(error.reason)")
        }
    }
}
