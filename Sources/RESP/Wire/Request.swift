// A request as commands see it: a command and its arguments, still lying where the network put them.

import Base
import Engine

/// One argument's place in the input, in bytes.
struct ArgumentSlot: BitwiseCopyable {
    var offset: UInt32
    var size: UInt32
}

/// A complete request that was parsed and waits for its turn in the batch.
struct QueuedRequest: BitwiseCopyable {
    /// Of the first key; 0 if the command has none at a fixed place.
    var hash: UInt64 = 0
    /// The offset behind the request in the input.
    var end = 0
    var firstSlot: UInt32 = 0
    /// Arguments, the command's name included; at least 1.
    var count: UInt32 = 0
    var row = CommandRow.unknown
}

/// One request being executed. `request[0]` is the command's name as the client spelled it.
struct Request: ~Escapable {
    private let input: RawSpan
    private let slots: Scratch<ArgumentSlot>
    private let firstSlot: Int
    let count: Int
    let hash: KeyHash

    @inline(__always)
    @_lifetime(copy input)
    init(_ input: RawSpan, _ slots: Scratch<ArgumentSlot>, _ queued: QueuedRequest) {
        self.input = input
        self.slots = slots
        firstSlot = Int(queued.firstSlot)
        count = Int(queued.count)
        hash = KeyHash(rawValue: queued.hash)
    }

    /// The argument at `index`, 0 ..< count.
    subscript(index: Int) -> RawSpan {
        @inline(__always)
        @_lifetime(copy self) get {
            assert(index >= 0 && index < count)
            let slot = slots[firstSlot &+ index]
            return input.slice(Int(slot.offset), Int(slot.offset) &+ Int(slot.size))
        }
    }

    /// The request that begins with argument `place`: what EVAL's `redis.call` or ACL DRYRUN would do.
    @_lifetime(copy self)
    func from(_ place: Int) -> Request {
        precondition(place >= 0 && place < count)
        var queued = QueuedRequest()
        queued.firstSlot = UInt32(firstSlot + place)
        queued.count = UInt32(count - place)
        return Request(input, slots, queued)
    }

    /// The key at argument 1, whose hash was computed while parsing.
    @inline(__always)
    @_lifetime(copy self)
    func key(in database: DatabaseIndex) -> Key {
        Key(self[1], hash: hash, in: database)
    }
}
