// Values as servers before and after 7.0 wrote them, made here: no such server is at hand.

import Testing

/// A value, its type byte in front, and what it holds.
struct OldPayload: CustomTestStringConvertible, Sendable {
    let title: String
    let content: String
    let bytes: [UInt8]

    var testDescription: String { title }

    private init(_ title: String, _ content: String, _ type: UInt8, _ body: [UInt8]) {
        self.title = title
        self.content = content
        bytes = [type] + body
    }

    private static let long = String(repeating: "x", count: 70)
    private static let longest = String(repeating: "y", count: 300)
    private static let numbers = [
        "0", "12", "13", "-1", "127", "-128", "300", "-70000", "8000000", "80000000", "-8000000000",
    ]

    static let all: [OldPayload] = [
        OldPayload("a linked list", "list a|7|b", 1, [3] + string("a") + [0xC0, 7] + string("b")),
        OldPayload("a ziplist", "list a|x*70|b", 10, string(ziplist(["a", long, "b"]))),
        OldPayload("a ziplist of numbers", "list " + numbers.joined(separator: "|"), 10, string(ziplist(numbers))),
        OldPayload("a ziplist with a long entry", "list y*300|b|", 10, string(ziplist([longest, "b", ""]))),
        OldPayload(
            "a quicklist of ziplists", "list a|b|c", 14, [2] + string(ziplist(["a", "b"])) + string(ziplist(["c"]))),
        OldPayload(
            "a sorted set with scores as text", "zset b=-inf|a=1.5|c=inf", 3,
            [3] + string("a") + string("1.5") + string("b") + [255] + string("c") + [254]),
        OldPayload("a zipmap", "hash a=1|b=", 9, string(zipmap([("a", "1"), ("b", "")], unused: 2))),
        OldPayload("a long zipmap", "hash a=y*300", 9, string(zipmap([("a", longest)], unused: 0))),
        OldPayload("a sorted set in a ziplist", "zset a=-1|b=0.5", 12, string(ziplist(["b", "0.5", "a", "-1"]))),
        OldPayload("a hash in a ziplist", "hash f=v|n=12", 13, string(ziplist(["f", "v", "n", "12"]))),
        OldPayload("a set in a listpack, as since 7.2", "set -300|b|x*70", 20, string(listpack(["b", "-300", long]))),
        OldPayload("a stream as before 7.0", streamContent, 15, stream(version: 1)),
        OldPayload("a stream of 7.0", streamContent, 19, stream(version: 2)),
        OldPayload("a stream as since 7.2", streamContent, 21, stream(version: 3)),
    ]

    // MARK: The formats

    static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }

    static func string(_ bytes: [UInt8]) -> [UInt8] {
        let count = bytes.count
        return (count < 64 ? [UInt8(count)] : [0x40 | UInt8(count >> 8), UInt8(count & 255)]) + bytes
    }

    private static func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    static func ziplist(_ elements: [String]) -> [UInt8] {
        var entries: [UInt8] = []
        var last = 0
        for element in elements {
            let previous = entries.count - last
            last = entries.count
            entries += previous < 254 ? [UInt8(previous)] : [254] + little(previous, 4)
            let bytes = Array(element.utf8)
            if let number = Int(element), String(number) == element {
                switch number {
                case 0...12: entries.append(0xF1 + UInt8(number))
                case -128...127: entries += [0xFE] + little(number, 1)
                case -32768...32767: entries += [0xC0] + little(number, 2)
                case -8_388_608...8_388_607: entries += [0xF0] + little(number, 3)
                case -2_147_483_648...2_147_483_647: entries += [0xD0] + little(number, 4)
                default: entries += [0xE0] + little(number, 8)
                }
            } else if bytes.count < 64 {
                entries += [UInt8(bytes.count)] + bytes
            } else if bytes.count < 256 {
                entries += [0x40, UInt8(bytes.count)] + bytes
            } else {
                entries += [0x80, 0, 0] + little(bytes.count, 2).reversed() + bytes
            }
        }
        return little(entries.count + 11, 4) + little(last + 10, 4) + little(elements.count, 2) + entries + [255]
    }

    static func zipmap(_ pairs: [(String, String)], unused: Int) -> [UInt8] {
        var bytes = [UInt8(pairs.count)]
        for (field, value) in pairs {
            bytes += [UInt8(field.utf8.count)] + Array(field.utf8)
            let count = value.utf8.count
            bytes += count < 254 ? [UInt8(count)] : [254] + little(count, 4)
            bytes += [UInt8(unused)] + Array(value.utf8) + [UInt8](repeating: 0, count: unused)
        }
        return bytes + [255]
    }

    private static let streamContent = "stream 1-1 1 0-0|1-1 a b|group g 1-1 1|consumer c 1000 1-1 900 2"

    /// One entry, a group that has read it, and a consumer to whom it was delivered twice.
    private static func stream(version: Int) -> [UInt8] {
        let id = [UInt8]([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
        var bytes = [1] + string(id) + string(listpack(["1", "0", "1", "a", "0", "2", "0", "0", "b", "4"])) + [1, 1, 1]
        if version > 1 { bytes += [1, 1, 0, 0, 1] }
        bytes += [1] + string("g") + [1, 1] + (version > 1 ? [1] : [])
        bytes += [1] + id + little(900, 8) + [2]
        bytes += [1] + string("c") + little(1000, 8) + (version > 2 ? little(950, 8) : [])
        return bytes + [1] + id
    }

    /// Texts of up to 127 bytes and numbers of two bytes.
    static func listpack(_ elements: [String]) -> [UInt8] {
        var entries: [UInt8] = []
        for element in elements {
            let bytes = Array(element.utf8)
            let front: [UInt8] = bytes.count < 64 ? [0x80 | UInt8(bytes.count)] : [0xE0, UInt8(bytes.count)]
            let entry = Int(element).map { [0xF1] + little($0, 2) } ?? front + bytes
            entries += entry + [UInt8(entry.count)]
        }
        return little(entries.count + 7, 4) + little(elements.count, 2) + entries + [255]
    }
}
