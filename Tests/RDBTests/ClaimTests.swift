// Values that claim what is not so.

import Base
import Engine
import Testing

@testable import RDB

@Suite("False claims in serialised values")
struct ClaimTests {
    private func fault(_ bytes: [UInt8], sizeMax: Int = .max) -> RDBFault? {
        var shelf = Shelf()
        do throws(RDBFault) {
            try shelf.load(bytes, sizeMax: sizeMax)
            return nil
        } catch {
            return error
        }
    }

    private func string(_ text: String) -> [UInt8] { OldPayload.string(text) }
    private func string(_ bytes: [UInt8]) -> [UInt8] { OldPayload.string(bytes) }

    @Test("lengths beyond the bytes at hand are refused before anything is made of them")
    func lengths() {
        for type: UInt8 in [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21] {
            #expect(fault([type, 0x80, 0xFF, 0xFF, 0xFF, 0xFF]) == .truncated, "type \(type)")
            #expect(fault([type, 0x81] + [UInt8](repeating: 0x7F, count: 8)) == .truncated, "type \(type)")
            #expect(fault([type, 0x81] + [UInt8](repeating: 0xFF, count: 8)) == .truncated, "type \(type)")
        }
        #expect(fault([0, 0x82, 0, 0, 0, 0]) == .corrupt)
        #expect(fault([0, 0xC4]) == .corrupt)
        #expect(fault([2, 0xC0, 1]) == .corrupt)
    }

    @Test("a compressed string holds what it claims, and no more than it can or may")
    func compressed() {
        // 100 times "a": 9 bytes.
        let compressed: [UInt8] = [0x01, 0x61, 0x61, 0xE0, 0x57, 0x00, 0x01, 0x61, 0x61]
        func value(_ claimed: [UInt8]) -> [UInt8] { [0, 0xC3, 9] + claimed + compressed }
        #expect(fault(value([0x40, 100])) == nil)
        #expect(fault(value([0x40, 99])) == .corrupt)
        #expect(fault(value([0x40, 101])) == .corrupt)
        #expect(fault(value([0])) == .corrupt)
        #expect(fault(value([0x80, 0xFF, 0xFF, 0xFF, 0xFF])) == .corrupt)
        #expect(fault(value([0x40, 100]), sizeMax: 99) == .tooLarge)
        #expect(fault(value([0x40, 100]), sizeMax: 100) == nil)
        #expect(fault([0, 5] + Array("hello".utf8), sizeMax: 4) == .tooLarge)
        // A reference to before the start.
        #expect(fault([0, 0xC3, 4, 3, 0x20, 0x05, 0x00, 0x61]) == .corrupt)
    }

    @Test("collections without elements are refused")
    func empty() {
        for type: UInt8 in [1, 2, 3, 4, 5, 14, 18] { #expect(fault([type, 0]) == .empty, "type \(type)") }
        for type: UInt8 in [10, 12, 13] {
            #expect(fault([type] + string(OldPayload.ziplist([]))) == .empty, "type \(type)")
        }
        for type: UInt8 in [16, 17, 20] {
            #expect(fault([type] + string(OldPayload.listpack([]))) == .empty, "type \(type)")
        }
        #expect(fault([9] + string(OldPayload.zipmap([], unused: 0))) == .empty)
        #expect(fault([11] + string([2, 0, 0, 0, 0, 0, 0, 0])) == .empty)
        #expect(fault([14, 1] + string(OldPayload.ziplist([]))) == .empty)
    }

    @Test("members and fields that come twice are refused")
    func duplicates() {
        let twice = ["a", "1", "a", "2"]
        #expect(fault([2, 2] + string("a") + string("a")) == .corrupt)
        #expect(fault([4, 2] + twice.flatMap { string($0) }) == .corrupt)
        #expect(fault([3, 2] + twice.flatMap { string($0) }) == .corrupt)
        for type: UInt8 in [12, 13] { #expect(fault([type] + string(OldPayload.ziplist(twice))) == .corrupt) }
        for type: UInt8 in [16, 17, 20] { #expect(fault([type] + string(OldPayload.listpack(twice))) == .corrupt) }
        #expect(fault([9] + string(OldPayload.zipmap([("a", "1"), ("a", "2")], unused: 0))) == .corrupt)
        #expect(fault([11] + string([2, 0, 0, 0, 2, 0, 0, 0, 5, 0, 5, 0])) == .corrupt)
        #expect(fault([11] + string([2, 0, 0, 0, 2, 0, 0, 0, 6, 0, 5, 0])) == .corrupt)
    }

    @Test("fields without value, members without score and scores that are none are refused")
    func pairs() {
        for type: UInt8 in [12, 13] { #expect(fault([type] + string(OldPayload.ziplist(["a"]))) == .corrupt) }
        for type: UInt8 in [16, 17] { #expect(fault([type] + string(OldPayload.listpack(["a"]))) == .corrupt) }
        for score in ["nan", "x", "", "1 "] {
            #expect(fault([12] + string(OldPayload.ziplist(["a", score]))) == .corrupt, "score \(score)")
            #expect(fault([3, 1] + string("a") + string(score)) == .corrupt, "score \(score)")
        }
        #expect(fault([3, 1] + string("a") + [253]) == .corrupt)
        #expect(fault([5, 1] + string("a") + [0, 0, 0, 0, 0, 0, 0xF8, 0x7F]) == .corrupt)
    }

    @Test("types of modules and unknown ones are told apart")
    func types() {
        #expect(fault([6, 0]) == .module)
        #expect(fault([7, 0]) == .module)
        #expect(fault([8, 0]) == .unknownType(8))
        #expect(fault([200]) == .unknownType(200))
        #expect(fault([]) == .truncated)
    }
}
