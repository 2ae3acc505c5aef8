// The page: escaped, closed, without anything from elsewhere, whatever the names are.

import Base
import Testing

@testable import Comparison

private let nasty = "a<b>&\"c\"' \u{0}\u{1B}\u{FFFF}é"

private func sample(_ names: [String]) -> ComparisonResult {
    var result = ComparisonResult()
    result.contenders = names.map {
        ContenderFacts(name: $0, version: nasty, commandLine: "\($0) --save ''", wasStarted: true)
    }
    result.machine = [("Processor", nasty)]
    result.commandLine = "duet compare <script>"
    result.startedAt = "27 Nov 2026 08:00"
    result.notes = [nasty]
    result.order = ["throughput, repeat 1: \(nasty)"]
    for part in ComparisonPart.allCases {
        var found = PartResult(part, method: [nasty])
        for (index, shape) in [
            Measure.Shape.bars, .lines(logX: true, logY: false), .lines(logX: false, logY: true),
        ].enumerated() {
            var measure = Measure(
                id: "\(part.rawValue)-\(index)", title: "T\(index) <", unit: "%", shape: shape,
                better: .higher,
                placesTitle: "P &", places: (1...4).map { .init("place \($0)", Double($0 * $0)) },
                contenderCount: names.count)
            for contender in names.indices {
                for place in 0..<4 where (contender + place) % 5 != 3 {
                    for round in 0..<(index + 1) {
                        measure.samples[contender][place].add(Double(contender * 10 + place + round))
                    }
                }
            }
            found.measures.append(measure)
        }
        if part == .save {
            found.timelines = names.indices.map { contender in
                var timeline = SaveTimeline(contender: contender)
                timeline.latencies = (0..<20).map { .init(Double($0) / 10, Double($0 + contender + 1)) }
                timeline.memory = timeline.latencies
                timeline.latencySave = 0.5...0.9
                return timeline
            }
        }
        found.notes = [nasty]
        result.parts.append(found)
    }
    return result
}

/// Reads `html` as strictly as XML is read, apart from its first line: every element closed in its order,
/// every attribute in
/// double quotes. The elements with their attributes, or where it went wrong.
private func elements(_ html: String) -> Result<[(name: String, attributes: [String: String])], StrictFault> {
    var found: [(name: String, attributes: [String: String])] = []
    var open: [String] = []
    var rest = html[...]
    guard rest.hasPrefix("<!DOCTYPE html>\n") else { return .failure(StrictFault("no doctype")) }
    rest = rest.dropFirst(16)
    while let start = rest.firstIndex(where: { $0 == "<" || $0 == "&" }) {
        rest = rest[start...]
        if rest.first == "&" {
            guard ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].contains(where: rest.hasPrefix) else {
                return .failure(StrictFault("& at \(rest.prefix(30))"))
            }
            rest = rest.dropFirst()
            continue
        }
        guard let end = rest.firstIndex(of: ">") else {
            return .failure(StrictFault("no > after \(rest.prefix(30))"))
        }
        var tag = rest[rest.index(after: start)..<end]
        rest = rest[rest.index(after: end)...]
        if tag.first == "/" {
            guard open.popLast() == String(tag.dropFirst()) else {
                return .failure(StrictFault("closes \(tag)"))
            }
            continue
        }
        let isClosed = tag.last == "/"
        if isClosed { tag = tag.dropLast() }
        let name = String(tag.prefix { $0 != " " })
        var attributes: [String: String] = [:]
        var words = tag.dropFirst(name.count)
        while words.first == " " {
            words = words.dropFirst()
            let key = words.prefix { $0 != "=" }
            words = words.dropFirst(key.count)
            guard words.hasPrefix("=\""), let quote = words.dropFirst(2).firstIndex(of: "\"") else {
                return .failure(StrictFault("attribute \(key) of \(name)"))
            }
            attributes[String(key)] = String(words[words.index(words.startIndex, offsetBy: 2)..<quote])
            words = words[words.index(after: quote)...]
        }
        guard words.isEmpty else {
            return .failure(StrictFault("behind the attributes of \(name): \(words)"))
        }
        found.append((name, attributes))
        if !isClosed { open.append(name) }
    }
    return open.isEmpty ? .success(found) : .failure(StrictFault("open: \(open)"))
}

private struct StrictFault: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

@Test("text is escaped wherever it stands")
func escaping() {
    #expect(Markup("<a href=\"x\">&'").html == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;")
    #expect(Markup("\u{0}a\u{7F}\u{FFFE}\n").html == " a  \n")
    #expect(Markup.tag("p", ["title": "\"<&"], "<b>").html == "<p title=\"&quot;&lt;&amp;\">&lt;b&gt;</p>")
    #expect(Markup.tag("br").html == "<br/>" && Markup.tag("td").html == "<td></td>")
}

@Test("a report is well-formed, has each id once and nothing from elsewhere", arguments: [1, 2, 4, 9])
func wellFormed(count: Int) throws {
    let html = sample((0..<count).map { "\(nasty) \($0) with a name that is rather long" }).html
    let found = try elements(html).get()
    let ids = found.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    #expect(!html.contains("://") && !html.contains("url(") && !html.contains("@import"))
    #expect(!found.contains { ["script", "img", "link", "iframe", "object"].contains($0.name) })
    #expect(!found.contains { $0.attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" } })
    for element in found {
        if let target = element.attributes["href"] { #expect(ids.contains(String(target.dropFirst()))) }
        for id in (element.attributes["aria-labelledby"] ?? "").split(separator: " ") {
            #expect(ids.contains(String(id)))
        }
        for key in ["x", "y", "x1", "x2", "y1", "y2", "width", "height", "points"] {
            let value = element.attributes[key] ?? "0"
            #expect(value.allSatisfy { "0123456789.,- ".contains($0) }, "\(element.name) \(key)=\(value)")
        }
    }
    // Each chart has its name and its words.
    let charts = found.filter { $0.name == "svg" && $0.attributes["role"] == "img" }
    #expect(charts.count == found.count { $0.name == "desc" } && charts.count >= 2 * (15 + 2))
    #expect(found.count { $0.name == "h1" } == 1)
}

@Test("a report of nothing is a report, and a partial one says so")
func emptyReport() throws {
    var result = ComparisonResult()
    _ = try elements(result.html).get()
    #expect(!result.html.contains("partial"))
    result.ending = .interrupted
    #expect(result.html.contains("This report is partial") && result.text.contains("This report is partial"))
    result.missing = "Not begun: all of it."
    #expect(result.html.contains("Not begun: all") && result.text.contains("Not begun: all"))
    result.caution = "Others worked."
    #expect(result.html.contains("Others worked.") && result.text.contains("note: Others worked."))
    result.ending = .outOfTime
    #expect(result.html.contains("its time was over"))
}

@Test("who is ahead by the rule is marked, with who is level, and nobody else")
func leaders() {
    var measure = Measure(
        id: "m", title: "T", unit: "u", shape: .bars, better: .higher, placesTitle: "P", places: [.init("p", 0)],
        contenderCount: 4)
    measure.samples = [[[1, 1, 1]], [[10, 11, 12]], [[11, 11.5, 13]], [[]]]
    #expect(measure.leaders(at: 0) == [1, 2])
    measure.better = .lower
    #expect(measure.leaders(at: 0) == [0])
    measure.samples[0] = [[10, 11, 13]]
    #expect(measure.leaders(at: 0) == [])
    measure.samples[0] = [[1]]
    #expect(measure.leaders(at: 0) == [])
}

@Test("a terminal's table has a column for each contender")
func terminalTable() {
    let text = sample(["one", "two"]).text
    #expect(text.contains("T0 <, %") && text.contains("one") && text.contains("What came out"))
}

@Test("labels at the ends of lines never lie on each other")
func endLabels() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<300 {
        let count = 1 + random.next(below: 9)
        let ends = (0..<count).map { (contender: $0, x: 0.0, y: Double(30 + random.next(below: 240))) }
        let parts = ChartParts.endLabels(
            ends, (0..<count).map { "n\($0)" }, at: 100, from: 30, to: 270, .wide)
        let places = parts.filter { $0.html.hasPrefix("<text") }.compactMap { part in
            part.html.firstRange(of: " y=\"").flatMap {
                Double(part.html[$0.upperBound...].prefix { $0 != "\"" })
            }
        }
        #expect(
            places.count == count && zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 14.9 },
            "seed \(seed)")
    }
}
