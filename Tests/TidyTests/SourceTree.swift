// The source tree as text: the compiler keeps most walls, these tests the rest.

import Glibc

struct SourceFile: Sendable {
    /// From the package's root on, such as `Sources/Engine/Key.swift`.
    let path: String
    let lines: [String]

    /// The folder below Sources or Tests: the target.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var isTest: Bool { path.hasPrefix("Tests/") }
}

enum SourceTree {
    static let root: String = {
        // This file is Tests/TidyTests/SourceTree.swift below the root.
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return parts.joined(separator: "/")
    }()

    static let files: [SourceFile] = (swiftFiles(in: "Sources") + swiftFiles(in: "Tests")).map { path in
        SourceFile(
            path: path,
            lines: text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    static let targets: [String] = names(in: "Sources")

    /// The content of a file below the root, `""` if there is none.
    static func text(_ path: String) -> String {
        guard let file = unsafe fopen(root + "/" + path, "r") else { return "" }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            // SAFETY: no more than the array's count is read.
            let count = unsafe fread(&piece, 1, 65536, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[0..<count]
        }
    }

    /// Names of what a folder below the root holds, sorted.
    static func names(in folder: String) -> [String] {
        guard let directory = unsafe opendir(root + "/" + folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            // SAFETY: the entry's name is terminated, and is copied before the next call.
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func swiftFiles(in folder: String) -> [String] {
        names(in: folder).flatMap { name -> [String] in
            let path = folder + "/" + name
            if name.hasSuffix(".swift") { return [path] }
            return name.contains(".") ? [] : swiftFiles(in: path)
        }
    }

    /// Package.swift's dependencies of each target, as far as they are written there.
    static let dependencies: [String: Set<String>] = {
        var found: [String: Set<String>] = [:]
        let products = ["argumentParser": "ArgumentParser", "logging": "Logging", "histogram": "Histogram"]
        var current: String?
        for line in text("Package.swift").split(separator: "\n") {
            if line.contains("room(\"") || line.contains("tests(\"")
                || line.contains("name: \"duet\", dependencies")
            {
                let words = quotedWords(line)
                guard let name = words.first else { continue }
                current = name
                let list = line.drop { $0 != "[" }
                var needs = Set(quotedWords(list))
                for (variable, module) in products where list.contains(variable) { needs.insert(module) }
                found[name, default: []].formUnion(needs)
            }
        }
        return found
    }()

    private static func quotedWords(_ text: some StringProtocol) -> [String] {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }
}
