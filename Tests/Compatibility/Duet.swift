// Duet itself, in this process, on unix sockets.

import Glibc
import Transport
import Server

/// An assembled server; `finish()` stops it and waits.
final class Duet {
    let memcachedPath: String
    let respPath: String
    private let assembly: Assembly
    private var thread = pthread_t()

    init(_ change: (inout Configuration) -> Void = { _ in }) throws {
        let base = "/tmp/duet-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        memcachedPath = base + ".memcached"
        respPath = base + ".resp"
        var settings = Configuration()
        settings.memcachedPort = 0
        settings.respPort = 0
        settings.memcachedUnixSocket = memcachedPath
        settings.respUnixSocket = respPath
        settings.workerCount = 2
        change(&settings)
        assembly = try Assembly(settings, log: Log(style: .redis, level: .nothing))
        // SAFETY: the box is retained here and taken back by the thread.
        let box = unsafe Unmanaged.passRetained(assembly).toOpaque()
        let failure = unsafe pthread_create(&thread, nil, run, box)
        precondition(failure == 0)
    }

    func finish() {
        assembly.stop()
        _ = pthread_join(thread, nil)
    }
}

private func run(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // SAFETY: `Duet.init` retained the assembly for this thread.
    let assembly = unsafe Unmanaged<Assembly>.fromOpaque(box!).takeRetainedValue()
    do { try assembly.run() } catch { fatalError("\(error)") }
    return nil
}
