// Every bound of this room, with its reason.

enum RESPLimits {
    /// Requests, or keys of one request, that are prefetched before the first of them has its turn: enough to hide a
    /// cache miss
    /// behind the others, few enough that the lines are still there when their turn comes.
    static let batchCountMax = 64

    /// Argument slots that a worker keeps after an unusually large command: 32 KiB.
    static let slotCountKept = 4096

    /// A line (inline request, count) without its end may have so many bytes. Source: Redis PROTO_INLINE_MAX_SIZE.
    static let lineSizeMax = 64 * 1024

    /// What a client may send before it has authenticated. Source: Redis 6.2.6, CVE-2021-32675.
    static let unauthenticatedArgumentCountMax = 10
    static let unauthenticatedBulkSizeMax = 16384

    /// A count of arguments beyond this is a protocol error. Source: Redis 7, multibulk length.
    static let argumentCountMax = Int(Int32.max)

    /// From so many arguments on, a command that is incomplete remembers how far it was parsed.
    static let resumeArgumentCountMin = 16

    /// Steps of one glob match per byte of text and pattern together, so that no pattern costs more than linear time
    /// times this. Source: Redis' own bound, which is on nesting (CVE-2022-36021).
    static let globStepsPerByte = 256

    /// Offsets inside one batch are 32 bits wide.
    static let inputSizeMax = Int(UInt32.max)

    /// Ticks without a watched key before the engine's changes are not followed any more: a second or so, since
    /// following anew takes all shards.
    static let idleWatchTicks = 10

    /// Bytes of a key, a channel or a user's name that ACL LOG repeats; there may be `acllog-max-len` of them.
    static let accessLogObjectSizeMax = 1024

    /// The longest password that ACL GENPASS makes, in bits. Source: Redis GENPASS_MAX_BITS.
    static let madePasswordBitsMax = 4096

    /// Text of a command and of its arguments that an error repeats. Source: Redis, unknown command.
    static let errorTextSizeMax = 128

    /// Arguments and bytes of each that the slow log keeps. Source: Redis SLOWLOG_ENTRY_MAX_ARGC, _STRING.
    static let slowLogArgumentCountMax = 32
    static let slowLogArgumentSizeMax = 128

    /// Samples of a latency event that are kept. Source: Redis LATENCY_TS_LEN.
    static let latencySamplesKept = 160

    /// Kinds of error that are counted apart. Source: Redis 7.4 ERROR_STATS_LIMIT.
    static let errorKindsMax = 128

    /// A client's session, connection and their places in tables, in bytes, more or less.
    static let clientSize = 2048

    /// What DEBUG SLEEP sleeps at most: nobody can end it.
    static let debugSleepSecondsMax = 3600.0

    /// Patterns that DEBUG STRINGMATCH-TEST tries: some hundredths of a second.
    static let debugMatchesTried = 20_000

    /// Elements of a value that DEBUG LISTPACK and QUICKLIST write to the log.
    static let debugElementsMax = 512

    /// Keys that DEBUG POPULATE makes at most: a minute or so in which its worker serves nobody else.
    static let populatedKeysMax = 1 << 27

    /// Source: Redis 7.0 quicklistisSetPackedThreshold.
    static let loneElementSizeMax = 1 << 32 - 1 << 20

    /// Bytes that may wait for a client that monitors, so that one that stopped reading costs no more than this.
    static let monitorBacklogSizeMax = 32 << 20

    /// Source: Redis streamGenericParseIDOrReply.
    static let streamIDSizeMax = 127

    /// Bytes of all fields and values of an entry. Source: Redis STREAM_LISTPACK_MAX_SIZE.
    static let streamEntrySizeMax = 1 << 30

    /// Entries of a stream that are trimmed while its shard is held: half a millisecond or so.
    static let trimmedAtOnceMax = 16384

    /// Pending entries of a consumer that go while its stream's shard is held: a millisecond or two.
    static let droppedAtOnceMax = 4096

    /// Pending entries that XAUTOCLAIM looks at for each that it may return. Source: Redis xautoclaimCommand.
    static let claimAttempts = 10

    /// Keys, or bytes before the last key's, that MIGRATE sends before it reads the replies: enough that waiting for
    /// them is little, few enough that all replies fit what lies between two servers.
    static let migrationBatchCountMax = 1024
    static let migrationBatchSizeMax = 1 << 20

    /// The time for each step of MIGRATE if none is given. Source: Redis migrateCommand.
    static let migrationTimeoutMilliseconds: Int64 = 1000

    /// What scripts may make one worker's interpreter hold: enough for the largest values that are likely, and an end
    /// for those that allocate without one.
    static let interpreterSizeMax = 256 << 20

    /// What all libraries of functions may take, their code mostly: each worker must have room for them in its
    /// interpreter, and they are written down as a whole.
    static let librariesSizeMax = 64 << 20

    /// How long the program of a library may take that a client loads. Source: Redis LOAD_TIMEOUT_MS.
    static let libraryLoadMilliseconds: Int64 = 500

    /// Keys of a script that are prefetched.
    static let scriptKeysAhead = 8

    /// What a worker keeps of the buffers between scripts and commands.
    static let scriptBufferKept = 64 * 1024

    /// Tables inside tables of a script's reply: a bound on the thread's stack. Redis' own is Lua's, some 8000.
    static let scriptReplyDepthMax = 1000

    /// A table that has itself as an element twice would make a reply without end: its size is that of the largest bulk
    /// that is read.
    static let scriptReplySizeMax = 512 << 20

    /// What SYNC sends at a time: so much of a client's snapshot is in memory twice at most.
    static let transferPieceSize = 256 * 1024

    /// What a client was told up to this size leaves a worker's room for forming it as it is.
    static let messageHeadKept = 4096

    /// Messages in a row for the same subscribers are handed out in one piece up to this size: a block that each of
    /// them may hold until it has read it.
    static let joinedMessageSizeMax = 64 * 1024

    /// Messages up to this size, names and all, are copied under the locks of their channel and their mailbox, which
    /// takes as long as the rest of what is done there.
    static let copiedMessageSizeMax = 4096

    /// Room for the text of messages that a worker keeps.
    static let messageTextKept = 64 * 1024

    /// Bytes of keys with one prefix that a worker notes until it tells its clients; beyond, they are told that any key
    /// may have changed.
    static let broadcastSizeMax = 16 << 20

    /// Bytes of invalidations that may wait for one worker from others' clients: beyond, who should be told is cut off.
    static let forwardedSizeMax = 64 << 20

    /// Keys that leave the table of tracked keys at a time, while there are too many. Source: Redis
    /// trackingLimitUsedSlots.
    static let trackedKeysDropped = 100

    /// Keys of one command that are known to be new to its client. Of others it may be told needlessly.
    static let freshKeysMax = 64

    /// Places for messages that a worker keeps.
    static let messagesKept = 4096

    /// Connections that MIGRATE keeps, and how long. Source: Redis MIGRATE_SOCKET_CACHE_ITEMS and _TTL.
    static let migrationTargetsKept = 64
    static let migrationTargetMilliseconds: Int64 = 10_000
}
