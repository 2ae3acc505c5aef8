// The items of a snapshot's file that have not expired, as they stand there.

import Base
import RDB

enum SnapshotItems {
    static func open(_ path: String) throws(MigrationFault) -> MappedFile {
        do throws(SystemError) {
            if let file = try MappedFile(path) { return file }
        } catch {
            throw MigrationFault("cannot read \(error)")
        }
        throw MigrationFault("cannot read \(path): \(String(errno: SystemError.noSuchFile))")
    }

    /// Reads the file to its end: nothing is to be sent of one that is damaged.
    static func check(
        _ file: MappedFile, _ path: String, _ watch: inout ProgressWatch
    ) throws(MigrationFault) -> SnapshotContents {
        let contents: SnapshotContents
        do throws(RDBFileFault) {
            contents = try SnapshotContents.read(file, now: Milliseconds.readClock(), &watch)
        } catch {
            try demandRead(file)
            throw MigrationFault(
                "\(path) is damaged \(error.description)", advice: "Nothing was sent. `duet check \(path)` tells more.")
        }
        try demandRead(file)
        return contents
    }

    /// Bytes that could not be read look like zeros.
    private static func demandRead(_ file: MappedFile) throws(MigrationFault) {
        if let fault = file.fault { throw MigrationFault("cannot read \(fault)") }
    }

    /// Shows `body` each item: key, value, facts, and where in the file its end is.
    static func forEach(
        of file: MappedFile, version: Int,
        _ body: (RawSpan, RawSpan, CopyFacts, Int) throws(MigrationFault) -> Void
    ) throws(MigrationFault) {
        let now = Milliseconds.readClock()
        var reader: RDBFileReader
        do throws(RDBFileFault) {
            reader = try RDBFileReader(file.bytes, verifiesChecksum: false, passesModules: true)
        } catch {
            throw changed(error)
        }
        var item = CopyFacts()
        item.version = version
        var count = 0
        while true {
            let event = try unchanged { () throws(RDBFileFault) in try reader.next() }
            switch event {
            case .database(let index): item.database = index
            case .field, .sizes, .functions, .module: continue
            case .end: return
            case .string, .collection:
                if reader.facts.isExpired(at: now) { continue }
                let value = try unchanged { () throws(RDBFileFault) in try reader.encodedValue() }
                item.facts = reader.facts
                item.type = value.type
                let bytes = file.bytes.slice(value.place.lowerBound, value.place.upperBound)
                try body(reader.name, bytes, item, reader.place)
                // Of what could not be read no request is sent to its end.
                if file.hasFault { try demandRead(file) }
                count += 1
                if count & 4095 == 0 { file.forget(before: value.place.lowerBound) }
            }
        }
    }

    /// Shows `body` the code of each of the file's libraries of functions.
    /// - Parameter count: of those that it has.
    static func forEachLibrary(
        of file: MappedFile, count: Int, _ body: (RawSpan) throws(MigrationFault) -> Void
    ) throws(MigrationFault) {
        guard count > 0 else { return }
        var reader: RDBFileReader
        do throws(RDBFileFault) {
            reader = try RDBFileReader(file.bytes, verifiesChecksum: false, passesModules: true)
        } catch {
            throw changed(error)
        }
        var found = 0
        while found < count {
            switch try unchanged({ () throws(RDBFileFault) in try reader.next() }) {
            case .functions:
                found += 1
                try body(reader.string)
            case .field, .sizes, .database, .module, .string, .collection: continue
            case .end: return
            }
        }
        if file.hasFault { try demandRead(file) }
    }

    private static func unchanged<R>(_ body: () throws(RDBFileFault) -> R) throws(MigrationFault) -> R {
        do throws(RDBFileFault) { return try body() } catch { throw changed(error) }
    }

    private static func changed(_ fault: RDBFileFault) -> MigrationFault {
        MigrationFault("somebody has changed the file meanwhile: it is damaged now \(fault.description)")
    }
}
