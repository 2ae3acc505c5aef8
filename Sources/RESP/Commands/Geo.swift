// Places in sorted sets: the score is the place. Source: Redis 7.2 command reference, group "geo".

import Base
import Engine

extension RESPSession {
    func geoadd(_ request: Request, _ output: inout OutputBuffer) {
        var rule: SortedSetRule = []
        var tellsChanges = false
        var start = 2
        while start < request.count {
            let word = request[start]
            if word.equalsIgnoringCase("nx") {
                rule.insert(.addsOnly)
            } else if word.equalsIgnoringCase("xx") {
                rule.insert(.updatesOnly)
            } else if word.equalsIgnoringCase("ch") {
                tellsChanges = true
            } else {
                break
            }
            start += 1
        }
        let (count, rest) = (request.count - start).quotientAndRemainder(dividingBy: 3)
        guard rest == 0 && count > 0 && !rule.isSuperset(of: [.addsOnly, .updatesOnly]) else {
            return failSyntax(&output)
        }
        // All places are looked at before any counts.
        let scores = hashes
        scores.reserve(count)
        for index in 0..<count {
            guard let position = position(request, at: start + index * 3, &output) else { return }
            scores[index] = position.score.bitPattern
        }
        add(request, firstMember: start + 2, step: 3, count: count, rule, tellsChanges: tellsChanges, &output)
    }

    /// The longitude at argument `place` and the latitude behind it. nil after an error.
    func position(_ request: Request, at place: Int, _ output: inout OutputBuffer) -> GeoPosition? {
        guard let longitude = request[place].double(), let latitude = request[place + 1].double() else {
            failFloat(&output)
            return nil
        }
        let position = GeoPosition(longitude: longitude, latitude: latitude)
        if position.isOnMap { return position }
        countError()
        output.append("-ERR invalid longitude,latitude pair ")
        output.append(sixDigits: longitude)
        output.append(",")
        output.append(sixDigits: latitude)
        output.append("\r\n")
        return nil
    }

    func geodist(_ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 5 else { return failSyntax(&output) }
        var unit = 1.0
        if request.count == 5 {
            guard let given = metersPerUnit(request[4], &output) else { return }
            unit = given
        }
        let version = version
        read(request, as: SortedSetValue.self, &output, missing: { $0.appendNull(version) }) { set, output in
            guard let from = set.score(of: request[2]), let to = set.score(of: request[3]) else {
                return output.appendNull(version)
            }
            output.appendDistance(GeoPosition(score: from).distance(to: GeoPosition(score: to)) / unit)
        }
    }

    /// nil after an error.
    func metersPerUnit(_ word: RawSpan, _ output: inout OutputBuffer) -> Double? {
        if word.equalsIgnoringCase("m") { return 1 }
        if word.equalsIgnoringCase("km") { return 1000 }
        if word.equalsIgnoringCase("ft") { return 0.3048 }
        if word.equalsIgnoringCase("mi") { return 1609.34 }
        fail("ERR unsupported unit provided. please use M, KM, FT, MI", &output)
        return nil
    }

    func geohash(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        eachPosition(request, &output) { position, output in
            guard let position else { return output.appendNull(version) }
            output.appendBulk(GeoText(position).span)
        }
    }

    func geopos(_ request: Request, _ output: inout OutputBuffer) {
        let version = version
        eachPosition(request, &output) { position, output in
            guard let position else { return output.appendNullArray(version) }
            output.appendPosition(position, version)
        }
    }

    /// Writes an array of what `write` makes of each member's place.
    private func eachPosition(
        _ request: Request, _ output: inout OutputBuffer, _ write: (GeoPosition?, inout OutputBuffer) -> Void
    ) {
        let count = request.count - 2
        read(
            request, as: SortedSetValue.self, &output,
            missing: { output in
                output.appendArray(count)
                for _ in 0..<count { write(nil, &output) }
            },
            { set, output in
                output.appendArray(count)
                for index in 0..<count {
                    write(set.score(of: request[index + 2]).map { GeoPosition(score: $0) }, &output)
                }
            })
    }
}

extension OutputBuffer {
    mutating func appendDistance(_ distance: Double) { appendBulk(FixedText(fourDigits: distance).span) }

    mutating func appendPosition(_ position: GeoPosition, _ version: ProtocolVersion) {
        appendArray(2)
        appendPlain(position.longitude, version)
        appendPlain(position.latitude, version)
    }

    private mutating func appendPlain(_ value: Double, _ version: ProtocolVersion) {
        let text = FixedText(plain: value)
        if version == .two { return appendBulk(text.span) }
        append(UInt8(ascii: ","))
        append(text.span)
        append("\r\n")
    }
}
