// LOLWUT: a picture, and which server drew it. Source: Redis 7 command reference, LOLWUT.

import Base
import Engine
import Glibc

extension RESPSession {
    /// LOLWUT [VERSION version] [columns [rows]]: two voices that cross, other ones each time. There is one picture,
    /// whatever version is asked for.
    func lolwut(_ request: Request, _ output: inout OutputBuffer) {
        var place = 1
        if request.count >= 3 && request[1].equalsIgnoringCase("version") {
            guard request[2].integer != nil else { return failInteger(&output) }
            place = 3
        }
        let columns = request.count > place ? Int(request[place].integer ?? 64) : 64
        let rows = request.count > place + 1 ? Int(request[place + 1].integer ?? 12) : 12
        let facts = frontEnd.control.serverFacts()
        var text = Self.duet(
            columns: min(max(1, columns), 160), rows: min(max(2, rows), 40), seed: realTimeMicroseconds())
        text += "\nRedis ver. \(facts.redisVersion)"
        if let version = facts.productVersion { text += ", Duet ver. \(version)" }
        output.appendVerbatim(text + "\n", version)
    }

    private static func duet(columns: Int, rows: Int, seed: UInt64) -> String {
        let first = 0.08 + Double(seed % 61) / 500
        let second = 0.08 + Double(seed / 61 % 67) / 500
        let shift = Double(seed / 4087 % 628) / 100
        var canvas = [[Character]](repeating: [Character](repeating: " ", count: columns), count: rows)
        for column in 0..<columns {
            let high = row(sin(Double(column) * first), rows)
            let low = row(sin(Double(column) * second + shift), rows)
            canvas[high][column] = "o"
            canvas[low][column] = high == low ? "@" : "~"
        }
        return canvas.map { String($0) + "\n" }.joined()
    }

    private static func row(_ height: Double, _ rows: Int) -> Int {
        Int(((1 - height) / 2 * Double(rows - 1)).rounded())
    }
}
