// Floating-point numbers as text in the widest type the machine's C library has, both ways.

import Glibc

#if arch(x86_64)
    /// What C calls `long double` here: 64 bits of mantissa.
    public typealias WideFloat = Float80
#else
    public typealias WideFloat = Double
#endif

extension RawSpan {
    /// The whole span as a number in any spelling that C's strtold takes, without white space in front; nil for
    /// anything else, for NaN and for what the type cannot hold. Infinity is a number.
    /// - Complexity: one copy of the text; not for the request path's busiest verbs.
    /// Source: Redis string2ld.
    public func wideFloat() -> WideFloat? {
        // 5 KiB is what Redis gives the text of a number.
        guard byteCount > 0 && byteCount < 5 * 1024 else { return nil }
        let first = self[0]
        if first == 32 || (first >= 9 && first <= 13) { return nil }
        var text = copiedBytes().map { CChar(bitPattern: $0) }
        if text.contains(0) { return nil }
        text.append(0)
        return unsafe text.withUnsafeBufferPointer { buffer in
            // SAFETY: the buffer ends with a NUL, at which the parser stops.
            let start = buffer.baseAddress!
            var end: UnsafeMutablePointer<CChar>?
            errno = 0
            #if arch(x86_64)
                let value = unsafe strtold(start, &end)
            #else
                let value = unsafe strtod(start, &end)
            #endif
            guard let end = unsafe end, unsafe UnsafePointer(end) == start + byteCount else { return nil }
            if errno == ERANGE && (value.isInfinite || value == 0) { return nil }
            return value.isNaN ? nil : value
        }
    }
}

extension OutputBuffer {
    /// Appends a finite `value` in plain decimal: up to 17 digits after the point, no trailing zeros, no exponent.
    /// Source: Redis ld2string, "human friendly".
    public mutating func append(plain value: WideFloat) {
        precondition(value.isFinite)
        // The largest value has 4933 digits before the point.
        var text = [CChar](repeating: 0, count: 5 * 1024)
        #if arch(x86_64)
            let format = "%.17Lf"
        #else
            let format = "%.17f"
        #endif
        var count = Self.print(value, format, into: &text)
        if text[..<count].contains(46) {
            while text[count - 1] == 48 { count -= 1 }
            if text[count - 1] == 46 { count -= 1 }
        }
        if count == 2 && text[0] == 45 && text[1] == 48 {
            append("0" as StaticString)  // Never "-0".
            return
        }
        for index in 0..<count { append(UInt8(bitPattern: text[index])) }
    }

    /// Appends `value` with up to 17 digits, which tell any two apart, as C's printf does for "%.17g". Off the request
    /// path. Source: Redis 7.0, scores in DEBUG DIGEST.
    public mutating func append(seventeenDigits value: Double) {
        if value.magnitude < 1e17, value != 0 || value.sign == .plus, let whole = Int64(exactly: value) {
            return append(decimal: whole)
        }
        // A sign, 17 digits, a point and an exponent of five bytes.
        var text = [CChar](repeating: 0, count: 32)
        let count = Self.print(value, "%.17g", into: &text)
        for index in 0..<count { append(UInt8(bitPattern: text[index])) }
    }

    /// Appends `value` with six digits after the point, as C's printf does. Off the request path.
    public mutating func append(sixDigits value: Double) {
        // The largest value has 309 digits before the point.
        var text = [CChar](repeating: 0, count: 400)
        let count = Self.print(value, "%f", into: &text)
        for index in 0..<count { append(UInt8(bitPattern: text[index])) }
    }

    /// What C's printf makes of `value`.
    /// - Parameter format: of one argument of the value's type.
    /// - Parameter text: gets it, and has room for it.
    /// - Returns: how many bytes.
    private static func print(_ value: some CVarArg, _ format: String, into text: inout [CChar]) -> Int {
        let written = unsafe withVaList([value]) { arguments in
            // SAFETY: the buffer's size is given, and the one argument has the format's type.
            unsafe text.withUnsafeMutableBufferPointer { buffer in
                unsafe vsnprintf(buffer.baseAddress, buffer.count, format, arguments)
            }
        }
        precondition(written > 0 && written < text.count)
        return Int(written)
    }
}
