// What the operating system answered when it refused.

import Glibc

/// A system call failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was attempted, in words or as the call's name.
    public let call: String
    /// The system's error number.
    public let code: Int32

    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// There is no such file or folder.
    public static let noSuchFile = ENOENT

    /// From the calling thread's errno, directly after the call.
    static func latest(_ call: String) -> SystemError { SystemError(call: call, code: errno) }

    /// The system's words for the number, as in `No such file or directory`.
    public var reason: String {
        // SAFETY: strerror answers a terminated text for every number; copied at once.
        unsafe String(cString: strerror(code))
    }

    public var description: String { "\(call): \(reason)" }
}

extension String {
    /// The system's words for an error number.
    public init(errno code: Int32) {
        self = SystemError(call: "", code: code).reason
    }
}
