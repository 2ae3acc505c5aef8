// Requests are the exact bytes that servers expect.

import Base
import Testing

@testable import Workload

private func options(_ wireProtocol: WireProtocol, _ change: (inout WorkloadOptions) -> Void = { _ in })
    -> WorkloadOptions
{
    var options = WorkloadOptions()
    options.wireProtocol = wireProtocol
    options.valueSizes = 5...5
    options.distribution = .sequential
    change(&options)
    return options
}

private func text(_ options: WorkloadOptions, _ write: (inout RequestEncoder, inout OutputBuffer) -> Void)
    -> String
{
    var encoder = RequestEncoder(options, seed: 1)
    var output = OutputBuffer(capacity: 64)
    write(&encoder, &output)
    return output.span.copiedText()
}

/// The five bytes of every value, whatever they are.
private let value: String = {
    let stored = text(options(.memcached)) { $0.appendWrite(of: 0, to: &$1) }
    return String(stored.split(separator: "\r\n", omittingEmptySubsequences: false)[1])
}()

@Test("a read of one key has the exact bytes of its protocol")
func readOne() {
    let key = "key:000000123456"
    #expect(text(options(.memcached)) { $0.appendRead(of: 123_456, to: &$1) } == "get \(key)\r\n")
    #expect(text(options(.meta)) { $0.appendRead(of: 123_456, to: &$1) } == "mg \(key) v\r\n")
    #expect(
        text(options(.resp)) { $0.appendRead(of: 123_456, to: &$1) } == "*2\r\n$3\r\nGET\r\n$16\r\n\(key)\r\n"
    )
}

@Test("a read of several keys has the exact bytes of its protocol")
func readSeveral() {
    func several(_ wireProtocol: WireProtocol) -> String {
        let options = options(wireProtocol) { $0.keysPerRequest = 2 }
        var keys = KeySource(.sequential, keyCount: 10, seed: 1)
        return text(options) { $0.appendRead(&keys, to: &$1) }
    }
    #expect(several(.memcached) == "get key:000000000000 key:000000000001\r\n")
    #expect(several(.meta) == "mg key:000000000000 v\r\nmg key:000000000001 v\r\n")
    #expect(
        several(.resp)
            == "*3\r\n$4\r\nMGET\r\n$16\r\nkey:000000000000\r\n$16\r\nkey:000000000001\r\n")
}

@Test("a store has the exact bytes of its protocol, with a time to live and without")
func stores() {
    func store(_ wireProtocol: WireProtocol, ttl: Int) -> String {
        text(options(wireProtocol) { $0.ttlSeconds = ttl }) { $0.appendWrite(of: 7, to: &$1) }
    }
    let key = "key:000000000007"
    #expect(value.utf8.count == 5)
    #expect(store(.memcached, ttl: 0) == "set \(key) 0 0 5\r\n\(value)\r\n")
    #expect(store(.memcached, ttl: 60) == "set \(key) 0 60 5\r\n\(value)\r\n")
    #expect(store(.meta, ttl: 0) == "ms \(key) 5\r\n\(value)\r\n")
    #expect(store(.meta, ttl: 60) == "ms \(key) 5 T60\r\n\(value)\r\n")
    #expect(store(.resp, ttl: 0) == "*3\r\n$3\r\nSET\r\n$16\r\n\(key)\r\n$5\r\n\(value)\r\n")
    #expect(
        store(.resp, ttl: 60)
            == "*5\r\n$3\r\nSET\r\n$16\r\n\(key)\r\n$5\r\n\(value)\r\n$2\r\nEX\r\n$2\r\n60\r\n")
}

@Test("a drawn value size is announced and kept to", arguments: WireProtocol.allCases)
func drawnSizes(wireProtocol: WireProtocol) {
    let options = options(wireProtocol) {
        $0.valueSizes = 0...12
        $0.ttlSeconds = 9
    }
    var encoder = RequestEncoder(options, seed: 3)
    var sizes: Set<Int> = []
    for number in 0..<500 {
        var output = OutputBuffer(capacity: 64)
        encoder.appendWrite(of: UInt64(number), to: &output)
        let lines = output.span.copiedText().split(separator: "\r\n", omittingEmptySubsequences: false)
        let announced: Substring
        let written: Substring
        switch wireProtocol {
        case .memcached: (announced, written) = (lines[0].split(separator: " ")[4], lines[1])
        case .meta: (announced, written) = (lines[0].split(separator: " ")[2], lines[1])
        case .resp: (announced, written) = (lines[5].dropFirst(), lines[6])
        }
        #expect(Int(announced) == written.utf8.count)
        sizes.insert(written.utf8.count)
    }
    #expect(sizes == Set(0...12))
}

@Test("a login is the first request that its server understands")
func login() {
    func login(_ wireProtocol: WireProtocol, _ user: String?, _ password: String) -> String {
        text(options(wireProtocol)) { $0.appendLogin(user, password, to: &$1) }
    }
    #expect(login(.memcached, nil, "me secret") == "set duet:login 0 -1 9\r\nme secret\r\n")
    #expect(login(.meta, "me", "secret") == "set duet:login 0 -1 9\r\nme secret\r\n")
    #expect(login(.resp, nil, "me secret") == "*2\r\n$4\r\nAUTH\r\n$9\r\nme secret\r\n")
    #expect(login(.resp, "me", "sé") == "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$3\r\nsé\r\n")
}

@Test("keys have one width and their number's digits", arguments: [12, 13, 16, 20, 24, 250])
func keyText(size: Int) {
    var numbers: [UInt64] = [0, 1, 9, 10, 99, 100, 9999, 10_000, 12_345_678, 99_999_999]
    let numberMax: UInt64 = size == 12 ? 99_999_999 : size == 13 ? 999_999_999 : 9_999_999_999
    if numberMax > 99_999_999 { numbers += [100_000_000, 123_456_789, 999_999_999] }
    var generator = SplitMix64(seed: 11)
    for _ in 0..<1000 { numbers.append(generator.next() % (numberMax + 1)) }
    numbers.append(numberMax)
    var key = KeyText(before: "<", keySize: size, after: ">", numberMax: numberMax)
    for number in numbers where KeyText.fits(number, size: size, prefix: "key:") {
        key.setKey(number)
        let digits = String(number)
        let zeros = String(repeating: "0", count: size - 4 - digits.utf8.count)
        #expect(key.span.copiedText() == "<key:\(zeros)\(digits)>")
    }
}

@Test("settings that cannot work are refused with a reason")
func refusedOptions() {
    func problem(_ change: (inout WorkloadOptions) -> Void) -> String? {
        var options = WorkloadOptions()
        change(&options)
        return options.validate()
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.keySize = 11 } != nil)
    #expect(problem { $0.keySize = 251 } != nil)
    #expect(
        problem {
            $0.keySize = 12
            $0.keyCount = 100_000_001
        } != nil)
    #expect(
        problem {
            $0.keySize = 12
            $0.keyCount = 100_000_000
        } == nil)
    #expect(problem { $0.threadCount = 33 } != nil)
    #expect(problem { $0.setRatio = 1.01 } != nil)
    #expect(problem { $0.setRatio = .nan } != nil)
    #expect(problem { $0.ratePerSecond = 0 } != nil)
    #expect(problem { $0.durationSeconds = 0 } != nil)
    #expect(
        problem {
            $0.durationSeconds = 0
            $0.preloads = true
        } == nil)
    #expect(
        problem {
            $0.fillsMisses = true
            $0.keysPerRequest = 2
        } != nil)
}
