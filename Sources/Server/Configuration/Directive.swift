// One directive: its name, how its words become a setting, how the setting prints, and when it may change.

import Engine
import Glibc
import Persistence
import RESP

/// Why a directive's words were refused, in Redis' wording.
struct WrongValue: Error, Equatable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// A row of the directive table.
struct Directive: Sendable {
    let name: String
    /// Whether CONFIG SET may change it while the server runs.
    let isLive: Bool
    /// Whether several words are its value; CONFIG SET then splits the one it is given.
    let takesSeveral: Bool
    let write: @Sendable (inout Configuration, [String]) throws(WrongValue) -> Void
    let read: @Sendable (Configuration) -> String
    /// What CONFIG REWRITE writes: as `read`, unless that does not tell all.
    let rewritten: @Sendable (Configuration) -> String

    init(
        _ name: String, live: Bool, takesSeveral: Bool = false,
        read: @escaping @Sendable (Configuration) -> String,
        rewritten: (@Sendable (Configuration) -> String)? = nil,
        write: @escaping @Sendable (inout Configuration, [String]) throws(WrongValue) -> Void
    ) {
        self.name = name
        self.isLive = live
        self.takesSeveral = takesSeveral
        self.read = read
        self.rewritten = rewritten ?? read
        self.write = write
    }

    /// One word that `parse` turns into a value and `print` back into the word.
    static func one<Value>(
        _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, live: Bool = false,
        print: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) throws(WrongValue) -> Value
    ) -> Directive {
        Directive(name, live: live) {
            print($0[keyPath: path])
        } write: { settings, words throws(WrongValue) in
            guard words.count == 1 else { throw WrongValue("wrong number of arguments") }
            settings[keyPath: path] = try parse(words[0])
        }
    }

    static func number(
        _ name: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable, _ range: ClosedRange<Int>,
        live: Bool = false
    ) -> Directive {
        one(name, path, live: live, print: { String($0) }) { word throws(WrongValue) in
            try wholeNumber(word, range)
        }
    }

    static func wholeNumber(_ word: String, _ range: ClosedRange<Int>) throws(WrongValue) -> Int {
        guard let number = Int(word) else {
            throw WrongValue("argument couldn't be parsed into an integer")
        }
        return try checked(number, range)
    }

    /// Bytes, with units.
    static func memory(
        _ name: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable, _ range: ClosedRange<Int>,
        live: Bool = false
    ) -> Directive {
        one(name, path, live: live, print: { String($0) }) { word throws(WrongValue) in
            guard let size = memorySize(word) else { throw WrongValue("argument must be a memory value") }
            return try checked(size, range)
        }
    }

    private static func checked(_ number: Int, _ range: ClosedRange<Int>) throws(WrongValue) -> Int {
        guard range.contains(number) else {
            throw WrongValue("argument must be between \(range.lowerBound) and \(range.upperBound) inclusive")
        }
        return number
    }

    static func flag(
        _ name: String, _ path: any WritableKeyPath<Configuration, Bool> & Sendable, live: Bool = false
    ) -> Directive {
        one(name, path, live: live, print: { $0 ? "yes" : "no" }) { word throws(WrongValue) in
            switch word.lowercased() {
            case "yes": return true
            case "no": return false
            default: throw WrongValue("argument must be 'yes' or 'no'")
            }
        }
    }

    static func text(
        _ name: String, _ path: any WritableKeyPath<Configuration, String> & Sendable, live: Bool = false
    ) -> Directive {
        one(name, path, live: live, print: { $0 }) { word throws(WrongValue) in word }
    }

    /// Permission bits in octal; 0 prints as 0.
    static func mode(
        _ name: String, _ path: any WritableKeyPath<Configuration, mode_t> & Sendable
    ) -> Directive {
        one(name, path, print: { String($0, radix: 8) }) { word throws(WrongValue) in
            guard let mode = mode_t(word, radix: 8), mode <= 0o777 else {
                throw WrongValue("argument couldn't be parsed into an integer")
            }
            return mode
        }
    }

    /// One of a few words, in whatever case.
    static func choice<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable,
        _ values: [(String, Value)],
        live: Bool = false, print: @escaping @Sendable (Value) -> String
    ) -> Directive {
        one(name, path, live: live, print: print) { word throws(WrongValue) in
            guard let found = values.first(where: { $0.0 == word.lowercased() }) else {
                let names = values.map(\.0).joined(separator: ", ")
                throw WrongValue("argument(s) must be one of the following: \(names)")
            }
            return found.1
        }
    }

    /// Pairs of seconds and changes. Lines of a file add up; one word, as CONFIG SET has it, is all of them.
    /// Source: Redis 7 setConfigSaveOption.
    static func savePoints(
        _ name: String, _ path: any WritableKeyPath<Configuration, [SavePoint]> & Sendable
    ) -> Directive {
        Directive(name, live: true, takesSeveral: true) {
            $0[keyPath: path].map { "\($0.seconds) \($0.changes)" }.joined(separator: " ")
        } write: { settings, words throws(WrongValue) in
            let numbers = words.flatMap { $0.split(separator: " ").map { Int($0) } }
            guard numbers.count % 2 == 0, !words.isEmpty else { throw WrongValue("Invalid save parameters") }
            var points = words.count == 1 ? [] : settings[keyPath: path]
            for index in stride(from: 0, to: numbers.count, by: 2) {
                guard let seconds = numbers[index], let changes = numbers[index + 1], seconds >= 1, changes >= 0 else {
                    throw WrongValue("Invalid save parameters")
                }
                points.append(SavePoint(seconds: seconds, changes: changes))
            }
            settings[keyPath: path] = points
        }
    }

    /// Numbers from 0 to 100, none or more.
    static func percentages(
        _ name: String, _ path: any WritableKeyPath<Configuration, [Double]> & Sendable
    ) -> Directive {
        Directive(name, live: true, takesSeveral: true) {
            $0[keyPath: path].map { $0 == $0.rounded() ? String(Int($0)) : "\($0)" }.joined(separator: " ")
        } write: { settings, words throws(WrongValue) in
            var values: [Double] = []
            for word in words.flatMap({ $0.split(separator: " ") }) {
                guard let value = Double(word), value.isFinite else { throw WrongValue("Invalid \(name) parameters") }
                guard (0...100).contains(value) else {
                    throw WrongValue("\(name) parameters should sit between [0.0,100.0]")
                }
                values.append(value)
            }
            settings[keyPath: path] = values
        }
    }

    /// A file's name without a folder.
    static func fileName(
        _ name: String, _ path: any WritableKeyPath<Configuration, String> & Sendable, live: Bool = true
    ) -> Directive {
        one(name, path, live: live, print: { $0 }) { word throws(WrongValue) in
            guard !word.isEmpty, !word.contains("/") else {
                throw WrongValue("\(name) can't be a path, just a filename")
            }
            return word
        }
    }

    /// Up to 16 addresses; `""` is none.
    static func addresses(
        _ name: String, _ path: any WritableKeyPath<Configuration, [String]> & Sendable
    ) -> Directive {
        Directive(name, live: false, takesSeveral: true) {
            $0[keyPath: path].joined(separator: " ")
        } write: {
            settings, words throws(WrongValue) in
            let all = words.flatMap { $0.split(separator: " ").map(String.init) }
            guard !words.isEmpty else { throw WrongValue("wrong number of arguments") }
            guard all.count <= 16 else { throw WrongValue("Too many bind addresses specified.") }
            settings[keyPath: path] = all
        }
    }
}
