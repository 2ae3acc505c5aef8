import Base
import Engine
import Transport
final class Probe {
    var engine: EngineHandle
    init(_ e: EngineHandle) { engine = e }
    func get(_ input: RawSpan, _ output: inout OutputBuffer) {
        let keyBytes = input.slice(4, 9)
        let key = engine.key(keyBytes, in: .first)
        let outcome = engine.get(key) { item in
            output.append("VALUE ")
            output.append(keyBytes)
            output.append(item.value)
            if let shared = item.shared { shared.retain(); output.append(shared: shared) }
        }
        if case .miss = outcome { output.append("END\r\n") }
        var options = StoreOptions(); options.flags = 3
        _ = engine.store(key, input.slice(0, 2), options)
    }
}
