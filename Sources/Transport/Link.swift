// The worker's side of a connection: the socket's event, what is left over of input and replies, and how far
// the conversation is from its end. Reading, writing and closing are in Link+Read, Link+Write and Link+Close.

import Base
import CLibevent
import Glibc
import Synchronization

/// What sets a connection apart from an idle, open one. Empty on the fast path.
struct LinkState: OptionSet {
    let rawValue: UInt16

    /// In the worker's run queue: its input is served in the next turn.
    static let scheduled = LinkState(rawValue: 1)
    /// Held input is to be served without waiting for more bytes.
    static let hasMore = LinkState(rawValue: 2)
    /// The session said `.wait`.
    static let waiting = LinkState(rawValue: 4)
    /// The peer finished sending.
    static let inputEnded = LinkState(rawValue: 8)
    /// The worker is stopping: close once what is in hand is done.
    static let leaving = LinkState(rawValue: 16)
    /// Nothing more is served; close once unsent replies are gone.
    static let closing = LinkState(rawValue: 32)
    /// Our end is shut; input is discarded until the peer closes.
    static let lingering = LinkState(rawValue: 64)
    /// The socket is closed. The object lives to the end of the turn.
    static let gone = LinkState(rawValue: 128)
    /// The session had its last call.
    static let sessionEnded = LinkState(rawValue: 256)

    // TLS alone.

    /// No byte of either session has passed yet.
    static let handshaking = LinkState(rawValue: 512)
    /// There may be input inside the stream that no event will tell of.
    static let unread = LinkState(rawValue: 1024)
    /// What goes on in one direction waits for the other.
    static let readNeedsWrite = LinkState(rawValue: 2048)
    static let writeNeedsRead = LinkState(rawValue: 4096)
    /// The farewell waits for room in the socket.
    static let saysFarewell = LinkState(rawValue: 8192)

    /// What is unsent waits for a log to be on the disk.
    static let held = LinkState(rawValue: 16384)
}

/// One connection on its worker's thread. Owned by the worker's table until the end of the turn it closes in.
@safe
final class Link {
    // `let` references of a borrowed object are used without retain and release.
    let connection: Connection
    let worker: Worker
    let session: any Session
    let fd: Int32
    /// Nil for a plain connection.
    let stream: TLSStream?

    private let event: UnsafeMutablePointer<event>
    /// EV_READ and EV_WRITE as libevent knows them now.
    private var registered: Int32 = 0

    var state: LinkState = []
    var input = InputStash()
    var unsent = UnsentQueue()
    /// The size of the request at the front of `input`, as far as the session knows it; else 0.
    var inputNeeded = 0
    /// What the log must have on the disk before anything leaves, while `held`.
    var heldPlace: UInt64 = 0
    /// It waits among the worker's speakers.
    var isSpeaking = false
    /// It is to be closed when its turn comes there.
    var isCondemned = false
    /// When a closing connection is given up, in the worker's milliseconds; 0 for none.
    var deadline: Int64 = 0

    init(connection: Connection, worker: Worker, session: any Session, stream: TLSStream?) {
        self.connection = connection
        self.worker = worker
        self.session = session
        self.stream = stream
        fd = connection.fd
        unsafe event = .allocate(capacity: 1)
        unsafe event.initialize(to: CLibevent.event())
    }

    deinit {
        assert(state.contains(.gone))
        unsafe event.deallocate()
    }

    // MARK: What the loop is asked to report

    /// Tells libevent what this connection waits for, if that changed. Never on the fast path.
    func updateInterest() {
        if state.contains(.gone) { return }
        let wanted = wantedEvents
        if wanted == registered { return }
        if registered != 0 { unsafe event_del(event) }
        if wanted != 0 {
            if let service = worker.service { return register(wanted, service) }
            // SAFETY: the worker's table holds the link until `unregister`, which `closeNow` calls first.
            let context = unsafe Unmanaged.passUnretained(self).toOpaque()
            let what = Int16(wanted | EV_PERSIST)
            if stream == nil {
                unsafe event_assign(event, worker.loop.base, fd, what, onSocketEvent, context)
            } else {
                unsafe event_assign(event, worker.loop.base, fd, what, onEncryptedEvent, context)
            }
            unsafe event_add(event, nil)
        }
        registered = wanted
    }

    /// As above, while the worker serves aside.
    @inline(never)
    private func register(_ wanted: Int32, _ service: AsideService) {
        registered = 0
        guard service.serves(self) else { return }
        // SAFETY: as above; who ends the service takes the event out of its loop first.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let what = Int16(wanted | EV_PERSIST)
        if stream == nil {
            unsafe event_assign(event, service.loop.base, fd, what, onSocketEventAside, context)
        } else {
            unsafe event_assign(event, service.loop.base, fd, what, onEncryptedEvent, context)
        }
        unsafe event_add(event, nil)
        registered = wanted
    }

    /// The worker begins to serve aside, or has ended it: the event moves to the loop that is turned.
    func changeLoop() {
        if state.contains(.gone) { return }
        unregister()
        updateInterest()
    }

    private var wantedEvents: Int32 {
        if state.contains(.lingering) { return EV_READ }
        let reading = state.contains(.readNeedsWrite) ? EV_WRITE : EV_READ
        if state.contains(.handshaking) { return reading }
        var wanted: Int32 = 0
        if (!unsent.isEmpty && !state.contains(.held) && !isSpeaking) || state.contains(.saysFarewell) {
            wanted = state.contains(.writeNeedsRead) ? EV_READ : EV_WRITE
        }
        if mayRead { wanted |= reading }
        return wanted
    }

    var mayRead: Bool {
        state.isDisjoint(with: [.inputEnded, .leaving, .closing, .held])
            && unsent.byteCount <= Limits.unsentSizeMax
            && (!state.contains(.waiting) || input.count < TransportLimits.waitingInputMax)
            && (!state.contains(.hasMore) || input.count < TransportLimits.heldInputMax)
    }

    func unregister() {
        if registered != 0 { unsafe event_del(event) }
        registered = 0
    }

    @inline(__always)
    fileprivate func occurred(_ what: Int32) {
        if what & EV_READ != 0 { readable() }
        if what & EV_WRITE != 0 && !state.contains(.gone) { writable() }
    }
}

private func onSocketEvent(_ fd: Int32, _ what: Int16, _ context: UnsafeMutableRawPointer?) {
    // SAFETY: the worker holds every link whose event is registered, to the end of the turn. The guaranteed
    // form spares the retain and release that takeUnretainedValue() would leave around the call.
    unsafe Unmanaged<Link>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.occurred(Int32(what)) }
}

private func onSocketEventAside(_ fd: Int32, _ what: Int16, _ context: UnsafeMutableRawPointer?) {
    // SAFETY: as in onSocketEvent.
    unsafe Unmanaged<Link>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.occurredAside(Int32(what)) }
}

private func onEncryptedEvent(_ fd: Int32, _ what: Int16, _ context: UnsafeMutableRawPointer?) {
    // SAFETY: as in onSocketEvent.
    unsafe Unmanaged<Link>.fromOpaque(context!)._withUnsafeGuaranteedRef { link in
        if let stream = link.stream { link.occurredEncrypted(stream, Int32(what)) }
    }
}
