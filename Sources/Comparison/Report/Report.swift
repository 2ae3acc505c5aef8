// The report as one page that needs nothing else: text first, then charts, each with its table.

extension ComparisonResult {
    /// The whole file.
    public var html: String {
        let page = Markup.tag(
            "html", ["lang": "en"],
            [
                .tag(
                    "head", [:],
                    [
                        .tag("meta", ["charset": "utf-8"]),
                        .tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                        .tag("title", [:], title),
                        .tag("style", [:], [Markup(trusted: Style.sheet)]),
                    ]),
                .tag("body", [:], [header, .tag("main", [:], body), footer]),
            ])
        return "<!DOCTYPE html>\n" + page.html + "\n"
    }

    private var title: String { "Comparison of \(listed(contenders.map(\.name)))" }

    // MARK: The beginning

    private var header: Markup {
        let versions = contenders.map { $0.version.isEmpty ? $0.name : "\($0.name) (\($0.version))" }
        let manner =
            contenders.allSatisfy(\.wasStarted)
            ? "ran the same workloads in turn on one machine" : "got the same workloads in turn from one machine"
        let processor = machine.first { $0.0 == "Processor" }?.1 ?? "an unknown processor"
        var parts: [Markup] = [
            .tag("h1", [:], title),
            .tag(
                "p", ["class": "lead"],
                "\(listed(versions)) \(manner) (\(processor)) on "
                    + "\(startedAt), in \(clockText(seconds)) \(seconds < 3600 ? "minutes" : "hours"). "
                    + (isQuick
                        ? "It was a quick run: short and small, to see that it works and roughly where things "
                            + "stand, not to quote."
                        : "Figures are medians of repeats that took turns; their spread stands beside them.")),
        ]
        for warning in [partialReason ?? "", caution] where !warning.isEmpty {
            parts.append(.tag("p", ["class": "warning", "role": "note"], warning))
        }
        let links =
            [("what-came-out", "What came out"), ("who-was-compared", "Who was compared")]
            + shownParts.map { (anchor($0.part), $0.part.title) } + [("conditions", "Conditions")]
        parts.append(
            .tag(
                "nav", ["aria-label": "Contents"],
                [.tag("ul", [:], links.map { .tag("li", [:], [.tag("a", ["href": "#" + $0.0], $0.1)]) })]))
        return .tag("header", [:], parts)
    }

    /// Those with a figure or a word.
    private var shownParts: [PartResult] {
        parts.filter { !$0.measures.allSatisfy(\.isEmpty) || !$0.timelines.isEmpty || !$0.notes.isEmpty }
    }

    private func anchor(_ part: ComparisonPart) -> String { "part-\(part.rawValue)" }

    private var body: [Markup] { [whatCameOut, whoWasCompared] + shownParts.map(section) + [conditions] }

    private var whatCameOut: Markup {
        var content: [Markup] = [.tag("h2", ["id": "what-came-out"], "What came out")]
        if summary.isEmpty {
            content.append(.tag("p", [:], "Nothing that could be set beside each other was measured."))
        } else {
            content.append(
                .tag(
                    "p", ["class": "method"],
                    "A difference is stated only where all repeats of one lie beyond all repeats of the other, "
                        + "there are at least \(Verdict.repeatsMin) of "
                        + "each, and their medians differ by more than \(figure(Verdict.differenceMin * 100)) "
                        + "%. Chance alone puts three repeats of equals so in one of "
                        + "ten cases. Bold on a tint: ahead of others, or not to be told from who is. Where nobody "
                        + "is, these runs show no difference or are too few."))
        }
        content += glance
        return .tag("section", ["aria-labelledby": "what-came-out"], content)
    }

    /// What the sentences speak of, at a glance.
    private var glance: [Markup] {
        let spoken = parts.flatMap(\.measures).filter { !$0.findings(names).isEmpty }
        guard !spoken.isEmpty else { return [] }
        let shown = names.indices.filter { index in spoken.contains { !$0.samples[index].allSatisfy(\.isEmpty) } }
        let groups = spoken.map { measure -> Markup in
            let better = measure.better == .higher ? "more is better" : "less is better"
            let head = Markup.tag(
                "th", ["scope": "rowgroup", "colspan": "\(shown.count + 1)"],
                [Markup("\(measure.title), \(measure.unit)"), .tag("small", [:], better)])
            let rows = measure.spokenPlaces.map { place -> Markup in
                let leaders = measure.leaders(at: place)
                let cells = shown.map { index -> Markup in
                    let samples = measure.samples[index][place]
                    let value = samples.isEmpty ? "–" : figure(samples.median)
                    return leaders.contains(index)
                        ? .tag("td", ["class": "ahead"], [.tag("b", [:], value)]) : .tag("td", [:], value)
                }
                return .tag("tr", [:], [.tag("th", ["scope": "row"], measure.places[place].label)] + cells)
            }
            return .tag("tbody", [:], [.tag("tr", ["class": "group-row"], [head])] + rows)
        }
        return [
            scrolling(
                "What came out, table",
                .tag("table", ["class": "glance"], [heading(["Medians"] + shown.map { names[$0] })] + groups))
        ]
    }

    private var whoWasCompared: Markup {
        let rows = contenders.enumerated().map { index, contender -> Markup in
            .tag(
                "tr", [:],
                [
                    .tag("th", ["scope": "row"], [key(index), Markup(contender.name)]),
                    .tag("td", [:], contender.version.isEmpty ? "not asked" : contender.version),
                    .tag(
                        "td", [:],
                        contender.wasStarted
                            ? [.tag("code", [:], contender.commandLine)] : [Markup(contender.commandLine)]),
                ])
        }
        var content: [Markup] = [
            .tag("h2", ["id": "who-was-compared"], "Who was compared"),
            scrolling(
                "Who was compared",
                .tag(
                    "table", ["class": "facts"],
                    [heading(["Name", "Version", "Command line"]), .tag("tbody", [:], rows)])),
        ]
        if contenders.contains(where: \.wasStarted) {
            content.append(
                .tag(
                    "p", ["class": "method"],
                    "Started servers listen on 127.0.0.1, each on a port of its own, and work in an empty "
                        + "folder. Where a part needs a memory limit, "
                        + "-m or --maxmemory is that limit, with allkeys-lru."))
        }
        return .tag("section", ["aria-labelledby": "who-was-compared"], content)
    }

    // MARK: Parts

    private func section(_ part: PartResult) -> Markup {
        var content: [Markup] = [.tag("h2", ["id": anchor(part.part)], part.part.title)]
        content += part.method.map { .tag("p", ["class": "method"], $0) }
        content += part.notes.map { .tag("p", ["class": "small"], [.tag("b", [:], "Note: "), Markup($0)]) }
        content += sentences(part)
        if part.part == .save { content += timelineFigures(part) }
        content += part.measures.filter { !$0.isEmpty }.map(figureElement)
        return .tag("section", ["aria-labelledby": anchor(part.part)], content)
    }

    private func sentences(_ part: PartResult) -> [Markup] {
        let found = part.measures.flatMap { measure in measure.findings(names).map { (measure.title, $0) } }
        guard !found.isEmpty else { return [] }
        let rows = found.map { title, finding -> Markup in
            .tag("li", [:], [.tag("b", [:], "\(title), \(finding.subject):"), " ", Markup(finding.text)])
        }
        return [.tag("ul", ["class": "found"], rows)]
    }

    private func figureElement(_ measure: Measure) -> Markup {
        let better = measure.better == .higher ? "more is better" : "less is better"
        let isLines = measure.shape != .bars
        let scale =
            switch measure.shape {
            case .bars: measure.places.count > 1 ? "each group to its own scale; " : ""
            case .lines(let logX, let logY):
                logX || logY
                    ? "logarithmic \(logX && logY ? "axes" : logX ? "horizontal axis" : "vertical axis"); "
                    : ""
            }
        let spread =
            measure.isRepeated
            ? "\(isLines ? "a broad stroke" : "a line over a bar's end") reaches from the lowest to the highest "
                + "repeat"
            : "one run each, so there is no spread to show"
        return .tag(
            "figure", ["id": "figure-\(measure.id)"],
            [
                .tag(
                    "figcaption", [:],
                    [
                        .tag("b", [:], "\(measure.title), \(measure.unit)."),
                        Markup(" \(better.capitalizedFirst); \(scale)\(spread)\(measure.note.isEmpty ? "" : "; ")"),
                        Markup("\(measure.note)."),
                    ])
            ]
                + (isLines
                    ? [legend(names.indices.filter { !measure.samples[$0].allSatisfy(\.isEmpty) })] : [])
                + Charts.chart(measure, names) + [table(measure)])
    }

    private func timelineFigures(_ part: PartResult) -> [Markup] {
        guard !part.timelines.isEmpty else { return [] }
        let shown = part.timelines.map(\.contender)
        func element(_ id: String, _ title: String, _ about: String, _ charts: [Markup]) -> Markup {
            .tag(
                "figure", ["id": "figure-\(id)"],
                [.tag("figcaption", [:], [.tag("b", [:], title), Markup(" \(about)")]), legend(shown)]
                    + charts)
        }
        let latencies = part.timelines.map {
            Charts.TimeSeries(contender: $0.contender, points: $0.latencies, save: $0.latencySave)
        }
        let memory = part.timelines.map { one in
            Charts.TimeSeries(
                contender: one.contender, points: one.memory.map { .init($0.seconds, $0.value / 1_048_576) },
                save: one.memorySave)
        }
        return [
            element(
                "timeline-latency", "p99.9 over time, µs.",
                "Of each tenth of a second, in the first run; logarithmic vertical axis.",
                Charts.timeline(
                    id: "timeline-latency", title: "p99.9 over time", unit: "µs", isLog: true, latencies,
                    names)),
            element(
                "timeline-memory", "Memory over time, MB.",
                "Of the process and its forked child, in the first run.",
                Charts.timeline(
                    id: "timeline-memory", title: "Memory over time", unit: "MB", isLog: false, memory, names)
            ),
        ]
    }

    // MARK: Tables

    private func table(_ measure: Measure) -> Markup {
        let shown = names.indices.filter { !measure.samples[$0].allSatisfy(\.isEmpty) }
        let rows = measure.shownPlaces.map { place -> Markup in
            .tag(
                "tr", [:],
                [.tag("th", ["scope": "row"], measure.places[place].label)]
                    + shown.map { .tag("td", [:], cell(measure.samples[$0][place], measure.isRepeated)) })
        }
        return scrolling(
            "\(measure.title), table",
            .tag(
                "table", [:],
                [heading([measure.placesTitle] + shown.map { names[$0] }), .tag("tbody", [:], rows)]))
    }

    private func cell(_ samples: Samples, _ isRepeated: Bool) -> [Markup] {
        guard !samples.isEmpty else { return ["–"] }
        guard isRepeated else { return [Markup(figure(samples.median))] }
        let range = samples.values.count > 1 ? "\(figure(samples.low)) to \(figure(samples.high))" : "once"
        return [Markup(figure(samples.median)), .tag("small", [:], range)]
    }

    private func heading(_ titles: [String]) -> Markup {
        .tag("thead", [:], [.tag("tr", [:], titles.map { .tag("th", ["scope": "col"], $0) })])
    }

    /// Wide tables move within themselves, not the page; by the keyboard, too.
    private func scrolling(_ label: String, _ table: Markup) -> Markup {
        .tag("div", ["class": "scroll", "role": "region", "aria-label": label, "tabindex": "0"], [table])
    }

    private func legend(_ shown: [Int]) -> Markup {
        .tag("ul", ["class": "legend"], shown.map { .tag("li", [:], [key($0), Markup(names[$0])]) })
    }

    /// A contender's line and mark.
    private func key(_ contender: Int) -> Markup {
        .tag(
            "svg", ["class": "key", "viewBox": "0 0 34 12", "aria-hidden": "true"],
            [
                .tag(
                    "polyline",
                    [
                        "points": "0,6 34,6", "class": "curve \(ChartParts.colour(contender))",
                        "stroke-dasharray": ChartParts.dash(contender),
                    ]),
                ChartParts.mark(contender, 17, 6),
            ])
    }

    // MARK: The end

    private var conditions: Markup {
        var content: [Markup] = [.tag("h2", ["id": "conditions"], "Conditions")]
        content += notes.map { .tag("p", [:], [.tag("b", [:], "Note: "), Markup($0)]) }
        content.append(
            scrolling(
                "Machine",
                .tag(
                    "table", ["class": "facts"],
                    [
                        .tag(
                            "tbody", [:],
                            machine.map {
                                .tag("tr", [:], [.tag("th", ["scope": "row"], $0.0), .tag("td", [:], $0.1)])
                            })
                    ])))
        content.append(.tag("h3", [:], "Order"))
        content.append(
            .tag(
                "p", ["class": "method"],
                "Each repeat begins with another server, so that a slow minute of the machine meets all alike. "
                    + "Each turn starts its server anew."
            ))
        content.append(.tag("ol", ["class": "small"], order.map { .tag("li", [:], $0) }))
        content.append(.tag("h3", [:], "To do it again"))
        content.append(.tag("p", [:], [.tag("code", [:], commandLine)]))
        content.append(
            .tag(
                "p", ["class": "method"],
                "Figures of one report may be compared with each other. Those of two reports differ by the "
                    + "machine and by what else it did."
            ))
        return .tag("section", ["aria-labelledby": "conditions"], content)
    }

    private var footer: Markup {
        .tag(
            "footer", [:],
            [Markup("Made by duet compare\(toolVersion.isEmpty ? "" : ", \(toolVersion)"), on \(startedAt).")]
        )
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
