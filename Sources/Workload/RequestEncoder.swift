// Requests as bytes: templates with the key's digits replaced, appended straight to what the worker sends.

internal import Base

/// Writes one thread's requests. No allocation and no text conversion after `init`.
///
///     memcached  get K\r\n                          set K 0 TTL N\r\n VALUE \r\n
///     meta       mg K v\r\n                         ms K N TTTL\r\n VALUE \r\n
///     resp       *2 $3 GET $k K                     *3 $3 SET $k K $N VALUE   (*5 … $2 EX $t TTL)
///
/// A read of several keys is `get K K K`, several `mg` lines, or MGET.
struct RequestEncoder {
    private let wireProtocol: WireProtocol
    private let keysPerRequest: Int
    private var readOne: KeyText
    private var readNext: KeyText
    private var write: KeyText
    private let afterSize: [UInt8]
    private let values: [UInt8]
    private let sizeMin: Int
    private let sizeSpread: Int
    private let afterValue: [UInt8]
    private let multiStart: [UInt8]
    private var random: SplitMix64
    private let trace: Trace?

    init(_ options: WorkloadOptions, seed: UInt64) {
        wireProtocol = options.wireProtocol
        keysPerRequest = options.keysPerRequest
        let size = options.keySize
        func text(_ before: String, _ after: String) -> KeyText {
            KeyText(
                before: before, prefix: options.keyPrefix, keySize: size, after: after,
                numberMax: options.keyNumberMax)
        }
        let ttl = options.ttlSeconds
        trace = options.trace
        sizeMin = trace == nil ? options.valueSizes.lowerBound : 0
        let sizeMax = trace?.valueSizeMax ?? options.valueSizes.upperBound
        sizeSpread = trace == nil ? options.valueSizes.count : 2
        // A fixed value size is part of the template, and so is what follows it.
        let fixed = sizeSpread == 1 ? String(sizeMin) : ""
        let sizeEnd: String
        switch options.wireProtocol {
        case .memcached:
            sizeEnd = "\r\n"
            readOne = text("get ", "\r\n")
            readNext = text(" ", "")
            write = text("set ", " 0 \(ttl) \(fixed)")
            multiStart = [UInt8]("get".utf8)
            afterValue = [UInt8]("\r\n".utf8)
        case .meta:
            sizeEnd = ttl > 0 ? " T\(ttl)\r\n" : "\r\n"
            readOne = text("mg ", " v\r\n")
            readNext = readOne
            write = text("ms ", " \(fixed)")
            multiStart = []
            afterValue = [UInt8]("\r\n".utf8)
        case .resp:
            sizeEnd = "\r\n"
            readOne = text("*2\r\n$3\r\nGET\r\n$\(size)\r\n", "\r\n")
            readNext = text("$\(size)\r\n", "\r\n")
            write = text("*\(ttl > 0 ? 5 : 3)\r\n$3\r\nSET\r\n$\(size)\r\n", "\r\n$\(fixed)")
            multiStart = [UInt8]("*\(options.keysPerRequest + 1)\r\n$4\r\nMGET\r\n".utf8)
            let seconds = String(ttl)
            afterValue =
                ttl > 0
                ? [UInt8]("\r\n$2\r\nEX\r\n$\(seconds.utf8.count)\r\n\(seconds)\r\n".utf8)
                : [UInt8]("\r\n".utf8)
        }
        afterSize = [UInt8](sizeEnd.utf8)
        random = SplitMix64(seed: seed ^ 0x5A17)
        // Printable and without repetition, so that nothing on the way compresses or merges it.
        values = (0..<sizeMax).map { [start = seed] index in
            var generator = SplitMix64(seed: start &+ UInt64(index))
            return UInt8(truncatingIfNeeded: 33 + generator.next() % 94)
        }
    }

    /// A read of `keysPerRequest` keys.
    @inline(__always)
    mutating func appendRead(_ keys: inout KeySource, to output: inout OutputBuffer) {
        appendMultiRead(&keys, to: &output)
    }

    /// A read of the one key `number`; of a trace's request at that place.
    @inline(__always)
    mutating func appendRead(of number: UInt64, to output: inout OutputBuffer) {
        readOne.setKey(trace?.key(at: number) ?? number)
        output.append(readOne.span)
    }

    private mutating func appendMultiRead(_ keys: inout KeySource, to output: inout OutputBuffer) {
        output.append(multiStart.span.rawBytes)
        for _ in 0..<keysPerRequest {
            readNext.setKey(keys.next())
            output.append(readNext.span)
        }
        if wireProtocol == .memcached { output.append("\r\n") }
    }

    /// A store of a value of the configured size under `number`; of a trace's size under the key at that place.
    @inline(__always)
    mutating func appendWrite(of number: UInt64, to output: inout OutputBuffer) {
        write.setKey(trace?.key(at: number) ?? number)
        output.append(write.span)
        var size = sizeMin
        if sizeSpread > 1 {
            size = trace?.valueSize(at: number) ?? sizeMin &+ random.next(below: sizeSpread)
            output.append(decimal: size)
        }
        output.append(afterSize.span.rawBytes)
        output.append(values.span.rawBytes.extracting(0..<size))
        output.append(afterValue.span.rawBytes)
    }

    /// The first request of a connection to a server that wants a password.
    func appendLogin(_ username: String?, _ password: String, to output: inout OutputBuffer) {
        output.append(wireProtocol.login(username, password))
    }
}
