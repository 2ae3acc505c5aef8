// The reading side of a load, on a thread of its own: from bytes to items.

import Base
import Engine
import RDB

enum LoadReader {
    /// Reads a file to its end, or until no more is wanted or can be read. Values that are collections are built here
    /// only while whoever stores is behind: so both are at work, whatever the file has.
    static func read(
        _ file: MappedFile, for engine: Engine, dropsExpired: Bool, to channel: LoadChannel
    ) -> LoadEnd {
        do throws(RDBFileFault) {
            return try readAll(file, for: engine, dropsExpired, to: channel)
        } catch {
            return .fault(error)
        }
    }

    private static func readAll(
        _ file: MappedFile, for engine: Engine, _ dropsExpired: Bool, to channel: LoadChannel
    ) throws(RDBFileFault) -> LoadEnd {
        var reader = try RDBFileReader(file.bytes, verifiesChecksum: true)
        var builder = RDBValueBuilder(file.bytes)
        let handle = engine.makeHandle()
        // Values in the making are nobody's business.
        handle.isUnjournaled = true
        var batch = LoadBatch()
        var now = Milliseconds.readClock()
        var database = DatabaseIndex.first
        var casMax: UInt64 = 0
        var librariesLeftOut = 0
        while true {
            let event = try reader.next()
            switch event {
            case .end:
                batch.place = reader.place
                _ = channel.pass(batch)
                return .whole(casMax: casMax, librariesLeftOut: librariesLeftOut, place: reader.place)
            case .database(let index):
                guard index < engine.databaseCount else { return .refused(database: index) }
                database = DatabaseIndex(index)
            case .field:
                guard reader.name.equals("duet-cas-max") else { continue }
                casMax = max(casMax, reader.string.unsignedDecimal() ?? 0)
            case .sizes: continue
            case .functions: librariesLeftOut += 1
            case .module: preconditionFailure("a fault, for whoever does not pass over modules")
            case .string, .collection:
                casMax = max(casMax, reader.facts.cas)
                if dropsExpired && reader.facts.expiry.rawValue != 0 && reader.facts.expiry <= now {
                    batch.expiredCount += 1
                    continue
                }
                batch.append(reader, in: database, isString: event == .string)
                guard batch.isFull else { continue }
                batch.place = reader.place
                if channel.isBehind { try batch.build(&builder, for: handle) }
                guard !file.hasFault, let next = channel.pass(batch) else {
                    return .whole(casMax: casMax, librariesLeftOut: librariesLeftOut, place: reader.place)
                }
                batch = next
                now = Milliseconds.readClock()
            }
        }
    }
}
