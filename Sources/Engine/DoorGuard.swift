// Who may do what at a door that knows no users of its own.

import Base

/// Something that a user may be allowed to do, whatever a door calls it.
public enum DoorAction: UInt8, Sendable, CaseIterable {
    case read, store, append, delete, increment, decrement, touch, readAndTouch
    /// Of the whole keyspace.
    case flush, listKeys
    /// Of the server.
    case statistics, watch, configure, shutDown
}

/// Knows users by their names and passwords. Any thread; off the request path.
public protocol DoorGuard: AnyObject, Sendable {
    /// What somebody may do who says who he is; nil if that is wrong.
    func admit(_ user: RawSpan, _ password: RawSpan) -> (any DoorPass)?

    /// Remembers that somebody was turned away.
    /// - Parameter user: who he is, or said he was.
    /// - Parameter action: what he wanted; nil is to log in.
    /// - Parameter client: what tells him from others, for people.
    func noteRefusal(of user: RawSpan, _ action: DoorAction?, _ key: RawSpan?, client: String)
}

/// What one user may do: it never changes; a change of rules makes another.
public protocol DoorPass: AnyObject, Sendable {
    var userName: [UInt8] { get }

    /// Everything, with all keys.
    var isUnrestricted: Bool { get }

    /// Whether it is the latest. Any thread; allocates nothing.
    var isCurrent: Bool { get }

    /// The latest; nil if there is no such user any more.
    func renewed() -> (any DoorPass)?

    /// Allocates nothing.
    /// - Parameter key: nil where there is none.
    func allows(_ action: DoorAction, _ key: RawSpan?) -> Bool
}
