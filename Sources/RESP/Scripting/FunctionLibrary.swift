// Libraries of functions as all workers know them. Source: Redis 7 functions.c.

import Base
import Scripting

/// The first line of a library's code: `#!lua name=mylib`.
struct LibraryHeader {
    let name: String
    /// Where the program begins: at the end of that line.
    let programStart: Int

    /// Source: Redis 7 functionExtractLibMetaData, functionsCreateWithLibraryCtx.
    static func read(_ code: RawSpan) -> Result<LibraryHeader, Refusal> {
        guard code.byteCount >= 2 && code[0] == UInt8(ascii: "#") && code[1] == UInt8(ascii: "!") else {
            return .failure(Refusal("Missing library metadata"))
        }
        guard let end = code.firstIndex(of: 10), code.slice(0, end).firstIndex(of: 0) == nil,
            let line = InlineRequest(code.slice(0, end))
        else { return .failure(Refusal("Invalid library metadata")) }
        var name: [UInt8]?
        for slot in line.words.dropFirst() {
            let word = line.span.slice(Int(slot.offset), Int(slot.offset) + Int(slot.size))
            guard word.byteCount >= 5 && word.slice(0, 5).equalsIgnoringCase("name=") else {
                return .failure(Refusal("Invalid metadata value given: \(word.copiedText())"))
            }
            guard name == nil else {
                return .failure(Refusal("Invalid metadata value, name argument was given multiple times"))
            }
            name = word.slice(5, word.byteCount).copiedBytes()
        }
        guard let name else { return .failure(Refusal("Library name was not given")) }
        guard LibraryNames.areLegal(name) else { return .failure(Refusal("\(LibraryNames.illegal)")) }
        let first = line.words[0]
        let language = line.span.slice(Int(first.offset) + 2, Int(first.offset) + Int(first.size))
        guard language.equalsIgnoringCase("lua") else {
            return .failure(Refusal("Engine '\(language.copiedText())' not found"))
        }
        return .success(LibraryHeader(name: String(decoding: name, as: UTF8.self), programStart: end))
    }
}

/// A library: its code, and what that registered when it was loaded.
final class FunctionLibrary: Sendable {
    /// Letters, digits and `_`, like the names of functions.
    let name: String
    let code: [UInt8]
    let programStart: Int
    /// In the order in which they were registered; at least one.
    let functions: [LibraryFunction]

    init(name: String, code: [UInt8], programStart: Int, functions: [LibraryFunction]) {
        self.name = name
        self.code = code
        self.programStart = programStart
        self.functions = functions
    }

    /// The most that is held for it, its compiled forms left out.
    var size: Int {
        functions.reduce(code.count + name.utf8.count + 256) { sum, function in
            sum + 2 * function.name.utf8.count + (function.description?.count ?? 0) + 256
        }
    }
}

/// A function of a library.
struct LibraryFunction {
    let description: [UInt8]?
    /// What runs of it need and come to, under its name.
    let script: Script

    var name: String { script.name }
}

/// All libraries at one moment.
final class FunctionSet: Sendable {
    /// In the order in which they came.
    let libraries: [FunctionLibrary]
    /// Where each function is, by its name in small letters: the place of its library, and its own in that.
    private let places: [String: (library: Int, function: Int)]
    let size: Int

    init(_ libraries: [FunctionLibrary] = []) {
        self.libraries = libraries
        var places: [String: (library: Int, function: Int)] = [:]
        for (place, library) in libraries.enumerated() {
            for (index, function) in library.functions.enumerated() {
                places[function.name.lowercased()] = (place, index)
            }
        }
        self.places = places
        size = libraries.reduce(0) { $0 + $1.size }
    }

    var functionCount: Int { places.count }

    /// The function of this name, whatever the case of its letters, as its library and its place in that.
    /// Source: Redis 7 functionDictType.
    func find(_ name: RawSpan) -> (library: FunctionLibrary, index: Int)? {
        guard let place = places[name.copiedText().lowercased()] else { return nil }
        return (libraries[place.library], place.function)
    }

    func library(_ name: String) -> FunctionLibrary? { libraries.first { $0.name == name } }

    /// These and others, which have no name twice among themselves.
    /// - Parameter replaces: a library of the same name goes; else it is in the way.
    /// Source: Redis 7 libraryJoin.
    func joining(_ others: [FunctionLibrary], replaces: Bool) -> Result<FunctionSet, Refusal> {
        var names: Set<String> = []
        for library in others {
            if !replaces && self.library(library.name) != nil {
                return .failure(Refusal("Library \(library.name) already exists"))
            }
            names.insert(library.name)
        }
        let kept = libraries.filter { !names.contains($0.name) }
        let others = kept + others
        var functions: Set<String> = []
        for library in others {
            for function in library.functions where !functions.insert(function.name.lowercased()).inserted {
                return .failure(Refusal("Function \(function.name) already exists"))
            }
        }
        let joined = FunctionSet(others)
        guard joined.size <= RESPLimits.librariesSizeMax else {
            return .failure(Refusal("Libraries may have \(RESPLimits.librariesSizeMax) bytes together"))
        }
        return .success(joined)
    }

    /// These without one.
    func removing(_ name: String) -> FunctionSet { FunctionSet(libraries.filter { $0.name != name }) }
}
