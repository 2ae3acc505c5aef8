// What DEBUG tells of how single values are kept, and how it changes that. Source: Redis 7.0 debugCommand.

import Base
import Engine
import RDB

extension RESPSession {
    func debugObject(_ name: RawSpan, _ output: inout OutputBuffer) {
        var line: String?
        var encoder = ValueEncoder(compresses: true)
        var payload = OutputBuffer(capacity: 1024)
        let now = engine.now
        _ = engine.look(engine.key(name, in: database)) { item in
            encoder.append(item, to: &payload)
            let idle = item.idleMilliseconds
            let clock = ((now.rawValue - idle) / 1000) & 0xFF_FFFF
            // Items move; where one is at the moment tells nobody anything.
            line = "Value at:0x0 refcount:1 encoding:\(Self.encoding(item)) serializedlength:\(payload.count - 1) "
                + "lru:\(clock) lru_seconds_idle:\(idle / 1000)"
        }
        guard let line else { return fail("ERR no such key", &output) }
        output.appendSimple(line)
    }

    // MARK: Collections

    /// Of whatever OBJECT ENCODING calls a listpack. Redis writes to its standard output.
    func debugListpack(_ name: RawSpan, _ output: inout OutputBuffer) {
        debugWrite(name, withElements: true, as: "Listpack", "ERR Not a listpack encoded object.", &output) {
            $0.encoding == .packed
        }
    }

    /// Of whatever OBJECT ENCODING calls a quicklist. Redis writes to its standard output.
    func debugQuicklist(_ request: Request, _ output: inout OutputBuffer) {
        let withElements = request.count == 4 && (request[3].integer ?? 0) != 0
        debugWrite(
            request[2], withElements: withElements, as: "Quicklist", "ERR Not a quicklist encoded object.", &output
        ) {
            $0.encoding == .nodes
        }
    }

    private func debugWrite(
        _ name: RawSpan, withElements: Bool, as title: String, _ refusal: StaticString, _ output: inout OutputBuffer,
        _ isRight: (borrowing ItemView) -> Bool
    ) {
        var lines: [String]?
        let isThere = engine.look(engine.key(name, in: database)) { item in
            guard item.kind != .string && isRight(item) else { return }
            var portrait = ValuePortrait(linesMax: withElements ? RESPLimits.debugElementsMax : 0)
            portrait.draw(item)
            lines = portrait.lines
        }
        guard isThere else { return fail("ERR no such key", &output) }
        guard let lines else { return fail(refusal, &output) }
        let key = quotedWord(name.slice(0, min(name.byteCount, ValuePortrait.shownSizeMax)).copiedText())
        frontEnd.control.log(level: 3, "DEBUG \(title.uppercased()) \(key): \(lines[0])")
        for line in lines.dropFirst() { frontEnd.control.log(level: 3, line) }
        output.appendSimple("\(title) structure printed to the log")
    }

    // MARK: Nodes of lists

    /// Holds for all lists that are written from now on, whenever they were filled. Source: Redis 7.0
    /// quicklistisSetPackedThreshold.
    func debugThreshold(_ text: RawSpan, _ output: inout OutputBuffer) {
        guard let size = text.memorySize, size <= RESPLimits.loneElementSizeMax else {
            return fail("ERR argument must be a memory value bigger than 1 and smaller than 4gb", &output)
        }
        frontEnd.engine.loneElementSize = size == 0 ? nil : size
        output.appendOK()
    }
}

/// What a packed value or a list has, in lines.
private struct ValuePortrait {
    /// Bytes of an element that are shown. Source: Redis lpRepr.
    static let shownSizeMax = 40
    private(set) var lines: [String] = [""]
    private let linesMax: Int
    private var elementCount = 0
    private var elementsSize = 0

    init(linesMax: Int) { self.linesMax = linesMax }

    mutating func draw(_ item: borrowing ItemView) {
        var count = 0
        switch item.kind {
        case .list:
            item.showCollection(as: ListValue.self) { list in
                count = list.count
                list.forEach(in: 0..<count) { add($0) }
            }
        case .set:
            item.showCollection(as: SetValue.self) { set in
                count = set.count
                set.forEach { add($0) }
            }
        case .hash:
            item.showCollection(as: HashValue.self) { hash in
                count = hash.count
                hash.forEach { field, value in
                    add(field)
                    add(value)
                }
            }
        case .sortedSet:
            item.showCollection(as: SortedSetValue.self) { set in
                count = set.count
                set.forEach(0..<count) { member, score in
                    add(member)
                    add(DoubleText(score).span)
                }
            }
        case .string, .stream: break
        }
        lines[0] =
            "\(count) members, \(elementCount) elements of \(elementsSize) bytes, \(item.footprint) bytes in memory"
        let left = elementCount - (lines.count - 1)
        if linesMax > 0 && left > 0 { lines.append("... and \(left) more") }
    }

    private mutating func add(_ element: RawSpan) {
        if lines.count <= linesMax {
            let shown = element.slice(0, min(element.byteCount, Self.shownSizeMax)).copiedText()
            let rest = element.byteCount > Self.shownSizeMax ? "..." : ""
            lines.append("\(elementCount): \(element.byteCount) bytes, \(quotedWord(shown))\(rest)")
        }
        elementCount += 1
        elementsSize += element.byteCount
    }
}
