// The binary protocol's replies: a header, and for errors a sentence.

import Base

/// How a request ended. Source: memcached protocol_binary.h.
enum BinaryStatus: UInt16 {
    case success = 0
    case notFound = 1
    case exists = 2
    case tooLarge = 3
    case invalid = 4
    case notStored = 5
    case notANumber = 6
    case authenticationFailed = 0x20
    case authenticationContinues = 0x21
    case unknownCommand = 0x81
    case outOfMemory = 0x82
    /// memcached's "internal error": it has none for disks.
    case outOfDisk = 0x84
    case busy = 0x85

    /// Source: memcached write_bin_error.
    var text: StaticString {
        switch self {
        case .success, .authenticationContinues: ""
        case .notFound: "Not found"
        case .exists: "Data exists for key."
        case .tooLarge: "Too large."
        case .invalid: "Invalid arguments"
        case .notStored: "Not stored."
        case .notANumber: "Non-numeric server-side value for incr or decr"
        case .authenticationFailed: "Auth failure."
        case .unknownCommand: "Unknown command"
        case .outOfMemory: "Out of memory"
        case .outOfDisk: "Out of disk"
        case .busy: "Busy"
        }
    }
}

extension OutputBuffer {
    /// The 24 bytes before a reply's body: as a request's, with 0x81 in front and the status where the vbucket was.
    /// - Parameter bodySize: of extras, key and value.
    @inline(__always)
    mutating func append(
        headerFor request: BinaryRequest, _ status: BinaryStatus = .success, extrasSize: Int = 0, keySize: Int = 0,
        bodySize: Int = 0, cas: UInt64 = 0
    ) {
        var word = UInt64(0x81) | UInt64(request.operation) &<< 8
        word |= UInt64(UInt16(truncatingIfNeeded: keySize).byteSwapped) &<< 16
        word |= UInt64(UInt8(truncatingIfNeeded: extrasSize)) &<< 32
        word |= UInt64(status.rawValue.byteSwapped) &<< 48
        append(word: word)
        append(word: UInt64(UInt32(truncatingIfNeeded: bodySize).byteSwapped) | UInt64(request.opaque) &<< 32)
        append(word: cas.byteSwapped)
    }

    /// A reply that is one piece of text.
    mutating func append(replyTo request: BinaryRequest, _ status: BinaryStatus, _ text: StaticString) {
        append(headerFor: request, status, bodySize: text.utf8CodeUnitCount)
        append(text)
    }

    /// A reply that says why not.
    @inline(never)
    mutating func append(errorFor request: BinaryRequest, _ status: BinaryStatus) {
        append(replyTo: request, status, status.text)
    }
}
