// What all charts have in common: two widths, a colour, a mark and a dash for each contender, axes, an
// accessible frame.

internal import Glibc

/// A chart is drawn twice: text in an SVG shrinks with it, and a phone's would be too small to read.
enum ChartWidth: String, CaseIterable {
    case wide, narrow

    var width: Double { self == .wide ? 760 : 344 }
    var lineHeight: Double { self == .wide ? 320 : 260 }
    /// Room for names at the ends of lines.
    var labelRoom: Double { self == .wide ? 132 : 86 }
    var labelLength: Int { self == .wide ? 20 : 13 }
    var tickCount: Int { self == .wide ? 8 : 5 }
}

enum ChartParts {
    /// Style classes c0…c5 give the colours; from the seventh contender on marks and dashes alone tell.
    static func colour(_ contender: Int) -> String { "c\(contender % 6)" }

    /// Dashes of a line: told apart without colours, too.
    static func dash(_ contender: Int) -> String {
        ["none", "7 4", "2 4", "10 3 2 3", "4 2", "12 5"][contender % 6]
    }

    /// A number for an attribute, with one decimal at most.
    static func at(_ value: Double) -> String {
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        if tenths % 10 == 0 { return "\(tenths / 10)" }
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }

    static func text(
        _ text: String, _ x: Double, _ y: Double, _ style: String, anchor: String = "start"
    ) -> Markup {
        .tag("text", ["x": at(x), "y": at(y), "class": style, "text-anchor": anchor], text)
    }

    static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> Markup {
        .tag("line", ["x1": at(x1), "y1": at(y1), "x2": at(x2), "y2": at(y2), "class": style])
    }

    /// A mark of the contender's own shape around a place.
    static func mark(_ contender: Int, _ x: Double, _ y: Double, size: Double = 4) -> Markup {
        let style = "mark \(colour(contender))"
        func polygon(_ corners: [(Double, Double)]) -> Markup {
            let points = corners.map { "\(at(x + $0.0 * size)),\(at(y + $0.1 * size))" }.joined(
                separator: " ")
            return .tag("polygon", ["points": points, "class": style])
        }
        switch contender % 6 {
        case 0: return .tag("circle", ["cx": at(x), "cy": at(y), "r": at(size), "class": style])
        case 1: return polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        case 2: return polygon([(0, -1.3), (1.2, 1), (-1.2, 1)])
        case 3: return polygon([(0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)])
        case 4: return polygon([(0, 1.3), (1.2, -1), (-1.2, -1)])
        default: return polygon([(-1.4, -0.5), (1.4, -0.5), (1.4, 0.5), (-1.4, 0.5)])
        }
    }

    /// The SVG element with its words for those who do not see it.
    /// - Parameter id: unique in the page.
    static func frame(
        _ id: String, _ width: ChartWidth, height: Double, title: String, description: String,
        _ content: [Markup]
    ) -> Markup {
        let own = "\(id)-\(width.rawValue)"
        return .tag(
            "svg",
            [
                "class": width.rawValue, "viewBox": "0 0 \(at(width.width)) \(at(height))", "role": "img",
                "aria-labelledby": "\(own)-title \(own)-desc",
            ],
            [.tag("title", ["id": "\(own)-title"], title), .tag("desc", ["id": "\(own)-desc"], description)]
                + content)
    }

    /// Grid lines and figures of both axes.
    static func axes(
        _ x: Scale, _ y: Scale, _ width: ChartWidth, xTitle: String, yTitle: String, xTicks: [Double]? = nil
    ) -> [Markup] {
        var parts: [Markup] = yTitle.isEmpty ? [] : [text(yTitle, 2, y.end - 12, "axis-title")]
        for tick in y.ticks(countMax: 6) {
            let place = y.place(tick)
            parts.append(line(x.start, place, x.end, place, tick == y.low ? "base" : "grid"))
            parts.append(text(axisFigure(tick), x.start - 6, place + 4, "tick", anchor: "end"))
        }
        for tick in xTicks ?? x.ticks(countMax: width.tickCount) {
            let place = x.place(tick)
            parts.append(line(place, y.start, place, y.start + 4, "base"))
            parts.append(text(axisFigure(tick), place, y.start + 18, "tick", anchor: "middle"))
        }
        parts.append(line(x.start, y.start, x.end, y.start, "base"))
        parts.append(text(xTitle, (x.start + x.end) / 2, y.start + 36, "axis-title", anchor: "middle"))
        return parts
    }

    /// Names at the ends of lines, moved apart where they would lie on each other.
    static func endLabels(
        _ ends: [(contender: Int, x: Double, y: Double)], _ names: [String], at x: Double, from top: Double,
        to bottom: Double,
        _ width: ChartWidth
    ) -> [Markup] {
        let gap = 15.0
        let sorted = ends.sorted { $0.y < $1.y }
        var places = sorted.map(\.y)
        for index in places.indices.dropFirst() {
            places[index] = max(places[index], places[index - 1] + gap)
        }
        if let last = places.last, last > bottom {
            places[places.count - 1] = bottom
            for index in places.indices.dropLast().reversed() {
                places[index] = min(places[index], places[index + 1] - gap)
            }
        }
        return zip(sorted, places).flatMap { end, place in
            [
                line(end.x + 6, end.y, x - 3, place, "leader \(colour(end.contender))"),
                text(
                    shortened(names[end.contender], width.labelLength), x, place + 4,
                    "label \(colour(end.contender))"),
            ]
        }
    }

    static func shortened(_ text: String, _ length: Int) -> String {
        text.count <= length ? text : text.prefix(length - 1) + "…"
    }
}
