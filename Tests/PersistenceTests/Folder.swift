// A folder for one test, and disks that fail.

import Base
import Glibc
import Persistence
import Synchronization

/// A temporary folder, gone with the object.
final class Folder {
    let path: String

    init() {
        var template = Array("/tmp/duet-persistence-XXXXXX".utf8CString)
        // SAFETY: the template is ours, terminated, and changed in place.
        path = unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)!) }
    }

    deinit {
        for name in names { unsafe _ = unlink(path + "/" + name) }
        unsafe _ = rmdir(path)
    }

    /// The files in it, sorted.
    var names: [String] {
        Files.matching(path + "/*").map { String($0.split(separator: "/").last!) }.filter { $0 != "*" }.sorted()
    }

    func read(_ name: String) throws -> [UInt8] { try Files.read(path + "/" + name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let disk = SystemDisk()
        let descriptor = try disk.create(path + "/" + name)
        try disk.write(bytes.span.rawBytes, to: descriptor)
        disk.close(descriptor)
    }
}

/// A disk that fails from a chosen call on.
final class FaultyDisk: Disk {
    enum Fault: Sendable {
        case create, write(afterBytes: Int), sync, rename
        /// Opening what is written at its end.
        case append
        /// A new name's coming to the disk: it is there, as far as anybody sees.
        case folderSync
    }

    private let inner = SystemDisk()
    private let fault: Mutex<Fault?>
    private let written = Mutex(0)

    init(_ fault: Fault?) { self.fault = Mutex(fault) }

    func recover() { fault.withLock { $0 = nil } }

    /// Fails from now on; bytes count from here.
    func begin(_ new: Fault) {
        written.withLock { $0 = 0 }
        fault.withLock { $0 = new }
    }

    private func fails(_ isThis: (Fault) -> Bool, _ code: Int32) throws(SystemError) {
        if let fault = fault.withLock({ $0 }), isThis(fault) { throw SystemError(call: "test", code: code) }
    }

    func create(_ path: String) throws(SystemError) -> Int32 {
        try fails({ if case .create = $0 { true } else { false } }, EROFS)
        return try inner.create(path)
    }

    func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) {
        let size = written.withLock { written in
            written += bytes.byteCount
            return written
        }
        if case .write(let limit) = fault.withLock({ $0 }), size > limit {
            // As a full disk does: what there is room for is written.
            let fitting = max(0, min(bytes.byteCount, bytes.byteCount - (size - limit)))
            try inner.write(bytes.extracting(0..<fitting), to: descriptor)
            throw SystemError(call: "test", code: ENOSPC)
        }
        try inner.write(bytes, to: descriptor)
    }

    func openToAppend(_ path: String) throws(SystemError) -> Int32 {
        try fails({ if case .create = $0 { true } else { false } }, EROFS)
        try fails({ if case .append = $0 { true } else { false } }, EMFILE)
        return try inner.openToAppend(path)
    }

    func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) { try inner.truncate(descriptor, to: size) }

    func makeFolder(_ path: String) throws(SystemError) {
        try fails({ if case .create = $0 { true } else { false } }, EROFS)
        try inner.makeFolder(path)
    }

    func syncData(_ descriptor: Int32) throws(SystemError) {
        try fails({ if case .sync = $0 { true } else { false } }, EIO)
        try inner.syncData(descriptor)
    }

    func startWriting(_ descriptor: Int32, from offset: Int, count: Int) {}

    func sync(_ descriptor: Int32) throws(SystemError) {
        try fails({ if case .sync = $0 { true } else { false } }, EIO)
        try inner.sync(descriptor)
    }

    func close(_ descriptor: Int32) { inner.close(descriptor) }

    func rename(_ path: String, to target: String) throws(SystemError) {
        try fails({ if case .rename = $0 { true } else { false } }, EACCES)
        try inner.rename(path, to: target)
        try fails({ if case .folderSync = $0 { true } else { false } }, EIO)
    }

    func syncFolder(of path: String) throws(SystemError) {
        try fails({ if case .folderSync = $0 { true } else { false } }, EIO)
        try inner.syncFolder(of: path)
    }

    func remove(_ path: String) { inner.remove(path) }
}
