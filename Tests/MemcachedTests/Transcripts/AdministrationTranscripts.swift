// flush_all, settings at run time, times, and what is not there yet.

import Testing

@testable import Memcached

@Suite struct AdministrationTranscripts {
    @Test("flush_all empties at once or later, and a later set is unaffected")
    func flush() {
        check(
            """
            > set a 0 0 1
            > x
            < STORED
            > flush_all
            < OK
            > get a
            < END
            > set a 0 0 1
            > y
            < STORED
            > flush_all 10
            < OK
            > get a
            < VALUE a 0 1
            < y
            < END
            @ 11
            > get a
            < END
            > set a 0 0 1
            > z
            < STORED
            > get a
            < VALUE a 0 1
            < z
            < END
            > flush_all 10 noreply
            > flush_all 0
            < OK
            > set a 0 0 1
            > w
            < STORED
            @ 20
            > get a
            < VALUE a 0 1
            < w
            < END
            > flush_all -5 noreply
            > get a
            < END
            > flush_all x
            < CLIENT_ERROR invalid exptime argument
            > flush_all noreply
            """)
    }

    @Test("flush_all may be forbidden")
    func flushForbidden() {
        var settings = MemcachedSettings()
        settings.isFlushEnabled = false
        check(
            """
            > flush_all
            < CLIENT_ERROR flush_all not allowed
            > flush_all noreply
            """, settings)
    }

    @Test("version, verbosity, cache_memlimit and quit")
    func administration() {
        check(
            """
            > version
            < VERSION 1.6.45
            > version 1
            < VERSION 1.6.45
            > verbosity 1
            < OK
            > verbosity 9
            < OK
            > verbosity 1 noreply
            > verbosity x
            < CLIENT_ERROR bad command line format
            > verbosity
            < CLIENT_ERROR bad command line format
            > cache_memlimit 64
            < OK
            > cache_memlimit 7
            < MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m
            > cache_memlimit 1000000001
            < MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes
            > cache_memlimit 1000000000
            < MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust
            > cache_memlimit x
            < ERROR
            > cache_memlimit 64 noreply
            > quit
            ! closed
            """)
    }

    @Test("relative, absolute and past expiry times")
    func exptime() {
        check(
            """
            > set a 0 10 1
            > x
            < STORED
            > set b 0 1800000010 1
            > x
            < STORED
            > set c 0 2592000 1
            > x
            < STORED
            > set d 0 2592001 1
            > x
            < STORED
            > get a b c d
            < VALUE a 0 1
            < x
            < VALUE b 0 1
            < x
            < VALUE c 0 1
            < x
            < END
            @ 9
            > get a b c
            < VALUE a 0 1
            < x
            < VALUE b 0 1
            < x
            < VALUE c 0 1
            < x
            < END
            @ 1
            > get a b c
            < VALUE c 0 1
            < x
            < END
            > add a 0 0 1
            > y
            < STORED
            """)
    }

    @Test("refresh_certs answers with what is wrong, in one line, unless it is quiet")
    func certificates() {
        check(
            """
            > refresh_certs
            < Error TLS not enabled
            > refresh_certs and more
            < Error TLS not enabled
            > refresh_certs noreply
            > mn
            < MN
            """)
    }

    @Test("what is not there yet says so")
    func notYet() {
        check(
            """
            > extstore item_age 1
            < ERROR
            """)
    }

    @Test("without CAS gets shows 0 and cas never matches")
    func withoutCAS() {
        var settings = MemcachedSettings()
        settings.isCASEnabled = false
        check(
            """
            > set a 0 0 1
            > x
            < STORED
            > gets a
            < VALUE a 0 1 0
            < x
            < END
            > cas a 0 0 1 0
            > y
            < EXISTS
            """, settings)
    }
}
