// `duet compare`: several servers, the same work, one report.

import ArgumentParser
import Base
import Comparison
import Server
import Workload

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Run the same workloads against several servers and write a report.",
        discussion: """
            Compared is what is named, or all that is installed of memcached, redis-server
            and this Duet. Each of these is started for its turn and ended after it:
              memcached, redis, duet (both doors), duet-text, duet-resp
              memcached=/opt/new/memcached   one in a place of its own; redis=, duet= too
            A URL is a server that runs already:
              memcached://HOST:PORT   redis://USER:PASSWORD@HOST:PORT   redis:///run/r.sock
              memcacheds://… rediss://…   the same behind TLS (--cacert, --cert, --key)

            A running server gets 10,000 keys (or --keys) that begin with duet-compare: and
            live for an hour at most; they are removed at the end. It is not filled,
            flushed or told to save: memory, hits and save are for started servers alone.

            Servers run on the first core and the load comes from the last one. --workers
            4 starts servers of four workers, on four cores, and as many threads for the
            load on four others; on a machine with fewer they share, and the report says
            so: on two cores, workers take turns on one, which shows what they cost.

            Parts: throughput (and processor time), latency (over load), memory (an item),
            hits (over cache size), save (while a snapshot is saved).

            Examples:
              duet compare                    some minutes, then duet-compare.html
              duet compare --quick            under a minute, to see how it looks
              duet compare memcached duet-text --only throughput,latency --repeats 5
              duet compare memcached://cache1:11211 memcached://cache2:11211
              duet compare redis=/opt/redis8/bin/redis-server redis duet-resp
              duet compare --only hits --trace requests.csv --time 10m

            A trace is lines of time,key,size[,op]; op is get (without one) or set. A get
            that misses is followed by a set. Lines that are none are reported by number.

            Progress is on standard error, the table on standard output, the report in
            --output. Ctrl-C ends the servers and leaves a report of what was measured.

            Exit status: 0; 1 if there is no report or no figure in it, 64 if an option
            is wrong; if the report is partial 130 (interrupted) or 75 (its time was
            over).
            """)

    @Argument(help: "What to compare. (default: what is installed)")
    var contenders: [String] = []

    @Option(name: .shortAndLong, help: "The report's file.")
    var output = "duet-compare.html"

    @Option(help: "Parts, with commas between them. (default: all)")
    var only: String?

    @Flag(help: "Short and small: under a minute.")
    var quick = false

    @Option(help: "A bound for all of it: 90, 90s, 10m, 1h.")
    var time: String?

    @Option(help: "Repeats of everything. (default: 3; with --quick and --time some parts run once)")
    var repeats: Int?

    @Option(help: "Keys for throughput and latency. (default: 500000, 50000 with --quick, 10000 with a URL)")
    var keys: Int?

    @Option(help: "Bytes of a value for throughput, latency and save.")
    var valueSize = 100

    @Option(help: "Connections for throughput and latency.")
    var connections = 32

    @Option(help: "A CSV of requests to replay, for the part hits.")
    var trace: String?

    @Option(help: "Worker threads of each server that is started.")
    var workers = 1

    @Option(help: "Cores of the servers, as in 0 or 0,2. (default: the first, one for each worker)")
    var serverCores = CoreList()

    @Option(help: "Cores of the load generator, a thread on each. (default: the last, as many as that)")
    var generatorCores = CoreList()

    @OptionGroup
    var certificates: CertificateFiles

    @Flag(name: .shortAndLong, help: "No progress and no table.")
    var quiet = false

    func validate() throws {
        if let problem = try makeOptions(readsTrace: false).problem() { throw ValidationError(problem) }
        if output.isEmpty { throw ValidationError("--output is a file's name.") }
    }

    /// - Parameter readsTrace: a trace may be long, and validation comes first.
    private func makeOptions(readsTrace: Bool) throws -> ComparisonOptions {
        var options = ComparisonOptions()
        let duet = System.executablePath
        if contenders.isEmpty {
            options.contenders = Contender.installed(duet: duet)
        } else {
            for word in contenders {
                switch Contender.parse(word, duet: duet) {
                case .success(let found): options.contenders += found
                case .failure(let fault): throw ValidationError(fault.description)
                }
            }
        }
        if let only {
            options.parts = Set(
                try only.split(separator: ",").map { word in
                    guard let part = ComparisonPart(rawValue: word.trimmed) else {
                        let all = ComparisonPart.allCases.map(\.rawValue).joined(separator: ", ")
                        throw ValidationError("'\(word)' is no part: \(all)")
                    }
                    return part
                })
        }
        options.isQuick = quick
        if let time {
            guard let seconds = Self.seconds(time) else {
                throw ValidationError("--time \(time): seconds, or a number with s, m or h behind it")
            }
            options.timeSeconds = seconds
        }
        options.repeats = repeats
        options.keyCount = keys
        options.valueSize = valueSize
        options.connectionCount = connections
        options.workerCount = workers
        options.serverCores = serverCores.cores
        options.generatorCores = generatorCores.cores
        options.tls = certificates.client
        options.commandLine = (["duet"] + CommandLine.arguments.dropFirst()).map(Self.shown).joined(
            separator: " ")
        options.toolVersion = "Duet \(Version.number)"
        options.traceName = trace.map { $0.split(separator: "/").last.map(String.init) ?? $0 } ?? ""
        if let trace, readsTrace {
            do throws(SystemError) {
                let file = try MappedFile(trace)
                guard let file else { throw SystemError(call: trace, code: SystemError.noSuchFile) }
                options.trace = Trace(csv: file.bytes)
                if let fault = file.fault { throw fault }
            } catch {
                throw ValidationError("\(error)")
            }
        }
        return options
    }

    /// Of `90`, `90s`, `10m`, `1h`.
    private static func seconds(_ text: String) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        guard let last = text.last else { return nil }
        if let unit = units[last] { return Double(text.dropLast()).map { $0 * unit } }
        return Double(text)
    }

    /// A word of the command line for the report: passwords stay out of it.
    private static func shown(_ word: String) -> String {
        guard let at = word.lastIndex(of: "@"), let slashes = word.firstRange(of: "://") else { return word }
        return String(word[..<slashes.upperBound] + "***" + word[at...])
    }

    func run() throws {
        let result: ComparisonResult
        let line = ProgressLine(isShown: !quiet)
        do {
            let comparison = try prepare()
            Interruption.watch()
            if !quiet {
                for warning in comparison.warnings { ProcessFacts.writeError("note: \(warning)\n") }
                ProcessFacts.writeError(
                    "This takes \(comparison.estimatedText); Ctrl-C ends it with a report of what was measured.\n"
                )
            }
            result = comparison.run { progress in
                line.show { progress.line(width: $0, hasBar: line.isTerminal) }
            }
            line.clear()
            // First: what took minutes is not lost if its file cannot be written.
            if !quiet { print(result.text) }
            try Files.replace(output, with: result.html)
        } catch let error as ValidationError {
            throw error
        } catch {
            line.clear()
            ProcessFacts.writeError("duet compare: \(error)\n")
            throw ExitCode(1)
        }
        if !quiet { print("The report is in \(output).") }
        switch result.ending {
        case .complete where result.isEmpty:
            ProcessFacts.writeError("duet compare: nothing was measured; the report says why\n")
            throw ExitCode(1)
        case .complete: return
        case .interrupted: throw ExitCode(130)
        case .outOfTime: throw ExitCode(75)
        }
    }

    /// Everything that can fail before a server starts.
    private func prepare() throws -> Comparison {
        // Where the report is to be: known before minutes are spent.
        let probe = output + ".tmp"
        Files.close(try Files.openForAppending(probe))
        Files.remove(probe)
        let options = try makeOptions(readsTrace: true)
        if let trace = options.trace {
            for bad in trace.badLines {
                ProcessFacts.writeError("\(options.traceName):\(bad.number): \(bad.reason)\n")
            }
            if trace.badLineCount > trace.badLines.count {
                ProcessFacts.writeError(
                    "and \(trace.badLineCount - trace.badLines.count) more lines that are no requests\n")
            }
        }
        return try Comparison(options)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// `0`, or `0,2`; empty for those that are chosen.
struct CoreList: ExpressibleByArgument {
    var cores: [Int] = []

    init() {}

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        cores = words.compactMap { Int($0) }
        if cores.count != words.count || Set(cores).count != cores.count { return nil }
    }

    var defaultValueDescription: String { "" }
}
