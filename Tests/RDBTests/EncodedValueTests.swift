// Values that go on as a file has them, and what is passed over on the way.

import Base
import Engine
import Testing

@testable import RDB

@Suite("Values that are passed on")
struct EncodedValueTests {
    private func text(_ text: String) -> [UInt8] { OldPayload.string(text) }

    private func file(_ parts: [UInt8]...) -> [UInt8] {
        Array("REDIS0010".utf8) + parts.flatMap { $0 } + [255] + [UInt8](repeating: 0, count: 8)
    }

    @Test("what belongs to a module is passed over by whoever asks for that, and is named")
    func modules() throws {
        // Nine characters of six bits each and a version; then a part of each kind, and their end.
        let module: [UInt8] = [0x81, 0, 0, 0, 0, 0, 0, 0, 1]
        let parts: [UInt8] = [1, 5, 2, 0x40, 0xFF, 3, 1, 2, 3, 4, 4, 1, 2, 3, 4, 5, 6, 7, 8, 5] + text("abc") + [0]
        let item = [7] + text("key") + module + parts
        let bytes = file([247] + module + [2, 1] + parts, item, [0] + text("k") + text("v"))
        var reader = try RDBFileReader(bytes.span.rawBytes, verifiesChecksum: true, passesModules: true)
        var events: [RDBFileEvent] = []
        var names: [String] = []
        while events.last != .end {
            events.append(try reader.next())
            names.append(reader.name.copiedText())
        }
        #expect(
            events == [.module("AAAAAAAAA", isItem: false), .module("AAAAAAAAA", isItem: true), .string, .end])
        #expect(names[1...2] == ["key", "k"])
        for size in 12..<bytes.count - 18 {
            // Cut anywhere, it is a fault.
            let cut = Array(bytes[..<size])
            #expect(throws: RDBFileFault.self) {
                var reader = try RDBFileReader(cut.span.rawBytes, verifiesChecksum: true, passesModules: true)
                while try reader.next() != .end {}
            }
        }
        // The older form does not tell where it ends.
        let older = file([6] + text("key") + module + parts)
        #expect(throws: RDBFileFault.self) {
            var reader = try RDBFileReader(older.span.rawBytes, verifiesChecksum: true, passesModules: true)
            _ = try reader.next()
        }
    }

    @Test("a value of a file becomes a payload, with or without what only we know of its item")
    func payloads() throws {
        var library = Library()
        var options = StoreOptions()
        options.flags = 77
        options.isStale = true
        options.casField = .exact(12)
        let value = [UInt8](repeating: 97, count: 100)
        let name = Array("key".utf8)
        let key = library.handle.key(name.span.rawBytes, in: .first)
        _ = library.handle.store(key, value.span.rawBytes, options)
        let bytes = library.file()
        var reader = try RDBFileReader(bytes.span.rawBytes, verifiesChecksum: true)
        var event = RDBFileEvent.field
        while event != .string { event = try reader.next() }
        let facts = reader.facts
        let (type, place) = try reader.encodedValue()
        let isCompressed = place.count < 40
        #expect(isCompressed && facts.flags == 77 && facts.cas == 12)
        for hasOwnFields in [false, true] {
            var front = OutputBuffer(capacity: 64)
            DumpPayload.appendFront(facts, type: type, hasOwnFields: hasOwnFields, to: &front)
            var payload = OutputBuffer(capacity: 64)
            payload.append(front.span)
            payload.append(bytes.span.rawBytes.slice(place.lowerBound, place.upperBound))
            DumpPayload.appendFooter(
                front: front.span, value: bytes.span.rawBytes.slice(place.lowerBound, place.upperBound), version: 9,
                to: &payload)
            let sent = payload.span.copiedBytes()
            var values = RDBReader(try DumpPayload.open(sent.span.rawBytes), sizeMax: .max)
            let received = try values.facts()
            #expect(received.flags == (hasOwnFields ? 77 : 0) && received.isStale == hasOwnFields && received.cas == 0)
            _ = try values.value(for: library.handle)
        }
        // To pass on is to pass over: the end follows.
        event = try reader.next()
        #expect(event == .end)
    }

    @Test("a field that says nothing, or that nobody knows, is refused in a payload")
    func fields() {
        for (name, said) in [("duet-flags", "x"), ("duet-flags", "4294967296"), ("ctime", "1")] {
            let bytes = [250] + text(name) + text(said) + [0] + text("v")
            #expect(throws: RDBFault.corrupt) {
                var reader = RDBReader(bytes.span.rawBytes, sizeMax: .max)
                _ = try reader.facts()
            }
        }
    }
}
