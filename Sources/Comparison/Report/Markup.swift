// HTML and SVG that cannot be put together wrongly: text is escaped where it enters, and every element is closed.

/// A finished piece of a page. Made from text, which is escaped, or from an element.
struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
    private(set) var html: String

    init(_ text: String) { html = Self.escaped(text) }
    init(stringLiteral text: String) { self.init(text) }

    /// Pieces one after the other.
    init(_ pieces: [Markup]) { html = pieces.map(\.html).joined() }

    /// What the program itself holds, such as a style sheet.
    init(trusted text: StaticString) { html = text.description }

    /// `<name attribute="value">content</name>`, closed at once if there is no content and the element is a void one.
    static func tag(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
        _ content: [Markup] = []
    ) -> Markup {
        var text = "<\(name)"
        for (key, value) in attributes { text += " \(key)=\"\(escaped(value))\"" }
        if content.isEmpty && isVoid(name.description) { return Markup(finished: text + "/>") }
        return Markup(finished: text + ">" + content.map(\.html).joined() + "</\(name)>")
    }

    static func tag(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ text: String
    ) -> Markup {
        tag(name, attributes, [Markup(text)])
    }

    private init(finished html: String) { self.html = html }

    /// HTML's elements without an end tag, and SVG's shapes.
    private static func isVoid(_ name: String) -> Bool {
        ["meta", "br", "col", "path", "line", "rect", "circle", "polyline", "polygon"].contains(name)
    }

    /// For text and for attributes in double quotes. Control characters, which no page may hold, become spaces.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
