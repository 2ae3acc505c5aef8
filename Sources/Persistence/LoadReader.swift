// The reading side of a load, on a thread of its own: from bytes to items.

import Base
import Engine
import RDB

struct LoadReader {
    let file: MappedFile
    let engine: Engine
    /// Of this thread.
    let handle: EngineHandle
    let dropsExpired: Bool
    /// Whether this thread, too, may store, when there is more than the other one can.
    let mayStore: Bool
    let channel: LoadChannel

    /// Reads the file to its end, or until no more is wanted or can be read.
    func read() -> LoadEnd {
        do throws(RDBFileFault) {
            return try readAll()
        } catch {
            return .fault(error)
        }
    }

    private func readAll() throws(RDBFileFault) -> LoadEnd {
        var reader = try RDBFileReader(file.bytes, verifiesChecksum: true)
        var store = LoadStore(file.bytes, handle)
        var indexer = handle
        var batch = LoadBatch()
        var now = Milliseconds.readClock()
        var database = DatabaseIndex.first
        var casMax: UInt64 = 0
        var libraries: [[UInt8]] = []
        var readCount = 0
        reading: while true {
            let event = try reader.next()
            switch event {
            case .end:
                batch.place = reader.place
                _ = channel.pass(batch)
                break reading
            case .database(let index):
                guard index < engine.databaseCount else { return .refused(database: index) }
                database = DatabaseIndex(index)
            case .field:
                guard reader.name.equals("duet-cas-max") else { continue }
                casMax = max(casMax, reader.string.unsignedDecimal() ?? 0)
            case .sizes(let keys, _):
                // A claim: no more than the rest of the file could hold.
                let keysMax = (file.size - reader.place) / PersistenceLimits.itemSizeMin
                if mayStore { indexer.reserveIndex(for: min(keys, keysMax), in: database) }
            case .functions: libraries.append(reader.string.copiedBytes())
            case .module: preconditionFailure("a fault, for whoever does not pass over modules")
            case .string, .collection:
                casMax = max(casMax, reader.facts.cas)
                if dropsExpired && reader.facts.expiry.rawValue != 0 && reader.facts.expiry <= now {
                    batch.expiredCount += 1
                    continue
                }
                batch.append(reader, in: database, isString: event == .string)
                readCount += 1
                guard batch.isFull else { continue }
                batch.place = reader.place
                batch.readCount = readCount
                now = Milliseconds.readClock()
                if mayStore && channel.isBehind {
                    try store.store(batch)
                    batch.removeAll()
                    if channel.isCancelled || file.hasFault { break reading }
                } else {
                    guard !file.hasFault, let next = channel.pass(batch) else { break reading }
                    batch = next
                }
            }
        }
        return .whole(casMax: casMax, libraries: libraries, place: reader.place, tally: store.tally)
    }
}
