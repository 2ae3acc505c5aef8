// What redis-server 7.0.15 answers to DUMP, for every encoding that it writes.

import Testing

/// A payload and what it holds. `isExact` says that we write the same bytes: nothing in it is left to chance.
struct RecordedPayload: CustomTestStringConvertible, Sendable {
    let title: String
    let isExact: Bool
    let content: String
    let hex: String

    var testDescription: String { title }

    static let all: [RecordedPayload] = [
        RecordedPayload(
            title: "an empty string", isExact: true,
            content: #"string "#,
            hex: """
                00000a005d9b5c400f7fa2da
                """),
        RecordedPayload(
            title: "a string", isExact: true,
            content: #"string hello"#,
            hex: """
                000568656c6c6f0a006372df766534200a
                """),
        RecordedPayload(
            title: "a number of one byte", isExact: true,
            content: #"string -12"#,
            hex: """
                00c0f40a004474ced75aa7ef82
                """),
        RecordedPayload(
            title: "a number of two bytes", isExact: true,
            content: #"string -300"#,
            hex: """
                00c1d4fe0a00c6c48623febede2e
                """),
        RecordedPayload(
            title: "a number of four bytes", isExact: true,
            content: #"string 70000"#,
            hex: """
                00c2701101000a0001a408fe953095a5
                """),
        RecordedPayload(
            title: "a number too long for that", isExact: true,
            content: #"string 2147483648"#,
            hex: """
                000a323134373438333634380a00e7b129a34c1d76ee
                """),
        RecordedPayload(
            title: "a compressed string", isExact: true,
            content: #"string a*100"#,
            hex: """
                00c3094064016161e057000161610a00e8a3b507b06df271
                """),
        RecordedPayload(
            title: "a string in two bytes of length", isExact: true,
            content: #"string 0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{"#,
            hex: """
                00404b303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5d\
                5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b0a0036b403952bcbd711
                """),
        RecordedPayload(
            title: "a list", isExact: true,
            content: #"list a|1|-5|300|70000|8000000000|-8000000|"#,
            hex: """
                120102282800000008008161020101dffb02c12c02f270110104f40050d6dc0100000009f200ee85048001ff0a00c763\
                91a1323023fb
                """),
        RecordedPayload(
            title: "a compressed list", isExact: false,
            content: #"list a|300|x*70|y*200"#,
            hex: """
                120102c31f41220e220100000400816102c12c02e04678e03c000348e0c879e0be000201caff0a00fa02fca436237b62
                """),
        RecordedPayload(
            title: "a list of several nodes", isExact: false,
            content: #"list a|b|c|d|e"#,
            hex: """
                1203020d0d0000000200816102816202ff020d0d0000000200816302816402ff020a0a0000000100816502ff0a00ec52\
                36a76020a1db
                """),
        RecordedPayload(
            title: "a list with a compressed node", isExact: false,
            content: #"list a|b|x*30|x*30|e|f"#,
            hex: """
                1203020d0d0000000200816102816202ff02c3144047074700000002009e78e01400001fe0161f011fff020d0d000000\
                0200816502816602ff0a00dcf22a6a51d4e013
                """),
        RecordedPayload(
            title: "a list with an element of its own node", isExact: false,
            content: #"list a|abcdefghijklmnopqrstuvwxyz|b"#,
            hex: """
                1203020a0a0000000100816102ff011a6162636465666768696a6b6c6d6e6f707172737475767778797a020a0a000000\
                0100816202ff0a001a15153afe9c1fdc
                """),
        RecordedPayload(
            title: "an intset of two bytes", isExact: true,
            content: #"set -2|1|300"#,
            hex: """
                0b0e0200000003000000feff01002c010a005b0aa862f794600a
                """),
        RecordedPayload(
            title: "an intset of four bytes", isExact: true,
            content: #"set -2|1|70000"#,
            hex: """
                0b140400000003000000feffffff01000000701101000a0030527df8cc311f3b
                """),
        RecordedPayload(
            title: "an intset of eight bytes", isExact: true,
            content: #"set -2|1|8000000000"#,
            hex: """
                0b200800000003000000feffffffffffffff01000000000000000050d6dc010000000a0032494145d26c7de2
                """),
        RecordedPayload(
            title: "a set", isExact: false,
            content: #"set |7|a|bc|z*30"#,
            hex: """
                0205c007016100026263c3091e017a7ae01100017a7a0a0097d657f1976e3487
                """),
        RecordedPayload(
            title: "a hash in a listpack", isExact: true,
            content: #"hash =|f=v|n=12|w=-4000"#,
            hex: """
                101c1c0000000800816602817602816e020c0180018001817702d06002ff0a00a2fcf27ad6db2118
                """),
        RecordedPayload(
            title: "a hash table", isExact: false,
            content: #"hash f=v|long=v*65|n=12"#,
            hex: """
                0403016ec00c01660176046c6f6e67c3094041017676e034000176760a004841edd911840f01
                """),
        RecordedPayload(
            title: "a sorted set in a listpack", isExact: true,
            content: #"zset d=-inf|b=-2|a=1|e=5000000|c=inf"#,
            hex: """
                112b2b0000000a00816402842d696e6605816202dffe028161020101816502f2404b4c0481630283696e6604ff0a00fd\
                56a9ef8d0b3c71
                """),
        RecordedPayload(
            title: "a sorted set with fractions", isExact: false,
            content: #"zset b=0.1|f=1.5|g=1e+300"#,
            hex: """
                11c33040430d43000000060081620293302e3130e005000f311481660283312e350481670297312ee0051d083031652b\
                33303018ff0a006739359cb56f653a
                """),
        RecordedPayload(
            title: "a skip list", isExact: true,
            content: #"zset c=-inf|b=0.1|a*65=1|7=3"#,
            hex: """
                0504c0070000000000000840c3094041016161e03400016161000000000000f03f01629a9999999999b93f0163000000\
                000000f0ff0a00c91c216e8a621180
                """),
        RecordedPayload(
            title: "a stream", isExact: true,
            content: """
                stream 6-9223372036854775807 4 0-0|1-1 a b|1-2 a c|5-0 q r s t|6-9223372036854775807 x -300
                """,
            hex: """
                130110000000000000000100000000000000014057570000001f00040100010101816102000102010001000181620204\
                01020100010101816302040100010401dfff020201817102817202817302817402080100010501f4feffffffffffff7f\
                090101817802ded4020601ff0406817fffffffffffffff0101000004000a0075abb2fed52f73a2
                """),
        RecordedPayload(
            title: "a stream with groups", isExact: false,
            content: """
                stream 5-0 3 1-2|1-1 a b|5-0 q r s t|group g 5-0 3|consumer alice 1795714576324 1-1 179571457632\
                4 1|consumer bob 1795714576324 5-0 1795714576324 1|consumer carol 1795714576325|group h 1-1 1
                """,
            hex: """
                130110000000000000000100000000000000013f3f000000180002010101010181610200010201000100018162020401\
                030100010101816302040100010401dfff0202018171028172028173028174020801ff02050001010102030201670500\
                030200000000000000010000000000000001c4efed18a20100000100000000000000050000000000000000c4efed18a2\
                010000010305616c696365c4efed18a2010000010000000000000001000000000000000103626f62c4efed18a2010000\
                0100000000000000050000000000000000056361726f6cc5efed18a201000000016801010100000a000f17142ae993c5\
                03
                """),
        RecordedPayload(
            title: "a stream without entries", isExact: true,
            content: #"stream 0-0 0 0-0|group g 0-0 -1"#,
            hex: """
                13000000000000000000010167000081ffffffffffffffff00000a00a01a953dfb9cddde
                """),
    ]
}
