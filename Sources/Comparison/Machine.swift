// The machine that figures depend on.

internal import Base

enum Machine {
    /// Label and value.
    static func facts(allCores: Int, serverCores: [Int], generatorCore: Int) -> [(String, String)] {
        var facts = [("Processor", processor), ("Cores", "\(allCores)")]
        facts.append(("Memory", sizeText(Double(System.memorySize))))
        facts.append(("System", System.name))
        if let load = loadAverage { facts.append(("Load average before", fixed(load, 2))) }
        let servers = serverCores.map { "\($0)" }.joined(separator: ", ")
        facts.append(
            (
                "Started servers run on",
                "core\(serverCores.count == 1 ? "" : "s") \(servers), one worker thread each"
            ))
        facts.append(("The load comes from", "core \(generatorCore), one thread, over loopback"))
        return facts
    }

    /// Processes that ran or waited to run, over the last minute; nil if the system does not tell.
    static var loadAverage: Double? {
        guard let text = try? Files.read("/proc/loadavg") else { return nil }
        return String(decoding: text, as: UTF8.self).split(separator: " ").first.flatMap { Double($0) }
    }

    private static var processor: String {
        guard let text = try? Files.read("/proc/cpuinfo") else { return "unknown" }
        let rows = String(decoding: text, as: UTF8.self).split(separator: "\n")
        for label in ["model name", "Model", "Hardware", "CPU part"] {
            for row in rows where row.hasPrefix(label) {
                let value = row.split(separator: ":", maxSplits: 1).last ?? ""
                return String(value.drop { $0 == " " })
            }
        }
        return "unknown"
    }
}
