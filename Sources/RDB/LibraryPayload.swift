// Libraries of functions between servers: what FUNCTION DUMP answers and FUNCTION RESTORE takes. What the code means is
// not known here. Source: Redis 7 functions.c, functionDumpCommand; rdb.c, rdbSaveFunctions.

public import Base

/// The code of libraries, with a footer.
///
///     | 245: 1 | code of a library, a string | ... | RDB version: 2 | CRC-64 of all before: 8 |
public enum LibraryPayload {
    /// Why there are no libraries in a payload.
    public enum Fault: Error {
        case wrongFooter
        /// Something else than a library begins.
        case noLibrary
        /// A library as redis-server wrote it before its release 7.0.
        case beforeRelease
        /// Its code cannot be read.
        case unreadable
    }

    /// Appends a payload with the code of these libraries.
    public static func append(_ libraries: [[UInt8]], to output: inout OutputBuffer) {
        var payload = OutputBuffer(capacity: 1024)
        var strings = StringEncoder(.atOnce)
        for code in libraries { append(code.span.rawBytes, &strings, to: &payload) }
        DumpPayload.seal(&payload)
        output.append(payload.span)
    }

    static func append(_ code: RawSpan, _ strings: inout StringEncoder, to output: inout OutputBuffer) {
        output.append(Opcode.functions.rawValue)
        strings.append(code, to: &output)
    }

    /// Reads the code of each library, in order, until `body` throws.
    /// - Parameter sizeMax: what all code may come to.
    public static func read<Refusal: Error>(
        _ payload: RawSpan, sizeMax: Int, _ body: (RawSpan) -> Result<Void, Refusal>
    ) throws(Fault) -> Refusal? {
        let libraries: RawSpan
        do throws(RDBFault) { libraries = try DumpPayload.open(payload) } catch { throw .wrongFooter }
        var reader = RDBReader(libraries, sizeMax: sizeMax)
        while reader.rest > 0 {
            switch Opcode(rawValue: libraries[reader.place]) {
            case .functions: break
            case .functionsBeforeRelease: throw .beforeRelease
            default: throw .noLibrary
            }
            do throws(RDBFault) {
                _ = try reader.byte()
                let code = try reader.string()
                if case .failure(let refusal) = body(reader.bytes(code)) { return refusal }
                reader.forgetStrings()
            } catch {
                throw .unreadable
            }
        }
        return nil
    }
}
