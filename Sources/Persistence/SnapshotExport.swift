// Snapshots for others to take away: in a file that has no name and is gone with its last reader.

public import Base
import Engine
import RDB
import Synchronization

/// What became of a snapshot that somebody wants to have.
public enum SnapshotExport: Sendable {
    case file(SharedFile)
    /// The reason.
    case failed(String)
}

/// Who waits for one, and whether a thread is at it.
struct SnapshotExports {
    var waiting: [@Sendable (SnapshotExport) -> Void] = []
    var hasThread = false
    /// Of those without items, so far: each has a file of its own.
    var numberWithoutItems = 0

    /// Those who waited so far.
    mutating func takeWaiting() -> [@Sendable (SnapshotExport) -> Void] {
        defer { waiting = [] }
        return waiting
    }
}

extension Snapshots {
    private enum Step {
        case make(SnapshotJob, UnnamedFileDisk, for: [@Sendable (SnapshotExport) -> Void])
        case refuse([@Sendable (SnapshotExport) -> Void])
        case end
    }

    /// Has a snapshot made that begins later than this call, after one that is under way. All who wait then share it.
    /// - Parameter completion: called once, by another thread or this one.
    public func export(completion: @escaping @Sendable (SnapshotExport) -> Void) {
        let needsThread = state.change { state in
            state.exports.waiting.append(completion)
            defer { state.exports.hasThread = true }
            return !state.exports.hasThread
        }
        guard needsThread else { return }
        do throws(SystemError) {
            try Thread.start(name: "export") { [self] in exportAll() }
        } catch {
            let waiting = state.change { state in
                state.exports.hasThread = false
                return state.exports.takeWaiting()
            }
            for completion in waiting { completion(.failed("no thread: \(error.reason)")) }
        }
    }

    /// Has a file made of what a snapshot has besides items. It begins at once, whatever else is under way.
    /// - Parameter hasLibraries: of functions; else it has nothing but what it says of itself.
    /// - Parameter completion: called once, by another thread or this one.
    public func exportWithoutItems(hasLibraries: Bool, completion: @escaping @Sendable (SnapshotExport) -> Void) {
        do throws(SystemError) {
            try Thread.start(name: "export") { [self] in
                do throws(SystemError) {
                    completion(.file(try makeWithoutItems(hasLibraries)))
                } catch {
                    completion(.failed(error.reason))
                }
            }
        } catch {
            completion(.failed("no thread: \(error.reason)"))
        }
    }

    private func makeWithoutItems(_ hasLibraries: Bool) throws(SystemError) -> SharedFile {
        let (settings, number) = state.change { state in
            state.exports.numberWithoutItems += 1
            return (state.settings, state.exports.numberWithoutItems)
        }
        let disk = UnnamedFileDisk(disk)
        let descriptor = try disk.create(Self.temporary(settings, suffix: "export-\(number).rdb"))
        defer { disk.close(descriptor) }
        var writer = RDBFileWriter(compresses: settings.compresses)
        var output = OutputBuffer(capacity: 4096)
        let time = Milliseconds.readClock().rawValue / 1000
        writer.begin(settings.facts + [("ctime", String(time)), ("aof-base", "0")], to: &output)
        if hasLibraries {
            for code in libraries.all() { writer.append(library: code.span.rawBytes, to: &output) }
        }
        writer.end(to: &output)
        var sum = CRC64()
        if settings.hasChecksum { sum.add(output.span) }
        output.append(word: settings.hasChecksum ? sum.value : 0)
        try disk.write(output.span, to: descriptor)
        guard let file = disk.takeFile() else { preconditionFailure("a snapshot without a file") }
        return file
    }

    private func exportAll() {
        while true {
            switch state.wait({ nextStep(&$0) }) {
            case .make(let job, let disk, let waiting):
                let outcome = work(job, disk)
                for completion in waiting { completion(outcome) }
            case .refuse(let waiting):
                for completion in waiting { completion(.failed("the server is stopping")) }
            case .end: return
            }
        }
    }

    private func nextStep(_ state: inout State) -> Step? {
        if state.exports.waiting.isEmpty {
            state.exports.hasThread = false
            return .end
        }
        if state.isClosed { return .refuse(state.exports.takeWaiting()) }
        guard state.isFree else { return nil }
        let disk = UnnamedFileDisk(disk)
        let progress = SnapshotProgress()
        let path = Self.temporary(state.settings, suffix: "export.rdb")
        let job = SnapshotJob(engine, disk, path: path, state.settings, libraries, progress)
        state.progress = progress
        state.job = job
        state.status.startedAt = Milliseconds.readClock()
        return .make(job, disk, for: state.exports.takeWaiting())
    }

    /// What is told of the last save stays: nothing was saved.
    private func work(_ job: SnapshotJob, _ disk: UnnamedFileDisk) -> SnapshotExport {
        var handle = engine.makeHandle()
        defer { state.change { $0.job = nil } }
        do throws(SnapshotFailure) {
            let result = try job.run(&handle)
            guard let file = disk.takeFile() else { preconditionFailure("a snapshot without a file") }
            log.notice("Snapshot to be sent: \(result.itemCount) keys, \(result.size) bytes")
            return .file(file)
        } catch {
            log.warning("Snapshot to be sent: \(error.reason)")
            return .failed(error.reason)
        }
    }
}

/// A disk whose one file loses its name as soon as it is there: a crash leaves nothing behind, and nobody waits for
/// bytes to be on a disk that nobody will find there.
final class UnnamedFileDisk: Disk {
    private let inner: any Disk
    private let file = Mutex<SharedFile?>(nil)

    init(_ inner: any Disk) { self.inner = inner }

    /// The file that was made, to read. Once.
    func takeFile() -> SharedFile? {
        file.withLock { file in
            defer { file = nil }
            return file
        }
    }

    func create(_ path: String) throws(SystemError) -> Int32 {
        let descriptor = try inner.create(path)
        defer { inner.remove(path) }
        do throws(SystemError) {
            let made = try SharedFile(path)
            file.withLock { $0 = made }
            return descriptor
        } catch {
            inner.close(descriptor)
            throw error
        }
    }

    func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) { try inner.write(bytes, to: descriptor) }

    func startWriting(_ descriptor: Int32, from offset: Int, count: Int) {
        inner.startWriting(descriptor, from: offset, count: count)
    }

    func openToAppend(_ path: String) throws(SystemError) -> Int32 { try inner.openToAppend(path) }
    func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) { try inner.truncate(descriptor, to: size) }
    func makeFolder(_ path: String) throws(SystemError) { try inner.makeFolder(path) }
    func syncData(_ descriptor: Int32) throws(SystemError) {}
    func sync(_ descriptor: Int32) throws(SystemError) {}
    func close(_ descriptor: Int32) { inner.close(descriptor) }
    func rename(_ path: String, to target: String) throws(SystemError) { try inner.rename(path, to: target) }
    func syncFolder(of path: String) throws(SystemError) {}
    func remove(_ path: String) { inner.remove(path) }
}
