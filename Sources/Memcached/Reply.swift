// Every fixed line that this room says.

/// Replies with their terminators. Source: memcached doc/protocol.txt and the behaviour of 1.6.45.
enum Reply {
    static var end: StaticString { "END\r\n" }
    static var ok: StaticString { "OK\r\n" }
    static var error: StaticString { "ERROR\r\n" }
    static var version: StaticString { "VERSION 1.6.45\r\n" }
    static var metaNoop: StaticString { "MN\r\n" }
    static var metaMiss: StaticString { "EN\r\n" }
    static var reset: StaticString { "RESET\r\n" }

    static var stored: StaticString { "STORED\r\n" }
    static var notStored: StaticString { "NOT_STORED\r\n" }
    static var exists: StaticString { "EXISTS\r\n" }
    static var notFound: StaticString { "NOT_FOUND\r\n" }
    static var deleted: StaticString { "DELETED\r\n" }
    static var touched: StaticString { "TOUCHED\r\n" }

    static var badLine: StaticString { "CLIENT_ERROR bad command line format\r\n" }
    static var badDelete: StaticString {
        "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n"
    }
    static var badBlock: StaticString { "CLIENT_ERROR bad data chunk\r\n" }
    static var badExptime: StaticString { "CLIENT_ERROR invalid exptime argument\r\n" }
    static var badDelta: StaticString { "CLIENT_ERROR invalid numeric delta argument\r\n" }
    static var notANumber: StaticString {
        "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
    }
    static var flushForbidden: StaticString { "CLIENT_ERROR flush_all not allowed\r\n" }
    static var tooLarge: StaticString { "SERVER_ERROR object too large for cache\r\n" }
    static var outOfMemory: StaticString { "SERVER_ERROR out of memory storing object\r\n" }
    static var outOfMemoryReplying: StaticString { "SERVER_ERROR out of memory writing get response\r\n" }
    static var outOfDisk: StaticString { "SERVER_ERROR out of disk\r\n" }
    static var busy: StaticString { "SERVER_ERROR busy\r\n" }
    static var outOfMemoryAdding: StaticString { "SERVER_ERROR out of memory\r\n" }

    static var limitTooSmall: StaticString {
        "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m\r\n"
    }
    static var limitNotMegabytes: StaticString {
        "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes\r\n"
    }
    static var limitRefused: StaticString {
        "MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust\r\n"
    }

    static var shutdownDisabled: StaticString { "SERVER_ERROR: shutdown not enabled\r\n" }
    static var badShutdownMode: StaticString { "CLIENT_ERROR invalid shutdown mode\r\n" }

    static var detailForbidden: StaticString { "CLIENT_ERROR stats detail not allowed\r\n" }
    static var detailUsage: StaticString { "CLIENT_ERROR usage: stats detail on|off|dump\r\n" }

    static var pageMoveDisabled: StaticString { "CLIENT_ERROR slab reassignment disabled\r\n" }
    static var pageMoveBusy: StaticString { "BUSY currently processing reassign request\r\n" }
    static var badPageClass: StaticString { "BADCLASS invalid src or dst class id\r\n" }
    static var samePageClass: StaticString { "SAME src and dst class are identical\r\n" }
    static var noSparePage: StaticString { "NOSPARE source class has no spare pages\r\n" }
    static var segmentsTooLarge: StaticString { "ERROR hot and warm pcts must not exceed 80\r\n" }
    static var segmentFactors: StaticString { "ERROR hot/warm age factors must be greater than 0\r\n" }

    // memcached has no words for these.
    static var automoveRefused: StaticString { "CLIENT_ERROR this server's automove has a level only\r\n" }
    static var segmentsRefused: StaticString { "ERROR this server's lru has no segments to size\r\n" }
    static var temporaryRefused: StaticString { "ERROR this server's lru has no temporary segment\r\n" }
    static var crawlerDisabled: StaticString { "CLIENT_ERROR lru crawler disabled\r\n" }
    static var crawlerNotStarted: StaticString { "ERROR failed to start lru crawler thread\r\n" }
    static var crawlerSleepTooLong: StaticString { "CLIENT_ERROR sleep must be one second or less\r\n" }
    static var crawlerBusy: StaticString { "BUSY currently processing crawler request\r\n" }
    static var crawlerFailed: StaticString { "ERROR an unknown error happened\r\n" }
    static var badClass: StaticString { "BADCLASS invalid class id\r\n" }
    static var nothingToCrawl: StaticString { "NOTSTARTED no items to crawl\r\n" }
    static var metaDumpForbidden: StaticString { "ERROR metadump not allowed\r\n" }
    static var keyDumpForbidden: StaticString { "ERROR key dump not allowed\r\n" }
    static var metaDumpNotFirst: StaticString {
        "ERROR cannot pipeline other commands before metadump\r\n"
    }
    static var metaGetDumpNotFirst: StaticString {
        "ERROR cannot pipeline other commands before mgdump\r\n"
    }
    static var watchForbidden: StaticString { "CLIENT_ERROR watch commands not allowed\r\n" }
    static var watchNotFirst: StaticString { "ERROR cannot pipeline other commands before watch\r\n" }
    static var watcherTooMany: StaticString { "WATCHER_TOO_MANY log watcher limit reached\r\n" }
    static var watcherFailed: StaticString { "WATCHER_FAILED failed to add log watcher\r\n" }
    static var cacheDumpForbidden: StaticString { "CLIENT_ERROR stats cachedump not allowed\r\n" }
    static var badCommand: StaticString { "CLIENT_ERROR bad command line\r\n" }
    static var badSlabID: StaticString { "CLIENT_ERROR Illegal slab id\r\n" }

    static var unauthenticated: StaticString { "CLIENT_ERROR unauthenticated\r\n" }
    static var loginTooLong: StaticString { "CLIENT_ERROR auth token too long\r\n" }
    static var badLoginEnd: StaticString { "CLIENT_ERROR bad command line termination\r\n" }
    static var badLogin: StaticString { "CLIENT_ERROR bad authentication token format\r\n" }
    static var forbidden: StaticString { "CLIENT_ERROR no permission\r\n" }
    static var loginFailed: StaticString { "CLIENT_ERROR authentication failure\r\n" }

    static var duplicateFlag: StaticString { "CLIENT_ERROR duplicate flag\r\n" }
    static var invalidFlag: StaticString { "CLIENT_ERROR invalid flag\r\n" }
    static var invalidOrDuplicateFlag: StaticString { "CLIENT_ERROR invalid or duplicate flag\r\n" }
    static var tooManyFlags: StaticString { "CLIENT_ERROR options flags are too long\r\n" }
    static var opaqueTooLong: StaticString { "CLIENT_ERROR opaque token too long\r\n" }
    static var badToken: StaticString { "CLIENT_ERROR bad token in command line format\r\n" }
    static var badKey: StaticString { "CLIENT_ERROR error decoding key\r\n" }
    static var badModeSize: StaticString { "CLIENT_ERROR incorrect length for M token\r\n" }
    static var badSetMode: StaticString { "CLIENT_ERROR invalid mode for ms M token\r\n" }
    static var badArithmeticMode: StaticString { "CLIENT_ERROR invalid mode for ma M token\r\n" }
}
