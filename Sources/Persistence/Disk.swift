// The file operations that durability rests on, in one place, so that tests can have them fail.

public import Base

/// What a snapshot or a log asks of the disk. Every call answers for itself: a failure is never put off to a later one.
public protocol Disk: Sendable {
    /// Makes an empty file, in the place of one that is there, for its owner alone to write.
    /// - Returns: its descriptor, the caller's to close.
    func create(_ path: String) throws(SystemError) -> Int32

    /// Writes all of `bytes` at the descriptor's place.
    func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError)

    /// Has bytes that were written move to the disk, without waiting for them.
    func startWriting(_ descriptor: Int32, from offset: Int, count: Int)

    /// Opens a file, made if there is none, to write at its end.
    func openToAppend(_ path: String) throws(SystemError) -> Int32

    /// Cuts a file that is written at its end.
    func truncate(_ descriptor: Int32, to size: Int) throws(SystemError)

    /// Makes a folder, if there is none, and waits until the folder above says so on the disk.
    func makeFolder(_ path: String) throws(SystemError)

    /// As `sync`, but what only tells when the file was changed may come later.
    func syncData(_ descriptor: Int32) throws(SystemError)

    /// Waits until the file's content is on the disk.
    func sync(_ descriptor: Int32) throws(SystemError)

    func close(_ descriptor: Int32)

    /// Gives a file another name, in the place of what has that name, and waits until the folder says so on the disk.
    func rename(_ path: String, to target: String) throws(SystemError)

    /// Waits until the folder that a file is in says so on the disk.
    func syncFolder(of path: String) throws(SystemError)

    /// Removes a file if it is there.
    func remove(_ path: String)
}

/// The disk itself.
public struct SystemDisk: Disk {
    public init() {}

    public func create(_ path: String) throws(SystemError) -> Int32 { try Files.create(path) }

    public func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) {
        try Files.write(bytes, to: descriptor)
    }

    public func startWriting(_ descriptor: Int32, from offset: Int, count: Int) {
        Files.startWriting(descriptor, from: offset, count: count)
    }

    public func openToAppend(_ path: String) throws(SystemError) -> Int32 { try Files.openForAppending(path) }

    public func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) {
        try Files.truncate(descriptor, to: size)
    }

    public func makeFolder(_ path: String) throws(SystemError) { try Files.makeFolder(path) }

    public func syncData(_ descriptor: Int32) throws(SystemError) { try Files.syncData(descriptor) }

    public func sync(_ descriptor: Int32) throws(SystemError) { try Files.sync(descriptor) }

    public func close(_ descriptor: Int32) { Files.close(descriptor) }

    public func rename(_ path: String, to target: String) throws(SystemError) {
        try Files.renameDurably(path, to: target)
    }

    public func syncFolder(of path: String) throws(SystemError) { try Files.syncFolder(of: path) }

    public func remove(_ path: String) { Files.remove(path) }
}
