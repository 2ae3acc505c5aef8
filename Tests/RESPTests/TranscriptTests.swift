// The conversations under Transcripts, and the claim that no command is without one.

import Base
import Engine
import Synchronization
import Testing

@testable import RESP

@Suite("Transcripts")
struct TranscriptTests {
    static let all = [
        Transcript.strings,
        Transcript.bits,
        Transcript.hyperLogLogs,
        Transcript.lists,
        Transcript.hashes,
        Transcript.sets,
        Transcript.sortedSets,
        Transcript.blockingSortedSets,
        Transcript.geo,
        Transcript.sort,
        Transcript.streams,
        Transcript.streamGroups,
        Transcript.keyspace,
        Transcript.dumps,
        Transcript.migrations,
        Transcript.connection,
        Transcript.access,
        Transcript.versionThree,
        Transcript.byHand,
        Transcript.transactions,
        Transcript.waiting,
        Transcript.pubsub,
        Transcript.scripting, Transcript.functions, Transcript.functionLoading,
        Transcript.saving,
        Transcript.syncing,
        Transcript.standalone,
        Transcript.statistics,
        Transcript.clients,
        Transcript.trackingCommands,
        Transcript.trackedReads,
        Transcript.trackingModes,
        Transcript.debugging,
        Transcript.faults,
    ].flatMap { $0 }

    @Test("the replies are the same however the bytes are cut", arguments: all)
    func holds(_ transcript: Transcript) {
        let fixture = Fixture()
        // Whether a command is slow on this machine is nobody's claim.
        fixture.frontEnd.change { $0.metering.slowLogMicroseconds = -1 }
        fixture.control.allowsDebugging.withLock { $0 = transcript.debugs }
        transcript.check(fixture)
    }

    /// Replies that are facts of the moment, or long: they have tests of their own in `ServerCommandTests`.
    static let elsewhere: Set<String> = [
        "time", "command|count", "client|help", "config|help", "command|help", "memory|help", "object|help",
        "module|help", "pubsub|help", "script|help", "memory|usage", "acl|help", "acl|genpass", "acl|log", "xgroup|help",
        "xinfo|help",
        "slowlog|help", "latency|help", "latency|histogram", "memory|stats", "memory|malloc-stats",
    ]

    @Test("every command and subcommand has a transcript")
    func coverage() {
        let spoken = Self.all.reduce(into: Self.elsewhere) { $0.formUnion($1.commands()) }
        for spec in CommandTable.specs {
            #expect(spoken.contains(spec.name), "\(spec.name) has no transcript")
            for subcommand in spec.subcommands {
                #expect(
                    spoken.contains("\(spec.name)|\(subcommand.name)"),
                    "\(spec.name) \(subcommand.name) has no transcript")
            }
        }
    }
}
