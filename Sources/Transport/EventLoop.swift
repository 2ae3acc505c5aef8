// A libevent base that belongs to one thread, and the events that live as long as it.

import CLibevent
import Glibc

/// An event_base without locks. Everything but `init` happens on the thread that runs it, or before it runs.
@safe
final class EventLoop: @unchecked Sendable {
    // Handed from the creating thread to the running one by pthread_create, and touched by no third.
    let base: OpaquePointer
    private var events: [LoopEvent] = []

    /// - Parameter defersChanges: interest that flips within a turn costs no system call then.
    init(defersChanges: Bool = true) throws(TransportError) {
        guard let configuration = unsafe event_config_new() else {
            throw .system(call: "event_config_new", address: "event loop", errno: ENOMEM)
        }
        defer { unsafe event_config_free(configuration) }
        // NOLOCK: no base is shared.
        unsafe event_config_set_flag(configuration, Int32(EVENT_BASE_FLAG_NOLOCK.rawValue))
        if defersChanges {
            unsafe event_config_set_flag(configuration, Int32(EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST.rawValue))
        }
        guard let base = unsafe event_base_new_with_config(configuration) else {
            throw .system(call: "event_base_new", address: "event loop", errno: errno)
        }
        unsafe self.base = base
    }

    deinit {
        events = []
        unsafe event_base_free(base)
    }

    enum Turn { case waiting, polling }

    /// One turn: waits for events (or only polls) and calls their callbacks.
    @inline(__always)
    func run(_ turn: Turn) {
        // NONBLOCK alone would go on for as long as anything is ready; with ONCE it is one turn.
        let flags = turn == .waiting ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK
        unsafe _ = event_base_loop(base, flags)
    }

    /// Calls `body` every so many milliseconds for as long as the loop lives.
    func addTimer(milliseconds: Int, _ body: @escaping () -> Void) {
        unsafe events.append(LoopEvent(base: base, milliseconds: milliseconds, repeats: true, body))
    }

    /// Calls `body` once.
    func addDelay(milliseconds: Int, _ body: @escaping () -> Void) {
        events.removeAll { $0.isDone }
        unsafe events.append(LoopEvent(base: base, milliseconds: milliseconds, repeats: false, body))
    }

    /// An event that calls `body` when `fd` becomes readable, told once for each change (edge).
    func addEdge(fd: Int32, _ body: @escaping () -> Void) {
        unsafe events.append(LoopEvent(base: base, fd: fd, what: EV_READ | EV_ET | EV_PERSIST, body))
    }

    /// Calls `body` in the loop after `signal` arrived. One loop of the process may have signals.
    func addSignal(_ signal: Int32, _ body: @escaping () -> Void) {
        unsafe events.append(LoopEvent(base: base, fd: signal, what: EV_SIGNAL | EV_PERSIST, body))
    }
}

/// An event with a closure: events, mailboxes, signals, listeners. Not for connections.
@safe
final class LoopEvent {
    private let event: UnsafeMutablePointer<event>
    private let body: () -> Void
    private let repeats: Bool
    private(set) var isDone = false

    convenience init(base: OpaquePointer, milliseconds: Int, repeats: Bool, _ body: @escaping () -> Void) {
        unsafe self.init(base, -1, repeats ? EV_PERSIST : 0, milliseconds, body)
    }

    /// - Parameter fd: a descriptor that outlives this object, or a signal's number.
    convenience init(base: OpaquePointer, fd: Int32, what: Int32, _ body: @escaping () -> Void) {
        unsafe self.init(base, fd, what, nil, body)
    }

    private init(
        _ base: OpaquePointer, _ fd: Int32, _ what: Int32, _ milliseconds: Int?, _ body: @escaping () -> Void
    ) {
        unsafe event = .allocate(capacity: 1)
        unsafe event.initialize(to: CLibevent.event())
        self.body = body
        repeats = what & EV_PERSIST != 0
        // SAFETY: the event is removed in deinit, before its memory and this object go.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe event_assign(event, base, fd, Int16(what), onEvent, context)
        var time = timeval()
        if let milliseconds {
            time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
            unsafe event_add(event, &time)
        } else {
            unsafe event_add(event, nil)
        }
    }

    deinit {
        unsafe event_del(event)
        unsafe event.deallocate()
    }

    /// Reports nothing until `resume()`. For events of a descriptor, also from their own callback.
    func pause() { unsafe event_del(event) }

    func resume() { unsafe event_add(event, nil) }

    fileprivate func fire() {
        body()
        if !repeats { isDone = true }
    }
}

private func onEvent(_ fd: Int32, _ what: Int16, _ context: UnsafeMutableRawPointer?) {
    // SAFETY: an event is deleted before its LoopEvent goes.
    unsafe Unmanaged<LoopEvent>.fromOpaque(context!).takeUnretainedValue().fire()
}
