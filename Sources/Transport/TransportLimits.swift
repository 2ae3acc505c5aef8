// Every bound of this room, with its reason. Sizes shared with other rooms are in Base's Limits.

import Base

enum TransportLimits {
    /// Half requests up to this size are kept aside and put in front of the next read in the worker's
    /// scratch; larger ones are read straight into a buffer of the connection's own. Half a read: beyond it
    /// the copy would cost more than the buffer.
    static let stashedInputMax = Limits.inputScratchSize / 2

    /// How far a connection's buffer may run ahead of what has arrived, whatever size the client claims.
    static let inputAheadMax = 64 * 1024

    /// A request that says it will be no larger gets room for all of it once part has arrived: memory that nobody has
    /// written to yet costs addresses. Beyond, room grows with what arrives. A little more than the largest value of
    /// memcached's default.
    static let expectedInputMax = 1024 * 1024 + 4096

    /// A buffer of the connection's own grows once its free end is smaller than this: shorter reads waste
    /// calls.
    static let inputRoomMin = 16 * 1024

    /// One read into a connection's own buffer: bounded so that a fast sender does not hold up the others.
    static let directReadMax = 256 * 1024

    /// What is read ahead while a session waits, so that a dropped peer is noticed, as real servers do.
    static let waitingInputMax = 64 * 1024

    /// What is read ahead while a bounded batch has more to do: a reply may go on for many turns, and a client that
    /// keeps sending meanwhile must not fill the memory.
    static let heldInputMax = 1024 * 1024

    /// Smallest block of unsent bytes: many short replies to a stopped reader share one.
    static let unsentBlockMin = 4096

    /// Blocks are as large as what is unsent already, up to this size: no more is lost than is used.
    static let unsentBlockMax = 64 * 1024

    /// Entries of one writev: 64 large values and the bytes between them, well under IOV_MAX (1024).
    static let iovecCount = 128

    /// Connections that are sent what they were told unasked, before the loop looks for events again: their writes
    /// take about as long as serving a batch of requests.
    static let speakersPerTurn = 32

    /// What connections are told unasked is gathered as long as each turn reads from so many, for so many reads at most
    /// (as many batches of requests at most are served before it is on its way), and until one of them has so many
    /// bytes to be sent.
    static let gatheringReadsMin = 2
    static let gatheredReadsMax = 32
    static let speechSizeMax = 64 * 1024

    /// Places of those who had their turn, before the others move up.
    static let speakersKept = 1024

    /// A worker gives its output scratch back beyond this size, once a second.
    static let outputKeptSize = 4 * Limits.outputSoftSize

    /// Accepted in one turn of the loop, so that stop and listener changes are not held up by a storm.
    static let acceptBatchMax = 64

    /// How long accepting pauses when the process is out of file descriptors.
    static let acceptPauseMilliseconds = 100

    /// How often a paused listener looks whether there is room again. Source: memcached, maxconns_handler.
    static let acceptPollMilliseconds = 10

    /// A connection that is to close gets this long to take its last replies.
    static let closeGraceMilliseconds: Int64 = 5000

    /// After our end is shut, input is discarded this long: closing with unread input would reset the
    /// connection and destroy the replies on their way.
    static let lingerMilliseconds: Int64 = 2000

    /// A datagram of a reply, its 8-byte header included: fits into an Ethernet frame with room for tunnels.
    /// Source: memcached, UDP_MAX_PAYLOAD_SIZE.
    static let datagramSizeMax = 1400

    /// Datagrams served in one turn of the loop from one socket, so that connections have their turn.
    static let datagramBatchMax = 64

    /// Asked for as a datagram socket's send buffer; the kernel grants as much as net.core.wmem_max allows.
    static let datagramSendBuffer: Int32 = 4 << 20

    /// Room for a datagram reply that is kept for the next one.
    static let datagramReplyKeptSize = 64 * 1024

    /// An outbound connection is given up after this.
    static let connectTimeoutMilliseconds: Int32 = 10_000

    /// A line that a `PeerLink` waits for: what other servers say in one is far shorter.
    static let peerLineSizeMax = 4096

    /// What a tool's `PeerLink` receives at a time: as much as a worker.
    static let peerInputSize = 256 * 1024

    /// A tool may wait for minutes while its server is at work: a dead one is found out meanwhile.
    static let peerKeepAliveSeconds = 60

    /// What a `PeerLink` sends within its time: a slow peer may go on as long as it takes so much. Source: Redis
    /// migrateCommand.
    static let peerPieceSize = 64 * 1024

    /// The plaintext of a TLS record: the protocol's bound.
    static let tlsRecordSizeMax = 16 * 1024

    /// Records sent in one writable event, so that a fast reader of a long queue does not hold up the others.
    static let tlsRecordsPerEvent = 32

    /// What OpenSSL reads from a socket in one call: several records, so that a large value is not a call each.
    static let tlsReadAheadSize = 64 * 1024

    /// A handshake that is not done by then is given up.
    static let handshakeMilliseconds: Int64 = 10_000

    /// Steps of handshakes in one turn: with RSA keys one costs up to a millisecond.
    static let handshakesPerTurnMax = 8

    /// Threads that one process may ask for: far beyond any machine's cores, small enough to be a typing
    /// error.
    static let workerCountMax = 1024

    /// Seconds that a reader of `HTTPServer` may be silent: scrapers give up after ten.
    static let httpTimeoutSeconds: Int32 = 10

    /// Of a request to it: browsers send some hundred bytes, and cookies.
    static let httpHeaderSizeMax = 16 << 10
}
