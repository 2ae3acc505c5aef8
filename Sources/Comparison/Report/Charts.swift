// The kinds of charts: bars with the spread of their repeats, curves over a number, and lines over time.

enum Charts {
    /// A measure's chart in both widths.
    static func chart(_ measure: Measure, _ names: [String]) -> [Markup] {
        ChartWidth.allCases.map { width in
            switch measure.shape {
            case .bars: bars(measure, names, width)
            case .lines(let logX, let logY): lines(measure, names, width, logX: logX, logY: logY)
            }
        }
    }

    // MARK: Bars

    /// Groups of horizontal bars, each group to its own scale: figures of different workloads have nothing to do with
    /// each other, those of one group are to be compared.
    private static func bars(_ measure: Measure, _ names: [String], _ width: ChartWidth) -> Markup {
        let barHeight = 20.0
        let left = width == .wide ? 150.0 : 88
        let right = width.width - (width == .wide ? 100 : 82)
        var y = 0.0
        var parts: [Markup] = []
        for place in measure.places.indices {
            let shown = names.indices.filter { !measure.samples[$0][place].isEmpty }
            guard !shown.isEmpty else { continue }
            parts.append(ChartParts.text(measure.places[place].label, 0, y + 15, "group"))
            y += 24
            let most = shown.map { measure.samples[$0][place].high }.max() ?? 1
            let scale = Scale(0, max(most, 1e-9), to: left, right)
            parts.append(ChartParts.line(left, y - 2, left, y + Double(shown.count) * barHeight, "base"))
            for contender in shown {
                parts += bar(measure, measure.samples[contender][place], contender, names, scale, y, width)
                y += barHeight
            }
            y += 12
        }
        return ChartParts.frame(
            measure.id, width, height: max(y, 20), title: "\(measure.title), \(measure.unit)",
            description: description(measure, names), parts)
    }

    private static func bar(
        _ measure: Measure, _ samples: Samples, _ contender: Int, _ names: [String], _ scale: Scale,
        _ y: Double,
        _ width: ChartWidth
    ) -> [Markup] {
        let end = scale.place(max(0, samples.median))
        let colour = ChartParts.colour(contender)
        var parts: [Markup] = [
            ChartParts.text(
                ChartParts.shortened(names[contender], width == .wide ? 22 : 13), scale.start - 8, y + 13,
                "name", anchor: "end"),
            .tag(
                "rect",
                [
                    "x": ChartParts.at(scale.start), "y": ChartParts.at(y + 2),
                    "width": ChartParts.at(max(1, end - scale.start)),
                    "height": "15", "class": "bar \(colour)",
                ]),
        ]
        var labelStart = end
        if samples.values.count > 1 && samples.high > samples.low {
            let (low, high) = (scale.place(max(0, samples.low)), scale.place(samples.high))
            labelStart = max(end, high)
            parts.append(ChartParts.line(low, y + 9.5, high, y + 9.5, "whisker"))
            parts.append(ChartParts.line(low, y + 6, low, y + 13, "whisker"))
            parts.append(ChartParts.line(high, y + 6, high, y + 13, "whisker"))
        }
        let value = figure(samples.median) + (measure.unit == "%" ? " %" : "")
        parts.append(ChartParts.text(value, labelStart + 7, y + 14, "value"))
        return parts
    }

    // MARK: Curves

    private static func lines(
        _ measure: Measure, _ names: [String], _ width: ChartWidth, logX: Bool, logY: Bool
    ) -> Markup {
        let height = width.lineHeight
        let values = measure.samples.flatMap { $0.flatMap { [$0.low, $0.high] } }.filter { $0 != 0 || !logY }
        let xs = measure.shownPlaces.map { measure.places[$0].value }
        let left = width == .wide ? 52.0 : 42
        let right = width.width - width.labelRoom - 14
        let x: Scale =
            logX
            ? Scale(xs.min() ?? 1, xs.max() ?? 10, to: left + 8, right, isLog: true)
            : Scale.around(xs, to: left, right, isLog: false)
        // Curves are read by their height above each other; bars alone must begin at 0.
        let y = Scale.around(values, to: height - 44, 30, isLog: logY, fromZero: false)
        let axisX = Scale(x.low, x.high, to: left, right, isLog: logX)
        // On a logarithmic scale of few places each of them is named.
        let isNamed = logX && xs.count <= width.tickCount
        var parts = ChartParts.axes(
            logX ? axisX : x, y, width, xTitle: measure.placesTitle, yTitle: measure.unit,
            xTicks: isNamed ? [] : nil)
        if isNamed {
            for tick in xs {
                parts.append(ChartParts.line(x.place(tick), y.start, x.place(tick), y.start + 4, "base"))
                parts.append(
                    ChartParts.text(axisFigure(tick), x.place(tick), y.start + 18, "tick", anchor: "middle"))
            }
        }
        var ends: [(contender: Int, x: Double, y: Double)] = []
        for contender in names.indices {
            let points = measure.places.indices.filter { !measure.samples[contender][$0].isEmpty }.map {
                (x: x.place(measure.places[$0].value), samples: measure.samples[contender][$0])
            }
            guard let last = points.last else { continue }
            parts.append(polyline(points.map { ($0.x, y.place($0.samples.median)) }, contender))
            for point in points {
                if point.samples.high > point.samples.low {
                    parts.append(
                        ChartParts.line(
                            point.x, y.place(point.samples.low), point.x, y.place(point.samples.high),
                            "spread \(ChartParts.colour(contender))"))
                }
                parts.append(ChartParts.mark(contender, point.x, y.place(point.samples.median)))
            }
            ends.append((contender, last.x, y.place(last.samples.median)))
        }
        parts += ChartParts.endLabels(ends, names, at: right + 14, from: 30, to: height - 44, width)
        return ChartParts.frame(
            measure.id, width, height: height, title: "\(measure.title), \(measure.unit)",
            description: description(measure, names), parts)
    }

    private static func polyline(_ points: [(Double, Double)], _ contender: Int) -> Markup {
        let path = points.map { "\(ChartParts.at($0.0)),\(ChartParts.at($0.1))" }.joined(separator: " ")
        return .tag(
            "polyline",
            [
                "points": path, "class": "curve \(ChartParts.colour(contender))",
                "stroke-dasharray": ChartParts.dash(contender),
            ])
    }

    /// The chart in words: the medians, which the table has too.
    private static func description(_ measure: Measure, _ names: [String]) -> String {
        let rows = names.indices.compactMap { contender -> String? in
            let values = measure.places.indices.filter { !measure.samples[contender][$0].isEmpty }.map {
                "\(measure.places[$0].label) \(figure(measure.samples[contender][$0].median))"
            }
            return values.isEmpty ? nil : "\(names[contender]): \(values.joined(separator: ", "))"
        }
        return "Medians in \(measure.unit). \(rows.joined(separator: ". "))."
    }

    // MARK: Over time

    struct TimeSeries {
        var contender: Int
        var points: [SaveTimeline.Point]
        var save: ClosedRange<Double>?
    }

    /// Lines over seconds; a bar at the top shows for each when its save was under way.
    static func timeline(
        id: String, title: String, unit: String, isLog: Bool, _ series: [TimeSeries], _ names: [String]
    ) -> [Markup] {
        ChartWidth.allCases.map { width in
            let height = width.lineHeight + 20
            let left = width == .wide ? 52.0 : 42
            let right = width.width - width.labelRoom - 14
            let top = 30 + Double(series.count) * 9 + 6
            let points = series.flatMap(\.points)
            let x = Scale(0, points.map(\.seconds).max() ?? 1, to: left, right)
            let y = Scale.around(points.map(\.value), to: height - 44, top, isLog: isLog)
            var parts = ChartParts.axes(x, y, width, xTitle: "seconds", yTitle: "")
            parts.append(ChartParts.text("\(unit); bars: the save", 2, 18, "axis-title"))
            var ends: [(contender: Int, x: Double, y: Double)] = []
            for (row, one) in series.enumerated() {
                guard let last = one.points.last else { continue }
                if let save = one.save {
                    let (from, to) = (x.place(save.lowerBound), x.place(save.upperBound))
                    parts.append(
                        .tag(
                            "rect",
                            [
                                "x": ChartParts.at(from), "y": ChartParts.at(30 + Double(row) * 9),
                                "width": ChartParts.at(max(2, to - from)),
                                "height": "6", "class": "bar \(ChartParts.colour(one.contender))",
                            ]))
                }
                parts.append(
                    polyline(one.points.map { (x.place($0.seconds), y.place($0.value)) }, one.contender))
                ends.append((one.contender, x.place(last.seconds), y.place(last.value)))
            }
            parts += ChartParts.endLabels(ends, names, at: right + 14, from: top, to: height - 44, width)
            let words = series.map { one in
                let save =
                    one.save.map { ", save from \(figure($0.lowerBound)) to \(figure($0.upperBound)) s" }
                    ?? ""
                let highest = one.points.map(\.value).max() ?? 0
                return "\(names[one.contender]): highest \(figure(highest)) \(unit)\(save)"
            }
            return ChartParts.frame(
                id, width, height: height, title: "\(title), \(unit)",
                description: words.joined(separator: ". "), parts)
        }
    }
}
