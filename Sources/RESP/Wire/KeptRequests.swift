// Requests that outlive the input they came in: those of a transaction, the one of a client that waits.

import Base
import Engine

/// Copies of requests: their arguments' bytes one behind the other, and where they lie. Used by one thread.
final class KeptRequests {
    private var bytes = OutputBuffer(capacity: 64)
    private let slots = Scratch<ArgumentSlot>(capacity: 4)
    private let requests = Scratch<QueuedRequest>(capacity: 1)
    private(set) var count = 0
    private var slotCount = 0

    deinit {
        slots.deallocate()
        requests.deallocate()
    }

    /// Bytes held: arguments, their places, and a record for each request.
    var size: Int {
        bytes.count &+ slotCount &* MemoryLayout<ArgumentSlot>.stride &+ count &* MemoryLayout<QueuedRequest>.stride
    }

    /// What `append` would add to `size`.
    static func size(of request: Request) -> Int {
        var size = MemoryLayout<QueuedRequest>.stride &+ request.count &* MemoryLayout<ArgumentSlot>.stride
        for index in 0..<request.count { size &+= request[index].byteCount }
        return size
    }

    /// - Precondition: all together no more than `RESPLimits.inputSizeMax` bytes.
    func append(_ request: Request, _ row: CommandRow) {
        slots.reserve(slotCount &+ request.count)
        requests.reserve(count &+ 1)
        var kept = QueuedRequest()
        kept.hash = request.hash.rawValue
        kept.firstSlot = UInt32(slotCount)
        kept.count = UInt32(request.count)
        kept.row = row
        for index in 0..<request.count {
            let argument = request[index]
            slots[slotCount] = ArgumentSlot(offset: UInt32(bytes.count), size: UInt32(argument.byteCount))
            slotCount &+= 1
            bytes.append(argument)
        }
        requests[count] = kept
        count &+= 1
    }

    /// The request at `index` without its arguments.
    subscript(index: Int) -> QueuedRequest {
        precondition(index < count)
        return requests[index]
    }

    /// Shows the requests in order. What `body` does may keep others, but not here.
    func each(_ body: (QueuedRequest, Request) -> Void) {
        var shown = OutputBuffer(capacity: 64)
        swap(&shown, &bytes)
        show(shown.span, body)
        swap(&shown, &bytes)
    }

    private func show(_ input: RawSpan, _ body: (QueuedRequest, Request) -> Void) {
        for index in 0..<count { body(requests[index], Request(input, slots, requests[index])) }
    }
}
