// Figures put into sentences, and only into those that the repeats bear.

/// A sentence of the summary.
struct Finding: Equatable {
    /// What it is about, as in `get, pipeline 32`.
    var subject: String
    var text: String
}

extension Measure {
    /// One sentence for each spoken place at which at least two contenders have a figure.
    func findings(_ names: [String]) -> [Finding] {
        spokenPlaces.compactMap { place in finding(at: place, names) }
    }

    /// Who has a figure, the best first.
    private func ranked(at place: Int) -> [Int] {
        samples.indices.filter { !samples[$0][place].isEmpty }.sorted { isBetter($0, $1, at: place) }
    }

    /// Who is ahead of somebody, with those that are level with it; nobody unless all repeats bear it.
    func leaders(at place: Int) -> Set<Int> {
        let ranked = ranked(at: place)
        guard let best = ranked.first else { return [] }
        let verdicts = ranked.dropFirst().map { Verdict(samples[best][place], beside: samples[$0][place]) }
        if verdicts.allSatisfy({ $0 == .noDifference }) || verdicts.contains(.tooFewRepeats) { return [] }
        return Set(zip(ranked.dropFirst(), verdicts).filter { $0.1 == .noDifference }.map(\.0) + [best])
    }

    private func finding(at place: Int, _ names: [String]) -> Finding? {
        let ranked = ranked(at: place)
        guard let best = ranked.first, ranked.count > 1 else { return nil }
        let others = ranked.dropFirst()
        var ahead: [String] = []
        var equal: [String] = []
        var unknown: [String] = []
        for other in others {
            switch Verdict(samples[best][place], beside: samples[other][place]) {
            case .higher, .lower: ahead.append(difference(best, other, at: place, names))
            case .noDifference: equal.append(names[other])
            case .tooFewRepeats: unknown.append("\(names[other]) \(valueText(samples[other][place].median))")
            }
        }
        let value = valueText(samples[best][place].median)
        if ahead.isEmpty && unknown.isEmpty {
            let all = ranked.map { "\(names[$0]) \(valueText(samples[$0][place].median))" }
            return Finding(
                subject: places[place].label, text: "no difference that these runs can show: \(listed(all)).")
        }
        if !unknown.isEmpty {
            let all = ["\(names[best]) \(value)"] + unknown
            return Finding(
                subject: places[place].label,
                text: "\(all.joined(separator: ", ")); too few repeats for a verdict.")
        }
        var text = "\(better == .higher ? "most" : "least") by \(names[best]), \(value): \(listed(ahead))"
        if !equal.isEmpty { text += "; no difference that these runs can show to \(listed(equal))" }
        return Finding(subject: places[place].label, text: text + ".")
    }

    private func isBetter(_ a: Int, _ b: Int, at place: Int) -> Bool {
        let (first, second) = (samples[a][place].median, samples[b][place].median)
        return better == .higher ? first > second : first < second
    }

    private func difference(_ best: Int, _ other: Int, at place: Int, _ names: [String]) -> String {
        let (mine, theirs) = (samples[best][place].median, samples[other][place].median)
        switch wording {
        case .points:
            return
                "\(fixed((mine - theirs).magnitude, 1)) points \(better == .higher ? "above" : "below") "
                + "\(names[other])"
        case .times:
            let (larger, smaller) = better == .higher ? (mine, theirs) : (theirs, mine)
            guard smaller > 0 else { return "\(names[other]) \(valueText(theirs))" }
            let times = figure(larger / smaller)
            return better == .higher
                ? "\(times) times \(names[other])" : "\(names[other]) takes \(times) times as much"
        }
    }

    /// With its unit.
    func valueText(_ value: Double) -> String {
        unit == "%" ? "\(figure(value)) %" : "\(figure(value)) \(unit)"
    }
}

extension ComparisonResult {
    var names: [String] { contenders.map(\.name) }

    /// For each part with something to say: its title, and for each measure what is compared and the sentences.
    var summary: [(part: ComparisonPart, measures: [(title: String, findings: [Finding])])] {
        parts.compactMap { part in
            let measures = part.measures.map { (title: $0.title, findings: $0.findings(names)) }
                .filter { !$0.findings.isEmpty }
            return measures.isEmpty ? nil : (part.part, measures)
        }
    }

    /// Why not everything is there; nil if it is.
    var partialReason: String? {
        switch ending {
        case .complete: nil
        case .interrupted:
            "This report is partial: the comparison was interrupted, and what is here was measured until then. "
                + missing
        case .outOfTime: "This report is partial: its time was over before all was measured. \(missing)"
        }
    }
}
