// Command lines that memcached refuses or answers: the same exit code and the same first words from Duet.

import Glibc
import Testing

@Suite("memcached's command line beside memcached", .enabled(if: Peer.memcached != nil && Program.duet != nil))
struct CommandLineTests {
    // Each is refused by both; none gets as far as to listen.
    private static let always: [String] = [
        "-z", "--zzz", "-p", "--port", "--p 5", "-m", "-D", "-z -V",
        "-p 70000", "-m 0", "-m abc", "-m 1",
        "-c 0", "-c -1", "-c 99999999", "-t 0", "-t -1", "-t abc", "-R 0", "-R abc", "-f 1", "-f 0.9",
        "-f abc", "-n 0", "-B foo", "-B autox", "-I 100", "-I 1023", "-I 0", "-I -1", "-I abc", "-I 2g", "-I 33m",
        "-I 3m -m 4", "-I 1025m -m 8000", "-N 0", "-N 8 -t 4",
        "-l 127.0.0.1:abc", "-l tag[]:127.0.0.1", "-l tag[123456789]:127.0.0.1", "-l tag[foo:127.0.0.1",
        "-l proto[ascii:127.0.0.1", "-l proto[proxy]:127.0.0.1", "-l nosuch.invalid", "-l 192.0.2.1", "-p -2",
        "-s /nonexistent/socket",
        "-o foo", "-o foo=1", "-o foo,bar", "-o foo=a=b", "-o ,", "-o modern,,modern", "-o ,modern", "-o =5", "-o max",
        "-o maxconns", "-o no_track_sizes", "-o hashpower", "-o hashpower=11", "-o hashpower=33", "-o hashpower=abc",
        "-o hashpower=", "-o tail_repair_time", "-o tail_repair_time=9", "-o tail_repair_time=abc",
        "-o hash_algorithm", "-o hash_algorithm=foo", "-o hash_algorithm=", "-o hash_algorithm=jenk",
        "-o lru_crawler_sleep", "-o lru_crawler_sleep=1000001", "-o lru_crawler_sleep=-1", "-o lru_crawler_tocrawl",
        "-o lru_crawler_tocrawl=abc", "-o lru_crawler_tocrawl=-1", "-o lru_crawler_tocrawl=", "-o read_buf_mem_limit",
        "-o read_buf_mem_limit=abc", "-o read_buf_mem_limit=-1", "-o hot_lru_pct", "-o hot_lru_pct=0",
        "-o hot_lru_pct=80", "-o hot_lru_pct=79", "-o hot_lru_pct=abc", "-o hot_lru_pct=41", "-o warm_lru_pct",
        "-o warm_lru_pct=0", "-o warm_lru_pct=80", "-o warm_lru_pct=61", "-o hot_max_factor", "-o hot_max_factor=0",
        "-o hot_max_factor=abc", "-o warm_max_factor", "-o warm_max_factor=-1", "-o temporary_ttl",
        "-o temporary_ttl=61,no_lru_maintainer", "-o no_lru_maintainer,temporary_ttl=61", "-o idle_timeout",
        "-o slab_sizes=abc", "-o slab_sizes=0", "-o slab_sizes=192-96", "-o slab_sizes=96-100",
        "-o slab_sizes=96-104", "-o slab_automove=3", "-o slab_automove=-1", "-o slab_automove_ratio",
        "-o slab_automove_ratio=0", "-o slab_automove_ratio=abc", "-o slab_automove_window",
        "-o slab_automove_window=2", "-o slab_automove_window=abc", "-o slab_automove_freeratio",
        "-o slab_automove_freeratio=abc", "-o watcher_logbuf_size", "-o watcher_logbuf_size=abc",
        "-o watcher_logbuf_size=-1", "-o worker_logbuf_size", "-o worker_logbuf_size=abc", "-o ext_page_size",
        "-o ext_page_size=abc", "-o ext_wbuf_size", "-o ext_threads=abc", "-o ext_io_depth", "-o ext_item_size=abc",
        "-o ext_item_age", "-o ext_low_ttl=abc", "-o ext_recache_rate", "-o ext_compact_under=abc",
        "-o ext_drop_under", "-o ext_max_sleep=abc", "-o ext_max_frag", "-o ext_max_frag=abc",
        "-S -B ascii", "-S -B binary -U 1", "-Y /etc/hostname -B binary", "-Y /etc/hostname -U 1",
    ]
    private static let refused: [String] = always + (getuid() == 0 ? ["-u nosuchuser-here"] : [])

    @Test("a command line that memcached refuses is refused with its first line and its code", arguments: refused)
    func refusal(line: String) throws {
        // -u: the suite may run as root. The last -u wins.
        let words = ["memcached", "-u", "root", "-t", "1"] + line.split(separator: " ").map(String.init)
        let theirs = try Program(Peer.memcached!, words)
        let ours = try Program(Program.duet!, words)
        #expect(theirs.code > 0, "memcached did not refuse it")
        #expect(ours.code == theirs.code)
        #expect(ours.firstError == theirs.firstError)
    }

    @Test("an empty delimiter is refused, as memcached does")
    func emptyArgument() throws {
        let words = ["memcached", "-u", "root", "-D", ""]
        let (theirs, ours) = (try Program(Peer.memcached!, words), try Program(Program.duet!, words))
        #expect(ours.code == theirs.code && ours.firstError == theirs.firstError)
    }

    @Test("as root, a missing -u is refused", .enabled(if: getuid() == 0))
    func root() throws {
        let words = ["memcached", "-p", "0"]
        let (theirs, ours) = (try Program(Peer.memcached!, words), try Program(Program.duet!, words))
        #expect(theirs.code == 64 && ours.code == 64 && ours.firstError == theirs.firstError)
    }

    @Test(
        "help, version and license go to standard output with code 0",
        arguments: ["-h", "-V", "-i", "--version", "--he"])
    func answers(option: String) throws {
        let theirs = try Program(Peer.memcached!, ["memcached", option])
        let ours = try Program(Program.duet!, ["memcached", option])
        #expect(theirs.code == 0 && ours.code == 0 && ours.error == "")
        #expect(ours.firstOutput.hasPrefix("memcached 1.6."))
        if option.lowercased().hasSuffix("v") || option == "--version" { #expect(ours.output == "memcached 1.6.45\n") }
    }

    @Test("what scripts look for in memcached's help is in Duet's")
    func help() throws {
        let theirs = try Program(Peer.memcached!, ["memcached", "-h"]).output
        let ours = try Program(Program.duet!, ["memcached", "-h"]).output
        for line in theirs.split(separator: "\n") {
            let text = line.drop { $0 == " " }
            let words = text.split(separator: " ", maxSplits: 2).map(String.init)
            // `-p, --port=<num>`, `-W  --disable-watch`, `-D <char>`: the usage column.
            if line.hasPrefix("-"), let option = words.first(where: { $0.hasPrefix("--") }) ?? words.first {
                #expect(ours.contains(option), "\(line)")
            }
            // `- idle_timeout:`: a sub-option.
            if text.hasPrefix("- "), words.count > 1, words[1].hasSuffix(":") {
                #expect(ours.contains("- " + words[1]), "\(line)")
            }
        }
    }
}
