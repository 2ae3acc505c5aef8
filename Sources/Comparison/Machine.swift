// The machine that figures depend on.

internal import Base

enum Machine {
    /// Label and value.
    static var facts: [(String, String)] {
        var facts = [("Processor", processor), ("Cores", coreText)]
        facts.append(("Memory", sizeText(Double(System.memorySize))))
        facts.append(("System", System.name))
        if let load = loadAverage { facts.append(("Load average before", fixed(load, 2))) }
        return facts
    }

    /// Where servers work and write.
    static var scratchFolder: String { System.environment("TMPDIR") ?? "/tmp" }

    /// Processes that ran or waited to run, over the last minute; nil if the system does not tell.
    static var loadAverage: Double? {
        text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) }
    }

    /// Seconds for which `cores` have worked so far, for whoever it was, and not, together; nil if the system does not
    /// tell. What a hypervisor gave to other machines counts as work.
    static func processorSeconds(of cores: [Int]) -> (busy: Double, idle: Double)? {
        let labels = Set(cores.map { "cpu\($0)" })
        var (busy, idle) = (0.0, 0.0)
        for row in (text("/proc/stat") ?? "").split(separator: "\n") {
            let fields = row.split(separator: " ")
            // user nice system idle iowait irq softirq steal, in hundredths of a second. Source: man proc.
            guard fields.count > 8, labels.contains(String(fields[0])) else { continue }
            let values = fields[1...8].map { (Double($0) ?? 0) / 100 }
            idle += values[3] + values[4]
            busy += values.reduce(0, +) - values[3] - values[4]
        }
        return busy + idle > 0 ? (busy, idle) : nil
    }

    /// Of this process and of children that have ended.
    static var ownProcessorSeconds: Double {
        [System.processorTimes(), System.processorTimes(ofChildren: true)].reduce(0) {
            $0 + Double($1.user + $1.system) / 1e6
        }
    }

    /// Bytes that can be had without swapping; all there are if the system does not tell.
    static var availableMemory: Int {
        for row in (text("/proc/meminfo") ?? "").split(separator: "\n") where row.hasPrefix("MemAvailable:") {
            let words = row.split(separator: " ")
            if words.count > 1, let kilobytes = Int(words[1]) { return kilobytes * 1024 }
        }
        return System.memorySize
    }

    /// How many, and which are two halves of one: those slow each other down.
    private static var coreText: String {
        let cores = Cores.ofThisThread
        let lists = cores.compactMap { text("/sys/devices/system/cpu/cpu\($0)/topology/thread_siblings_list") }
        // As in `0,4` or `0-1`; a core of its own is a number.
        let twins = Set(lists.map { $0.prefix { $0 != "\n" } }).filter { $0.contains { ",-".contains($0) } }.sorted()
        let count = "\(System.processorCount)"
        return twins.isEmpty ? count : count + "; threads of one core: " + twins.joined(separator: "; ")
    }

    private static var processor: String {
        let rows = (text("/proc/cpuinfo") ?? "").split(separator: "\n")
        for label in ["model name", "Model", "Hardware", "CPU part"] {
            for row in rows where row.hasPrefix(label) {
                let value = row.split(separator: ":", maxSplits: 1).last ?? ""
                return String(value.drop { $0 == " " })
            }
        }
        return "unknown"
    }

    private static func text(_ path: String) -> String? {
        (try? Files.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }
}
