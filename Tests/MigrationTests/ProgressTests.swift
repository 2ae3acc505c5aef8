// What progress and summaries look like.

import Base
import Testing

@testable import Migration

@Suite("Progress and summaries")
struct ProgressTests {
    @Test("a bar fills the room there is, and goes where there is too little")
    func bar() {
        var progress = TransferProgress(.receiving)
        progress.done = 512 << 20
        progress.total = 1 << 30
        progress.seconds = 4
        let line = " 50 % ████████████████████░░░░░░░░░░░░░░░░░░░░  512.0 MiB of 1.0 GiB, 128.0 MiB/s, 4 s left"
        #expect(progress.line(width: 120) == line)
        #expect(progress.line(width: 50) == " 50 %  512.0 MiB of 1.0 GiB, 128.0 MiB/s, 4 s left")
        #expect(progress.line(width: 20) == " 50 %  512.0 MiB of ")
        progress.total = nil
        #expect(progress.line(width: 120) == "512.0 MiB, 128.0 MiB/s")
        progress.phase = .waiting
        #expect(progress.line(width: 120) == "the server makes a snapshot, for 4 s")
        progress.phase = .sending
        progress.keys = 12
        progress.done = 0
        progress.total = 0
        progress.seconds = 0
        #expect(progress.line(width: 50) == "100 % " + String(repeating: "█", count: 22) + "  0 B of 0 B, 12 keys")
    }

    @Test("times and sizes are short")
    func words() {
        let times = [0, 0.1, 59, 59.5, 125, 3725].map(TransferProgress.time)
        #expect(times == ["0 s", "1 s", "59 s", "1:00", "2:05", "1:02:05"])
        #expect([0, 1023, 1536, 5 << 20].map { String(byteCount: $0) } == ["0 B", "1023 B", "1.5 KiB", "5.0 MiB"])
    }

    @Test("a summary tells what became of each key")
    func summary() {
        var summary = UploadSummary()
        summary.contents.keysByDatabase = [0: 9, 3: 1]
        summary.contents.end = 2048
        summary.contents.isVerified = true
        summary.outcome.stored = 10
        summary.seconds = 2
        #expect(summary.isComplete)
        #expect(summary.text == "10 keys restored, from 2.0 KiB, in 2 s\n")
        summary.outcome.stored = 1
        for number in 0..<7 { summary.outcome.present.note(Array("k\(number)".utf8), number == 1 ? 3 : 0, "") }
        #expect(summary.isComplete)
        summary.outcome.refused.note([0xFF, 0x0A], 0, "ERR Bad data format")
        summary.contents.expiredCount = 2
        summary.outcome.flagsLost = 1
        summary.outcome.libraries.stored = 2
        summary.outcome.libraries.refused.note(Array("lib".utf8), 0, "ERR Function f already exists")
        summary.contents.moduleKeyCount = 2
        summary.contents.modules = ["ReJSON-RL"]
        summary.contents.isVerified = false
        summary.outcome.fault = MigrationFault(refusal: "OOM command not allowed", ServerAddress("cache")!)
        #expect(!summary.isComplete)
        #expect(
            summary.text == """
                1 key restored, from 2.0 KiB, in 2 s
                7 keys there already, left as they are (--replace overwrites):
                    "k0"
                    "k1" in database 3
                    "k2"
                    "k3"
                    "k4"
                    and 2 more
                1 key refused:
                    "\u{FFFD}\\n": ERR Bad data format
                1 key without memcached's flags now: only Duet has a place for them
                2 libraries of functions, too
                1 library of functions refused:
                    "lib": ERR Function f already exists
                2 keys had expired
                2 keys of modules passed over (ReJSON-RL)
                The file has no checksum: only its form was checked
                Broken off with 1 key left, or their fate unknown: cache:6379 answers: OOM command not allowed
                It is full: raise its maxmemory, or choose a maxmemory-policy that lets go of keys.

                """)
    }
}
