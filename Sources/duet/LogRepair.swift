// `duet check --fix`: a damaged file of commands is cut, and a copy stays.

import Base
import Glibc
import Persistence

struct LogRepair {
    let path: String
    let damage: LogDamage

    private var backup: String { path + ".bak" }

    /// What would go.
    private var loss: String {
        let units = damage.lostUnits
        let among =
            switch units {
            case 0: "nothing whole among them"
            case 1: "one whole command or transaction among them"
            default: "about \(units) whole commands or transactions among them"
            }
        return "\(damage.lostSize) bytes from offset \(damage.goodSize) on (\(among))"
    }

    /// What to do, for whoever did not ask for a repair.
    var advice: String {
        if damage.isTorn {
            return "It ends as a crash leaves it: at its start a server cuts \(loss) off, if this is the end of the "
                + "log and aof-load-truncated is yes; `duet check --fix` does it now.\n"
        }
        return "A server refuses to start with it. Use a backup, or `duet check --fix` to keep what lies before: "
            + "\(loss) would go.\n"
    }

    /// Makes the copy and cuts.
    /// - Returns: false if it was not done, after saying why.
    func run(asks: Bool) throws(SystemError) -> Bool {
        Files.write(
            (damage.isTorn ? "It ends as a crash leaves it: " : "This is no end that a crash left, but damage: ")
                + "\(loss) are to go.\n", to: STDERR_FILENO)
        if Files.size(backup) != nil {
            Files.write("Nothing was changed: \(backup) is there already. Move it away first.\n", to: STDERR_FILENO)
            return false
        }
        if asks {
            guard Files.isTerminal(STDIN_FILENO) else {
                Files.write("Nothing was changed: --yes cuts without asking.\n", to: STDERR_FILENO)
                return false
            }
            Files.write("Cut the file there? A copy stays as \(backup). [y/N] ", to: STDERR_FILENO)
            guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
                Files.write("Nothing was changed.\n", to: STDERR_FILENO)
                return false
            }
        }
        try Files.copy(path, toNew: backup)
        try Files.cut(path, to: damage.goodSize)
        Files.write("Cut. The file as it was is \(backup).\n", to: STDERR_FILENO)
        return true
    }
}
