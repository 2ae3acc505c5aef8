// The list of the append log's files, as text and back. Source: Redis 7 aof.c, aofLoadManifestFromFile.

import Base

/// Why a manifest cannot be believed.
struct LogManifestFault: Error, Equatable, CustomStringConvertible {
    /// From 1; 0 if it is no single one.
    let line: Int
    let reason: String

    var description: String { line > 0 ? "line \(line): \(reason)" : reason }
}

/// Which files make the log, in the order in which they are read: the base, then the increments.
///
///     file appendonly.aof.2.base.rdb seq 2 type b
///     file appendonly.aof.1.incr.aof seq 1 type h
///     file appendonly.aof.2.incr.aof seq 2 type i
///     #SUM:<CRC64 of the lines before, 16 hex digits>
///
/// The last line is ours, a comment to redis-server, which drops it when it writes a manifest anew: without it one bit
/// would make an increment, `i`, history, `h`, which is removed.
struct LogManifest: Sendable, Equatable {
    struct File: Sendable, Equatable {
        var name: String
        var sequence: Int
    }

    var base: File?
    /// What nobody needs any more, and is to be removed.
    var history: [File] = []
    /// By rising sequence.
    var increments: [File] = []

    init() {}

    /// What is to be read, in its order.
    var filesToRead: [File] { (base.map { [$0] } ?? []) + increments }

    // MARK: Text

    var text: String {
        let lines = lines
        var sum = CRC64()
        sum.add(Array(lines.utf8).span.rawBytes)
        return lines + "\(Self.sumMark)\(Self.hexadecimal(sum.value))\n"
    }

    private static let sumMark = "#SUM:"

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// What redis-server would write.
    var lines: String {
        var text = ""
        if let base { text += Self.line(base, "b") }
        for file in history { text += Self.line(file, "h") }
        for file in increments { text += Self.line(file, "i") }
        return text
    }

    private static func line(_ file: File, _ type: String) -> String {
        "file \(quotedWord(file.name)) seq \(file.sequence) type \(type)\n"
    }

    /// Source: Redis aof.c, MANIFEST_MAX_LINE.
    private static let lineSizeMax = 1024

    init(parsing text: RawSpan) throws(LogManifestFault) {
        guard text.byteCount > 0 else { throw LogManifestFault(line: 0, reason: "the manifest is empty") }
        var place = 0
        var number = 0
        while place < text.byteCount {
            number += 1
            guard let end = text.firstIndex(of: 10, from: place), end - place < Self.lineSizeMax else {
                // A comment that nothing ends is a comment.
                if text[place] == UInt8(ascii: "#") && text.firstIndex(of: 10, from: place) == nil { return }
                throw LogManifestFault(line: number, reason: "the line is too long, or the file ends within it")
            }
            if text[place] == UInt8(ascii: "#") {
                try Self.check(text.slice(place, end), of: text.slice(0, place), number)
            } else {
                do throws(Problem) {
                    try add(text.slice(place, end).copiedBytes())
                } catch {
                    throw LogManifestFault(line: number, reason: error.reason)
                }
            }
            place = end + 1
        }
    }

    /// - Parameter line: a comment, and a sum maybe.
    private static func check(_ line: RawSpan, of before: RawSpan, _ number: Int) throws(LogManifestFault) {
        let text = String(decoding: line.copiedBytes(), as: UTF8.self)
        guard text.hasPrefix(sumMark) else { return }
        var sum = CRC64()
        sum.add(before)
        guard text.dropFirst(sumMark.count) == hexadecimal(sum.value) else {
            let reason = "the lines before are not those that the sum was made of; remove it if they are right"
            throw LogManifestFault(line: number, reason: reason)
        }
    }

    private struct Problem: Error { let reason: String }

    private mutating func add(_ line: [UInt8]) throws(Problem) {
        let form = "not of the form `file NAME seq NUMBER type b|h|i`"
        // Pairs that we do not know are of a later version, and no matter.
        guard let words = words(ofLine: line), words.count >= 6, words.count % 2 == 0 else {
            throw Problem(reason: form)
        }
        var name: String?
        var sequence: Int?
        var type: UInt8?
        for index in stride(from: 0, to: words.count, by: 2) {
            let value = words[index + 1]
            switch String(decoding: words[index], as: UTF8.self).lowercased() {
            case "file": name = String(validating: value, as: UTF8.self)
            case "seq": sequence = Int(String(decoding: value, as: UTF8.self))
            case "type": type = value.first
            default: continue
            }
        }
        guard let name, !name.isEmpty, let sequence, sequence > 0, let type else { throw Problem(reason: form) }
        guard !name.contains("/") && !name.contains("\\") && name != "." && name != ".." else {
            throw Problem(reason: "\(quotedWord(name)) is a path: the files lie beside the manifest")
        }
        let file = File(name: name, sequence: sequence)
        switch type {
        case UInt8(ascii: "b"):
            if base != nil { throw Problem(reason: "a second base") }
            base = file
        case UInt8(ascii: "h"): history.append(file)
        case UInt8(ascii: "i"):
            if let last = increments.last, last.sequence >= sequence {
                throw Problem(reason: "increment \(sequence) after \(last.sequence): they must rise")
            }
            increments.append(file)
        default: throw Problem(reason: "type \(quotedWord(String(UnicodeScalar(type)))) is neither b nor h nor i")
        }
    }
}
