// The result for a terminal: a table for each measure, then the sentences.

extension ComparisonResult {
    /// Lines of up to 100 columns or so, the last one ended.
    public var text: String {
        var blocks: [String] = []
        for part in parts {
            for measure in part.measures where !measure.isEmpty { blocks.append(table(measure)) }
            if !part.notes.isEmpty { blocks.append(part.notes.map { "note: \($0)\n" }.joined()) }
        }
        if !summary.isEmpty {
            var lines = "What came out\n"
            for (_, measures) in summary {
                for measure in measures {
                    for finding in measure.findings {
                        lines += "  \(measure.title), \(finding.subject): \(finding.text)\n"
                    }
                }
            }
            blocks.append(lines)
        }
        if !notes.isEmpty { blocks.append(notes.map { "note: \($0)\n" }.joined()) }
        if !caution.isEmpty { blocks.append("note: \(caution)\n") }
        if let partialReason { blocks.append(partialReason + "\n") }
        return blocks.joined(separator: "\n")
    }

    private func table(_ measure: Measure) -> String {
        let shown = contenders.indices.filter { !measure.samples[$0].allSatisfy(\.isEmpty) }
        var rows = [["\(measure.title), \(measure.unit)"] + shown.map { contenders[$0].name }]
        for place in measure.shownPlaces {
            rows.append([measure.places[place].label] + shown.map { Self.cell(measure.samples[$0][place]) })
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let pad = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + pad : pad + row[column]
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    /// The median, and how far repeats lie apart.
    private static func cell(_ samples: Samples) -> String {
        guard !samples.isEmpty else { return "–" }
        guard samples.values.count > 1 else { return figure(samples.median) }
        let half = samples.spread * 50
        return "\(figure(samples.median)) ±\(fixed(half, half < 9.95 ? 1 : 0)) %"
    }
}
