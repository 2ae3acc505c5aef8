// What ends a conversation: bytes that are no request. Texts are those of Redis 7, since clients and tests know them.

import Base

enum ProtocolFault: Equatable {
    case argumentCount, bulkSize
    case unauthenticatedArgumentCount, unauthenticatedBulkSize
    case expectedDollar(UInt8)
    case longInlineRequest, longArgumentCount, longBulkSize
    case unbalancedQuotes

    func write(to output: inout OutputBuffer) {
        output.append("-ERR Protocol error: ")
        switch self {
        case .argumentCount: output.append("invalid multibulk length")
        case .bulkSize: output.append("invalid bulk length")
        case .unauthenticatedArgumentCount: output.append("unauthenticated multibulk length")
        case .unauthenticatedBulkSize: output.append("unauthenticated bulk length")
        case .expectedDollar(let byte):
            output.append("expected '$', got '")
            output.append(byte == 13 || byte == 10 ? 32 : byte)
            output.append("'")
        case .longInlineRequest: output.append("too big inline request")
        case .longArgumentCount: output.append("too big mbulk count string")
        case .longBulkSize: output.append("too big bulk count string")
        case .unbalancedQuotes: output.append("unbalanced quotes in request")
        }
        output.append("\r\n")
    }
}
