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

    /// Waits until the file's content is on the disk.
    func sync(_ descriptor: Int32) throws(SystemError)

    func close(_ descriptor: Int32)

    /// Gives a file another name, in the place of what has that name, and waits until the folder says so on the disk.
    func rename(_ path: String, to target: String) throws(SystemError)

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

    public func sync(_ descriptor: Int32) throws(SystemError) { try Files.sync(descriptor) }

    public func close(_ descriptor: Int32) { Files.close(descriptor) }

    public func rename(_ path: String, to target: String) throws(SystemError) {
        try Files.renameDurably(path, to: target)
    }

    public func remove(_ path: String) { Files.remove(path) }
}
