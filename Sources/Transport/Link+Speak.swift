// What a connection is told unasked: kept behind what it has unsent, and sent after the turn's events.
//
// Who is told something in a turn joins the worker's speakers. After the turn's events some of them, those who wait
// longest, get all they were told in one write; then the loop looks for events again. So a thousand listeners hold up
// nobody for long, and what is said while they wait their turn costs no write of its own. As long as requests keep
// coming in numbers, what they have to tell is gathered over several turns: a write, and a wake-up of its reader, cost
// more than serving ten requests.

public import Base
import Glibc
import Synchronization

extension Worker {
    /// Has `mark`, if there is one, and then the bytes of `value` sent to `connection`, behind all that it was told or
    /// answered so far.
    /// This worker's own thread.
    /// - Parameter value: copied, or shared if it is large; the caller keeps its hold.
    /// - Returns: bytes unsent now; 0 if the connection takes no more.
    public func say(_ mark: UInt8?, _ value: SharedBytes, to connection: Connection) -> Int {
        guard let link = links[connection.slot], link.connection === connection else { return 0 }
        return link.say(mark, value)
    }

    /// As above, of bytes that are copied.
    public func say(_ bytes: RawSpan, to connection: Connection) -> Int {
        guard let link = links[connection.slot], link.connection === connection else { return 0 }
        return link.say(bytes)
    }

    /// Closes `connection`, whatever is unsent, after the turn's events: not before, so that a session may be in the
    /// middle of something. This worker's own thread.
    public func abortSoon(_ connection: Connection) {
        guard let link = links[connection.slot], link.connection === connection else { return }
        link.isCondemned = true
        join(link)
    }

    fileprivate func join(_ link: Link) {
        if link.isSpeaking { return }
        link.isSpeaking = true
        speakers.append(link)
    }

    var hasSpeakers: Bool { firstSpeaker < speakers.count }

    /// Whether what was told may be gathered for one more turn.
    func mayGather() -> Bool {
        let reads = counters.value(.reads)
        let inTurn = reads &- readsBefore
        if firstSpeaker > 0 || speakersAreDue || inTurn < TransportLimits.gatheringReadsMin { return false }
        readsGathered &+= inTurn
        return readsGathered < TransportLimits.gatheredReadsMax
    }

    /// Sends what the first of them were told.
    func serveSpeakers() {
        speakersAreDue = false
        readsGathered = 0
        let end = min(firstSpeaker + TransportLimits.speakersPerTurn, speakers.count)
        // Serving aside may empty the row meanwhile.
        while firstSpeaker < min(end, speakers.count) {
            let link = speakers[firstSpeaker]
            firstSpeaker += 1
            link.flush()
        }
        if firstSpeaker == speakers.count {
            speakers.removeAll(keepingCapacity: true)
            firstSpeaker = 0
        } else if firstSpeaker >= TransportLimits.speakersKept && firstSpeaker * 2 > speakers.count {
            speakers.removeFirst(firstSpeaker)
            firstSpeaker = 0
        }
    }
}

extension Link {
    func say(_ mark: UInt8?, _ value: SharedBytes) -> Int {
        guard isTold() else { return 0 }
        unsent.append(mark, value)
        return didSay()
    }

    func say(_ bytes: RawSpan) -> Int {
        guard isTold() else { return 0 }
        unsent.append(bytes)
        return didSay()
    }

    /// Whether it can be told anything. It is sent that in its turn.
    private func isTold() -> Bool {
        if isCondemned || !state.isDisjoint(with: [.gone, .closing, .lingering, .handshaking]) { return false }
        // Else it speaks already, or the socket is full, or what is unsent waits for the log.
        if unsent.isEmpty { worker.join(self) }
        return true
    }

    private func didSay() -> Int {
        let size = unsent.byteCount
        connection.unsentSize.store(size, ordering: .relaxed)
        if size >= TransportLimits.speechSizeMax { worker.speakersAreDue = true }
        return size
    }

    func flush() {
        isSpeaking = false
        if state.contains(.gone) { return }
        if isCondemned { return closeNow(.error) }
        if state.contains(.held) { return }
        if let stream { writableEncrypted(stream) } else { writable() }
        updateInterest()
    }
}
