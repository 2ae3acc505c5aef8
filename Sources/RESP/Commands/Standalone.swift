// What a server that stands alone answers about replicas and clusters. Source: Redis 7 replication.c, cluster.c.

import Base

extension RESPSession {
    func cluster(_ request: Request, _ output: inout OutputBuffer) {
        guard let _: ClusterSubcommand = subcommand(.cluster, request, &output) else { return }
        failCluster(&output)
    }

    func failCluster(_ output: inout OutputBuffer) { fail("ERR This instance has cluster support disabled", &output) }

    /// REPLICAOF, SLAVEOF: nobody's replica is what it is.
    func replicaof(_ request: Request, _ output: inout OutputBuffer) {
        if request[1].equalsIgnoringCase("no") && request[2].equalsIgnoringCase("one") { return output.appendOK() }
        guard let port = request[2].integer, 0...65535 ~= port else { return fail("ERR Invalid master port", &output) }
        fail("ERR no replication here: `duet migrate` copies, and CONFIG SET migrate-from takes over", &output)
    }

    func failover(_ request: Request, _ output: inout OutputBuffer) {
        var (aborts, forces, hasTarget, hasTimeout) = (false, false, false, false)
        var index = 1
        while index < request.count {
            let word = request[index]
            let left = request.count - 1 - index
            if word.equalsIgnoringCase("timeout") && left >= 1 && !hasTimeout {
                guard let number = request[index + 1].integer else { return failInteger(&output) }
                if number <= 0 { return fail("ERR FAILOVER timeout must be greater than 0", &output) }
                hasTimeout = true
                index += 1
            } else if word.equalsIgnoringCase("abort") && request.count == 2 {
                aborts = true
            } else if word.equalsIgnoringCase("to") && left >= 2 && !hasTarget {
                guard request[index + 2].integer != nil else { return failInteger(&output) }
                hasTarget = true
                index += 2
            } else if word.equalsIgnoringCase("force") && !forces {
                forces = true
            } else {
                return failSyntax(&output)
            }
            index += 1
        }
        if aborts { return fail("ERR No failover in progress.", &output) }
        fail("ERR FAILOVER requires connected replicas.", &output)
    }
}
