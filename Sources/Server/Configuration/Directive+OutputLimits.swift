// client-output-buffer-limit: three classes of clients in one value. Source: Redis 7 updateClientOutputBufferLimit.

import RESP

extension Directive {
    /// Fours of class, hard limit, soft limit and seconds. Classes that are not named keep theirs.
    static func outputLimits(
        _ name: String, _ path: any WritableKeyPath<Configuration, OutputLimits> & Sendable
    ) -> Directive {
        Directive(name, live: true, takesSeveral: true) {
            let limits = $0[keyPath: path]
            return [("normal", limits.normal), ("slave", limits.replica), ("pubsub", limits.pubsub)]
                .map { "\($0) \($1.hardSizeMax) \($1.softSizeMax) \($1.softSeconds)" }.joined(separator: " ")
        } write: { settings, words throws(WrongValue) in
            let all = words.flatMap { $0.split(separator: " ").map(String.init) }
            guard all.count % 4 == 0, !words.isEmpty else {
                throw WrongValue("Wrong number of arguments in buffer limit configuration.")
            }
            var limits = settings[keyPath: path]
            for index in stride(from: 0, to: all.count, by: 4) {
                guard let place = outputClass(all[index].lowercased()) else {
                    throw WrongValue("Invalid client class specified in buffer limit configuration.")
                }
                guard let hard = memorySize(all[index + 1]), let soft = memorySize(all[index + 2]),
                    let seconds = Int(all[index + 3]), hard >= 0, soft >= 0, (0...Int(Int32.max)).contains(seconds)
                else { throw WrongValue("Error in hard, soft or soft_seconds setting in buffer limit configuration.") }
                limits[keyPath: place] = OutputLimit(hard: hard, soft: soft, seconds: seconds)
            }
            settings[keyPath: path] = limits
        }
    }

    private static func outputClass(_ word: String) -> WritableKeyPath<OutputLimits, OutputLimit>? {
        switch word {
        case "normal": \.normal
        case "slave", "replica": \.replica
        case "pubsub": \.pubsub
        default: nil
        }
    }
}
