// The door between the reactor and whoever answers datagrams.

public import Base

/// Answers the datagrams that one worker takes from one address. Called on that worker only.
public protocol DatagramSession: AnyObject {
    /// Answers one datagram, or drops it by writing nothing.
    ///
    /// - Parameter datagram: what arrived, 0 ... 65,507 bytes; borrowed for the call.
    /// - Parameter output: where the reply goes, without the headers of its datagrams. Empty.
    /// - Parameter now: the time of this wake-up.
    func receive(_ datagram: RawSpan, _ output: inout OutputBuffer, now: Milliseconds)

    /// The header of one datagram of the reply to the last request: eight bytes, the most significant first.
    ///
    /// - Parameter index: 0 ..< count.
    /// - Parameter count: the datagrams of the whole reply, 1 ... 65,535.
    func header(ofDatagram index: Int, of count: Int) -> UInt64
}
