// Snapshots of large collections, which the walk hands over without their shard's lock.

import Base
import Engine
import Synchronization
import Testing

@Suite("A snapshot's walk")
struct LargeSnapshotTests {
    /// Does something in the middle of a large collection's handing over.
    private final class MeddlingSink: SnapshotSink {
        let copies = CopyingSink()
        let meddle = Mutex<(@Sendable () -> Void)?>(nil)

        func append(_ item: borrowing ItemView, in database: DatabaseIndex) {
            copies.append(item, in: database)
            if item.kind != .set { return }
            meddle.withLock { $0.take() }?()
        }

        func waitForRoom() {}
    }

    /// A thread that adds a member to a set.
    private final class Adding: Sendable {
        private let hasEnded = Atomic<Bool>(false)
        private let thread = Mutex<Base.Thread?>(nil)

        func start(_ engine: Engine, _ key: String, _ database: Int, _ now: Milliseconds) {
            thread.withLock { thread in
                thread = try? Thread(name: "adding") { [self] in
                    var handle = engine.makeHandle()
                    handle.now = now
                    let name = Array(key.utf8)
                    let key = unsafe handle.key(name.span.bytes, in: DatabaseIndex(database))
                    _ = handle.edit(key, as: SetValue.self) { _ = $0.insert(DecimalText(Int64(-1)).span) }
                    hasEnded.store(true, ordering: .releasing)
                }
            }
        }

        var isOver: Bool { hasEnded.load(ordering: .acquiring) }

        func join() { thread.withLock { $0?.join() } }
    }

    @Test("holds nobody up with a large collection but who changes it, wherever it is by then", arguments: [false, true])
    func largeCollection(isFlushed: Bool) {
        var engine = TestEngine()
        for index in 0..<500 { engine.set("k\(index)", "old") }
        let count = 3000
        _ = engine.withKey(Array("large".utf8)) { handle, key in
            handle.edit(key, as: SetValue.self) { set in
                for index in 0..<count { _ = set.insert(DecimalText(Int64(index)).span) }
            }
        }
        let sink = MeddlingSink()
        var expected: [ItemPlace: ItemCopy] = [:]
        let hasBegun = engine.handle.beginSnapshot(to: sink) { expected = copyAll(&$0, databases: 4) }
        #expect(hasBegun)
        let (owner, now) = (engine.engine, engine.handle.now)
        let adding = Adding()
        sink.meddle.withLock { meddle in
            meddle = {
                var other = owner.makeHandle()
                other.now = now
                for index in 0..<500 {
                    let (name, value) = (Array("k\(index)".utf8), Array("new".utf8))
                    _ = unsafe other.store(other.key(name.span.bytes, in: .first), value.span.bytes, StoreOptions())
                }
                other.swap(.first, DatabaseIndex(3))
                if isFlushed { return other.flush(DatabaseIndex(3)) }
                adding.start(owner, "large", 3, now)
                System.sleep(milliseconds: 30)
                #expect(!adding.isOver, "changed while it was handed over")
            }
        }
        while case .more = engine.handle.continueSnapshot(count: 10) { continue }
        adding.join()
        #expect(adding.isOver == !isFlushed)
        expectSame(sink.copies.take(at: now, ""), expected, "snapshot")
        var found: Int?
        _ = engine.withKey(Array("large".utf8), 3) { handle, key in
            handle.read(key, as: SetValue.self) { found = $0.count }
        }
        #expect(found == (isFlushed ? nil : count + 1))
        engine.check("at the end")
    }
}
